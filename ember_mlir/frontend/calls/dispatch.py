"""How a call is made: by what it is that is called."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from types import BuiltinFunctionType, FunctionType, MethodType

from ember_mlir.frontend.bound import BoundMethod
from ember_mlir.frontend.calls.applying import call_library, call_natively
from ember_mlir.frontend.calls.arguments import Args, Kwargs, taken_arguments
from ember_mlir.frontend.calls.builtins import call_builtin
from ember_mlir.frontend.calls.classes import bare, call_class, is_traced_class
from ember_mlir.frontend.calls.folding import Merging, folded, merges_any
from ember_mlir.frontend.calls.functions import call_function, is_of_library
from ember_mlir.frontend.calls.iteration import Spreading
from ember_mlir.frontend.calls.limiting import check_options
from ember_mlir.frontend.calls.methods import call_bound, call_method_of
from ember_mlir.frontend.calls.tasks import concurrent_call
from ember_mlir.frontend.composition import (
    BoundInitializer,
    Operator,
    initializer,
    is_operator,
)
from ember_mlir.frontend.guards import Callee
from ember_mlir.frontend.layouts import OBJECT
from ember_mlir.frontend.narrowing import is_any_namespace, is_any_tuple, is_class, is_partial
from ember_mlir.frontend.recorder import Recorder
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.values import Symbolic, Unknown, describe, is_symbolic


def invoke(recorder: Recorder, function: object, args: Args, kwargs: Kwargs) -> object:
    """Call `function` as captured code does, at the recorder's place."""
    if isinstance(function, Callee):
        check_options(recorder)
        owner = function.fixed[0] if function.fixed else None
        if is_operator(owner) and owner.forward == MethodType(function.function, owner):
            return _call_operator(recorder, owner, args, kwargs)
        function, args = function.function, (*function.fixed, *args)
    if isinstance(function, BoundInitializer):
        function, args = function.original, (function.instance, *args)
    if is_partial(function):
        given: Kwargs = {**function.keywords, **kwargs}
        return invoke(recorder, function.func, (*function.args, *args), given)
    if isinstance(function, Spreading):
        (row,) = args
        assert is_any_tuple(row)
        return invoke(recorder, function.function, row, kwargs)
    if isinstance(function, Merging):
        return invoke(recorder, function.function, function.parts(recorder, args[0]), kwargs)
    if isinstance(function, FunctionType):
        return call_function(recorder, function, args, kwargs)
    if isinstance(function, MethodType):
        return call_method_of(recorder, function, args, kwargs)
    if is_operator(function):
        return _call_operator(recorder, function, args, kwargs)
    args = taken_arguments(recorder, function, args)
    if isinstance(function, BoundMethod):
        return call_bound(recorder, function, args, kwargs)
    if function is reduce and not isinstance(recorder, Trace) and merges_any(args[0]):
        return folded(recorder, args)
    if not isinstance(recorder, Trace):
        return _call_known(recorder, function, args, kwargs)
    if isinstance(function, type):
        return call_class(recorder, function, args, kwargs)
    if isinstance(function, BuiltinFunctionType):
        return call_builtin(recorder, function, args, kwargs)
    if is_symbolic(function):
        return _call_symbolic(recorder, function, args, kwargs)
    return _call_other(recorder, function, args, kwargs)


def _call_operator(
    recorder: Recorder, operator: Operator[object, object], args: Args, kwargs: Kwargs
) -> object:
    """What an operator makes of its input, which may be given by names."""
    inputs: object = kwargs.get("inputs")
    given: Kwargs = {name: value for name, value in kwargs.items() if name != "inputs"}
    if is_any_namespace(inputs):
        given = {**inputs, **given}
    if not isinstance(recorder, Trace):
        return invoke(recorder, operator.forward, args, given)
    with recorder.nesting.inside(operator):
        return invoke(recorder, operator.forward, args, given)


def _call_known(recorder: Recorder, function: object, args: Args, kwargs: Kwargs) -> object:
    """A call in an eager run: what a capture would trace through runs through its hooks, too."""
    if is_class(function):
        waiting = concurrent_call(recorder, function, args, kwargs)
        if waiting is not None:
            return waiting[0]
        start = initializer(function)
        if is_traced_class(function) and isinstance(start, FunctionType):
            value = bare(function)
            call_function(recorder, start, (value, *args), kwargs)
            return value
        return call_natively(recorder, function, args, kwargs)
    called = _own_call(function)
    if isinstance(called, FunctionType) and not is_of_library(called):
        return call_function(recorder, called, (function, *args), kwargs)
    return call_natively(recorder, function, args, kwargs)


_CALL = "__call__"


def _own_call(value: object) -> object:
    """What runs when `value` is called, as its class says."""
    found: object = getattr(type(value), _CALL, None)
    return found.function if isinstance(found, Callee) else found


def _call_symbolic(trace: Trace, function: object, args: Args, kwargs: Kwargs) -> object:
    if isinstance(function, Unknown) or not isinstance(function, Symbolic):
        trace.refuse(f"a call of {describe(function)}", "give it one value in both arms")
    return trace.apply_python(
        "call", call_object, [function, *args], kwargs, result=OBJECT, effect="effectful"
    )


def call_object(function: Callable[..., object], *args: object, **kwargs: object) -> object:
    """The result of calling an object.

    >>> call_object(len, "ab")
    2
    """
    return function(*args, **kwargs)


def _call_other(trace: Trace, function: object, args: Args, kwargs: Kwargs) -> object:
    """An object that can be called: by its own method, if that has source."""
    found = _own_call(function)
    if isinstance(found, FunctionType) and not is_of_library(found):
        return call_function(trace, found, (function, *args), kwargs)
    if not callable(function):
        raise TypeError(f"'{type(function).__name__}' object is not callable")
    return call_library(trace, function, args, kwargs)
