"""What captured code may call, and how.

Functions with source are traced through. Python's own are called only where they are
known to do nothing but compute from their arguments. Anything else might do something at
capture that should happen in each run, so it is refused.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from functools import lru_cache
from inspect import signature
from types import BuiltinMethodType, FunctionType, ModuleType
from typing import NoReturn

from ember_mlir.errors import InputError
from ember_mlir.frontend.guards import Callee
from ember_mlir.frontend.iterators import is_iterator, is_known_iterable
from ember_mlir.frontend.plain import is_list
from ember_mlir.frontend.recorder import PRINT_THE_RESULT, Recorder
from ember_mlir.frontend.rewrite import is_rewritten
from ember_mlir.frontend.values import (
    Symbolic,
    TextList,
    depth_of,
    describe,
    holds_symbolic,
    refuse_look,
)

OPERATIONS = "ember_mlir.frontend.operations"
"""The module of `ember.generate` and its kin, which ask the active recorder."""

BUILTINS: tuple[object, ...] = (
    *(abs, bool, dict, enumerate, float, int, len, list, max, min),
    *(range, reversed, round, sorted, str, sum, tuple, zip),
)
"""Python's own functions that only compute from their arguments."""

_READING: dict[type, tuple[str, ...]] = {
    list: ("copy", "count", "index"),
    tuple: ("count", "index"),
    dict: ("copy", "get", "items", "keys", "values"),
}
_PACKAGE = os.path.dirname(os.path.dirname(__file__)) + os.sep
_CHANGING = ("append", "clear", "extend", "insert", "pop", "reverse")


def invoke(
    recorder: Recorder,
    function: object,
    args: tuple[object, ...],
    kwargs: dict[str, object],
) -> object:
    """Call `function` as captured code does, at the recorder's place."""
    if isinstance(function, Callee):
        function = function.function
    if isinstance(function, Symbolic):
        refuse_look("call", function, recorder.location)
    if isinstance(function, FunctionType):
        return _prepared(recorder, function, args, kwargs)(*args, **kwargs)
    if any(function is known for known in BUILTINS):
        return _builtin(recorder, function, args, kwargs)
    if isinstance(function, BuiltinMethodType):
        return _method(recorder, function, args, kwargs)
    _refuse(recorder, function)


def _prepared(
    recorder: Recorder,
    function: FunctionType,
    args: tuple[object, ...],
    kwargs: dict[str, object],
) -> Callable[..., object]:
    # Not `__module__`, which `functools.wraps` copies: where the code itself stands.
    module = str(function.__globals__.get("__name__"))
    if is_rewritten(function.__code__):
        return function
    if module == OPERATIONS:
        _check_call(recorder, function, args, kwargs)
        return function
    package = module.partition(".")[0]
    own = function.__code__.co_filename.startswith(_PACKAGE)
    if own or package in sys.stdlib_module_names:
        _refuse(recorder, function)
    from ember_mlir.frontend.hooks import instrument

    return instrument(recorder, function)


_signature = lru_cache(maxsize=None)(signature)


def _check_call(
    recorder: Recorder,
    operation: FunctionType,
    args: tuple[object, ...],
    kwargs: dict[str, object],
) -> None:
    """Raise `InputError` unless an operation takes these arguments."""
    found = _signature(operation)
    try:
        found.bind(*args, **kwargs)
    except TypeError as error:
        bare = [p.replace(annotation=p.empty, default=p.empty) for p in found.parameters.values()]
        shown = found.replace(parameters=bare, return_annotation=found.empty)
        raise InputError(
            f"a call of ember.{operation.__name__} must fit {shown}, but it does not: {error}; "
            "correct the call",
            location=recorder.location,
        ) from None


def _builtin(
    recorder: Recorder, function: object, args: tuple[object, ...], kwargs: dict[str, object]
) -> object:
    assert callable(function)
    name = getattr(function, "__name__", "")
    for argument in (*args, *kwargs.values()):
        if _does_something(argument):
            recorder.refuse(
                f"{describe(argument)} as an argument of {name}()",
                "write a loop or a comprehension, or use ember.map",
            )
    result: object = function(*args, **kwargs)
    if is_iterator(result):
        return recorder.once(name, result)
    # Others, as max() and sum(), may give back a list that there was.
    if function is list or function is sorted:
        _note_list(recorder, result)
    return result


def _does_something(argument: object) -> bool:
    """Whether `argument` is a function that might do more than compute."""
    if isinstance(argument, Symbolic) or any(argument is known for known in BUILTINS):
        return False
    return callable(argument) or isinstance(argument, ModuleType)


def _method(
    recorder: Recorder,
    method: BuiltinMethodType,
    args: tuple[object, ...],
    kwargs: dict[str, object],
) -> object:
    owner: object = method.__self__
    name = method.__name__
    if is_list(owner) and isinstance(owner, list) and name in _CHANGING:
        assert recorder.location is not None
        recorder.check_may_change(owner, f"list.{name}()", recorder.location)
    elif isinstance(owner, str) and name == "join" and len(args) == 1:
        items = args[0]
        if is_known_iterable(items):
            items = [*items]
            args = (items,)
        if isinstance(items, TextList) or (is_list(items) and holds_symbolic(items)):
            if depth_of(items) != 1:
                recorder.refuse("a join of what are not all texts", "join a list of texts")
            return recorder.join(items, owner)
    elif isinstance(owner, str):
        _check_known(recorder, name, (*args, *kwargs.values()))
    elif name not in _READING.get(type(owner), ()):
        _refuse(recorder, method)
    result: object = method(*args, **kwargs)
    # Others, as dict.get() and list.pop(), may give back a list that there was.
    if isinstance(owner, str) or name == "copy":
        _note_list(recorder, result)
    return result


def _check_known(recorder: Recorder, name: str, arguments: Iterable[object]) -> None:
    """Raise `CaptureError` if a method of a text would look into symbolic arguments."""
    # What fills a format is made a text by a symbolic value itself, which refuses.
    if name.startswith("format"):
        return
    for argument in arguments:
        if holds_symbolic(argument):
            recorder.refuse(
                f"{describe(argument)} as an argument of str.{name}()",
                "do it outside, on the program's result",
            )


def _note_list(recorder: Recorder, result: object) -> None:
    if is_list(result) and isinstance(result, list):
        recorder.made(result)


def _refuse(recorder: Recorder, function: object) -> NoReturn:
    name = _name_of(function)
    shows = function is print or name.startswith("logging.")
    step = PRINT_THE_RESULT if shows else "call it outside and pass the result as an argument"
    recorder.refuse(f"a call of {name}()", step)


def _name_of(function: object) -> str:
    """How a user would write `function`.

    >>> import time
    >>> _name_of(time.time), _name_of(print), _name_of([].sort)
    ('time.time', 'print', 'list.sort')
    """
    name = getattr(function, "__qualname__", None) or f"<{type(function).__name__}>"
    owner = getattr(function, "__self__", None)
    module = getattr(function, "__module__", None) or getattr(owner, "__module__", None)
    return name if module in (None, "builtins", "__main__") else f"{module}.{name}"
