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

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp, StringAttr
from xdsl.ir import Operation, Region
from xdsl.passes import ModulePass
from xdsl.traits import IsolatedFromAbove, is_speculatable
from xdsl.transforms.dead_code_elimination import is_trivially_dead

from ember_mlir.dialects.ensemble import FallbackOp, MapOp, ParallelOp, RaceOp
from ember_mlir.dialects.values import Utf8Attr


class RemoveDeadCallsPass(ModulePass):
    """Erase calls, and what leads to them, whose results nobody uses."""

    name = "remove-dead-calls"
    equivalence = "exact"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for region in op.regions:
            remove_dead(region)


def remove_dead(region: Region, *, decides: bool = False) -> bool:
    """Erase what is dead in a region, last operation first, so that one walk is enough.

    `decides` says that a failure in the region is more than the end of the program:
    something around it makes a result of it, or is not done because of it. The result
    tells whether something in the region is done, other than giving values.
    """
    acts = False
    for block in reversed(region.blocks):
        op = block.last_op
        while op is not None:
            before = op.prev_op
            kept = decides or acts
            if op.results and is_trivially_dead(op) and (not kept or is_speculatable(op)):
                op.detach()
                op.erase()
            else:
                acts |= is_effectful(op) | remove_inside(op, kept)
            op = before
    return acts


def remove_inside(op: Operation, kept: bool) -> bool:
    """Erase what is dead in the regions of `op`; whether something in them is done."""
    if op.has_trait(IsolatedFromAbove):
        # A function, or a task: what comes before what is said by other means.
        for region in op.regions:
            remove_dead(region)
        return False
    # A round of a loop, or an arm, may come before what another one does.
    acts = any(is_effectful(inner) for region in op.regions for inner in region.walk())
    for region in op.regions:
        remove_dead(region, decides=kept or acts or handles_failure(op, region))
    return acts


def is_effectful(op: Operation) -> bool:
    """Whether an operation does something: it applies a function that is not pure."""
    effect = op.properties.get("effect")
    return isinstance(effect, StringAttr | Utf8Attr) and effect.data != "pure"


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
