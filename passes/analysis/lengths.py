"""How many elements lists have at least, as the text says, and whether bodies run."""

from __future__ import annotations

from typing import Literal

from xdsl.dialects import scf
from xdsl.ir import Operation, SSAValue

from ember_mlir.dialects import ensemble, llm
from ember_mlir.dialects.ensemble import MapOp, ReduceOp, RefineOp
from ember_mlir.passes.canonicalize.known import known_integer

Repeating = MapOp | ReduceOp | RefineOp | scf.ForOp

Certainty = Literal["certain", "by length", "unknown"]
"""Whether a body runs: it does, it does if a list is long enough, or nobody knows."""


class Lengths:
    """How many elements each list has at least, of the operations that were noted.

    Operations are noted in the order of the text, each in constant time.
    """

    def __init__(self) -> None:
        self._least: dict[SSAValue, int] = {}

    def least(self, items: SSAValue) -> int:
        """How many elements a list has at least; 0 if nothing is known."""
        return self._least.get(items, 0)

    def note(self, op: Operation) -> None:
        """Note what `op` says of its result, or of what its region takes."""
        if isinstance(op, ensemble.ReduceOp):
            # A group of one is passed on, and never comes to the region.
            self._least[op.body.block.args[0]] = 2
        elif (least := self._least_of(op)) > 0:
            self._least[op.results[0]] = least

    def _least_of(self, op: Operation) -> int:
        match op:
            case llm.ListOp():
                return len(op.items)
            case llm.ConcatOp():
                return sum(map(self.least, op.lists))
            case llm.TopKOp():
                return min(op.k.value.data, self.least(op.vectors))
            case ensemble.SampleOp(drop=None):
                return op.count.value.data
            case ensemble.ParallelOp(drop=None):
                return len(op.arms)
            case ensemble.MapOp(drop=None):
                return self.least(op.items)
            case _:
                return 0


def certainty(op: Repeating, lengths: Lengths) -> Certainty:
    """Whether the body of `op` runs at least once, if nothing fails."""
    match op:
        case RefineOp():
            return "certain"
        case MapOp() | ReduceOp():
            return "certain" if lengths.least(op.items) >= least_items(op) else "by length"
        case scf.ForOp():
            first, end, step = (known_integer(value) for value in (op.lb, op.ub, op.step))
            if first is None or end is None or step is None or first >= end or step < 1:
                return "unknown"
            return "certain"


def least_items(op: Operation) -> int:
    """How many elements a list must have so that the body of `op` runs."""
    return 2 if isinstance(op, ReduceOp) else 1
