"""Loops that carry one value, which each round combines with what it gives.

    for %i = 0 to length of %xs (%s = %first) { combine(%s, f(%xs[%i])) }

What the rounds give does not depend on one another, so only the combination must be in
order. This says what a loop combines and which list it runs over, or in words why it is
none of the kind; the words complete "this operation …".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from xdsl.dialects import arith, scf
from xdsl.ir import Operation, SSAValue

from ember_mlir.dialects.llm import ConcatOp, GetOp, LengthOp, ListOp
from ember_mlir.passes.canonicalize.known import is_labelled, known_integer, known_items


class Fold(NamedTuple):
    """The value that a loop begins with, the one that a round takes, and what it makes of it."""

    first: SSAValue
    state: SSAValue
    combine: Operation


class Elements(NamedTuple):
    """The list that a loop runs over: round i reads element i, by all of `reads`."""

    items: SSAValue
    reads: Sequence[GetOp]
    casts: Sequence[arith.IndexCastOp]


def fold_of(loop: scf.ForOp) -> Fold | str:
    """What `loop` combines; else why it combines nothing."""
    if len(loop.iter_args) != 1:
        return "does not carry just one value from round to round"
    block = loop.body.block
    state, yielded = block.args[1], last_of(loop).operands[0]
    combine = yielded.owner
    use = state.get_unique_use()
    if not isinstance(combine, Operation) or use is None or use.operation is not combine:
        return "does more with what the round before gave than to combine it at its end"
    if combine.parent is not block or combine.regions or not yielded.has_one_use():
        return "does more with what the round before gave than to combine it at its end"
    if is_labelled(loop) or is_labelled(combine):
        return "has a label of its own, which would be lost"
    return Fold(loop.iter_args[0], state, combine)


def last_of(loop: scf.ForOp) -> Operation:
    """What ends each round of a loop."""
    last = loop.body.block.last_op
    assert last is not None
    return last


def elements_of(loop: scf.ForOp) -> Elements | str:
    """The list that `loop` runs over, from its first element to its last; else why there is none.

    Its rounds are then counted as the elements are: both from 0.
    """
    index = loop.body.block.args[0]
    if known_integer(loop.lb) != 0 or known_integer(loop.step) != 1:
        return "does not count from 0 by 1"
    users = [use.operation for use in index.uses]
    casts = [user for user in users if isinstance(user, arith.IndexCastOp)]
    readers = [user for user in users if not isinstance(user, arith.IndexCastOp)]
    readers += [use.operation for cast in casts for use in cast.result.uses]
    reads = [reader for reader in readers if isinstance(reader, GetOp)]
    if len(reads) != len(readers):
        return "does more with its index than to read a list"
    if any(map(is_labelled, reads)):
        return "reads a list under a label of its own, which would be lost"
    measured = measured_by(loop.ub)
    lists = {read.items for read in reads} | {found for found in (measured,) if found is not None}
    if len(lists) != 1:
        return "reads no list by its index" if not lists else "reads more than one list"
    (items,) = lists
    if measured is None and (obstacle := _may_miss(loop, items)) is not None:
        return obstacle
    return Elements(items, reads, casts)


def measured_by(bound: SSAValue) -> SSAValue | None:
    """The list that `bound` is the length of, if it is one."""
    owner = bound.owner
    if isinstance(owner, arith.IndexCastOp):
        owner = owner.input.owner
    if not isinstance(owner, LengthOp) or is_labelled(owner):
        return None
    return owner.operands[0]


def _may_miss(loop: scf.ForOp, items: SSAValue) -> str | None:
    """Why a loop up to a number may read other than just all elements of `items`."""
    known = known_items(items)
    if known is None or known_integer(loop.ub) != len(known.operands):
        return "is not known to read its list from the first element to the last"
    return "reads a list that each round makes anew" if loop.is_ancestor(known) else None


def rounds_of(loop: scf.ForOp) -> int | None:
    """How many rounds `loop` has, if that is known."""
    first, end, step = (known_integer(value) for value in (loop.lb, loop.ub, loop.step))
    if first is None or end is None or step is None or step < 1:
        return None
    return len(range(first, end, step))


def appended(fold: Fold) -> ListOp | None:
    """The list of the one element that a fold puts behind those of the rounds before."""
    if not isinstance(fold.combine, ConcatOp) or len(fold.combine.lists) != 2:
        return None
    # One of the two is the state, and that is no list that is written out.
    known = known_items(fold.combine.lists[1])
    return known if known is not None and len(known.items) == 1 else None
