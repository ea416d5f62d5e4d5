"""Which requests are waited for together: whatever waits for one of them waits for all.

A request may be sent later, together with others, without anything being later for it, if
all that takes time and needs its answer needs the answers of the others in any case. What
the operations between do with the answers tells that: which of them a value cannot be there
without. Of a list, its length, its elements and all of it are there at different times, and
what has a region may start before all that it captures is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from typing import NamedTuple

from xdsl.dialects import scf
from xdsl.dialects.func import ReturnOp
from xdsl.ir import Block, Operation, SSAValue
from xdsl.traits import IsTerminator

from ember_mlir.dialects import ensemble, llm
from ember_mlir.dialects.operations import walk

MOST = 256
"""How many requests of a block are looked at: what they may wait for is their number squared."""

DEEPEST = 4
"""Through how many loops in one another values are followed: each doubles the work."""

# What needs all of its lists before it gives anything; others may take them bit by bit.
_STRICT = (llm.TopKOp, llm.JoinOp, llm.ContainsOp, llm.EqualOp, llm.ConcatOp)


class Needs(NamedTuple):
    """Which requests a value may depend on, and those without which it is not there.

    Requests are bits. Without `start` it is not there at all: of a list, not even its length.
    Without `each` no element of a list is, without `whole` not all of it. `ever` are those, too,
    that what takes time, and comes before it, is not there without.
    """

    maybe: int = 0
    start: int = 0
    each: int = 0
    whole: int = 0
    ever: int = 0


NOTHING = Needs()


def awaited_together(requests: Sequence[Operation], slow: Set[Operation]) -> list[object]:
    """For each request of one block, what waits for it; alike for those awaited together.

    None for a request that something waits for which may not wait for others, or that nothing
    reads. `slow` operations, and what returns from the program, are what waits.
    """
    block = requests[0].parent
    if block is None or len(requests) > MOST:
        return [None for _ in requests]
    found = _Awaiting(slow)
    for number, request in enumerate(requests):
        bit = 1 << number
        found.needs.update({result: Needs(bit, bit, bit, bit, bit) for result in request.results})
    found.block(block, 0, known=set(requests))
    # What the program ends with waits for all of these, so that none of them is too late for it.
    numbers = range(len(requests))
    keys: list[tuple[int, ...]] = [(-1,) if found.last >> n & 1 else () for n in numbers]
    apart = 0
    for reader, (maybe, surely) in enumerate(found.waits):
        if maybe != surely:
            apart |= maybe
        for number in bits(maybe):
            keys[number] += (reader,)
    return [None if apart >> number & 1 or not key else key for number, key in enumerate(keys)]


class _Awaiting:
    """A walk in program order; `waits` tells of which requests each thing waits.

    Of those it may need, and of those that it needs in any case.
    """

    def __init__(self, slow: Set[Operation]) -> None:
        self.needs: dict[SSAValue, Needs] = {}
        self.waits: list[tuple[int, int]] = []
        self.last = 0
        self._slow = slow

    def block(self, block: Block, depth: int, known: Set[Operation] = frozenset()) -> None:
        """What the values of a block need; those of `known` operations are known."""
        for op in block.ops:
            taken = [self._of(operand) for operand in op.operands]
            maybe = _any([one.maybe for one in taken])
            if op.regions:
                maybe |= self._captured(op)
            if maybe or any(one.ever for one in taken):
                self._op(op, taken, maybe, depth)
            elif op not in known:
                # In a round before this one it may have been something else.
                for result in op.results:
                    self.needs.pop(result, None)

    def _op(self, op: Operation, taken: Sequence[Needs], maybe: int, depth: int) -> None:
        if op in self._slow:
            self.waits.append((maybe, self._needed(op, taken)))
            ever = _needed_ever(op, taken)
            for result in op.results:
                # If it is one of the requests, it is known what it needs besides.
                own = self._of(result)
                self.needs[result] = own._replace(ever=own.ever | ever)
        elif isinstance(op, ReturnOp):
            # All of a run is over when all of its results are there.
            self.last = _any([one.ever for one in taken])
            self.waits.append((maybe & ~self.last, 0))
        elif op.has_trait(IsTerminator):
            # What takes one of these need not take the others.
            if depth == 0:
                self.waits += [(one.maybe, one.start) for one in taken if one.maybe]
        else:
            self._pass_on(op, taken, maybe, depth)

    def _pass_on(self, op: Operation, taken: Sequence[Needs], maybe: int, depth: int) -> None:
        """What the results of something that takes no time need."""
        made = [NOTHING._replace(maybe=maybe) for _ in op.results]
        match op:
            case scf.IfOp() if op.results:
                made = self._either(op, taken[0].start, depth)
            case scf.ForOp() if depth < DEEPEST:
                made = self._rounds(op, taken, depth)
            case ensemble.MapOp() if op.default is None:
                made = [taken[0]._replace(maybe=maybe)]
            case llm.ListOp():
                each = _all([one.start for one in taken])
                made = [Needs(maybe, each=each, whole=_any([one.whole for one in taken]))]
            case llm.GetOp():
                items, index = taken
                there = items.each | index.start
                made = [Needs(maybe, there, there, there)]
            case _ if isinstance(op, _STRICT):
                there = _any([one.whole for one in taken])
                made = [Needs(maybe, there, there, there)]
            case _ if not op.regions:
                there = _any([one.start for one in taken])
                made = [Needs(maybe, there, there, there) for _ in op.results]
            case _:
                pass
        # Each result may need whatever is captured.
        ever = _needed_ever(op, taken)
        for result, one in zip(op.results, made, strict=True):
            self.needs[result] = one._replace(maybe=maybe, ever=one.whole | ever)

    def _either(self, op: scf.IfOp, condition: int, depth: int) -> list[Needs]:
        """The results of a branch: it is taken when its condition is there."""
        arms: list[list[Needs]] = []
        for region in op.regions:
            self.block(region.block, depth + 1)
            arms.append(self._given_by(region.block))
        return [_after(condition, _common(*pair)) for pair in zip(*arms, strict=True)]

    def _rounds(self, op: scf.ForOp, taken: Sequence[Needs], depth: int) -> list[Needs]:
        """The results of a loop, which may have no rounds: it is over when its bounds say so."""
        bounds, first = _any([one.start for one in taken[:3]]), list(taken[3:])
        body = op.body.block
        index, *state = body.args
        self.needs[index] = NOTHING
        last = self._round(body, state, first, depth)
        if list(map(_common, first, last)) != first:
            # A round may give what needs less: what holds whatever it is given?
            last = self._round(body, state, [NOTHING] * len(first), depth)
        return [_after(bounds, _common(*pair)) for pair in zip(first, last, strict=True)]

    def _round(
        self, body: Block, state: Sequence[SSAValue], given: Sequence[Needs], depth: int
    ) -> list[Needs]:
        self.needs.update(zip(state, given, strict=True))
        self.block(body, depth + 1)
        return self._given_by(body)

    def _given_by(self, block: Block) -> list[Needs]:
        last = block.last_op
        assert last is not None
        return [self._of(operand) for operand in last.operands]

    def _needed(self, op: Operation, taken: Sequence[Needs]) -> int:
        """What something that takes time cannot start without."""
        match op:
            case ensemble.MapOp():
                # An element is asked about as soon as it is there.
                return taken[0].each
            case scf.IfOp():
                return taken[0].start
            case _ if not op.regions:
                return _any([one.start for one in taken])
            case _:
                return 0

    def _captured(self, op: Operation) -> int:
        inside = (operand for inner in walk(op) if inner is not op for operand in inner.operands)
        return _any([self._of(operand).maybe for operand in inside])

    def _of(self, value: SSAValue) -> Needs:
        return self.needs.get(value, NOTHING)


def _needed_ever(op: Operation, taken: Sequence[Needs]) -> int:
    """What all of the results of an operation need, also through what takes time."""
    match op:
        case ensemble.MapOp() | scf.IfOp():
            return taken[0].ever
        case llm.GetOp() | llm.LengthOp():
            return 0
        case _:
            return 0 if op.regions else _any([one.ever for one in taken])


def bits(mask: int) -> Iterable[int]:
    """The numbers of the bits of a mask.

    >>> [*bits(0b1001)]
    [0, 3]
    """
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def _any(masks: Iterable[int]) -> int:
    found = 0
    for mask in masks:
        found |= mask
    return found


def _all(masks: Sequence[int]) -> int:
    found = masks[0] if masks else 0
    for mask in masks:
        found &= mask
    return found


def _common(one: Needs, other: Needs) -> Needs:
    """What is needed of two values of which it may be either."""
    start, each, whole = one.start & other.start, one.each & other.each, one.whole & other.whole
    return one._replace(start=start, each=each, whole=whole)


def _after(first: int, value: Needs) -> Needs:
    """What is needed of a value that is there after something else."""
    return Needs(value.maybe, first | value.start, first | value.each, first | value.whole)
