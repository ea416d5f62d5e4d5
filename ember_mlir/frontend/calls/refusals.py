"""How a call that is not captured is refused."""

from __future__ import annotations

from types import FunctionType
from typing import NoReturn

from ember_mlir.frontend.recorder import Recorder


def refuse_call(recorder: Recorder, function: object) -> NoReturn:
    """Raise the `CaptureError` of a call of `function`."""
    recorder.refuse(
        f"a call of {name_of(function)}()", "call it outside and pass the result as an argument"
    )


def name_of(function: object) -> str:
    """How a user would write `function`.

    >>> import time
    >>> name_of(time.time), name_of(print), name_of([].sort)
    ('time.time', 'print', 'list.sort')
    """
    name = getattr(function, "__qualname__", None) or f"<{type(function).__name__}>"
    owner = getattr(function, "__self__", None)
    module = getattr(function, "__module__", None) or getattr(owner, "__module__", None)
    if isinstance(function, FunctionType):
        return function.__name__
    return name if module in (None, "builtins", "__main__") else f"{module}.{name}"
