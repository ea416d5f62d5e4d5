"""Where the failure of an operation is more than the end of the program.

A failure that nobody handles ends the program, so an operation that nobody reads may go,
and one that is read late may run late. That is wrong in two places:

- where the failure is handled, by another arm, by a race or by `on_error`: there it
  decides the result;
- before a function that is not pure: that must not be called once something has failed.
  A round of a loop, or an arm, counts as before what the others do.
"""

from __future__ import annotations

from collections.abc import Set

from xdsl.dialects.builtin import StringAttr
from xdsl.ir import Operation, Region
from xdsl.traits import IsolatedFromAbove

from ember_mlir.dialects.ensemble import FallbackOp, MapOp, ParallelOp, RaceOp
from ember_mlir.dialects.operations import walk
from ember_mlir.dialects.values import Utf8Attr
from ember_mlir.passes.analysis.named_errors import deciding_operations


def decisive_operations(root: Operation) -> Set[Operation]:
    """The operations in `root` whose failure is more than the end of the program.

    One walk, so it takes linear time; ask before rewriting, as what is made new is not
    in it.
    """
    decisive: set[Operation] = set()
    acting = effectful_operations(root)
    for region in root.regions:
        _mark(region, acting, decisive, decides=False)
    return decisive


def effectful_operations(root: Operation) -> Set[Operation]:
    """The operations in `root` that apply a function that is not pure, and all around them.

    What decides by its error which arm of a fallback runs counts as such, within that arm.
    """
    acting: set[Operation] = set()
    for op in walk(root):
        if is_effectful(op):
            around: Operation | None = op
            while around is not None and around not in acting:
                acting.add(around)
                around = around.parent_op()
    return acting | deciding_operations(root)


def _mark(
    region: Region, acting: Set[Operation], decisive: set[Operation], *, decides: bool
) -> None:
    """Mark the operations of a region; it `decides` if a failure of all of it does."""
    acts = False
    for block in reversed(region.blocks):
        for op in reversed(block.ops):
            kept = decides or acts
            if kept:
                decisive.add(op)
            # A function, or a task: what comes before what is said by other means.
            isolated = op.has_trait(IsolatedFromAbove)
            inside = not isolated and (kept or op in acting)
            for inner in op.regions:
                decides_inside = inside or handles_failure(op, inner)
                _mark(inner, acting, decisive, decides=decides_inside)
            acts |= op in acting and not isolated


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
