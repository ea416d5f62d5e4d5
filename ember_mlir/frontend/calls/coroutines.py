"""What may be awaited in captured code, where nothing has to wait."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ember_mlir.errors import CaptureError
from ember_mlir.frontend.layouts import ListOf, ReadyOf
from ember_mlir.frontend.narrowing import is_awaitable, is_coroutine
from ember_mlir.frontend.ready_values import Ready
from ember_mlir.frontend.recorder import Recorder
from ember_mlir.frontend.regions.raising import PathRaises
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.values import Symbolic, user_location


def ran(recorder: Recorder, result: object) -> object:
    """The result of a call; what it has to await runs at once, as it belongs to this call."""
    if is_coroutine(result):
        return started(recorder, lambda: finished(result))
    return result


def started(recorder: Recorder, run: Callable[[], object]) -> Ready:
    """What `run` gives, or the error that it raises, for whoever waits for it."""
    tries = recorder.tries() if isinstance(recorder, Trace) else ()
    try:
        return Ready(run(), None, tries)
    except (CaptureError, PathRaises):
        raise
    except Exception as error:
        return Ready(None, error, tries)


def awaited(recorder: Recorder, value: object) -> object:
    """The result of something that can be awaited in captured code, where all is there."""
    if isinstance(value, Ready):
        check_tries(recorder, value)
        return value.result()
    return finished(value) if is_awaitable(value) else value


def check_tries(recorder: Recorder, value: Ready) -> None:
    """Refuse to wait inside of a `try` for what was asked before: it would take no error of it."""
    if not isinstance(recorder, Trace) or value.error is not None:
        return
    around = recorder.tries()
    if around and around[-1] not in value.tries:
        recorder.refuse_earlier_call()


def all_awaited(recorder: Recorder, value: Symbolic) -> object:
    """The results of a list of what can be awaited, of which nobody knows how long it is."""
    layout = value.layout
    if not isinstance(layout, ListOf) or not isinstance(layout.element, ReadyOf):
        return value
    assert isinstance(recorder, Trace)
    recorder.checked(value)
    # What is there already is held as what it is.
    return Symbolic(value.ssa, value.scope, ListOf(layout.element.inner))


def finished(value: Awaitable[object]) -> object:
    """The result of something that can be awaited, and need not wait."""
    steps = value.__await__()
    try:
        next(steps)
    except StopIteration as over:
        result: object = over.value
        return result
    raise CaptureError(
        "'await' of what is no call of this program is not captured yet; await it outside",
        location=user_location(),
    )
