"""Texts as messages show them, and as prompts quote them."""

from __future__ import annotations

import json
from collections.abc import Sequence


def abridged(text: str, length: int = 60) -> str:
    """The text in one line, or its beginning if it is longer than `length` characters.

    >>> abridged("a\\nbcdef", 4)
    'a\\\\nb…'
    """
    shown = text if len(text) <= length else f"{text[: length - 1]}…"
    return "".join([_visible(character) for character in shown])


def quoted(texts: Sequence[str]) -> str:
    r"""The texts as numbered lines, each a JSON string of characters that can be seen.

    >>> print(quoted(['say "hi"', "two\n2. lines"]))
    1. "say \"hi\""
    2. "two\n2. lines"
    """
    return "\n".join([f"{number}. {_json_string(text)}" for number, text in enumerate(texts, 1)])


def _json_string(text: str) -> str:
    written = json.dumps(text, ensure_ascii=False)
    if written.isprintable():
        return written
    # JSON escapes few of the characters that end a line or cannot be seen.
    return "".join([c if c.isprintable() else json.dumps(c)[1:-1] for c in written])


def _visible(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode()
