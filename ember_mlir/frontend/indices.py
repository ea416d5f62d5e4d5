"""The repetitions that code is inside of, by their indices."""

from __future__ import annotations

from collections.abc import Iterable


class Indices(list["int | None"]):
    """The index of each repetition around, the outermost first.

    A repetition that is left by an error may be told so late, when others are under way: what
    keeps its frame alive is the error. So each has a mark, and ends only while that is there.

    >>> indices = Indices([0])
    >>> place, inner = indices.here(), indices.begun()
    >>> indices[1:] = [5]
    >>> indices.back_to(place)
    >>> again = indices.begun()
    >>> indices[1:] = [7]
    >>> indices.ended(inner)
    >>> indices
    [0, 7]
    >>> indices.ended(again)
    >>> indices
    [0]
    """

    def __init__(self, indices: Iterable[int | None] = ()) -> None:
        super().__init__(indices)
        self._open: list[object] = []

    def here(self) -> tuple[int, int]:
        """The place inside of the repetitions that there are now."""
        return len(self), len(self._open)

    def begun(self) -> tuple[object, tuple[int, int]]:
        """The mark of repetitions that begin here, and where they do."""
        mark, place = object(), self.here()
        self._open.append(mark)
        return mark, place

    def ended(self, begun: tuple[object, tuple[int, int]]) -> None:
        """End repetitions that have begun, unless they have been left."""
        mark, place = begun
        if mark in self._open:
            self.back_to(place)

    def back_to(self, place: tuple[int, int]) -> None:
        """Leave all repetitions that have begun behind a place."""
        depth, count = place
        del self[depth:]
        del self._open[count:]
