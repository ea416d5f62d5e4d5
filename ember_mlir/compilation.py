"""`jit` and `compile`: what makes programs of functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ParamSpec, TypeGuard, TypeVar, overload

from ember_mlir.goals import AnyPass, Goals, Objective
from ember_mlir.program import Program

__all__ = ["compile", "jit"]

P = ParamSpec("P")
R = TypeVar("R")


@overload
def jit(function: Callable[P, R], /) -> Program[P, R]: ...


@overload
def jit(
    *,
    allow: str = "distribution",
    optimize_for: Objective = "both",
    speculate: bool = False,
    passes: Sequence[AnyPass] = (),
    without: Sequence[str] = (),
    strict: bool = False,
) -> Callable[[Callable[P, R]], Program[P, R]]: ...


def jit(
    function: Callable[P, R] | None = None,
    /,
    *,
    allow: str = "distribution",
    optimize_for: Objective = "both",
    speculate: bool = False,
    passes: Sequence[AnyPass] = (),
    without: Sequence[str] = (),
    strict: bool = False,
) -> Program[P, R] | Callable[[Callable[P, R]], Program[P, R]]:
    """Make a program of the function below: `@ember.jit`, or with the options of `compile`.

    Raises `CaptureError` if it is not a Python function.
    """
    goals = Goals.of(allow, optimize_for, speculate, passes, without)

    def decorate(function: Callable[P, R]) -> Program[P, R]:
        return _program(function, goals, strict)

    return decorate if function is None else decorate(function)


def compile(
    function: Callable[P, R],
    /,
    *,
    allow: str = "distribution",
    optimize_for: Objective = "both",
    speculate: bool = False,
    passes: Sequence[AnyPass] = (),
    without: Sequence[str] = (),
    strict: bool = False,
) -> Program[P, R]:
    """Make a program of `function`; of a program with no other options, that program.

    `allow` is how little may be kept of what the function means: `"exact"`,
    `"distribution"`, `"bounded(0.05)"` or `"meaning"`. `optimize_for` is what is to be
    little: `"cost"` or `"latency"`, where the other may grow for it, or `"both"`, where
    neither may. For `"latency"`, `speculate` permits calls that may turn out not to be
    needed. `passes` are run behind the standard ones, and those named in
    `without` are not run; `program.explain()` tells which there are. What cannot be captured
    runs as it is written, with one `CaptureWarning`; if it is to be `strict`, it is a
    `CaptureError`.

    Nothing is captured before it is first used. Raises `CaptureError` if `function` is
    not a Python function; the first use raises `PipelineError` for wrong options.

    >>> compile(print)
    Traceback (most recent call last):
    ember_mlir.errors.CaptureError: a program must be made of a Python function, but got \
'print', an object of type builtin_function_or_method; define it with 'def' or 'lambda'
    """
    goals = Goals.of(allow, optimize_for, speculate, passes, without)
    return _program(function, goals, strict)


def _program(function: Callable[P, R], goals: Goals, strict: bool) -> Program[P, R]:
    if not _is_program(function):
        return Program(function, goals, strict=strict)
    if goals in (Goals(), function.goals) and strict in (False, function.strict):
        return function
    # What was captured holds for other goals too, but its plans do not.
    known: Any = function.function
    return Program(known, goals, strict=strict or function.strict, fixed=function.fixed)


def _is_program(function: Callable[P, R]) -> TypeGuard[Program[P, R]]:
    return isinstance(function, Program)
