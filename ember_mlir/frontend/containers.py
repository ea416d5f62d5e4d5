"""Lists and dicts that captured code makes: what changes in an arm can be undone.

An arm of a branch whose condition is not known, and a round of a loop, are captured as if
they ran. What they change is noted in the journal of their region, and undone at its end;
then the region's effect is what the lists and dicts were made of before and after.
"""

from __future__ import annotations

from _collections_abc import dict_keys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import is_dataclass
from functools import lru_cache
from typing import Generic, Protocol, TypeVar

from ember_mlir.errors import CaptureError
from ember_mlir.frontend.narrowing import (
    is_any_dict,
    is_any_namespace,
    is_exact_dict,
    is_exact_tuple,
    is_iterable,
    is_model,
)


class Home:
    """A region that lists and dicts are made in, or that it has become a part of."""

    __slots__ = ("_around",)

    def __init__(self) -> None:
        self._around: Home | None = None

    def join(self, around: Home) -> None:
        """Become a part of the region around."""
        self._around = around

    def outermost(self) -> Home:
        """The region that this has become a part of, or itself."""
        found = self
        while found._around is not None:
            found = found._around
        return found


class TrackedList(list[object]):
    """A list made in captured code; `symbolic` is its value, where its length is not known."""

    __slots__ = ("home", "symbolic")

    def __init__(self, items: Iterable[object], home: Home) -> None:
        super().__init__(items)
        self.symbolic: object = None
        self.home = home


class TrackedDict(dict[object, object]):
    """A dict made in captured code; `symbolic` is its value, where its keys are not known.

    What `is_viewed` may be looked at by views that would not see that. What is not there is
    made by its `factory`, if it has one. If it `is_given`, somebody else may have what it holds.
    How what it has `counted` is laid out is known until it is changed.
    """

    __slots__ = ("_symbolic", "counted", "factory", "home", "is_given", "is_viewed")

    def __init__(self, entries: Mapping[object, object], home: Home) -> None:
        super().__init__(entries)
        self._symbolic: object = None
        self.factory: type[object] | None = None
        self.counted: object = None
        self.is_given = False
        self.is_viewed = False
        self.home = home

    @property
    def symbolic(self) -> object:
        """Its value, where its keys are not known."""
        return self._symbolic

    @symbolic.setter
    def symbolic(self, value: object) -> None:
        self._symbolic = value
        if getattr(value, "whole", self) is None:
            setattr(value, "whole", self)  # noqa: B010

    def __iter__(self) -> Iterator[object]:
        self._check_known()
        return super().__iter__()

    def keys(self) -> dict_keys[object, object]:
        """The keys, as Python asks for them to hand them on as names of arguments."""
        self._check_known()
        return super().keys()

    def _check_known(self) -> None:
        if self.symbolic is not None:
            raise CaptureError(
                "a dict whose keys are known only when the program runs is not captured yet where "
                "Python itself runs through it; give what is called the dict"
            )


class TrackedSet(set[object]):
    """A set made in captured code; `symbolic` is its value, once it has been changed.

    Its elements were added in the order of `items`.
    """

    __slots__ = ("home", "items", "symbolic")

    def __init__(self, items: Iterable[object], home: Home) -> None:
        # A set that is given runs through its elements in an order of its own.
        self.items = tuple(dict.fromkeys(items))
        super().__init__(items if isinstance(items, set | frozenset) else [*self.items])
        self.symbolic: object = None
        self.home = home

    def __iter__(self) -> Iterator[object]:
        self._check_known()
        return super().__iter__()

    def __len__(self) -> int:
        self._check_known()
        return super().__len__()

    def __contains__(self, item: object) -> bool:
        self._check_known()
        return super().__contains__(item)

    def _check_known(self) -> None:
        if self.symbolic is not None:
            raise CaptureError(
                "a set that is known only when the program runs is not captured yet where Python "
                "itself looks into it; make a list of it first, as in sorted(items)"
            )


class Place(Protocol):
    """Something that captured code can change."""

    @property
    def home(self) -> Home:
        """The region in which it was made."""
        ...

    def key(self) -> int:
        """What tells it from others, as long as it lives."""
        ...

    def now(self) -> object:
        """What it is made of: a tuple of items, a dict of entries, or a symbolic value."""
        ...

    def become(self, contents: object) -> None:
        """Be made of that."""
        ...


TrackedT = TypeVar("TrackedT", TrackedList, TrackedDict, TrackedSet)


class _PlaceOf(Generic[TrackedT]):
    """A list, dict or set, which knows where it was made."""

    def __init__(self, value: TrackedT) -> None:
        self.value = value
        self.home: Home = value.home

    def key(self) -> int:
        return id(self.value)


class ListPlace(_PlaceOf[TrackedList]):
    """A list."""

    def now(self) -> object:
        symbolic = self.value.symbolic
        return tuple(self.value) if symbolic is None else symbolic

    def become(self, contents: object) -> None:
        known = type(contents) is tuple
        self.value[:] = contents if isinstance(contents, tuple) else ()
        self.value.symbolic = None if known else contents


