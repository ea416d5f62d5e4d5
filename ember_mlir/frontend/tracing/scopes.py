"""The regions that are captured: where operations go, and what is changed in each."""

from __future__ import annotations

from abc import ABC
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager

from xdsl.ir import Block, Operation, SSAValue

from ember_mlir.dialects.locations import location_at
from ember_mlir.frontend.aliases import parts_of
from ember_mlir.frontend.containers import (
    Change,
    DictPlace,
    Home,
    InstancePlace,
    Journal,
    ListPlace,
    Place,
    SetPlace,
    TrackedDict,
    TrackedList,
    TrackedSet,
)
from ember_mlir.frontend.iterators import OneTimeIterator, OneTimeList
from ember_mlir.frontend.nesting import Nesting
from ember_mlir.frontend.recorder import Recorder
from ember_mlir.frontend.values import known_or_symbolic, user_location

_LIST_OF_IT = "make a list of it first, as in list(zip(names, texts))"

MAX_OPERATIONS = 100_000
"""How many operations a capture may write before it is refused as out of hand."""


HERE = object()
"""Behind all operations that there are so far."""


class Scope(Home):
    """A region that is captured: where its operations go, and what it has changed.

    It may be what is tried by a `try`. What names were `rebound` on paths that raise matters to
    whoever handles the error.
    """

    __slots__ = ("block", "is_tried", "journal", "rebound")

    def __init__(self, block: Block) -> None:
        super().__init__()
        self.block = block
        self.is_tried = False
        self.journal = Journal()
        self.rebound: set[tuple[tuple[int, ...], str]] = set()


class Scoped(Recorder, ABC):
    """A recorder that adds operations to the innermost of its scopes."""

    is_capture = True

    def __init__(self, entry: Block) -> None:
        super().__init__()
        self.nesting = Nesting()
        self.scopes = [Scope(entry)]
        self.moved: dict[Block, Block] = {}
        self._operations = 0
        self._own: dict[int, tuple[object, Scope]] = {}

    @property
    def block(self) -> Block:
        """Where operations are added."""
        return self.scopes[-1].block

    def tries(self) -> tuple[Scope, ...]:
        """What is being tried by each `try` around, the innermost last."""
        return tuple([scope for scope in self.scopes if scope.is_tried])

    def open(self, block: Block) -> Scope:
        """Begin a region."""
        scope = Scope(block)
        self.scopes.append(scope)
        return scope

    def close(self) -> dict[int, Change]:
        """End the innermost region: all is again what it was before; returns what was changed."""
        scope = self.scopes.pop()
        if self.scopes:
            self.scopes[-1].rebound |= scope.rebound
        return scope.journal.undo()

    def lose(self, names: Iterable[str], changes: Iterable[Change]) -> None:
        """Take note of what was bound and changed on a path that has raised an error.

        It is so where that is handled, however else this region is left.
        """
        chain = tuple(self.chain)
        self.scopes[-1].rebound |= {(chain, name) for name in names}
        for change in changes:
            self.change(change.place)

    def lost_names(self) -> set[str]:
        """The names of this function that were bound on paths that raise in the region here."""
        chain = tuple(self.chain)
        return {name for where, name in self.scopes[-1].rebound if where == chain}

    @contextmanager
    def inside(self, block: Block) -> Generator[None]:
        """Add more operations to a block that has been captured."""
        self.scopes.append(Scope(block))
        try:
            yield
        finally:
            self.scopes.pop()

    def change(self, place: Place, mark: object = HERE) -> None:
        """Take note that something is about to be changed; what was made here dies here.

        What changes it stands behind `mark`.
        """
        scope = self.scopes[-1]
        if place.home.outermost() is not scope:
            scope.journal.note(place, scope.block.last_op if mark is HERE else mark)

    def is_over(self, place: Place) -> bool:
        """Whether the region is over in which something was made, and it with the region."""
        home = place.home.outermost()
        return not any(scope is home for scope in self.scopes)

    def adopt(self, value: object) -> None:
        """Let what a region leaves that is over be a part of the one around."""
        for part in parts_of(value):
            self.adopt(part)
        place = self.place_of(value)
        if place is None or not self.is_over(place):
            return
        if isinstance(value, TrackedList | TrackedDict | TrackedSet):
            value.home = self.scopes[-1]
        else:
            self.owns(value)

    def place_of(self, value: object) -> Place | None:
        """Where `value` is changed, if captured code has made it."""
        if isinstance(value, TrackedList):
            return ListPlace(value)
        if isinstance(value, TrackedDict):
            return DictPlace(value)
        if isinstance(value, TrackedSet):
            return SetPlace(value)
        found = self._own.get(id(value))
        return None if found is None else InstancePlace(value, found[1])

    def has_made(self, value: object) -> bool:
        """Whether `value` is an object, no list or dict, that captured code has made."""
        return isinstance(self.place_of(value), InstancePlace)

    def owns(self, instance: object) -> None:
        """Take note of an object that captured code has made."""
        self._own[id(instance)] = instance, self.scopes[-1]

    def made(self, value: list[object]) -> list[object]:
        return TrackedList(value, self.scopes[-1])

    def once(
        self,
        name: str,
        iterator: Iterator[object],
        *,
        is_symbolic: bool = False,
        watched: Sequence[object] = (),
    ) -> OneTimeIterator:
        scope = self.scopes[-1]

        def check() -> None:
            self._check_advance(name, scope)
            if any(known_or_symbolic(one) is not one for one in watched):
                what = f"a list that is changed while {name}() runs through it"
                self.refuse(what, "loop over a copy, as in list(items)", user_location())

        return OneTimeIterator(name, iterator, check, is_symbolic=is_symbolic, watched=watched)

    def once_of(self, name: str, value: object, watched: Sequence[object] = ()) -> object:
        """What `name` gives one by one, of a list that may not be known."""
        scope = self.scopes[-1]

        def check(is_taken: bool) -> None:
            self._check_advance(name, scope)
            if is_taken:
                self.refuse(f"a second use of the iterator {name}()", _LIST_OF_IT, user_location())

        return OneTimeList(name, value, check, watched)

    def _check_advance(self, name: str, scope: Scope) -> None:
        """Refuse to use up an iterator in a region that may run again, or not at all."""
        if self.scopes[-1].outermost() is not scope.outermost():
            what = f"the iterator {name}() from outside of an arm or round"
            self.refuse(what, _LIST_OF_IT, user_location())

    def made_dict(self, value: dict[object, object]) -> dict[object, object]:
        return TrackedDict(value, self.scopes[-1])

    def made_set(self, value: list[object] | set[object]) -> set[object]:
        return TrackedSet(value, self.scopes[-1])

    def emit(self, op: Operation) -> SSAValue:
        """Add an operation at the place of the call under way; return its result."""
        self.add(op)
        return op.results[0]

    def add(self, op: Operation) -> None:
        """Add an operation at the place of the call under way."""
        self._operations += 1
        if self._operations > MAX_OPERATIONS:
            self.refuse(
                f"a program of more than {MAX_OPERATIONS} operations",
                "replace the loop by ember.map over a list argument",
            )
        if self.location is not None:
            op.location = location_at(self.location, self.nesting.path)
        self.block.add_op(op)
