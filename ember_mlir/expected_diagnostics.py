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

from ember_mlir.diagnostics import Diagnostic
from ember_mlir.errors import InvalidIRError, SourceLocation

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


def split_chunks(text: str) -> list[str]:
    r"""The parts of `text` between lines `// -----`.

    Each begins with as many empty lines as stand before it in `text`, so that lines
    count from the beginning of the whole text.

    >>> split_chunks("a\n// -----\nb")
    ['a', '\n\nb']
    """
    chunks: list[list[str]] = [[]]
    for number, line in enumerate(text.split("\n")):
        if _SPLIT.match(line):
            chunks.append([""] * (number + 1))
        else:
            chunks[-1].append(line)
    return ["\n".join(lines) for lines in chunks]


def expectations_in(text: str, file: str) -> list[Expectation]:
    """What the comments of `text` expect; `InvalidIRError` if one is malformed."""
    lines = text.split("\n")
    silent = [_MENTION.search(line) is None for line in lines]
    found: list[Expectation] = []
    for number, line in enumerate(lines, start=1):
        if silent[number - 1]:
            continue
        match = _EXPECTATION.search(line)
        if match is None:
            raise InvalidIRError(
                "an expectation must be written as in 'expected-error@+1 {{text}}'",
                location=SourceLocation(file, number, 1),
            )
        place = _line(match["place"], number, silent)
        found.append(Expectation(match["severity"], place, match["text"], number))
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
