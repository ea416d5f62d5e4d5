"""Texts as messages show them."""

from __future__ import annotations


def abridged(text: str, length: int = 60) -> str:
    """The text in one line, or its beginning if it is longer than `length` characters.

    >>> abridged("a\\nbcdef", 4)
    'a\\\\nb…'
    """
    shown = text if len(text) <= length else f"{text[: length - 1]}…"
    return "".join([_visible(character) for character in shown])


def _visible(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode()