class DictPlace(_PlaceOf[TrackedDict]):
    """A dict."""

    def now(self) -> object:
        symbolic = self.value.symbolic
        return dict(self.value) if symbolic is None else symbolic

    def become(self, contents: object) -> None:
        self.value.symbolic = None
        entries = contents if is_any_dict(contents) else {}
        if [*self.value] != [*entries]:
            self.value.clear()
        # With its keys as they were, whoever runs through it goes on.
        self.value.update(entries)
        self.value.symbolic = None if is_any_dict(contents) else contents


class SetPlace(_PlaceOf[TrackedSet]):
    """A set: a tuple would be the contents of a list."""

    def now(self) -> object:
        symbolic = self.value.symbolic
        return KnownSet(self.value.items) if symbolic is None else symbolic

    def become(self, contents: object) -> None:
        self.value.symbolic = None if isinstance(contents, KnownSet) else contents


class KnownSet:
    """The contents of a set that has not been changed."""

    __slots__ = ("items",)

    def __init__(self, items: tuple[object, ...]) -> None:
        self.items = items

    def __eq__(self, other: object) -> bool:
        return isinstance(other, KnownSet) and other.items is self.items

    def __hash__(self) -> int:
        return id(self.items)


class InstancePlace:
    """The attributes of an object that captured code has made."""

    def __init__(self, value: object, home: Home) -> None:
        self.value = value
        self.home = home

    def key(self) -> int:
        return id(self.value)

    def now(self) -> object:
        return attributes_of(self.value)

    def become(self, contents: object) -> None:
        assert is_any_namespace(contents)
        entries = contents
        for name in attributes_of(self.value).keys() - entries.keys():
            object.__delattr__(self.value, name)
        for name, value in entries.items():
            object.__setattr__(self.value, name, value)


def attributes_of(value: object) -> dict[str, object]:
    """The attributes of an object, in its slots or its own dict."""
    found: dict[str, object] = {}
    for made in reversed(type(value).__mro__):
        slots: object = vars(made).get("__slots__", ())
        names: object = (slots,) if isinstance(slots, str) else slots
        assert is_iterable(names)
        texts = [name for name in names if isinstance(name, str) and not _is_hidden(name)]
        found |= {name: getattr(value, name) for name in texts if hasattr(value, name)}
    own: dict[str, object] = getattr(value, "__dict__", {})
    return found | own


def _is_hidden(name: str) -> bool:
    """Whether a slot is how Python, or a library, keeps what is not an attribute."""
    return name.startswith("__") and name.endswith("__")


class Journal:
    """What a region has changed, with what it was before."""

    def __init__(self) -> None:
        self._before: dict[int, tuple[Place, object]] = {}
        self._marks: dict[int, object] = {}

    def note(self, place: Place, mark: object = None) -> None:
        """Take note of what `place` is made of, before it is changed behind `mark`."""
        self.adopt(place, place.now, mark)

    def adopt(self, place: Place, before: Callable[[], object], mark: object = None) -> None:
        """Take note of what `place` was made of, unless that is known."""
        if place.key() not in self._before:
            self._before[place.key()] = place, before()
            self._marks[place.key()] = mark

    def __iter__(self) -> Iterator[tuple[Place, object]]:
        return iter(self._before.values())

    def __len__(self) -> int:
        return len(self._before)

    def undo(self) -> dict[int, Change]:
        """Make everything what it was; returns what has changed, by the keys of places."""
        changes = {
            key: Change(place, before, place.now(), self._marks[key])
            for key, (place, before) in self._before.items()
        }
        for place, before in self._before.values():
            place.become(before)
        return changes


class Change:
    """What a place was made of before a region, and behind it.

    What it is made of may change, too; `held` is what it was `after` the region. The first
    change came behind `mark`.
    """

    __slots__ = ("after", "before", "held", "mark", "place")

    def __init__(self, place: Place, before: object, after: object, mark: object = None) -> None:
        self.place = place
        self.mark = mark
        self.before = before
        self.after = after
        self.held = frozen(after)


def frozen(value: object) -> object:
    """A value as it is now, whatever becomes of the lists, dicts and objects in it."""
    if _is_one_value(type(value)):
        return value
    if isinstance(value, TrackedList):
        copy = TrackedList(map(frozen, value), value.home)
        copy.symbolic = value.symbolic
        return copy
    if is_exact_tuple(value):
        return tuple(map(frozen, value))
    if isinstance(value, TrackedSet):
        elements = TrackedSet(value.items, value.home)
        elements.symbolic = value.symbolic
        return elements
    if isinstance(value, TrackedDict):
        entries = TrackedDict({key: frozen(item) for key, item in value.items()}, value.home)
        entries.symbolic = value.symbolic
        entries.factory, entries.is_given = value.factory, value.is_given
        return entries
    if is_exact_dict(value):
        return {key: frozen(item) for key, item in value.items()}
    if is_dataclass(value) and type(value).__new__ is object.__new__:
        instance: object = object.__new__(type(value))
        for name, part in attributes_of(value).items():
            object.__setattr__(instance, name, frozen(part))
        return instance
    return value


@lru_cache(maxsize=1024)
def _is_one_value(kind: type[object]) -> bool:
    """Whether instances of a class hold nothing that could change; a model is changed by nobody."""
    held = issubclass(kind, TrackedList | TrackedSet | TrackedDict) or kind in (tuple, dict)
    return is_model(kind) or not (held or is_dataclass(kind))
