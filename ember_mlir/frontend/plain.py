"""Plain data: what captured code may hold beside symbolic values, told by exact type.

A subclass may do anything, so only the types themselves count, and those of lists and dicts
that captured code has made.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import TypeGuard

from ember_mlir.frontend.containers import TrackedDict, TrackedList, TrackedSet

ATOMS = (str, int, float, bool, type(None))
"""Data without parts."""


def is_list(value: object) -> TypeGuard[list[object] | tuple[object, ...]]:
    """Whether `value` is a list or tuple."""
    return type(value) in (list, tuple, TrackedList)


def is_dict(value: object) -> TypeGuard[dict[object, object]]:
    """Whether `value` is a dict."""
    return type(value) in (dict, TrackedDict)


def is_set(value: object) -> TypeGuard[AbstractSet[object]]:
    """Whether `value` is a set."""
    return type(value) in (set, frozenset, TrackedSet)


def all_texts(items: Sequence[object]) -> TypeGuard[Sequence[str]]:
    """Whether there are items, and all of them are `str` itself."""
    return set(map(type, items)) == {str}


def as_str(text: str) -> str:
    """`text` as a plain `str`, if it is of a subclass such as `numpy.str_`."""
    return text if type(text) is str else str.__str__(text)


def is_unicode(text: str) -> bool:
    """Whether `text` can be written as UTF-8: no character is half of a surrogate pair."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def is_plain(value: object) -> bool:
    """Whether `value` is made of texts, numbers, None, and lists, tuples and dicts of those.

    >>> is_plain({"a": [1, (2.5, None)]}), is_plain({1}), is_plain(print)
    (True, False, False)
    """
    if is_dict(value):
        return all(is_plain(key) and is_plain(item) for key, item in value.items())
    return all(map(is_plain, value)) if is_list(value) else type(value) in ATOMS


def depth_of(value: object) -> int | None:
    """How many lists are around the texts of `value`; None if it is not made of texts.

    An empty list may be of any depth from 1; it counts as 1 unless others say more.

    >>> depth_of("a"), depth_of(["a"]), depth_of([[], ["a"]]), depth_of(["a", []]), depth_of(3)
    (0, 1, 2, None, None)
    """
    deepest = _deepest(value)
    return deepest if deepest is not None and _fits(value, deepest) else None


def _deepest(value: object) -> int | None:
    if isinstance(value, str):
        return 0
    if not is_list(value):
        return None
    if all_texts(value):
        return 1
    depths = [_deepest(item) for item in value]
    known = [depth for depth in depths if depth is not None]
    return None if len(known) < len(depths) else 1 + max(known, default=0)


def _fits(value: object, depth: int) -> bool:
    if isinstance(value, str):
        return depth == 0
    if depth == 0 or not is_list(value):
        return False
    return (depth == 1 and all_texts(value)) or all(_fits(item, depth - 1) for item in value)
