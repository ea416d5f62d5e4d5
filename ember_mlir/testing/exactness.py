"""Whether a pass keeps `exact` on a program, and what it tells of one."""

from __future__ import annotations

from hypothesis import strategies as st
from xdsl.dialects.builtin import ModuleOp

from ember_mlir.parsing import make_context, parse_module
from ember_mlir.passes.optimization import Setting
from ember_mlir.pipeline import parse_passes, run_passes
from ember_mlir.testing.outcomes import numbered, reference
from ember_mlir.testing.programs import Program

FAULTS = st.sampled_from((0, 0, 15))
"""How many requests and functions in 100 fail."""


def optimized(source: ModuleOp, pipeline: str, setting: Setting | None = None) -> ModuleOp:
    """A copy of `source` on which passes have run, each of which leaves it valid."""
    module = source.clone()
    passes = parse_passes(pipeline)
    run_passes(make_context(), module, passes, setting=setting, verify_each=True)
    return module


def check_exact(program: Program, name: str, faults: int) -> None:
    """Check that a pass keeps `exact` on a program, and asks for nothing more."""
    source = numbered(program)
    module = optimized(source, name, Setting(optimize_for="cost"))
    for seed in range(3):
        before = reference(source, program, seed, faults)
        after = reference(module, program, seed, faults)
        if before.error is None:
            assert (after.error, after.results) == (None, before.results)
            assert after.effects == before.effects
            assert after.requests <= before.requests


def remarks_of(text: str, name: str, *, speculate: bool = False) -> list[tuple[bool, str]]:
    """What a pass tells of a program: whether it has done something, and what it says."""
    setting = Setting(speculate=speculate, remarks=[])
    optimized(parse_module(text), name, setting)
    return [(remark.fired, remark.said) for remark in setting.remarks or []]
