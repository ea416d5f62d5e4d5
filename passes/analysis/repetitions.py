"""How often an operation of the level `llm` runs, at most."""

from __future__ import annotations

from math import prod

from xdsl.dialects import func, scf
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation, SSAValue

from ember_mlir.dialects import ensemble, llm
from ember_mlir.dialects.values import ancestors
from ember_mlir.passes.analysis.folds import rounds_of

_ONCE = (
    ModuleOp,
    func.FuncOp,
    scf.IfOp,
    ensemble.ParallelOp,
    ensemble.CascadeOp,
    ensemble.FallbackOp,
    ensemble.RaceOp,
)
"""What runs each of its regions once at most."""


def executions(op: Operation) -> int | None:
    """How often `op` runs in one run of its function, at most; None if nothing says."""
    counts = [_runs(around) for around in ancestors(op)]
    known = [count for count in counts if count is not None]
    return prod(known) if len(known) == len(counts) else None


def _runs(op: Operation) -> int | None:
    """How often an operation runs each of its regions, at most."""
    match op:
        case ensemble.MapOp():
            return most_items(op.items)
        case ensemble.ReduceOp():
            # Each node makes a list shorter by one at least.
            return most_items(op.items)
        case ensemble.RefineOp():
            return op.rounds.value.data
        case scf.ForOp():
            return rounds_of(op)
        case _:
            return 1 if isinstance(op, _ONCE) else None


def most_items(items: SSAValue) -> int | None:
    """How many elements a list has at most; None if nothing says.

    >>> from ember_mlir.dialects.values import TEXTS
    >>> a = llm.ConstantOp("a").result
    >>> most_items(llm.ListOp([a, a], TEXTS).result)
    2
    >>> most_items(ensemble.SampleOp(5, "m", a).result)
    5
    """
    owner = items.owner
    while isinstance(owner, ensemble.MapOp):
        owner = owner.items.owner
    match owner:
        case llm.ListOp() as op:
            return len(op.items)
        case ensemble.SampleOp() as op:
            return op.count.value.data
        case ensemble.ParallelOp() as op:
            return len(op.arms)
        case _:
            return None
