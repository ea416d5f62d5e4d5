"""What optimizations leave of a program: who reads a value is there, and all has its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from xdsl.dialects.builtin import ModuleOp, UnknownLoc
from xdsl.ir import Operation, SSAValue

from ember_mlir.parsing import parse_module
from ember_mlir.passes.equivalence import MEANING
from ember_mlir.passes.optimization import Objective, Setting
from ember_mlir.testing.exactness import optimized

FILES = Path(__file__).parents[2] / "lit_tests" / "passes"

PIPELINES: dict[str, str] = {
    "assign-draws": "assign-draws",
    "canonicalize": "canonicalize",
    "raise-ensembles": "raise-ensembles",
    "merge-calls": "merge-calls",
    "remove-dead-calls": "remove-dead-calls",
    "flatten-templates": "flatten-templates",
    "fuse-maps": "fuse-maps",
    "hoist-calls": "hoist-calls",
    "sink-calls": "sink-calls",
    "prune-branches": "prune-branches",
    "speculate-branches": "speculate-branches",
    "stop-early": "stop-early",
    "batch-requests": "batch-requests",
    "pack-prompts": "pack-prompts{most=8}",
    "cancel-losers": "lower-to-sched,cancel-losers",
}
FOR_TIME = ("speculate-branches",)


def values(module: ModuleOp) -> Iterator[SSAValue]:
    """All results and arguments in a module."""
    for op in module.walk():
        yield from op.results
        for region in op.regions:
            for block in region.blocks:
                yield from block.args


def is_in(op: Operation | None, module: ModuleOp) -> bool:
    """Whether an operation stands in a module."""
    while op is not None and op is not module:
        op = op.parent_op()
    return op is module


def without_place(module: ModuleOp) -> Counter[str]:
    """How many operations of each name come from nowhere."""
    return Counter(op.name for op in module.walk() if isinstance(op.location, UnknownLoc))


@pytest.mark.parametrize("name", PIPELINES)
def test_nothing_is_left_that_reads_a_value_or_has_no_place(name: str) -> None:
    aim: Objective = "latency" if name in FOR_TIME else "cost"
    for path in sorted(FILES.glob(f"{name.replace('-', '_')}*.mlir")):
        source = parse_module(path.read_text(encoding="utf-8"), path.name)
        setting = Setting(MEANING, aim, speculate=True)
        module = optimized(source, PIPELINES[name], setting)
        for value in values(module):
            assert all(is_in(use.operation, module) for use in value.uses), value
        # What the text leaves out, as an empty yield, stands nowhere in it.
        assert without_place(module) <= without_place(source)
