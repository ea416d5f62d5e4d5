"""Reads regular expressions of the subset that decoders and Python agree on.

What is in the subset: characters and escapes, `.`, sets, `\\d \\w \\s` and their
complements, groups, `|`, and the repetitions `? * + {m} {m,} {m,n}`. What is not:
anchors within a text, look-around, references to groups, possessive repetition, flags
inside of groups. Those either have no finite automaton or mean different things to
different decoders. Anything else is an `InvalidIRError` with its position.

In a `lark` text a repetition is never lazy and a group never named. In a `regex`
(`names=True`) both may be: they say what the named groups hold, not what fits.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ember_mlir.errors import InvalidIRError
from ember_mlir.grammars.regex_nodes import (
    ANY,
    CharacterSet,
    Choice,
    Group,
    Regex,
    Repeat,
    Sequence,
    complement,
    either_case,
    is_surrogate,
    merged,
    single,
)
from ember_mlir.grammars.shapes import MAX_DEPTH, MAX_REPETITIONS
from ember_mlir.semantics import abridged

_COUNT = re.compile(r"\{([0-9]{1,9})?(,)?([0-9]{1,9})?\}")
_NAME = re.compile(r"\?P?<([A-Za-z_][A-Za-z0-9_]*)>")
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a"}
_CODE = re.compile(r"x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})")
_ASCII = {
    "d": ((48, 57),),
    "w": ((48, 57), (65, 90), (95, 95), (97, 122)),
    "s": ((9, 13), (32, 32)),
}
_NEWLINE_EXCLUDED = CharacterSet(((10, 10),), negated=True)
_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ ")


@dataclass(frozen=True, slots=True)
class Dialect:
    """Which variant is read, and what a message calls the text."""

    where: str
    names: bool = False
    ascii: bool = False
    codes_are_special: bool = False
    not_escaped: frozenset[str] = frozenset()


PYTHON = Dialect("a regex", names=True)
"""The spelling `regex`: Python's syntax."""

LARK = Dialect("a regex of a lark grammar", codes_are_special=True, not_escaped=frozenset("<>"))
"""What stands between slashes in a `lark` text."""

ECMA = Dialect('a "pattern"', ascii=True)
"""The `pattern` of a JSON schema, where `\\d` means ASCII digits only."""


def parse_regex(text: str, dialect: Dialect, flags: str = "", at: str = "") -> Regex:
    """The tree of a regular expression.

    `flags` may hold `i` (ASCII letters fit in either case) and `s` (`.` fits a newline).
    `at` says in a message where the text stands. Raises `InvalidIRError` for what is not
    in the subset, with a position that counts characters from 0.
    """
    return _Reader(text, dialect, flags, at).whole()


