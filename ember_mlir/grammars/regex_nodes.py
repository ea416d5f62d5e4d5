"""Regular expressions as trees: sets of characters, and three ways to combine them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

LAST = 0x10FFFF
"""The highest code point."""

SURROGATES = (0xD800, 0xDFFF)
"""The code points that are no characters."""

_JOINERS = "\u200c\u200d"


def is_surrogate(character: str) -> bool:
    """Whether a character is half of a pair, which no UTF-8 text holds."""
    return "\ud800" <= character <= "\udfff"


def _is_digit(character: str) -> bool:
    return character.isdecimal()


def _is_word(character: str) -> bool:
    # The union of what Python and the decoders mean: the latter count marks as well.
    return (
        character.isalnum()
        or character in _JOINERS
        or unicodedata.category(character) in {"Pc", "Mn", "Mc", "Me"}
    )


def _is_space(character: str) -> bool:
    return character.isspace()


_CLASSES = {"d": _is_digit, "w": _is_word, "s": _is_space}


@dataclass(frozen=True, slots=True)
class CharacterSet:
    """One character out of `ranges` of code points (inclusive) or of `classes`.

    A class is a letter of `\\d`, `\\w`, `\\s`, and means its complement if it is upper
    case. `negated` means any character but these. A surrogate is never in a set.

    >>> "é" in CharacterSet(((97, 122),)), "é" in CharacterSet((), "w")
    (False, True)
    """

    ranges: tuple[tuple[int, int], ...]
    classes: str = ""
    negated: bool = False

    def __contains__(self, character: str) -> bool:
        return self._has(character) is not self.negated and not is_surrogate(character)

    def _has(self, character: str) -> bool:
        point = ord(character)
        if any(low <= point <= high for low, high in self.ranges):
            return True
        return any(_CLASSES[name.lower()](character) is name.islower() for name in self.classes)


@dataclass(frozen=True, slots=True)
class Sequence:
    """All parts, one after the other; no part at all is the empty text."""

    parts: tuple[Regex, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the parts; the first that fits is preferred."""

    parts: tuple[Regex, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A part, `low` to `high` times (None: any number); as few as possible if `lazy`."""

    part: Regex
    low: int
    high: int | None
    lazy: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A part whose text has a name."""

    name: str
    part: Regex


Regex = CharacterSet | Sequence | Choice | Repeat | Group
"""A regular expression."""

EMPTY = Sequence(())
"""The empty text."""

ANY = CharacterSet(((0, LAST),))
"""Any character."""


def literal(text: str) -> Regex:
    """Exactly `text`."""
    return Sequence(tuple(single(character) for character in text))


def single(character: str) -> CharacterSet:
    """Exactly one character."""
    return CharacterSet(((ord(character), ord(character)),))


def either_case(letters: CharacterSet) -> CharacterSet:
    """The set with every ASCII letter in both cases."""
    swapped = [
        (max(low, first) ^ 32, min(high, last) ^ 32)
        for low, high in letters.ranges
        for first, last in ((65, 90), (97, 122))
        if max(low, first) <= min(high, last)
    ]
    return CharacterSet(merged([*letters.ranges, *swapped]), letters.classes, letters.negated)


def merged(ranges: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The same code points in ascending ranges that do not touch.

    >>> merged([(5, 9), (1, 4), (20, 20)])
    ((1, 9), (20, 20))
    """
    found: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))
    return tuple(found)


def is_nullable(node: Regex) -> bool:
    """Whether the empty text fits."""
    match node:
        case CharacterSet():
            return False
        case Sequence(parts):
            return all(map(is_nullable, parts))
        case Choice(parts):
            return any(map(is_nullable, parts))
        case Repeat(part, low):
            return low == 0 or is_nullable(part)
        case Group(_, part):
            return is_nullable(part)


def size(node: Regex) -> int:
    """How many symbols there are once bounded repetitions are written out."""
    match node:
        case CharacterSet():
            return 1
        case Sequence(parts) | Choice(parts):
            return 1 + sum(map(size, parts))
        case Repeat(part, low, high):
            return 1 + size(part) * max(low if high is None else high, 1)
        case Group(_, part):
            return 1 + size(part)


def group_names(node: Regex) -> tuple[str, ...]:
    """The names of all groups, in order."""
    match node:
        case CharacterSet():
            return ()
        case Sequence(parts) | Choice(parts):
            return tuple(name for part in parts for name in group_names(part))
        case Repeat(part):
            return group_names(part)
        case Group(name, part):
            return (name, *group_names(part))


def complement(ranges: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    """All other code points, in ranges; `ranges` must be merged.

    >>> complement(((0, 9), (11, 0x10FFFF)))
    ((10, 10),)
    """
    starts = [0, *(high + 1 for _, high in ranges)]
    ends = [*(low - 1 for low, _ in ranges), LAST]
    return tuple((low, high) for low, high in zip(starts, ends, strict=True) if low <= high)
