"""Functions of Python that are called at capture, as all that they are given is known.

They get lists and dicts without what notes their changes. What they give back may be one of
those or a part of it; only what is new belongs to captured code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from types import (
    BuiltinFunctionType,
    FunctionType,
    GenericAlias,
    MethodType,
    ModuleType,
    UnionType,
)

from ember_mlir.frontend.containers import TrackedDict, TrackedList, TrackedSet
from ember_mlir.frontend.guards import Callee
from ember_mlir.frontend.iterators import (
    OneTimeIterator,
    is_iterator,
    is_known_iterable,
    is_view,
)
from ember_mlir.frontend.layouts import OBJECT
from ember_mlir.frontend.narrowing import is_exact_set
from ember_mlir.frontend.plain import ATOMS, is_dict, is_list, is_set
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.values import Selection, holds_symbolic, is_symbolic, known_or_symbolic

_SETTLED = (*ATOMS, bytes, complex, range, slice, OneTimeIterator)
_PURE_MODULES = ("typing", "re", "datetime", "decimal", "fractions", "uuid", "ipaddress")


def is_settled(value: object) -> bool:
    """Whether all that can be seen of a value is known, and stays as it is.

    What is known only when the program runs is an operand, and so as settled as any.

    >>> import re
    >>> is_settled({"a": [1]}), is_settled(re.compile("a")), is_settled(object())
    (True, True, False)
    """
    value = known_or_symbolic(value)
    if is_dict(value):
        return all(is_settled(key) and is_settled(item) for key, item in value.items())
    if is_list(value) or is_set(value) or is_view(value):
        return all(map(is_settled, value))
    return type(value) in _SETTLED or is_symbolic(value) or _is_fixed(value)


def _is_fixed(value: object) -> bool:
    if isinstance(value, type | BuiltinFunctionType | FunctionType | ModuleType | Enum):
        return True
    if isinstance(value, GenericAlias | UnionType):
        return True
    return type(value).__module__ in _PURE_MODULES


def is_users_function(value: object) -> bool:
    """Whether a value is code of a user's that a function which is given it might run."""
    from ember_mlir.frontend.calls import is_of_library

    if isinstance(value, MethodType):
        return is_users_function(value.__func__)
    if isinstance(value, Callee | Selection):
        return True
    if is_symbolic(value):
        return False
    found: object = value if isinstance(value, FunctionType) else _own_call(value)
    return isinstance(found, FunctionType) and not is_of_library(found)


def _own_call(value: object) -> object:
    """What runs when an object is called, as its class says."""
    return getattr(type(value), "__call__", None)  # noqa: B004


def holds_users_function(value: object) -> bool:
    """Whether a value is code of a user's, or a list, tuple or dict that holds some."""
    if is_dict(value):
        return any(map(holds_users_function, value.values()))
    return any(map(holds_users_function, value)) if is_list(value) else is_users_function(value)


def elements_by(owner: object) -> FunctionType | None:
    """The user's method that `owner[index]` runs, if it is one."""
    if is_symbolic(owner):
        return None
    found: object = getattr(type(owner), "__getitem__", None)
    if isinstance(owner, type) and found is None:
        method: object = getattr(owner, "__class_getitem__", None)
        found = method.__func__ if isinstance(method, MethodType) else None
    is_users = isinstance(found, FunctionType) and is_users_function(found)
    return found if is_users and isinstance(found, FunctionType) else None


def has_known_elements(owner: object) -> bool:
    """Whether the elements of a value are those that it has at capture."""
    return (
        is_list(owner)
        or is_dict(owner)
        or isinstance(owner, tuple | str | type)
        or is_symbolic(owner)
        or is_settled(owner)
    )


_STRUCTURAL = (len, list, tuple, dict, enumerate, zip, reversed)
_OF_TYPES = (isinstance, issubclass, type, callable, id)


def is_simple(function: object, args: Sequence[object], kwargs: Mapping[str, object]) -> bool:
    """Whether a pure function may be called at capture.

    All that it looks at must be known and stay as it is, and it must run no code of a user's.
    """
    given = (*args, *kwargs.values())
    if any(holds_symbolic(one) or is_users_function(one) for one in given):
        return False
    if function in _STRUCTURAL:
        return all(is_known_iterable(one) or is_settled(one) for one in given)
    return function in _OF_TYPES or all(map(is_settled, given))


def effect_of(args: Sequence[object], kwargs: Mapping[str, object]) -> str:
    """What a function that only looks at its arguments does: objects may change meanwhile."""
    return "pure" if all(map(is_settled, (*args, *kwargs.values()))) else "effectful"


def called(
    trace: Trace,
    function: Callable[..., object],
    args: Sequence[object],
    kwargs: Mapping[str, object],
) -> object:
    """What a pure function gives for what is known.

    An object that may change is made anew in each run.
    """
    given = _Given()
    given.plain(getattr(function, "__self__", None))
    plain = {name: given.plain(value) for name, value in kwargs.items()}
    result = function(*map(given.plain, args), **plain)
    if is_iterator(result):
        items = _brought_back(given, trace, result)
        return trace.once(getattr(function, "__name__", "iterator"), items)
    if not _stays(result):
        name = getattr(function, "__name__", "object")
        return trace.apply_python(name, function, args, dict(kwargs), result=OBJECT)
    return given.back(trace, result)


def _stays(value: object) -> bool:
    """Whether captured code knows of all changes of a value, as far as there can be any."""
    if is_list(value) or is_dict(value) or isinstance(value, tuple | frozenset | str | int | float):
        return True
    return is_set(value) or is_settled(value) or callable(value)


def _brought_back(given: _Given, trace: Trace, items: Iterable[object]) -> Iterator[object]:
    for item in items:
        yield given.back(trace, item)


class _Given:
    """What a function is given, and what of it comes back."""

    def __init__(self) -> None:
        # The copies are kept, so that their identities stay their own.
        self._known: dict[int, tuple[object, object]] = {}

    def plain(self, value: object) -> object:
        """A value without what notes its changes."""
        if isinstance(value, TrackedList):
            return self._copied([self.plain(item) for item in value], value)
        if isinstance(value, TrackedSet):
            return self._copied({*value.items}, value)
        if isinstance(value, TrackedDict):
            return self._copied({key: self.plain(item) for key, item in value.items()}, value)
        if is_list(value) and isinstance(value, tuple):
            return tuple(map(self.plain, value))
        if is_list(value) or is_dict(value):
            self._known[id(value)] = value, value
            for item in value.values() if is_dict(value) else value:
                self.plain(item)
        return value

    def _copied(self, copy: object, value: object) -> object:
        self._known[id(copy)] = copy, value
        return copy

    def back(self, trace: Trace, value: object) -> object:
        """A value that was given, or one of captured code if it is new."""
        found = self._known.get(id(value))
        if found is not None:
            return found[1]
        if is_list(value):
            items = [self.back(trace, item) for item in value]
            return tuple(items) if isinstance(value, tuple) else trace.made(items)
        if is_dict(value):
            return trace.made_dict({key: self.back(trace, one) for key, one in value.items()})
        if is_exact_set(value):
            return trace.made_set(value)
        return value
