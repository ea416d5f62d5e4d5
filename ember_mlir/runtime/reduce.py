"""The state of a reduction: a tree of bodies whose shape is fixed by the list's length."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from typing import TYPE_CHECKING

from ember_mlir.runtime.bodies import Bodies
from ember_mlir.runtime.frames import Body, Frame, Slot
from ember_mlir.runtime.lists import Pieces
from ember_mlir.semantics import check_reducible, reduce_levels

if TYPE_CHECKING:
    from ember_mlir.runtime.instructions.bodies import Reduce


class Level:
    """One level of the tree: its pieces, in groups of neighbours.

    `first` is the number of its first node, `missing` how many pieces each group still
    waits for. The last group may be shorter than the others.
    """

    __slots__ = ("first", "missing", "pieces")

    def __init__(self, pieces: Pieces, arity: int, first: int) -> None:
        full, rest = divmod(len(pieces.values), arity)
        self.pieces = pieces
        self.first = first
        self.missing = [arity] * full + [rest] * bool(rest)


class ReduceState(Bodies):
    """A tree over the pieces of `source`; an empty one raises `EmptyReduceError`.

    A node starts as soon as its own group is there. Groups of a list that was complete
    from the start wait until no node of a higher level can start, so that few values
    between are held. The number of a node is the index of its body; `in_order` a node
    starts when the one before is over.
    """

    __slots__ = (
        "_arity",
        "_firsts",
        "_groups",
        "_in_order",
        "_levels",
        "_next",
        "_output",
        "_place",
        "_source",
        "_stop",
        "_table",
    )

    def __init__(self, frame: Frame, instruction: Reduce, source: Pieces) -> None:
        length = len(source.values)
        check_reducible(length)
        shape = list(reduce_levels(length, instruction.arity))
        # The last level has one node; a single piece needs none.
        super().__init__(frame, instruction, instruction.takes, shape[-1][1] + 1 if shape else 0)
        self._arity = instruction.arity
        self._output = instruction.output
        self._table = instruction.table
        self._source = source
        self._firsts = [first for _, first in shape]
        self._levels = [
            Level(Pieces(size) if first else source, instruction.arity, first)
            for size, first in shape
        ]
        self._groups: deque[tuple[int, int]] = deque()
        # Level and group of the node that is next in order, and which groups are there.
        self._place = (0, 0)
        self._in_order: set[tuple[int, int]] | None = set() if instruction.in_order else None
        self._next = 0
        self._stop = 0 if source.missing or not shape else len(self._levels[0].missing)

    def open(self) -> None:
        """Start what can start."""
        self.hold()
        self._source.subscribe(self)
        if not self._levels and not self._source.missing:
            self._result(self._source.take(0))
        self.pump()

    def arrived(self, index: int) -> None:
        """A piece of the list is there."""
        if self._levels:
            self._count(0, index)
            self.pump()
        else:
            self._result(self._source.take(index))

    def pump(self) -> None:
        if self._in_order is not None:
            self._pump_in_order(self._in_order)
            return
        window = self._window
        # This is `has_room`, written out: it is asked twice for each node.
        while window.live < window.size or not self.live:
            if self._groups:
                self._start_group(*self._groups.popleft())
            elif self._next < self._stop:
                self._next += 1
                self._start_group(0, self._next - 1)
            else:
                return

    def _pump_in_order(self, there: set[tuple[int, int]]) -> None:
        while not self.live and self._levels:
            level, group = self._place
            if self._place not in there and not (level == 0 and group < self._stop):
                return
            last = group + 1 == len(self._levels[level].missing)
            self._place = (level + 1, 0) if last else (level, group + 1)
            self._start_group(level, group)

    def returned(self, body: Body, number: int, value: Slot) -> None:
        level = bisect_right(self._firsts, body.index) - 1
        self._rise(level, body.index - self._firsts[level], value)

    def finished(self, body: Body) -> Frame | None:
        return self.one_over(body)

    def over(self) -> Frame | None:
        self._levels = []
        return super().over()

    def _start_group(self, level: int, group: int) -> None:
        first = group * self._arity
        values = self._levels[level].pieces.take_all(first, first + self._arity)
        if len(values) == 1:
            self._rise(level, group, values[0])
        else:
            own = (Pieces.complete(values),)
            self.start(self._table, self._firsts[level] + group, own, self.group)

    def _rise(self, level: int, group: int, value: Slot) -> None:
        """What a group has become is a piece of the level above, or the result."""
        if level + 1 == len(self._levels):
            self._result(value)
            return
        self._levels[level + 1].pieces.put(group, value)
        self._count(level + 1, group)

    def _count(self, level: int, index: int) -> None:
        group = index // self._arity
        missing = self._levels[level].missing
        missing[group] -= 1
        if missing[group]:
            return
        if self._in_order is None:
            self._groups.append((level, group))
        else:
            self._in_order.add((level, group))

    def _result(self, value: Slot) -> None:
        self.frame.deliver(self._output, value)
        if not self._firsts:
            # A single piece is the result as it is: no body will be over later.
            self.close()
