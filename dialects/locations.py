"""Where operations come from in the user's source, and errors that say so."""

from __future__ import annotations

from xdsl.dialects.builtin import FileLineColLoc
from xdsl.ir import Operation

from ember_mlir.errors import InvalidIRError, SourceLocation

UNKNOWN_SOURCE = SourceLocation("unknown", 0, 0)


def source_of(op: Operation) -> SourceLocation:
    """Where `op` comes from in the user's source, or `UNKNOWN_SOURCE`."""
    location = op.location
    if isinstance(location, FileLineColLoc):
        return SourceLocation(location.filename.data, location.line.data, location.column.data)
    return UNKNOWN_SOURCE


def location_of(op: Operation) -> SourceLocation | None:
    """Where `op` comes from in the user's source, or None if that is unknown."""
    source = source_of(op)
    return None if source == UNKNOWN_SOURCE else source


def invalid(op: Operation, message: str) -> InvalidIRError:
    """The error that `op` breaks a rule, located where it comes from."""
    return InvalidIRError(f"'{op.name}' {message}", location=location_of(op))
