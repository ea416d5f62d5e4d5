"""What hooks ask of values before Python may compute with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ember_mlir.frontend.native import is_settled
from ember_mlir.frontend.values import (
    holds_symbolic,
    is_symbolic,
    known_or_symbolic,
)


def is_known(*values: object) -> bool:
    """Whether Python can compute with values: none is symbolic, and no text has such parts."""
    for value in values:
        if type(value) in ATOMS:
            continue
        if holds_symbolic(value):
            return False
    return True


ATOMS = frozenset({str, int, float, bool, type(None)})


def by_identity(*values: object) -> bool:
    """Whether no object among values says what it is equal to."""
    return all(is_settled(one) or type(one).__eq__ is object.__eq__ for one in values)


def any_symbolic(*values: object) -> bool:
    return any(is_symbolic(known_or_symbolic(value)) for value in values)


def are_lists(first: object, second: object) -> bool:
    return isinstance(first, list) and isinstance(second, list)


def items_of(value: object) -> list[object]:
    assert isinstance(value, list | tuple)
    return [*value]


def never(first: object, second: object) -> object:
    raise AssertionError(first, second)


KNOWN_COMPARISONS: Mapping[str, Callable[[Any, Any], object]] = {
    "in": lambda item, whole: item in whole,
    "not in": lambda item, whole: item not in whole,
    "is": lambda first, second: first is second,
    "is not": lambda first, second: first is not second,
}
