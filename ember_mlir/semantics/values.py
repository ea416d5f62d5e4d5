"""What values are, and when two of them are the same."""

from __future__ import annotations

from collections.abc import Hashable
from math import isnan
from typing import Any, TypeGuard, TypeVar

Value = Any
"""A value of a program, as Python holds it: see `docs/meaning.md`."""

V = TypeVar("V")

Vector = tuple[float, ...]
"""An embedding."""


def frozen(value: Value) -> Hashable:
    """A value as a key of a dictionary: equal exactly where the values are.

    What is not a number is equal to nothing, itself included, wherever it stands.

    >>> frozen([1, {"a": [2]}]) == frozen([1, {"a": [2]}])
    True
    """
    if is_list(value) or is_vector(value):
        return tuple([frozen(item) for item in value])
    if is_record(value):
        return tuple([(name, frozen(item)) for name, item in value.items()])
    # Python takes a `nan` in a tuple for equal to itself, as it is the same object.
    return object() if isinstance(value, float) and isnan(value) else value


def is_list(value: Value) -> TypeGuard[list[Value]]:
    """Whether a value is a list."""
    return isinstance(value, list)


def is_vector(value: Value) -> TypeGuard[Vector]:
    """Whether a value is an embedding."""
    return isinstance(value, tuple)


def is_record(value: Value) -> TypeGuard[dict[str, Value]]:
    """Whether a value is a record."""
    return isinstance(value, dict)


def equal(left: Value, right: Value) -> bool:
    """Whether two values are the same: built of the same parts, and numbers all of them.

    >>> equal([1, "a"], [1, "a"]), equal([float("nan")], [float("nan")])
    (True, False)
    """
    return frozen(left) == frozen(right)


def contains(whole: Value, part: Value) -> bool:
    """Whether a text contains a text, or a list an element.

    >>> contains("abc", "b"), contains(["abc"], "b")
    (True, False)
    """
    if isinstance(whole, str):
        return part in whole
    wanted = frozen(part)
    # `in` would take a `nan` for equal to itself.
    return any(frozen(item) == wanted for item in whole)


def selected(condition: bool, yes: V, no: V) -> V:
    """One of two values."""
    return yes if condition else no
