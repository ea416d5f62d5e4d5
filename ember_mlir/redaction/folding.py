"""Writes a text in the plain signs that patterns look for, and finds the way back.

Digits of any script and width become ASCII, dashes `-`, spaces ` `. Characters that are
not seen (zero-width spaces, soft hyphens, directions) are left out: they split a number
for a program and for no reader.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ember_mlir.redaction.spans import Span

_OTHER_SIGNS = {"\u2212": "-", "\u034f": ""}
_VARIATIONS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text; `places[i]` is where its character `i` stands in the original."""

    text: str
    places: Sequence[int]

    def original(self, span: Span) -> Span:
        """The part of the original that a part of the folded text stands for."""
        return Span(self.places[span.start], self.places[span.end - 1] + 1)


def fold(text: str) -> Folded:
    """The folded form of a text; a character becomes one character or none.

    >>> fold("\uff14\u200b\u0661\u2013x").text
    '41-x'
    """
    if text.isascii():
        return Folded(text, range(len(text)))
    signs = [_sign(character) for character in text]
    return Folded("".join(signs), [place for place, sign in enumerate(signs) if sign])


@lru_cache(maxsize=65_536)
def _sign(character: str) -> str:
    if character.isascii():
        return character
    if character in _OTHER_SIGNS:
        return _OTHER_SIGNS[character]
    category = unicodedata.category(character)
    if category == "Cf" or any(ord(character) in signs for signs in _VARIATIONS):
        return ""
    if category in {"Pd", "Zs", "Nd"}:
        return {"Pd": "-", "Zs": " "}.get(category) or str(unicodedata.digit(character))
    plain = unicodedata.normalize("NFKC", character)
    return plain if len(plain) == 1 else character
