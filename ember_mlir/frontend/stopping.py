"""What stops at the first element that decides, as captured code does it.

They are written as programs are, and captured like them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping


def any_of(items: Iterable[object], test: Callable[[object], object]) -> bool:
    """Whether a test holds for any element; those behind it are not asked.

    >>> any_of([1, 2, 0], lambda number: 2 // number == 1)
    True
    """
    for item in items:
        if test(item):
            return True
    return False


def all_of(items: Iterable[object], test: Callable[[object], object]) -> bool:
    """Whether a test holds for all elements; those behind one that fails are not asked.

    >>> all_of([1, 3, 0], lambda number: 2 // number == 2)
    False
    """
    for item in items:
        if not test(item):
            return False
    return True


def first_of(items: Iterable[object], pick: Callable[[object], list[object]]) -> object:
    """The first that is picked of an element; those behind it are not asked.

    >>> first_of([1, 2, 0], lambda number: [number] if 2 // number == 1 else [])
    2
    """
    for item in items:
        picked = pick(item)
        if picked:
            return picked[0]
    raise StopIteration


def first_or(
    items: Iterable[object], pick: Callable[[object], list[object]], default: object
) -> object:
    """The first that is picked of an element, or else a default.

    >>> first_or([1, 2], lambda number: [], "none")
    'none'
    """
    for item in items:
        picked = pick(item)
        if picked:
            return picked[0]
    return default


def first_that(
    items: Iterable[object],
    test: Callable[[object], object],
    value: Callable[[object], object],
) -> object:
    """What an element gives that is the first for which a test holds.

    >>> first_that([1, 2, 0], lambda number: 2 // number == 1, str)
    '2'
    """
    for item in items:
        if test(item):
            return value(item)
    raise StopIteration


def first_that_or(
    items: Iterable[object],
    test: Callable[[object], object],
    value: Callable[[object], object],
    default: object,
) -> object:
    """What an element gives that is the first for which a test holds, or else a default.

    >>> first_that_or([1, 2], lambda number: number > 2, str, None)
    """
    for item in items:
        if test(item):
            return value(item)
    return default


LOOPS: Mapping[tuple[str, int], Callable[..., object]] = {
    ("any", 1): any_of,
    ("all", 1): all_of,
    ("picked", 1): first_of,
    ("picked", 2): first_or,
    ("next", 2): first_that,
    ("next", 3): first_that_or,
}
"""What loops, by what it is for and how much it is given."""
