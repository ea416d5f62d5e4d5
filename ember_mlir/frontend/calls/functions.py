"""Calls of functions of Python: those with source are traced through."""

from __future__ import annotations

import sys
from types import FunctionType

from ember_mlir.frontend.calls.applying import call_declared, call_library
from ember_mlir.frontend.calls.arguments import Args, Kwargs, check_arguments, taken_arguments
from ember_mlir.frontend.calls.coroutines import ran
from ember_mlir.frontend.calls.dumping import dumped
from ember_mlir.frontend.calls.limiting import options, sets_options
from ember_mlir.frontend.calls.refusals import refuse_call
from ember_mlir.frontend.calls.tasks import concurrent_call, is_concurrent
from ember_mlir.frontend.effects import declared
from ember_mlir.frontend.recorder import PACKAGE, Recorder
from ember_mlir.frontend.rewriting.results import is_rewritten
from ember_mlir.frontend.trace import Trace

OPERATIONS = "ember_mlir.frontend.operations."
"""What the modules of `ember.generate` and its kin, which ask the active recorder, begin with."""

CAPTURED = (
    "ember_mlir.frontend.agents",
    "ember_mlir.frontend.chats",
    "ember_mlir.frontend.checked",
    "ember_mlir.frontend.composition",
    "ember_mlir.frontend.masks",
    "ember_mlir.frontend.ready",
    "ember_mlir.frontend.retrieval",
    "ember_mlir.frontend.stopping",
    "ember_mlir.frontend.transformations",
    "ember_mlir.frontend.turns",
)
"""Modules of this package that are written as programs are."""

MAKERS = (
    ("ember_mlir.frontend.toolbox", "toolbox_of"),
    ("ember_mlir.frontend.transformations", "vmap"),
)
"""Functions of this package that only make an object of what they are given."""


def call_function(recorder: Recorder, function: FunctionType, args: Args, kwargs: Kwargs) -> object:
    """The result of a function of Python: of its source, if that can be captured."""
    if is_rewritten(function.__code__):
        return ran(recorder, function(*args, **kwargs))
    if sets_options(function):
        return options(recorder, function, args, kwargs)
    # Not `__module__`, which `functools.wraps` copies: where the code itself stands.
    module = str(function.__globals__.get("__name__"))
    if module.startswith(OPERATIONS):
        args = taken_arguments(recorder, function, args)
        check_arguments(recorder, function, args, kwargs)
        return function(*args, **kwargs)
    if (module, function.__name__) in MAKERS:
        return function(*args, **kwargs)
    found = concurrent_call(recorder, function, args, kwargs) if is_concurrent(module) else None
    if found is not None:
        return found[0]
    if declared(function) is not None:
        return call_declared(recorder, function, taken_arguments(recorder, function, args), kwargs)
    if is_our_own(function):
        refuse_call(recorder, function)
    if module == "dataclasses" and isinstance(recorder, Trace) and len(args) == 1:
        made = dumped(recorder, function, args[0], (), kwargs)
        if made is not None:
            return made[0]
    if is_of_library(function):
        return call_library(recorder, function, taken_arguments(recorder, function, args), kwargs)
    from ember_mlir.frontend.hooks import instrument

    return ran(recorder, instrument(recorder, function)(*args, **kwargs))


def is_our_own(function: FunctionType) -> bool:
    """Whether a function is of this package, and not written as programs are."""
    module = function.__globals__.get("__name__")
    return function.__code__.co_filename.startswith(PACKAGE) and module not in CAPTURED


def is_of_library(function: FunctionType) -> bool:
    """Whether a function is of the standard library."""
    return is_library_module(str(function.__globals__.get("__name__")))


def is_library_module(name: str) -> bool:
    """Whether a module of that name is of the standard library.

    >>> is_library_module("os.path"), is_library_module("ember_mlir"), is_library_module("__main__")
    (True, False, False)
    """
    return name.partition(".")[0] in sys.stdlib_module_names and name != "__main__"
