"""Fallbacks that name the errors they take: all agree on which arm runs, whatever fails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from xdsl.dialects.builtin import ModuleOp

from ember_mlir.parsing import make_context
from ember_mlir.passes.equivalence import EXACT
from ember_mlir.passes.optimization import Objective, Setting
from ember_mlir.pipeline import STAGES, parse_passes, run_passes
from ember_mlir.testing import Program, numbered, programs, reference, without
from ember_mlir.testing.engines import EVERYWHERE, Where, on_engine

ORDERED = without("ensemble.race")
NAMED = replace(
    ORDERED,
    makers=[
        maker
        for maker in ORDERED.makers
        for _ in range(25 if maker.operation == "ensemble.fallback" else 1)
    ],
)
"""The language of random programs, with many fallbacks."""

OPTIMIZATIONS = tuple([name for name in STAGES["llm"] if not name.startswith("verify-labels")])
LOWERINGS = ("infer-labels", *STAGES["sched"], *STAGES["exec"])
AIMS = st.sampled_from(("both", "cost", "latency"))
EXAMPLES = settings(max_examples=max(120, settings().max_examples))
FAULTS = st.sampled_from((15, 30, 0))
SEEDS = st.integers(0, 3)


def after(module: ModuleOp, names: Sequence[str], aim: Objective = "both") -> ModuleOp:
    """A copy of a module on which passes have run."""
    made = module.clone()
    setting = Setting(EXACT, aim, speculate=aim == "latency", remarks=[])
    run_passes(make_context(), made, parse_passes(",".join(names)), setting=setting)
    return made


@EXAMPLES
@given(program=programs(NAMED), where=st.sampled_from(EVERYWHERE[:2]), faults=FAULTS, seed=SEEDS)
def test_the_engine_takes_the_arms_of_the_reference(
    program: Program, where: Where, faults: int, seed: int
) -> None:
    source = numbered(program)
    expected = reference(source, program, seed, faults)
    got, _ = on_engine(after(source, LOWERINGS), program, seed, faults, where=where)
    if expected.error is None:
        assert (got.error, got.results) == (None, expected.results)


@EXAMPLES
@given(
    program=programs(NAMED),
    alone=st.sampled_from(OPTIMIZATIONS),
    aim=AIMS,
    faults=FAULTS,
    seed=SEEDS,
)
def test_optimizations_keep_the_arms(
    program: Program, alone: str, aim: Objective, faults: int, seed: int
) -> None:
    source = numbered(program)
    expected = reference(source, program, seed, faults)
    for names in ([alone], OPTIMIZATIONS):
        got = reference(after(source, names, aim), program, seed, faults)
        if expected.error is None:
            assert (got.error, got.results) == (None, expected.results)
