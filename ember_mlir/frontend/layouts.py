"""How values of Python are held by values of a module.

A text is held by a text, a list by a list, and a tuple, a dict or a dataclass part by
part: the parts are values of their own as long as each has its name, and fields of a
record inside of a list. What may be None, or is of no type that is known, is an object.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, Flag
from functools import cache
from typing import TYPE_CHECKING

from ember_mlir.frontend.kinds import Kind, TupleKind
from ember_mlir.frontend.narrowing import is_any_dict, is_any_sequence
from ember_mlir.frontend.ready_values import Ready

if TYPE_CHECKING:
    from xdsl.ir import Attribute

    from ember_mlir.dialects.values import ListType, RecordType

_MOST = 2**63


class Layout(ABC):
    """How a value of Python is held."""

    @property
    @abstractmethod
    def type(self) -> Attribute:
        """The type of one value of a module that holds all of it."""

    @property
    @abstractmethod
    def leaves(self) -> Sequence[Layout]:
        """What each of the values holds that hold it part by part."""

    @abstractmethod
    def flatten(self, value: object) -> Iterator[object]:
        """The parts of `value`, which is laid out so."""

    @abstractmethod
    def build(self, parts: Iterator[object]) -> object:
        """The value of Python that has these parts; takes as many as there are leaves."""

    def read(self, held: object) -> object:
        """The value of Python that one value of a run holds."""
        return held

    def write(self, value: object) -> object:
        """The value of a run that holds all of `value`."""
        return value


class Single(Layout):
    """What one value holds."""

    @property
    def leaves(self) -> Sequence[Layout]:
        return (self,)

    def flatten(self, value: object) -> Iterator[object]:
        yield value

    def build(self, parts: Iterator[object]) -> object:
        return next(parts)


@dataclass(frozen=True)
class Leaf(Single):
    """What has no parts; `name` is how Python calls it."""

    name: str

    @property
    def type(self) -> Attribute:
        return _leaf_types()[self.name]


@cache
def _leaf_types() -> Mapping[str, Attribute]:
    """The type of each leaf: loaded when a capture begins, as it takes most of a second."""
    from xdsl.dialects.builtin import f64, i1, i64

    from ember_mlir.dialects.values import EMBEDDING, MESSAGES, TEXT, ObjectType

    found: dict[str, Attribute] = {"str": TEXT, "bool": i1, "int": i64, "float": f64}
    found |= {"messages": MESSAGES, "embedding": EMBEDDING}
    return found | dict.fromkeys(("None", "object", "value"), ObjectType())


TEXT_LEAF = Leaf("str")
BOOL = Leaf("bool")
INT = Leaf("int")
FLOAT = Leaf("float")
MESSAGES_LEAF = Leaf("messages")
EMBEDDING_LEAF = Leaf("embedding")
NONE = Leaf("None")
OBJECT = Leaf("object")
ANY = Leaf("value")
"""What may be of any type, a list too: it is handed on as it is, and never changed."""

ATOMS: dict[type, Leaf] = {
    str: TEXT_LEAF,
    bool: BOOL,
    int: INT,
    float: FLOAT,
    type(None): NONE,
}


@dataclass(frozen=True)
class EnumOf(Single):
    """A member of an enum, held by its value: `inner` is how that is laid out."""

    kind: type[Enum]
    inner: Leaf

    @property
    def type(self) -> Attribute:
        return self.inner.type

    def read(self, held: object) -> object:
        return self.kind(held)

    def write(self, value: object) -> object:
        assert isinstance(value, self.kind)
        return value.value


def enum_layout(kind: type[Enum]) -> EnumOf | None:
    """The layout of the members of an enum, if they are all texts or all whole numbers."""
    values: list[object] = [member.value for member in kind]
    kinds = {type(value) for value in values}
    if issubclass(kind, Flag) or kinds not in ({str}, {int}):
        return None
    if any(isinstance(value, int) and not fits_integer(value) for value in values):
        return None
    return EnumOf(kind, TEXT_LEAF if kinds == {str} else INT)


@dataclass(frozen=True)
class ListOf(Single):
    """A list; of the element of an empty one nothing is known (None)."""

    element: Layout | None

    @property
    def known(self) -> Layout:
        """How its elements are laid out; those of an empty list may be texts."""
        return self.element or TEXT_LEAF

    @property
    def type(self) -> ListType:
        from ember_mlir.dialects.values import ListType

        return ListType(self.known.type)

    def read(self, held: object) -> object:
        assert is_any_sequence(held)
        return [item if self.element is None else self.element.read(item) for item in held]

    def write(self, value: object) -> object:
        assert is_any_sequence(value)
        return [item if self.element is None else self.element.write(item) for item in value]


@dataclass(frozen=True)
class Step:
    """A method that has changed a set, and what it was given."""

    method: str
    args: tuple[object, ...]


@dataclass(frozen=True)
class SetOf(Single):
    """A set, held as its first elements, and the steps (`Step`) that have changed it since.

    So it runs through its elements as a set of Python's does that has become so.
    """

    element: Layout | None

    @property
    def type(self) -> Attribute:
        return OBJECT.type

    def read(self, held: object) -> object:
        assert is_any_sequence(held)
        found: set[object] = set()
        for item in held:
            if isinstance(item, Step):
                getattr(found, item.method)(*item.args)
            else:
                found.add(item if self.element is None else self.element.read(item))
        return found

    def write(self, value: object) -> object:
        if not isinstance(value, set | frozenset):
            return value
        items: list[object] = [*value]
        return tuple([i if self.element is None else self.element.write(i) for i in items])


@dataclass(frozen=True)
class Maybe(Single):
    """What may be None."""

    inner: Layout

    @property
    def type(self) -> Attribute:
        return OBJECT.type

    def read(self, held: object) -> object:
        return None if held is None else self.inner.read(held)

    def write(self, value: object) -> object:
        return None if value is None else self.inner.write(value)


@dataclass(frozen=True)
class ReadyOf(Single):
    """What may be awaited and is there already: it is held as what it is."""

    inner: Layout

    @property
    def type(self) -> Attribute:
        return self.inner.type

    def read(self, held: object) -> object:
        return Ready(self.inner.read(held))

    def write(self, value: object) -> object:
        assert isinstance(value, Ready)
        return self.inner.write(value.result())


def is_held_as_it_is(layout: Layout | None) -> bool:
    """Whether a value of Python that is laid out so is the value of the run itself."""
    match layout:
        case None:
            return True
        case ListOf(element) | Maybe(element):
            return is_held_as_it_is(element)
        case Parts() | EnumOf() | SetOf() | ReadyOf():
            return False
        case _:
            return True


def holds_records(layout: Layout) -> bool:
    """Whether a value that is laid out so is made of dicts or objects that may be changed.

    >>> from ember_mlir.frontend.kinds import DictKind
    >>> holds_records(ListOf(Parts(DictKind(("a",)), (INT,)))), holds_records(ListOf(INT))
    (True, False)
    """
    match layout:
        case ListOf(element=Layout() as inner) | Maybe(inner):
            return holds_records(inner)
        case Parts(kind=TupleKind(), items=items):
            return any(map(holds_records, items))
        case _:
            return isinstance(layout, Parts)


@dataclass(frozen=True)
class Parts(Layout):
    """What is made of parts that are laid out so."""

    kind: Kind
    items: tuple[Layout, ...]

    @property
    def type(self) -> RecordType:
        from ember_mlir.dialects.values import RecordType

        types = [item.type for item in self.items]
        return RecordType.of([*zip(self.kind.names, types, strict=True)])

    @property
    def leaves(self) -> Sequence[Layout]:
        return [leaf for item in self.items for leaf in item.leaves]

    def flatten(self, value: object) -> Iterator[object]:
        for item, part in zip(self.items, self.kind.parts(value), strict=True):
            yield from item.flatten(part)

    def build(self, parts: Iterator[object]) -> object:
        return self.kind.make([item.build(parts) for item in self.items])

    def read(self, held: object) -> object:
        assert is_any_dict(held)
        pairs = zip(self.items, held.values(), strict=True)
        return self.kind.make([item.read(part) for item, part in pairs])

    def write(self, value: object) -> object:
        parts = zip(self.items, self.kind.parts(value), strict=True)
        written = [item.write(part) for item, part in parts]
        return dict(zip(self.kind.names, written, strict=True))


def fits_integer(value: int) -> bool:
    """Whether a value of a module can hold `value`."""
    return -_MOST <= value < _MOST
