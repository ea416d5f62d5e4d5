"""Lists that become ready piece by piece, and how values go in and out of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from ember_mlir.dialects.values import ListType
from ember_mlir.runtime.frames import MISSING, Frame, Signal, Slot

ABSENT = Signal("ABSENT")
"""What stands in a list for a member that has been left out."""


class Reader(Protocol):
    """What takes the pieces of a list one by one."""

    def arrived(self, index: int) -> None:
        """Take note that piece `index` is there."""
        ...


class Pieces:
    """A list whose length is known and whose pieces come in any order.

    A piece is forgotten when it is taken, unless the list is `kept` because it has
    several readers: whoever gives a list to more than one reader must mark it so, before
    the first takes a piece. `source` is what makes the pieces, where a reader may tell
    it how many are needed.
    """

    __slots__ = ("_readers", "_waits", "kept", "missing", "source", "values")

    def __init__(self, length: int) -> None:
        self.values: list[Slot] = [MISSING] * length
        self.missing = length
        self.kept = False
        self.source: Slot = None
        self._readers: list[Reader] | None = None
        self._waits: list[Wait] | None = None

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

    def take_all(self, first: int, last: int) -> list[Slot]:
        """The pieces from `first` on, before `last`, as `take` gives each of them."""
        values = self.values[first:last]
        if not self.kept:
            self.values[first:last] = [None] * len(values)
        elif values and isinstance(values[0], Pieces):
            for value in values:
                value.kept = True
        return values

    def has(self, index: int) -> bool:
        """Whether piece `index` is there."""
        return self.values[index] is not MISSING

    def subscribe(self, reader: Reader) -> None:
        """Tell `reader` of every piece, of those that are there at once.

        A list of which all pieces are there tells nothing: its readers take them at
        their own pace.
        """
        if not self.missing:
            return
        present = [index for index, value in enumerate(self.values) if value is not MISSING]
        if self._readers is None:
            self._readers = []
        self._readers.append(reader)
        for index in present:
            reader.arrived(index)

    def leave(self, reader: Reader) -> None:
        """`reader` has seen enough; what is still to come need not be made for it."""
        if self._readers is not None:
            self._readers = [other for other in self._readers if other is not reader]
        self.source = None

    def tell(self, wait: Wait) -> None:
        """Tell `wait` when the last piece is there."""
        if self._waits is None:
            self._waits = []
        self._waits.append(wait)

    def _complete(self) -> None:
        # Readers hold frames that hold this list: a list that is complete needs neither.
        self._readers = None
        self.source = None
        waits, self._waits = self._waits, None
        for wait in waits or ():
            wait.completed(self)


class Wait:
    """Calls `then` once some lists are there, in all their depth."""

    __slots__ = ("_left", "_then")

    def __init__(self, lists: Sequence[Pieces], then: Callable[[], None]) -> None:
        self._left = 0
        self._then = then
        self._add(lists)

    def completed(self, pieces: Pieces) -> None:
        """Take note that all pieces of a list are there; they may be lists themselves."""
        self._add(list(incomplete((pieces,))))
        self._left -= 1
        if not self._left:
            self._then()

    def _add(self, lists: Sequence[Pieces]) -> None:
        self._left += len(lists)
        for pieces in lists:
            pieces.tell(self)


def all_there(frame: Frame, index: int, values: Iterable[Slot]) -> bool:
    """Whether all lists among `values` are there, in all their depth.

    If not, the instruction at `index` of `frame` fires again when they are.
    """
    waiting = list(incomplete(values))
    if waiting:
        Wait(waiting, lambda: frame.engine.ready.append((frame, index)))
    return not waiting


def is_there(values: Iterable[Slot]) -> bool:
    """Whether all lists among `values` are there, in all their depth."""
    return next(incomplete(values), None) is None


def incomplete(values: Iterable[Slot]) -> Iterator[Pieces]:
    """The lists that lack pieces; what is inside of such a list is looked at later."""
    pending = [value for value in values if value.__class__ is Pieces]
    while pending:
        pieces = pending.pop()
        if pieces.missing:
            yield pieces
        elif pieces.values and pieces.values[0].__class__ is Pieces:
            # Elements have one type: where one is a list, all are.
            pending += pieces.values


def plain(value: Slot) -> Slot:
    """A value of which all pieces are there, as instructions compute with it.

    >>> plain(Pieces.complete([Pieces.complete(["a"]), Pieces.complete([])]))
    [['a'], []]
    """
    if value.__class__ is not Pieces:
        return value
    if value.values and value.values[0].__class__ is Pieces:
        return [plain(item) for item in value.values]
    return value.values


def so_far(value: Slot) -> Slot:
    """A value of which some pieces may be missing, or taken: these are None."""
    if value.__class__ is not Pieces:
        return None if isinstance(value, Signal) else value
    return [so_far(item) for item in value.values]


def slot_maker(of: object) -> Callable[[Slot], Slot] | None:
    """What turns a plain value of a type into one that the engine holds; None if nothing.

    Lists in records stay as they are: only whole records are read.
    """
    if not isinstance(of, ListType):
        return None
    inner = slot_maker(of.element)
    if inner is None:
        return lambda value: Pieces.complete(list(value))
    return lambda value: Pieces.complete([inner(item) for item in value])


def shared(value: Slot) -> Slot:
    """`value`, which several readers may take apart from here on."""
    if value.__class__ is Pieces:
        value.kept = True
    return value
