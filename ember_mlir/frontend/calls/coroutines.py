"""What may be awaited in captured code, where nothing has to wait."""

from __future__ import annotations

from collections.abc import Awaitable

from ember_mlir.errors import CaptureError
from ember_mlir.frontend.narrowing import is_awaitable, is_coroutine
from ember_mlir.frontend.ready_values import Ready
from ember_mlir.frontend.values import user_location


def ran(result: object) -> object:
    """The result of a call; what it has to await runs at once, as it belongs to this call."""
    if is_coroutine(result):
        return Ready(finished(result))
    return result


def awaited(value: object) -> object:
    """The result of something that can be awaited in captured code, where all is there."""
    if isinstance(value, Ready):
        return value.value
    return finished(value) if is_awaitable(value) else value


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
