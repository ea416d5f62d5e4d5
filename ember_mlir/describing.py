"""What a person sees of a program that is printed."""

from __future__ import annotations

from collections.abc import Callable
from inspect import Signature, signature
from types import FunctionType

from ember_mlir.errors import EmberError
from ember_mlir.last_run import LastRun


def described(
    function: FunctionType,
    fixed: int,
    text: Callable[[], str],
    last_run: LastRun[object] | None,
) -> str:
    """A program: its signature and place, its last run, and its text, or how to get that.

    `fixed` is how many of its first arguments are given.
    """
    code = function.__code__
    found = signature(function)
    parameters = [
        one.replace(annotation=_written(one.annotation)) for one in found.parameters.values()
    ]
    own = Signature(parameters[fixed:], return_annotation=_written(found.return_annotation))
    lines = [
        f"{function.__qualname__}{own}",
        f"  at {code.co_filename}:{code.co_firstlineno}",
        f"  {_told(last_run)}",
    ]
    try:
        shown = text()
    except EmberError as error:
        return "\n".join([*lines, f"  no text yet: {error.message}"])
    return "\n".join([*lines, "", shown])


class _Written:
    """An annotation that is shown as it is written, without quotes."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


def _written(annotation: object) -> object:
    return _Written(annotation) if isinstance(annotation, str) else annotation


def _told(run: LastRun[object] | None) -> str:
    """What the last run has taken."""
    return "not run yet" if run is None else f"last run: {run.bill}"
