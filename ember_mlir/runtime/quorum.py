"""The state of a quorum: it takes answers as they come, and stops when they decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ember_mlir.errors import EmberError
from ember_mlir.runtime.frames import Frame
from ember_mlir.runtime.lists import ABSENT, Pieces, Wait, incomplete, plain
from ember_mlir.semantics import check_same_length, frozen, vote_key

if TYPE_CHECKING:
    from ember_mlir.runtime.instructions.votes import Quorum


class QuorumState:
    """A tally of the answers that are there, and of their keys if there are some.

    It tells the source of the answers how many it needs, and when it needs no more.
    """

    __slots__ = ("_answers", "_frame", "_keys", "_over", "_quorum", "_seen", "_tally")

    def __init__(self, frame: Frame, quorum: Quorum, answers: Pieces, keys: Pieces | None) -> None:
        self._frame = frame
        self._quorum = quorum
        self._answers = answers
        self._keys = keys
        self._over = False
        if keys is not None:
            check_same_length("keys", keys.values, answers.values)
        self._seen = bytearray(len(answers.values))
        self._tally = quorum.tally(len(answers.values))

    def open(self) -> None:
        """Look at what is there; what follows is told."""
        for index in range(len(self._seen)):
            self._look(index)
        self._decide()
        if not self._over:
            self._answers.subscribe(self)
        if self._keys is not None and not self._over:
            self._keys.subscribe(self)

    def arrived(self, index: int) -> None:
        """An answer or its key is there."""
        if not self._over and self._look(index):
            self._decide()

    def _look(self, index: int) -> bool:
        """Count an answer if it is there, and its key; whether that is news."""
        keys = self._keys
        if self._seen[index] or not self._answers.has(index):
            return False
        if keys is not None and not keys.has(index):
            return False
        answer = self._answers.values[index]
        lacking = list(incomplete((answer if keys is None else keys.values[index],)))
        if lacking:
            # It is a list, and is compared when all of it is there.
            Wait(lacking, lambda: self.arrived(index))
            return False
        self._seen[index] = True
        if answer is ABSENT:
            self._tally.leave_out(index)
        elif keys is None:
            self._tally.add(index, vote_key(plain(answer)))
        else:
            self._tally.add(index, frozen(plain(keys.values[index])))
        return True

    def _decide(self) -> None:
        """Give the result if there is one, else ask for as many answers as are needed."""
        engine, source = self._frame.engine, self._answers.source
        try:
            winner = self._tally.winner()
        except EmberError as error:
            self._over = True
            engine.fail(self._frame, self._quorum, error)
            return
        if winner is None:
            if source is not None:
                everything = self._quorum.at_once
                source.demand(len(self._seen) if everything else self._tally.demand())
            return
        self._over = True
        value = self._answers.values[winner]
        self._answers.leave(self)
        if self._keys is not None:
            self._keys.leave(self)
        if source is not None:
            source.stop()
        engine.give(self._frame, self._quorum, value)
