"""`remove-dead-calls`: erase operations whose results nobody uses.

    %a = llm.generate @m(%p)      (no use of %a)      =>      (nothing)

Legal for every operation whose only effects are spending money, disclosing text and
drawing: these allow deletion. Operations that do more stay, as do symbols. Keeps
`exact`: a program that succeeds has the same results; one that failed only in what is
now gone may succeed. Where a failure is handled, by a fallback, a race or `on_error`, it
decides the result: there, what can fail stays, read or not.
"""

from __future__ import annotations

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation, Region
from xdsl.passes import ModulePass
from xdsl.traits import is_speculatable
from xdsl.transforms.dead_code_elimination import is_trivially_dead

from ember_mlir.dialects.ensemble import FallbackOp, MapOp, ParallelOp, RaceOp


class RemoveDeadCallsPass(ModulePass):
    """Erase calls, and what leads to them, whose results nobody uses."""

    name = "remove-dead-calls"
    equivalence = "exact"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for region in op.regions:
            remove_dead(region)


def remove_dead(region: Region, *, handled: bool = False) -> None:
    """Erase what is dead in a region, last operation first, so that one walk is enough.

    `handled` says that something around the region makes a result of its failure.
    """
    for block in reversed(region.blocks):
        op = block.last_op
        while op is not None:
            before = op.prev_op
            if op.results and is_trivially_dead(op) and (not handled or is_speculatable(op)):
                op.detach()
                op.erase()
            else:
                for inner in op.regions:
                    remove_dead(inner, handled=handled or handles_failure(op, inner))
            op = before


def handles_failure(op: Operation, region: Region) -> bool:
    """Whether a failure of `region`, one of `op`, leads to a result of `op`.

    >>> from ember_mlir.dialects.ensemble import FallbackOp
    >>> from ember_mlir.dialects.values import TEXT
    >>> fallback = FallbackOp([Region(), Region()], TEXT)
    >>> [handles_failure(fallback, region) for region in fallback.regions]
    [True, False]
    """
    match op:
        case FallbackOp():
            return region is not op.regions[-1]
        case RaceOp():
            # What an arm gives is permitted only where the arm succeeds.
            return True
        case MapOp() | ParallelOp():
            return op.drop is not None or op.default is not None
        case _:
            return False
