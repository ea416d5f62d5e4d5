"""Calls of what is built in."""

from __future__ import annotations

from functools import partial, reduce
from types import BuiltinFunctionType, ModuleType

from ember_mlir.frontend.builtins import ALWAYS, builtin
from ember_mlir.frontend.calls.applying import call_library
from ember_mlir.frontend.calls.arguments import Args, Kwargs
from ember_mlir.frontend.calls.folding import folded
from ember_mlir.frontend.calls.iteration import each
from ember_mlir.frontend.calls.methods import call_native_method, text_method
from ember_mlir.frontend.iterators import OneTimeIterator
from ember_mlir.frontend.library import is_pure
from ember_mlir.frontend.native import called, is_simple
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.values import Symbolic, describe, known_or_symbolic


def call_builtin(trace: Trace, function: BuiltinFunctionType, args: Args, kwargs: Kwargs) -> object:
    """The result of a function that is built in, or of a method of Python's own."""
    owner: object = getattr(function, "__self__", None)
    if owner is None or isinstance(owner, ModuleType):
        if function in ALWAYS or (is_pure(function) and not is_simple(function, args, kwargs)):
            return builtin(trace, function, args, kwargs, partial(each, trace))
        if function is next:
            return _next(trace, args)
        if function is reduce:
            return folded(trace, args)
        if function is getattr:
            return _getattr(trace, args)
        return call_library(trace, function, args, kwargs)
    if isinstance(owner, str):
        if is_simple(function, args, kwargs):
            return called(trace, function, args, kwargs)
        return text_method(trace, owner, function.__name__, args, kwargs)
    return call_native_method(trace, function, owner, args, kwargs)


def _next(trace: Trace, args: Args) -> object:
    if isinstance(known_or_symbolic(args[0]), Symbolic):
        return builtin(trace, next, args, {}, partial(each, trace))
    if not isinstance(args[0], OneTimeIterator):
        trace.refuse(f"next() of {describe(args[0])}", "take the first element of a list")
    return next(args[0], *args[1:])


def _getattr(trace: Trace, args: Args) -> object:
    from ember_mlir.frontend.attributes import attribute

    if len(args) < 2 or not isinstance(args[1], str):
        trace.refuse("getattr() with this name", "write the attribute")
    return attribute(trace, args[0], args[1])
