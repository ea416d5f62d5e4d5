"""Iterators that captured code makes: they may only advance in the region they were made in.

A mapped function runs many times but is captured once, so an iterator from outside of it
would be used up at capture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeGuard


class OneTimeIterator:
    """What `zip`, `enumerate` or `reversed` gave, which calls `check` before each step.

    >>> [*OneTimeIterator("reversed", reversed("ab"), lambda: None)]
    ['b', 'a']
    """

    __slots__ = ("_check", "_iterator", "name")

    def __init__(self, name: str, iterator: Iterator[object], check: Callable[[], None]) -> None:
        self.name = name
        self._iterator = iterator
        self._check = check

    def __iter__(self) -> OneTimeIterator:
        return self

    def __next__(self) -> object:
        self._check()
        return next(self._iterator)


_EMPTY: dict[str, str] = {}
_KNOWN: tuple[object, ...] = (
    *(list, tuple, dict, range, OneTimeIterator),
    *(type(_EMPTY.keys()), type(_EMPTY.values()), type(_EMPTY.items())),
)


def is_known_iterable(value: object) -> TypeGuard[Iterable[object]]:
    """Whether captured code may run through `value`, no text: nothing else happens by that.

    >>> is_known_iterable({}.keys()), is_known_iterable("ab"), is_known_iterable(iter([]))
    (True, False, False)
    """
    return type(value) in _KNOWN


def is_iterator(value: object) -> TypeGuard[Iterator[object]]:
    """Whether `value` is used up by running through it."""
    return isinstance(value, Iterator)
