"""What operations check of their arguments, and which recorder they are for."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from inspect import currentframe, signature
from types import FrameType, FunctionType
from typing import Any, TypeGuard

from ember_mlir.errors import EmberError, InputError
from ember_mlir.frontend.eager import Plain
from ember_mlir.frontend.guards import Callee
from ember_mlir.frontend.inspection import layout_of
from ember_mlir.frontend.iterators import is_known_iterable
from ember_mlir.frontend.layouts import OBJECT, TEXT_LEAF, ListOf
from ember_mlir.frontend.plain import is_list
from ember_mlir.frontend.recorder import Recorder, active_recorder
from ember_mlir.frontend.untraced import Untraced
from ember_mlir.frontend.values import (
    Symbolic,
    describe,
    frame_location,
    is_symbolic,
    known_or_symbolic,
)


@contextmanager
def recorder_of_call() -> Generator[Recorder]:
    """The recorder that an operation is for; errors inside get the line of the call."""
    recorder = active_recorder()
    if recorder is None:
        frame = _calling_frame()
        recorder = Plain((frame.f_code.co_filename, frame.f_code.co_firstlineno, frame.f_lasti))
        recorder.location = frame_location(frame)
    elif isinstance(recorder, Untraced):
        recorder.at_frame(_calling_frame())
    try:
        yield recorder
    except EmberError as error:
        error.location = error.location or recorder.location
        raise


def _calling_frame() -> FrameType:
    """The frame of the user's code that called an operation."""
    frame = currentframe()
    # This function, the context manager, its `__enter__` and the operation come first.
    for _ in range(4):
        assert frame is not None
        frame = frame.f_back
    assert frame is not None
    return frame


def as_declared(value: object) -> Any:
    """A recorder's value, which is of the declared type or stands for one that is."""
    # Symbolic values are no strings, on purpose; no annotation can say so.
    return value


def check_known(recorder: Recorder, what: str, value: object, step: str) -> None:
    """Raise `CaptureError` if an argument that must be known is not: run as it is, it is."""
    if is_symbolic(value):
        recorder.refuse(f"{what} {describe(value)}", step)


def texts(what: str, items: object) -> object:
    """A list of texts, known or not; raises `InputError` for anything else.

    What only the run knows to be one is looked at when it is there.
    """
    found, recorder = known_or_symbolic(items), active_recorder()
    if recorder is not None and isinstance(found, Symbolic) and found.layout.type == OBJECT.type:
        return recorder.known("texts", TextsOf(what), found, ListOf(TEXT_LEAF))
    known = known_list(what, items)
    layout = layout_of(known)
    if not isinstance(layout, ListOf) or layout.element not in (None, TEXT_LEAF):
        wrong = next((one for one in elements(known) if layout_of(one) != TEXT_LEAF), known)
        if recorder is not None:
            check_known(recorder, f"{what} from", wrong, "turn each element into one text")
        raise InputError(
            f"{what} must be a list of texts, but got {describe(wrong)} in it; "
            "turn each element into one text"
        )
    return known


class TextsOf:
    """Gives the texts of what is a list of texts, or raises `InputError`."""

    def __init__(self, what: str) -> None:
        self.what = what

    def __call__(self, items: object) -> list[object]:
        return [*elements(texts(self.what, items))]


def elements(items: object) -> Sequence[object]:
    """The elements of a list that is known; none of one that is not."""
    return items if is_list(items) else ()


def known_list(what: str, items: object) -> object:
    """`items` as a list if it is known, else as it is."""
    items = known_or_symbolic(items)
    if is_list(items) or (isinstance(items, Symbolic) and isinstance(items.layout, ListOf)):
        return items
    if _is_iterable(items):
        return [*items]
    recorder = active_recorder()
    if recorder is not None:
        check_known(recorder, f"{what} from", items, "make a list of them first")
    raise InputError(f"{what} must be a list, but got {describe(items)}; give a list")


def _is_iterable(value: object) -> TypeGuard[Iterable[object]]:
    """Whether `value` may be a list of items: in a capture, if it surely has no effects."""
    recorder = active_recorder()
    if recorder is None or not recorder.is_capture:
        return isinstance(value, Iterable) and not isinstance(value, str)
    return is_known_iterable(value)


def check_function(operation: str, function: object) -> None:
    """Raise `InputError` unless `function` can be called with one argument."""
    if is_symbolic(function) or not callable(function):
        raise InputError(
            f"ember.{operation} must get a function first, but got {describe(function)}; "
            f"write ember.{operation}(function, items)"
        )
    written = function.function if isinstance(function, Callee) else function
    if not isinstance(written, FunctionType):
        return
    try:
        signature(written, follow_wrapped=False).bind(None)
    except TypeError as error:
        raise InputError(
            f"the function of ember.{operation} must take one argument, but "
            f"'{written.__name__}' does not: {error}; write a lambda of one argument around it"
        ) from None


def is_text(value: object) -> bool:
    """Whether a value is a text that is known."""
    return isinstance(value, str)


def is_int(value: object) -> bool:
    """Whether a value is a whole number that is known, and no truth value."""
    return isinstance(value, int) and not isinstance(value, bool)


def shown(value: object) -> str:
    """A value as messages show it: a number as it is."""
    return str(value) if is_int(value) else describe(value)
