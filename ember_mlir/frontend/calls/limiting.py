"""`with ember.execution_options(…)` in captured code: it holds for programs that are called there.

What is asked in the block itself is part of the program around, for which other options hold.
"""

from __future__ import annotations

from contextlib import nullcontext
from types import FunctionType

from ember_mlir.frontend.calls.arguments import Args, Kwargs, are_known
from ember_mlir.frontend.recorder import Recorder
from ember_mlir.frontend.trace import Trace


def sets_options(function: FunctionType) -> bool:
    """Whether a function is `ember.execution_options`."""
    inner: object = getattr(function, "__wrapped__", None)
    found = getattr(inner, "__module__", ""), getattr(inner, "__name__", "")
    return found == ("ember_mlir.execution", "execution_options")


def options(recorder: Recorder, function: FunctionType, args: Args, kwargs: Kwargs) -> object:
    """What a `with` enters for options, which are checked here."""
    if not isinstance(recorder, Trace):
        return function(*args, **kwargs)
    if not are_known(args, kwargs):
        recorder.refuse("options that are known only when the program runs", "write them out")
    with function(*args, **kwargs) as found:
        return _Options(recorder, found)


class _Options(nullcontext[object]):
    """Options of programs that are called in a block."""

    def __init__(self, trace: Trace, found: object) -> None:
        super().__init__(found)
        self._trace = trace

    def __enter__(self) -> object:
        self._trace.options += 1
        return super().__enter__()

    def __exit__(self, *raised: object) -> None:
        self._trace.options -= 1


def check_options(recorder: Recorder) -> None:
    """Refuse a call of a program where other options hold: it is a part of this one."""
    if isinstance(recorder, Trace) and recorder.options:
        recorder.refuse(
            "a program that is called where other options hold",
            "enter them around the call of the program",
        )
