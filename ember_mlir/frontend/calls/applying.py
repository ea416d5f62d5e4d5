"""Calls of what is not traced through: it is called at once, or applied by the program."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from inspect import iscoroutinefunction
from itertools import count
from types import FunctionType, MethodType

from ember_mlir.background import run_sync
from ember_mlir.frontend.annotations import declared_result
from ember_mlir.frontend.calls.arguments import Args, Kwargs
from ember_mlir.frontend.calls.refusals import name_of
from ember_mlir.frontend.effects import declared
from ember_mlir.frontend.library import is_pure, result_of
from ember_mlir.frontend.narrowing import is_coroutine, is_partial
from ember_mlir.frontend.native import called, effect_of, is_simple
from ember_mlir.frontend.ready_values import Ready
from ember_mlir.frontend.recorder import Recorder
from ember_mlir.frontend.stand_ins import tracked
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.values import is_symbolic


def call_declared(
    recorder: Recorder, function: Callable[..., object], args: Args, kwargs: Kwargs
) -> object:
    """A function whose author says what it does."""
    if not isinstance(recorder, Trace):
        return call_natively(recorder, function, args, kwargs)
    found = declared(function)
    effect = "effectful" if found is None else found.effect
    return apply_call(recorder, function, args, kwargs, effect)


def call_library(recorder: Recorder, function: object, args: Args, kwargs: Kwargs) -> object:
    """A function of the standard library."""
    if not isinstance(recorder, Trace):
        return call_natively(recorder, function, args, kwargs)
    assert callable(function)
    if not is_pure(function):
        return apply_call(recorder, function, args, kwargs, "effectful")
    if is_simple(function, args, kwargs):
        return called(recorder, function, args, kwargs)
    name, result, effect = name_of(function), result_of(function), effect_of(args, kwargs)
    made = recorder.apply_python(name, function, args, kwargs, result=result, effect=effect)
    return tracked(recorder, made)


def apply_call(
    trace: Trace, function: Callable[..., object], args: Args, kwargs: Kwargs, effect: str
) -> object:
    """A function that the program applies, of which only its annotations are known."""
    name, result = name_of(function), declared_result(function)
    made = trace.apply_python(name, function, args, kwargs, result=result, effect=effect)
    value = tracked(trace, made)
    return Ready(value, None, trace.tries()) if iscoroutinefunction(function) else value


def call_natively(recorder: Recorder, function: object, args: Args, kwargs: Kwargs) -> object:
    """A call where all is known: an eager run does what the program says."""
    assert not is_symbolic(function)
    if not callable(function):
        raise TypeError(f"'{type(function).__name__}' object is not callable")
    if function in _CALLING or getattr(function, "__name__", "") == "sort":
        args = tuple([_indexed(recorder, argument) for argument in args])
        kwargs = {name: _indexed(recorder, value) for name, value in kwargs.items()}
    result: object = function(*args, **kwargs)
    # What the program awaits has to be there: here, nothing else goes on meanwhile.
    return Ready(run_sync(result)) if is_coroutine(result) else result


_CALLING: tuple[object, ...] = (map, filter, sorted, min, max, reduce)
"""What calls a function that it is given for each element."""


def _indexed(recorder: Recorder, value: object) -> object:
    """A function that is given to another one: each of its calls is a repetition there."""
    if not (isinstance(value, FunctionType | MethodType) or is_partial(value)):
        return value
    chain, indices, calls = [*recorder.chain], [*recorder.indices], count()

    def indexed(*args: object, **kwargs: object) -> object:
        with recorder.back_at(chain, [*indices, next(calls)]):
            return recorder.invoke(value, args, kwargs)

    return indexed
