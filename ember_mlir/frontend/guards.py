"""Guards: what captured code read from outside, and whether it still is as it was.

A plan holds only while its guards hold, so a changed global is never stale.
"""

from __future__ import annotations

import builtins
from collections.abc import Hashable, Sequence
from decimal import Decimal
from types import (
    BuiltinMethodType,
    CellType,
    FunctionType,
    MethodType,
    ModuleType,
    NoneType,
)
from typing import NamedTuple, Protocol

from ember_mlir.frontend.narrowing import is_exact_tuple
from ember_mlir.frontend.plain import is_dict, is_list, is_set

MISSING = object()
"""What stands for the value of what has none."""

_DEEPEST = 50
_PARTS = (list, tuple, dict, set)


class Unguardable(Exception):
    """A value that may change without notice: an object of a type that is not plain."""

    def __init__(self, value: object) -> None:
        super().__init__()
        self.value = value


class Callee:
    """The base of programs: a function that may be called, and traced, in its place.

    `fixed` are its first arguments: of a method, its object.
    """

    def __init__(self, function: FunctionType, fixed: tuple[object, ...] = ()) -> None:
        self.function: FunctionType = function
        self.fixed = fixed


class Identity:
    """A value compared by identity, and kept alive so that the identity stays its own."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Identity) and other.value is self.value

    def __hash__(self) -> int:
        return id(self.value)


def snapshot(value: object, depth: int = 0) -> Hashable:
    """The state of `value`, equal to a later one only if nothing has changed.

    Plain data (texts, numbers, None, and lists, tuples, dicts and sets of those) is
    compared by type and value; functions by identity, code and defaults; modules, classes
    and callables of Python's own types by identity. Anything else raises `Unguardable`.

    >>> snapshot([1, "a"]) == snapshot([1, "a"]), snapshot(1) == snapshot(True)
    (True, False)
    """
    kind = type(value)
    if value is None or kind in (str, int, bool, bytes):
        return kind, value
    if isinstance(value, float | complex | Decimal) and kind in (float, complex, Decimal):
        # Unlike the number itself, its text tells -0.0 from 0.0 and is equal for nan.
        return kind, repr(value)
    if depth > _DEEPEST:
        raise Unguardable(value)
    return _structure(value, depth + 1)


def _structure(value: object, depth: int) -> Hashable:
    kind = type(value)
    if is_list(value):
        return kind, _items(value, depth)
    if is_dict(value):
        return kind, _items(tuple(value), depth), _items(tuple(value.values()), depth)
    if is_set(value):
        return kind, frozenset(snapshot(item, depth) for item in value)
    if isinstance(value, Callee):
        return Identity(value), snapshot(value.function, depth)
    if isinstance(value, FunctionType):
        defaults = value.__defaults__, value.__kwdefaults__
        return Identity(value), Identity(value.__code__), snapshot(defaults, depth)
    if isinstance(value, BuiltinMethodType) and kind is BuiltinMethodType:
        # A method such as `table.get` reads what it belongs to.
        owner: object = value.__self__
        held = snapshot(owner, depth) if type(owner) in _PARTS else Identity(owner)
        return kind, value.__name__, held
    if isinstance(value, MethodType):
        return kind, Identity(value.__self__), snapshot(value.__func__, depth)
    # What is in any other object, captured code reads attribute by attribute.
    return Identity(value)


def _items(items: Sequence[object], depth: int) -> Hashable:
    """The state of the items of a list: quickly where all are texts, as lists may be long."""
    kinds = set(map(type, items))
    if kinds == {str}:
        return str, tuple(items)
    return tuple([snapshot(item, depth) for item in items])


class Source(Protocol):
    """Somewhere outside that captured code reads from."""

    def current(self) -> object:
        """What stands there now."""
        ...

    def key(self) -> Hashable:
        """What tells it from other places; it holds only while the place lives."""
        ...


class GlobalName(NamedTuple):
    """A name of a module, or else of `builtins`."""

    namespace: dict[str, object]
    name: str

    def current(self) -> object:
        found = self.namespace.get(self.name, MISSING)
        return vars(builtins).get(self.name, MISSING) if found is MISSING else found

    def key(self) -> Hashable:
        return id(self.namespace), self.name


class ClosureName(NamedTuple):
    """A variable of a function around the captured one."""

    cell: CellType
    name: str

    def current(self) -> object:
        try:
            return self.cell.cell_contents
        except ValueError:
            return MISSING

    def key(self) -> Hashable:
        return id(self.cell)


class ModuleAttribute(NamedTuple):
    """An attribute of a module."""

    module: ModuleType
    name: str

    def current(self) -> object:
        return getattr(self.module, self.name, MISSING)

    def key(self) -> Hashable:
        return id(self.module), self.name, "attribute"


class InstanceAttribute(NamedTuple):
    """An attribute of an object from outside."""

    owner: object
    name: str

    def current(self) -> object:
        return getattr(self.owner, self.name, MISSING)

    def key(self) -> Hashable:
        return id(self.owner), self.name, "of object"


class Guards:
    """What one capture has read, and the state that it had."""

    def __init__(self) -> None:
        self._read: dict[Hashable, _Guard] = {}

    def add(self, source: Source, value: object) -> None:
        """Remember that `value` was read from `source`; may raise `Unguardable`."""
        key = source.key()
        # Captured code cannot change what is outside, so the first state is the state.
        if key not in self._read:
            self._read[key] = _Guard(source, value)

    def hold(self) -> bool:
        """Whether all that was read is still as it was."""
        try:
            for guard in self._read.values():
                if not guard.holds():
                    return False
        except Unguardable:
            return False
        return True


class _Guard:
    """One value that was read from outside: what it was, and where it stands.

    A snapshot costs more than a look whether it is still the same object, which is all that
    there is to tell of one that cannot change, and nearly all of a function.
    """

    __slots__ = ("_function", "_source", "_value", "_was")

    def __init__(self, source: Source, value: object) -> None:
        self._source = source
        self._was = snapshot(value)
        self._function = _FunctionParts(value) if type(value) is FunctionType else None
        quick = _is_constant(value) if self._function is None else self._function.constant
        self._value = value if quick else _NOTHING

    def holds(self) -> bool:
        """Whether it is as it was; raises `Unguardable` if that cannot be told any more."""
        now = self._source.current()
        if now is self._value and (self._function is None or self._function.same()):
            return True
        return self._was == snapshot(now)


class _FunctionParts:
    """What may be exchanged in a function: its code and its defaults, told by identity."""

    __slots__ = ("_code", "_defaults", "_function", "_keywords", "_values")

    def __init__(self, function: FunctionType) -> None:
        self._function = function
        self._code = function.__code__
        self._defaults = function.__defaults__
        self._keywords = dict(function.__kwdefaults__ or {})
        self._values = _identities(self._keywords)

    @property
    def constant(self) -> bool:
        """Whether no default can change by itself."""
        return all(map(_is_constant, (*(self._defaults or ()), *self._keywords.values())))

    def same(self) -> bool:
        """Whether the function still has the same ones."""
        function = self._function
        keywords: dict[str, object] | None = function.__kwdefaults__
        return (
            function.__code__ is self._code
            and function.__defaults__ is self._defaults
            and (_identities(keywords) if keywords else ([], [])) == self._values
        )


def _identities(keywords: dict[str, object]) -> tuple[list[str], list[int]]:
    return [*keywords], [*map(id, keywords.values())]


_NOTHING = object()
"""What no value from outside is."""

_CONSTANTS = (str, bytes, int, float, complex, Decimal, bool, NoneType, ModuleType)


def _is_constant(value: object) -> bool:
    """Whether the snapshot of an object is the same as long as it is the same object."""
    if is_exact_tuple(value):
        return all(map(_is_constant, value))
    return type(value) in _CONSTANTS or isinstance(value, type)