@dataclass(slots=True)
class _Reader:
    text: str
    dialect: Dialect
    flags: str
    at: str
    position: int = 0
    depth: int = 0
    names: set[str] = field(default_factory=set[str])

    def whole(self) -> Regex:
        node = self._choice()
        if self.position < len(self.text):
            raise self._error("must open each group that it closes", "write \\) to mean the sign")
        return node

    def _choice(self) -> Regex:
        parts = [self._sequence()]
        while self._skip("|"):
            parts.append(self._sequence())
        return parts[0] if len(parts) == 1 else Choice(tuple(parts))

    def _sequence(self) -> Regex:
        parts: list[Regex] = []
        while self.position < len(self.text) and self.text[self.position] not in "|)":
            parts.append(self._repeated(self._atom()))
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def _repeated(self, part: Regex) -> Regex:
        count = self._count()
        if count is None:
            return part
        lazy = self._lazy()
        if self._count() is not None:
            raise self._error("must not repeat a repetition", "put it in a group first")
        return Repeat(part, *count, lazy)

    def _count(self) -> tuple[int, int | None] | None:
        for sign, count in (("?", (0, 1)), ("*", (0, None)), ("+", (1, None))):
            if self._skip(sign):
                return count
        if not self._next("{"):
            return None
        return self._written_count()

    def _written_count(self) -> tuple[int, int | None]:
        found = _COUNT.match(self.text, self.position)
        if found is None or found[1] is None:
            raise self._error("must repeat with {m}, {m,} or {m,n}", "write \\{ to mean the sign")
        low = int(found[1])
        high = int(found[3]) if found[3] else None if found[2] else low
        if max(low, high or 0) > MAX_REPETITIONS or (high is not None and high < low):
            raise self._error(
                f"must repeat at least 0 and at most {MAX_REPETITIONS} times",
                "use * or + for any number",
            )
        self.position = found.end()
        return low, high

    def _lazy(self) -> bool:
        if self._next("+"):
            raise self._error("must not repeat possessively", "leave out the second sign")
        if not self._next("?"):
            return False
        if not self.dialect.names:
            raise self._error(
                "must not repeat lazily", "leave out the '?', or exclude the sign that ends it"
            )
        self.position += 1
        return True

    def _atom(self) -> Regex:
        character = self.text[self.position]
        if character == "(":
            return self._group()
        if character == "[":
            return self._cased(self._set())
        if character == "\\":
            return self._cased(self._escape())
        if character in "^$":
            raise self._error(
                "must not use an anchor", f"leave it out, as all must fit, or write \\{character}"
            )
        if character in "*+?{":
            raise self._error("must repeat something", f"write \\{character} to mean the sign")
        if is_surrogate(character):
            raise self._error("must be UTF-8", "leave out the lone surrogate")
        self.position += 1
        if character == ".":
            return ANY if "s" in self.flags else _NEWLINE_EXCLUDED
        return self._cased(single(character))

    def _cased(self, characters: CharacterSet) -> CharacterSet:
        return either_case(characters) if "i" in self.flags else characters

    def _group(self) -> Regex:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self._error(f"must nest at most {MAX_DEPTH} groups", "write it flatter")
        opened = self.position
        self.position += 1
        name = self._group_kind()
        node = self._choice()
        if not self._skip(")"):
            self.position = opened
            raise self._error("must close each group", "write \\( to mean the sign")
        self.depth -= 1
        return node if name is None else Group(name, node)

    def _group_kind(self) -> str | None:
        if not self._next("?") or self._skip("?:"):
            return None
        found = _NAME.match(self.text, self.position)
        if found is None:
            raise self._error(
                "must not look around, refer to groups or set flags in a group",
                "use (?:...) for a group" + (" or (?P<name>...)" if self.dialect.names else ""),
            )
        if not self.dialect.names:
            raise self._error("must not name groups", "use (?:...)")
        if found[1] in self.names:
            raise self._error(f"must name a group once, but got '{found[1]}' twice", "rename one")
        self.names.add(found[1])
        self.position = found.end()
        return found[1]

    def _set(self) -> CharacterSet:
        opened = self.position
        self.position += 1
        negated = self._skip("^")
        ranges: list[tuple[int, int]] = []
        classes = ""
        while not self._skip("]"):
            if self.position >= len(self.text):
                self.position = opened
                raise self._error("must close each set", "write \\[ to mean the sign")
            part = self._set_part()
            ranges += part.ranges
            classes += part.classes
        if not ranges and not classes:
            self.position = opened
            raise self._error("must have a character in each set", "write \\[ to mean the sign")
        return CharacterSet(merged(ranges), classes, negated)

    def _set_part(self) -> CharacterSet:
        low = self._set_character()
        if not self._next("-") or self.text.startswith("-]", self.position):
            return low
        self.position += 1
        if self.position >= len(self.text):
            return low
        high = self._set_character()
        if low.classes or high.classes or low.ranges[0][0] > high.ranges[0][1]:
            raise self._error("must have ranges from low to high", "write \\- to mean the sign")
        return CharacterSet(((low.ranges[0][0], high.ranges[0][1]),))

    def _set_character(self) -> CharacterSet:
        character = self.text[self.position]
        if character == "\\":
            return self._escape()
        if character == "[" or self.text[self.position : self.position + 2] in {"&&", "~~", "--"}:
            raise self._error("must not nest or combine sets", f"write \\{character} for the sign")
        self.position += 1
        return single(character)

    def _escape(self) -> CharacterSet:
        letter = self.text[self.position + 1 : self.position + 2]
        if letter in _PUNCTUATION - self.dialect.not_escaped:
            self.position += 2
            return single(letter)
        if letter in _CONTROLS:
            self.position += 2
            return single(_CONTROLS[letter])
        if letter and letter in "dwsDWS":
            self.position += 2
            return self._class(letter)
        return self._code()

    def _class(self, letter: str) -> CharacterSet:
        if not self.dialect.ascii:
            return CharacterSet((), letter)
        ranges = _ASCII[letter.lower()]
        return CharacterSet(ranges if letter.islower() else complement(ranges))

    def _code(self) -> CharacterSet:
        found = _CODE.match(self.text, self.position + 1)
        character = chr(int(found[1] or found[2], 16)) if found else ""
        if not found or is_surrogate(character):
            raise self._error(
                "must use the escapes \\d \\w \\s \\n \\t \\r \\f \\v \\xNN \\uNNNN and signs only",
                "write \\\\ to mean the backslash",
            )
        if self.dialect.codes_are_special and character in _PUNCTUATION:
            raise self._error(
                f"must not write a sign as a code, but got '\\{found[0]}'", f"write \\{character}"
            )
        self.position = found.end()
        return single(character)

    def _next(self, sign: str) -> bool:
        return self.text.startswith(sign, self.position)

    def _skip(self, sign: str) -> bool:
        if not self._next(sign):
            return False
        self.position += len(sign)
        return True

    def _error(self, rule: str, fix: str) -> InvalidIRError:
        got = self.text[self.position : self.position + 12]
        shown = f"'{abridged(got)}'" if got else "its end"
        where = f" at position {self.position}{self.at}"
        return InvalidIRError(f"{self.dialect.where} {rule}, but got {shown}{where}; {fix}")


def strip_anchors(text: str) -> str:
    """The text without a `^` at its start and a `$` at its end.

    >>> strip_anchors("^a$"), strip_anchors("a\\\\$")
    ('a', 'a\\\\$')
    """
    text = text.removeprefix("^")
    backslashes = len(text) - 1 - len(text[:-1].rstrip("\\"))
    return text[:-1] if text.endswith("$") and backslashes % 2 == 0 else text
