"""Instructions that choose among answers."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from ember_mlir.errors import SourceLocation
from ember_mlir.runtime.frames import AGAIN, PENDING, Frame, Instruction, Slot
from ember_mlir.runtime.lists import Pieces, all_there, plain, shared
from ember_mlir.runtime.quorum import QuorumState
from ember_mlir.runtime.tallies import Tally
from ember_mlir.semantics import vote


class Vote(Instruction):
    """`exec.vote`: the answer given most often, once all are there, and their keys."""

    __slots__ = ("_confidence", "_make", "_min_valid")

    def __init__(
        self,
        inputs: tuple[int, ...],
        output: int,
        min_valid: int | None,
        confidence: Decimal | None,
        make: Callable[[Slot], Slot] | None,
        location: SourceLocation | None,
    ) -> None:
        super().__init__(inputs, output, location=location)
        self._min_valid = min_valid
        self._confidence = confidence
        self._make = make

    def fire(self, frame: Frame) -> Slot:
        lists = [frame.slots[slot] for slot in self.inputs]
        if not all_there(frame, self.index, lists):
            return AGAIN
        answers, *keys = [plain(pieces) for pieces in lists]
        winner = vote(answers, keys[0] if keys else None, self._min_valid, self._confidence)
        return winner if self._make is None else self._make(winner)


class Quorum(Instruction):
    """`exec.quorum`: the answer given most often, as soon as that is decided."""

    __slots__ = ("at_once", "stops", "tally")

    def __init__(
        self,
        inputs: tuple[int, ...],
        output: int,
        tally: Callable[[int], Tally],
        *,
        stops: bool,
        at_once: bool,
        location: SourceLocation | None,
    ) -> None:
        super().__init__(inputs, output, location=location)
        self.tally = tally
        self.stops = stops
        self.at_once = at_once

    def fire(self, frame: Frame) -> Slot:
        lists: list[Pieces] = [frame.slots[slot] for slot in self.inputs]
        if self.shared:
            for pieces in lists:
                shared(pieces)
        QuorumState(frame, self, lists[0], lists[1] if len(lists) > 1 else None).open()
        return PENDING
