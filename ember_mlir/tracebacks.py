"""Tracebacks of runs: they lead to the line of the user's source, and not through the engine.

A plan has no frames of the user's: what has failed in it was asked for, or applied, at a
place in the source. So a frame of that file and line stands in the traceback for it. It is
made by code that has this place and does nothing but raise.
"""

from __future__ import annotations

import ast
import linecache
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from types import CodeType, TracebackType

from ember_mlir.errors import EmberError, FunctionError, SourceLocation

PACKAGE = os.path.dirname(__file__) + os.sep
"""Where the files of this package are."""

_DEFINITION = re.compile(r"(\s*)(?:async\s+)?def\s+(\w+)")
_LIBRARY = ("asyncio", "concurrent", "contextlib", "threading")
"""Packages of the standard library that the engine calls functions by."""


def located(error: EmberError, program: str) -> BaseException:
    """What a caller of a program is to see of an error of its run, to be raised.

    An error that a function of the user's has raised is that error itself, with all that it
    says of its causes; any other stays what it is. Its traceback leads to where the program
    has asked for what failed.
    """
    cause = error.__cause__ if isinstance(error, FunctionError) else None
    place = error.location
    if cause is None:
        return error if place is None else error.with_traceback(_at(place, program, None))
    inner = _of_user(cause.__traceback__)
    if place is None:
        return cause.with_traceback(inner)
    cause.add_note(f"raised by what the program applied at {place}")
    return cause.with_traceback(_at(place, program, inner))


def _of_user(traceback: TracebackType | None) -> TracebackType | None:
    """The rest of a traceback from the first frame on that is not the engine's."""
    while traceback is not None and _is_engine(traceback):
        traceback = traceback.tb_next
    return traceback


def _is_engine(traceback: TracebackType) -> bool:
    frame = traceback.tb_frame
    package = str(frame.f_globals.get("__name__")).partition(".")[0]
    return package in _LIBRARY or frame.f_code.co_filename.startswith(PACKAGE)


def _at(place: SourceLocation, program: str, inner: TracebackType | None) -> TracebackType:
    """A traceback of a frame at `place`, and of what is `inner`."""
    lines = linecache.getlines(place.file)
    code = _raising(place, lines).replace(co_name=_function_at(place, lines) or program)
    reached = _ReachedError()
    with suppress(_ReachedError):
        exec(code, {"__name__": program, "place": reached})
    made = None if reached.__traceback__ is None else reached.__traceback__.tb_next
    assert made is not None
    # What is not needed any more would keep the frame alive.
    reached.__traceback__ = None
    return TracebackType(inner, made.tb_frame, made.tb_lasti, made.tb_lineno)


class _ReachedError(Exception):
    """The frame that is wanted is there."""


def _raising(place: SourceLocation, lines: Sequence[str]) -> CodeType:
    """Code that raises, at `place`."""
    line = lines[place.line - 1] if 0 < place.line <= len(lines) else ""
    first, last = _call_in(line, place.column - 1)
    raising = ast.Raise(ast.Name("place", ast.Load()), None)
    for node in ast.walk(raising):
        for name, value in (
            ("lineno", max(place.line, 1)),
            ("end_lineno", max(place.line, 1)),
            ("col_offset", first),
            ("end_col_offset", last),
        ):
            setattr(node, name, value)
    code = compile(ast.Module([raising], []), place.file, "exec")
    return code


def _call_in(line: str, column: int) -> tuple[int, int]:
    """Where a call begins and ends in its line, in bytes; all of it if it goes on behind it."""
    text = line.rstrip("\n")
    for end in [i + 1 for i, letter in enumerate(text) if letter == ")" and i >= column >= 0]:
        try:
            ast.parse(text[column:end], mode="eval")
        except SyntaxError:
            continue
        return len(text[:column].encode()), len(text[:end].encode())
    return 0, len(text.encode())


def _function_at(place: SourceLocation, lines: Sequence[str]) -> str | None:
    """The name of the function that the line of `place` is in, as far as its text tells."""
    before = lines[: place.line]
    indentation = len(before[-1]) - len(before[-1].lstrip()) if before else 0
    for line in reversed(before[:-1]):
        found = _DEFINITION.match(line)
        if found is not None and len(found[1]) < indentation:
            return found[2]
    return None
