"""What is given to a call."""

from __future__ import annotations

from functools import lru_cache
from inspect import signature
from types import FunctionType

from ember_mlir.errors import InputError
from ember_mlir.frontend.iterators import OneTimeIterator, taken
from ember_mlir.frontend.recorder import Recorder
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.values import holds_symbolic

Args = tuple[object, ...]
Kwargs = dict[str, object]

_LAZY = (zip, enumerate, map, filter, next, isinstance)
"""Functions that do not at once run through what they are given."""


def taken_arguments(recorder: Recorder, function: object, args: Args) -> Args:
    """Arguments of what runs through them: all that is given one by one is a list there."""
    if not isinstance(recorder, Trace) or function is isinstance:
        return args
    return tuple(
        [
            recorder.made([*one])
            if isinstance(one, OneTimeIterator) and one.is_symbolic and function not in _LAZY
            else taken(one)
            for one in args
        ]
    )


def check_arguments(
    recorder: Recorder, operation: FunctionType, args: Args, kwargs: Kwargs
) -> None:
    """Raise `InputError` unless an operation takes these arguments."""
    error = _misfit(operation, len(args), tuple(kwargs))
    if error is not None:
        found = signature(operation)
        bare = [p.replace(annotation=p.empty, default=p.empty) for p in found.parameters.values()]
        shown = found.replace(parameters=bare, return_annotation=found.empty)
        raise InputError(
            f"a call of ember.{operation.__name__} must fit {shown}, but it does not: {error}; "
            "correct the call",
            location=recorder.location,
        )


@lru_cache(maxsize=1024)
def _misfit(operation: FunctionType, count: int, names: tuple[str, ...]) -> str | None:
    """Why an operation does not take so many arguments and these keywords; None if it does."""
    try:
        signature(operation).bind(*[None] * count, **dict.fromkeys(names))
    except TypeError as error:
        return str(error)
    return None


def are_known(args: Args, kwargs: Kwargs) -> bool:
    """Whether nothing of what is given is known only when the program runs."""
    return not any(map(holds_symbolic, args)) and not any(map(holds_symbolic, kwargs.values()))
