"""In which region all readers of a value stand: the innermost one that holds all of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Generator
from contextlib import contextmanager
from typing import NamedTuple

from xdsl.ir import Block, Region, SSAValue


class Place(NamedTuple):
    """A region that is `depth` regions deep, and a time at which the walk was in it."""

    region: Region
    depth: int
    time: int


class Readers:
    """Where values are read, noted in a walk over regions, from the last operation to the first.

    A region that is a `barrier` counts as its operation does: who reads in there, reads
    where the operation stands. Noting takes time logarithmic in how deep the walk is: of
    the regions that are open, those that had been opened by some time were open then.
    """

    def __init__(self) -> None:
        self._open: list[Region] = []
        self._opened: list[int] = []
        self._barriers: list[int] = []
        self._depths: dict[Region, int] = {}
        self._time = 0
        self._places: dict[SSAValue, Place] = {}

    @property
    def depth(self) -> int:
        """How many regions deep the walk is."""
        return len(self._open) - 1

    @contextmanager
    def inside(self, region: Region, *, barrier: bool) -> Generator[None]:
        """Walk over a region of the operation that the walk is at."""
        self._time += 1
        self._open.append(region)
        self._opened.append(self._time)
        self._depths[region] = self.depth
        if barrier:
            self._barriers.append(self.depth)
        yield
        if barrier:
            self._barriers.pop()
        self._open.pop()
        self._opened.pop()

    def of(self, value: SSAValue) -> Place | None:
        """Where all of what reads `value` stands, of what the walk has come by."""
        return self._places.get(value)

    def read(self, value: SSAValue) -> None:
        """Note that `value` is read where the walk is."""
        deepest = self._seen_from(value)
        place = self._places.get(value)
        if place is None:
            self._places[value] = Place(self._open[deepest], deepest, self._time)
            return
        shared = min(deepest, place.depth, bisect_right(self._opened, place.time) - 1)
        self._places[value] = Place(self._open[shared], shared, place.time)

    def read_at(self, value: SSAValue, place: Place) -> None:
        """Note that what reads `value` has moved from where the walk is to `place`, further in."""
        before = self._places.get(value)
        if self._seen_from(value) < self.depth:
            self.read(value)
        elif before is not None:
            self._places[value] = shared_by(before, place)
        else:
            self._places[value] = place

    def _seen_from(self, value: SSAValue) -> int:
        """How deep a reader here counts as, for a value that is made further out."""
        own = value.owner if isinstance(value.owner, Block) else value.owner.parent
        region = None if own is None else own.parent
        assert region is not None
        following = bisect_right(self._barriers, self._depths[region])
        return self._barriers[following] - 1 if following < len(self._barriers) else self.depth


def shared_by(first: Place, second: Place) -> Place:
    """The innermost region that holds two places."""
    while first.region is not second.region:
        if first.depth < second.depth:
            first, second = second, first
        around = first.region.parent
        outer = None if around is None else around.parent_region()
        assert outer is not None
        first = Place(outer, first.depth - 1, first.time)
    return first
