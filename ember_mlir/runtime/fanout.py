"""The state of a fan-out: one body per piece of a list, or a number of times."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from ember_mlir.runtime.bodies import Bodies
from ember_mlir.runtime.frames import Frame, Slot
from ember_mlir.runtime.lists import Pieces

if TYPE_CHECKING:
    from ember_mlir.runtime.instructions import Fanout


class FanoutState(Bodies):
    """Bodies over the pieces of `source`, or over nothing if it is None.

    Pieces of a list that was complete from the start are taken in order, as there is
    room; pieces of any other wait in the order in which they came.
    """

    __slots__ = ("_arrived", "_next", "_source", "_stop", "out")

    def __init__(
        self, frame: Frame, instruction: Fanout, source: Pieces | None, length: int
    ) -> None:
        super().__init__(frame, instruction, length)
        self.out = Pieces(length)
        self._source = source
        self._arrived: deque[int] = deque()
        self._next = 0
        self._stop = 0 if source is not None and source.missing else length

    def open(self) -> None:
        """Start what can start."""
        if self._source is not None:
            self._source.subscribe(self)
        self.pump()

    def arrived(self, index: int) -> None:
        """A piece is there: run a body for it, now or when there is room."""
        self._arrived.append(index)
        self.pump()

    def pump(self) -> None:
        while self.has_room():
            if self._next < self._stop:
                index = self._next
                self._next += 1
            elif self._arrived:
                index = self._arrived.popleft()
            else:
                return
            self.start(index, () if self._source is None else (self._source.take(index),))

    def returned(self, body: Frame, number: int, value: Slot) -> None:
        self.out.put(body.index, value)

    def close(self) -> None:
        super().close()
        self._source = None
