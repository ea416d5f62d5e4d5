"""Where operations come from in the user's source, and errors that say so.

What an operator of the front end has written is at `loc("Pipeline/refine"("app.py":7:5))`:
the names of the operators around it, from the outermost in, around its place.
"""

from __future__ import annotations

from functools import lru_cache

from xdsl.dialects.builtin import (
    FileLineColLoc,
    IntAttr,
    LocationAttr,
    NameLoc,
    StringAttr,
    UnknownLoc,
)
from xdsl.ir import Attribute, Operation

from ember_mlir.errors import InvalidIRError, SourceLocation

UNKNOWN_SOURCE = SourceLocation("unknown", 0, 0)


def source_of(op: Operation) -> SourceLocation:
    """Where `op` comes from in the user's source, or `UNKNOWN_SOURCE`."""
    return source_at(op.location) or UNKNOWN_SOURCE


def location_of(op: Operation) -> SourceLocation | None:
    """Where `op` comes from in the user's source, or None if that is unknown."""
    source = source_of(op)
    return None if source == UNKNOWN_SOURCE else source


def source_at(location: Attribute | None) -> SourceLocation | None:
    """The place that a location tells of, with or without names; None if it tells of none."""
    place = unnamed(location)
    if not isinstance(place, FileLineColLoc):
        return None
    return SourceLocation(place.filename.data, place.line.data, place.column.data)


def unnamed(location: Attribute | None) -> LocationAttr:
    """A location without the names around it, of a value or of operators."""
    while isinstance(location, NameLoc):
        location = location.location
    return location if isinstance(location, LocationAttr) else UnknownLoc()


def operators_of(op: Operation) -> str:
    """The operators that have written `op`, as in `Pipeline/refine`; empty if none has."""
    return op.location.desc.data if isinstance(op.location, NameLoc) else ""


@lru_cache(maxsize=1024)
def location_at(source: SourceLocation, operators: str = "") -> LocationAttr:
    """The location of a place in the user's source, inside of these operators.

    >>> from xdsl.printer import Printer
    >>> Printer().print_attribute(location_at(SourceLocation("app.py", 7, 5), "Pipeline/refine"))
    loc("Pipeline/refine"("app.py":7:5))
    """
    place = FileLineColLoc(_text(source.file), _number(source.line), _number(source.column))
    return NameLoc(_text(operators), place) if operators else place


_text = lru_cache(maxsize=256)(StringAttr)
_number = lru_cache(maxsize=1024)(IntAttr)


def invalid(op: Operation, message: str) -> InvalidIRError:
    """The error that `op` breaks a rule, located where it comes from."""
    return InvalidIRError(f"'{op.name}' {message}", location=location_of(op))
