"""Diagnostics that a test file expects, written in its comments as in MLIR.

    %0 = llm.template "{1}"(%x)  // expected-error {{must use the holes}}
    // expected-error@+1 {{unknown}}
    // expected-error@below {{unknown}}

The text in braces is a part of the message. `@+2` and `@-1` count lines; `@below` and
`@above` are the nearest lines that hold no expectation; `@unknown` is no line at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ember_mlir.diagnostics import Diagnostic
from ember_mlir.errors import InvalidIRError, SourceLocation

_SEPARATOR = "// -----"
_SPLIT = re.compile(r"^\s*// -----\s*$")
_MENTION = re.compile(r"//.*?expected-(?:error|warning|note)")
_EXPECTATION = re.compile(
    r"//.*?expected-(?P<severity>error|warning|note)\s*"
    r"(?:@(?P<place>[+-]\d+|above|below|unknown))?\s*\{\{(?P<text>.*)\}\}\s*$"
)


@dataclass(frozen=True, slots=True)
class Expectation:
    """A diagnostic that must come: at `line` (`None`: nowhere) with `text` in its message."""

    severity: str
    line: int | None
    text: str
    written_at: int

    def fits(self, diagnostic: Diagnostic, file: str) -> bool:
        """Whether `diagnostic`, given for the text called `file`, is the expected one."""
        location = diagnostic.location
        line = location.line if location is not None and location.file == file else None
        if (line, diagnostic.severity) != (self.line, self.severity):
            return False
        return self.text in diagnostic.message


class Chunk(NamedTuple):
    """A part of a file, and the line of the file that it begins with."""

    text: str
    first_line: int = 1


def split_chunks(text: str) -> list[Chunk]:
    r"""The parts of `text` between lines `// -----`.

    >>> split_chunks("a\n// -----\nb")
    [Chunk(text='a', first_line=1), Chunk(text='b', first_line=3)]
    """
    chunks: list[Chunk] = []
    lines = text.split("\n")
    start = 0
    for number, line in enumerate([*lines, _SEPARATOR]):
        if _SPLIT.match(line):
            chunks.append(Chunk("\n".join(lines[start:number]), start + 1))
            start = number + 1
    return chunks


def expectations_in(text: str, file: str, first_line: int = 1) -> list[Expectation]:
    """What the comments of `text` expect; `InvalidIRError` if one is malformed.

    `first_line` is the line of the file that `text` begins with.
    """
    lines = text.split("\n")
    silent = [_MENTION.search(line) is None for line in lines]
    found: list[Expectation] = []
    for number, line in enumerate(lines, start=1):
        if silent[number - 1]:
            continue
        written_at = number + first_line - 1
        match = _EXPECTATION.search(line)
        if match is None:
            raise InvalidIRError(
                "an expectation must be written as in 'expected-error@+1 {{text}}'",
                location=SourceLocation(file, written_at, 1),
            )
        place = _line(match["place"], number, silent)
        line_number = None if place is None else place + first_line - 1
        found.append(Expectation(match["severity"], line_number, match["text"], written_at))
    return found


def unmatched(
    diagnostics: Sequence[Diagnostic], expected: Sequence[Expectation], file: str
) -> Iterator[Diagnostic]:
    """What differs: the diagnostics that nothing expects, and the missing ones."""
    missing = list(expected)
    for diagnostic in diagnostics:
        fitting = next((e for e in missing if e.fits(diagnostic, file)), None)
        if fitting is None:
            message = f"unexpected {diagnostic.severity}: {diagnostic.message}"
            yield Diagnostic("error", diagnostic.location, message)
        else:
            missing.remove(fitting)
    for e in missing:
        where = "without a place" if e.line is None else f"on line {e.line}"
        message = f"expected {e.severity} {where} did not come: {e.text}"
        yield Diagnostic("error", SourceLocation(file, e.written_at, 1), message)


def _line(place: str | None, number: int, silent: Sequence[bool]) -> int | None:
    match place:
        case None:
            return number
        case "unknown":
            return None
        case "below":
            rest = range(number + 1, len(silent) + 1)
            return next((n for n in rest if silent[n - 1]), len(silent) + 1)
        case "above":
            return next((n for n in range(number - 1, 0, -1) if silent[n - 1]), 0)
        case _:
            return number + int(place)
