"""`remove-dead-calls`: erase operations whose results nobody uses.

    %a = llm.generate @m(%p)      (no use of %a)      =>      (nothing)

Legal for every operation whose only effects are spending money, disclosing text and
drawing: these allow deletion. Operations that do more stay, as do symbols. Keeps
`exact`: a program that succeeds has the same results; one that failed only in what is
now gone may succeed. Where a failure is handled, by a fallback, a race or `on_error`, it
decides the result: there, what can fail stays, read or not, as does what can fail before
a function that is not pure: that must not be called once something has failed.
"""

from __future__ import annotations

from collections.abc import Set

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation, Region
from xdsl.traits import is_speculatable
from xdsl.transforms.dead_code_elimination import is_trivially_dead

from ember_mlir.dialects.values import AsksModel
from ember_mlir.passes.analysis.failures import decisive_operations
from ember_mlir.passes.optimization import Optimization, fired, missed


class RemoveDeadCallsPass(Optimization):
    """Erase calls, and what leads to them, whose results nobody uses."""

    name = "remove-dead-calls"
    equivalence = "exact"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        decisive = decisive_operations(op)
        for region in op.regions:
            remove_dead(region, decisive)


def remove_dead(region: Region, decisive: Set[Operation]) -> None:
    """Erase what is dead in a region, last operation first, so that one walk is enough.

    A failure of the `decisive` operations does more than end the program.
    """
    for block in reversed(region.blocks):
        op = block.last_op
        while op is not None:
            before = op.prev_op
            if not op.results or not is_trivially_dead(op):
                for inner in op.regions:
                    remove_dead(inner, decisive)
            elif op in decisive and not is_speculatable(op):
                missed(op, "is read by nobody, but its failure is, or comes before an effect")
                for inner in op.regions:
                    remove_dead(inner, decisive)
            else:
                if asks(op):
                    fired(op, "is gone, as nobody reads what it gives")
                op.detach()
                op.erase()
            op = before


def asks(op: Operation) -> bool:
    """Whether a model may be asked by an operation, or inside of it."""
    return any(inner.has_trait(AsksModel) for inner in op.walk())
