"""Iterators that captured code makes: they may only advance in the region they were made in.

A mapped function runs many times but is captured once, so an iterator from outside of it
would be used up at capture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NoReturn, TypeGuard

from ember_mlir.errors import CaptureError
from ember_mlir.frontend.containers import TrackedDict, TrackedList


class OneTimeIterator:
    """What `zip`, `enumerate` or `reversed` gave, which calls `check` before each step.

    What it runs through are the lists `watched`.

    >>> [*OneTimeIterator("reversed", reversed("ab"), lambda: None)]
    ['b', 'a']
    """

    __slots__ = ("_check", "_is_left", "_iterator", "is_symbolic", "name", "watched")

    def __init__(
        self,
        name: str,
        iterator: Iterator[object],
        check: Callable[[], None],
        *,
        is_symbolic: bool = False,
        watched: Sequence[object] = (),
    ) -> None:
        self.name = name
        self.watched = watched
        self.is_symbolic = is_symbolic
        self._iterator = iterator
        self._check = check
        self._is_left = False

    def leave(self) -> None:
        """Take note that a loop may have left it early: nobody knows what comes next."""
        self._is_left = True

    def __iter__(self) -> OneTimeIterator:
        return self

    def __next__(self) -> object:
        if self._is_left:
            raise CaptureError(
                f"the iterator {self.name}() behind a loop that may have left it early is not "
                "captured yet; make a list of it first, as in list(zip(names, texts))"
            )
        self._check()
        return next(self._iterator)


class OneTimeList:
    """The elements of a list that is not known, for whoever takes them first.

    `check` gets whether they have been taken, and refuses what Python would not give.
    """

    __slots__ = ("_check", "_is_taken", "_value", "name", "watched")

    def __init__(
        self,
        name: str,
        value: object,
        check: Callable[[bool], None],
        watched: Sequence[object] = (),
    ) -> None:
        self.name = name
        self.watched = watched
        self._value = value
        self._check = check
        self._is_taken = False

    def take(self) -> object:
        """The list."""
        self._check(self._is_taken)
        self._is_taken = True
        return self._value

    def __iter__(self) -> NoReturn:
        self._check(True)
        raise AssertionError("the check refuses it")


def taken(value: object) -> object:
    """`value`, or the list that it gives once."""
    return value.take() if isinstance(value, OneTimeList) else value


_EMPTY: dict[object, object] = {}
_VIEWS = (type(_EMPTY.keys()), type(_EMPTY.values()), type(_EMPTY.items()))
_KNOWN: tuple[object, ...] = (
    *(list, tuple, dict, range, OneTimeIterator, TrackedList, TrackedDict),
    *_VIEWS,
)


def is_view(value: object) -> TypeGuard[Iterable[object]]:
    """Whether `value` is the keys, values or items of a dict."""
    return type(value) in _VIEWS


def is_known_iterable(value: object) -> TypeGuard[Iterable[object]]:
    """Whether captured code may run through `value`, no text: nothing else happens by that.

    >>> is_known_iterable({}.keys()), is_known_iterable("ab"), is_known_iterable(iter([]))
    (True, False, False)
    """
    return type(value) in _KNOWN


def is_iterator(value: object) -> TypeGuard[Iterator[object]]:
    """Whether `value` is used up by running through it."""
    return isinstance(value, Iterator)
