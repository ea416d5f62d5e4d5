"""Diagnostics as compilers show them: `file:line:column: error: message`, line and caret."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from ember_mlir.errors import EmberError, SourceLocation

Severity = Literal["error", "warning", "note"]

WIDTH = 120
"""The columns of a terminal that a quoted line may take; of a longer one a part is shown."""


LONGEST_MESSAGE = 1000
"""The characters of a message that are shown; of a longer one, the beginning and the end."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """Something to tell the user about a place in a source, or about none in particular.

    As text it is one line, whatever the message quotes from the source.

    >>> str(Diagnostic("error", SourceLocation("a.mlir", 3, 7), "it must hold"))
    'a.mlir:3:7: error: it must hold'
    """

    severity: Severity
    location: SourceLocation | None
    message: str

    def __str__(self) -> str:
        line = f"{_prefix(self.location)}{self.severity}: {_abridged(self.message)}"
        return "".join(" " if character == "\n" else _visible(character) for character in line)


def diagnostic_of(error: EmberError) -> Diagnostic:
    """What `error` tells the user, with its notes in brackets."""
    notes: list[str] = getattr(error, "__notes__", [])
    message = " ".join([error.message, *(f"({note})" for note in notes)])
    return Diagnostic("error", error.location, message)


def render(diagnostic: Diagnostic, source_text: str | None = None) -> str:
    r"""The diagnostic, then the line that it is about and a caret below the column.

    The line comes from `source_text` if that is given, else from the file if it can be
    read. The result has no newline at its end.

    >>> where = SourceLocation("a.mlir", 1, 6)
    >>> print(render(Diagnostic("error", where, "unknown op"), "日本 %x = llm.what"))
    a.mlir:1:6: error: unknown op
    日本 %x = llm.what
           ^
    """
    location = diagnostic.location
    line = None if location is None else _source_line(location, source_text)
    if location is None or line is None:
        return str(diagnostic)
    start, shown = _window(line, location.column - 1)
    shown_lines = [str(diagnostic), "".join(map(_visible, shown))]
    if 0 < location.column <= len(line) + 1:
        # A tab stays a tab, so that the caret moves as the line above it does.
        before = shown[: location.column - 1 - start]
        shown_lines.append("".join("\t" if c == "\t" else " " * _width(c) for c in before) + "^")
    return "\n".join(shown_lines)


def _abridged(message: str) -> str:
    if len(message) <= LONGEST_MESSAGE:
        return message
    return f"{message[: LONGEST_MESSAGE * 2 // 3]} … {message[-LONGEST_MESSAGE // 3 :]}"


def _prefix(location: SourceLocation | None) -> str:
    if location is None or (location.line == 0 and location.file in ("", "unknown")):
        return ""
    if location.line == 0:
        return f"{location.file}: "
    if location.column == 0:
        return f"{location.file}:{location.line}: "
    return f"{location}: "


def _source_line(location: SourceLocation, source_text: str | None) -> str | None:
    if location.line < 1:
        return None
    if source_text is not None:
        lines = source_text.split("\n", location.line)
        line = lines[location.line - 1] if location.line <= len(lines) else None
    else:
        try:
            with open(location.file, encoding="utf-8-sig", newline="\n") as file:
                line = next(islice(file, location.line - 1, None), None)
        except (OSError, ValueError):
            return None
    return None if line is None else line.rstrip("\r\n")


def _window(line: str, column: int) -> tuple[int, str]:
    """The part of `line` around `column` that fits in `WIDTH`, and where it starts."""
    if sum(map(_width, line)) <= WIDTH:
        return 0, line
    # Half of the columns, as each character may take two.
    start = max(0, min(column, len(line)) - WIDTH // 4)
    return start, line[start : start + WIDTH // 2]


def _width(character: str) -> int:
    """How many columns of a terminal a character takes."""
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _visible(character: str) -> str:
    """The character, or a sign that stands for it if a terminal would obey it."""
    control = unicodedata.category(character) == "Cc" and character != "\t"
    return "\N{REPLACEMENT CHARACTER}" if control else character
