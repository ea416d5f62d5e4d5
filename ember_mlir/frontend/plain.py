"""Plain data: what captured code may hold beside symbolic values, told by exact type.

A subclass may do anything, so only the types themselves count.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import TypeGuard

ATOMS = (str, int, float, bool, type(None))
"""Data without parts."""


def is_list(value: object) -> TypeGuard[list[object] | tuple[object, ...]]:
    """Whether `value` is a list or tuple."""
    return type(value) in (list, tuple)


def is_dict(value: object) -> TypeGuard[dict[object, object]]:
    """Whether `value` is a dict."""
    return type(value) is dict


def is_set(value: object) -> TypeGuard[AbstractSet[object]]:
    """Whether `value` is a set."""
    return type(value) in (set, frozenset)


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
