"""Lists that become ready piece by piece."""

from __future__ import annotations

from typing import Protocol

from ember_mlir.runtime.arguments import Argument
from ember_mlir.runtime.frames import Frame, Slot


class Reader(Protocol):
    """What takes the pieces of a list one by one."""

    def arrived(self, index: int) -> None:
        """Take note that piece `index` is there."""
        ...


class Pieces:
    """A list whose length is known and whose pieces come in any order.

    A piece is forgotten when it is taken, unless the list is `kept` because it has
    several readers: whoever gives a list to more than one reader must mark it so, before
    the first takes a piece.
    """

    __slots__ = ("_readers", "_waiting", "kept", "missing", "values")

    def __init__(self, length: int) -> None:
        self.values: list[Slot] = [None] * length
        self.missing = length
        self.kept = False
        self._readers: list[Reader] | None = None
        self._waiting: list[tuple[Frame, int]] | None = None

    @classmethod
    def complete(cls, values: list[Slot]) -> Pieces:
        """A list whose pieces are all there; it takes over `values`."""
        pieces = cls(0)
        pieces.values = values
        return pieces

    def put(self, index: int, value: Slot) -> None:
        """Add a piece, and tell the readers."""
        self.values[index] = value
        self.missing -= 1
        if self._readers is not None:
            for reader in self._readers:
                reader.arrived(index)
        if not self.missing:
            self._complete()

    def take(self, index: int) -> Slot:
        """A piece that is there, for a reader that will not ask for it again."""
        value = self.values[index]
        if not self.kept:
            self.values[index] = None
        elif isinstance(value, Pieces):
            value.kept = True
        return value

    def subscribe(self, reader: Reader) -> None:
        """Tell `reader` of every piece, of those that are there at once.

        A list of which all pieces are there tells nothing: its readers take them at
        their own pace.
        """
        if not self.missing:
            return
        present = [index for index, value in enumerate(self.values) if value is not None]
        if self._readers is None:
            self._readers = []
        self._readers.append(reader)
        for index in present:
            reader.arrived(index)

    def await_all(self, frame: Frame, index: int) -> None:
        """Fire the instruction at `index` of `frame` when the last piece is there."""
        if self._waiting is None:
            self._waiting = []
        self._waiting.append((frame, index))

    def _complete(self) -> None:
        # Readers hold frames that hold this list: a list that is complete needs neither.
        self._readers = None
        for frame, index in self._waiting or ():
            frame.engine.ready.append((frame, index))
        self._waiting = None


def to_slot(value: Argument) -> Slot:
    """A text or a nested list of texts from outside, as the engine holds it.

    What comes from outside is never taken apart: the caller may hold it too.
    """
    if not isinstance(value, list | tuple):
        return value
    pieces = Pieces.complete([to_slot(item) for item in value])
    pieces.kept = True
    return pieces


def from_slot(value: Slot) -> Slot:
    """The text or nested list of texts that a finished run returns."""
    if isinstance(value, Pieces):
        return [from_slot(item) for item in value.values]
    return value
