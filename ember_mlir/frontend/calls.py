"""What captured code may call, and how.

Functions with source are traced through. Python's own are called only where they are
known to do nothing but compute from their arguments. Anything else might do something at
capture that should happen in each run, so it is refused.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from types import BuiltinMethodType, FunctionType, ModuleType
from typing import NoReturn

from ember_mlir.frontend.guards import Callee
from ember_mlir.frontend.plain import is_list
from ember_mlir.frontend.recorder import Recorder
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
        return _prepared(recorder, function)(*args, **kwargs)
    if any(function is known for known in BUILTINS):
        return _builtin(recorder, function, args, kwargs)
    if isinstance(function, BuiltinMethodType):
        return _method(recorder, function, args, kwargs)
    _refuse(recorder, function)


def _prepared(recorder: Recorder, function: FunctionType) -> Callable[..., object]:
    if function.__module__ == OPERATIONS or is_rewritten(function.__code__):
        return function
    package = (function.__module__ or "").partition(".")[0]
    own = function.__code__.co_filename.startswith(_PACKAGE)
    if own or package in sys.stdlib_module_names:
        _refuse(recorder, function)
    from ember_mlir.frontend.hooks import instrument

    return instrument(recorder, function)


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
    return _made(recorder, function(*args, **kwargs))


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
        if isinstance(items, TextList) or (is_list(items) and holds_symbolic(items)):
            if depth_of(items) != 1:
                recorder.refuse("a join of what are not all texts", "join a list of texts")
            return recorder.join(items, owner)
    elif not isinstance(owner, str) and name not in _READING.get(type(owner), ()):
        _refuse(recorder, method)
    return _made(recorder, method(*args, **kwargs))


def _made(recorder: Recorder, result: object) -> object:
    if is_list(result) and isinstance(result, list):
        recorder.made(result)
    return result


def _refuse(recorder: Recorder, function: object) -> NoReturn:
    recorder.refuse(
        f"a call of {_name_of(function)}()", "call it outside and pass the result as an argument"
    )


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
