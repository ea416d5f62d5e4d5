"""`jit` and `compile`: what makes programs of functions, objects and classes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import FunctionType, MethodType
from typing import (
    Any,
    ParamSpec,
    Protocol,
    TypedDict,
    TypeGuard,
    TypeVar,
    Unpack,
    overload,
)

from ember_mlir.compiled_classes import (
    Sample,
    Wanted,
    compiled_class,
    is_callable_object,
    program_of,
)
from ember_mlir.frontend.narrowing import is_class
from ember_mlir.goals import AnyPass, Goals, Objective
from ember_mlir.program import Program

__all__ = ["compile", "jit"]

P = ParamSpec("P")
R = TypeVar("R")
C = TypeVar("C")

NO_SAMPLE = object()
"""Stands for a sample that is not given; None may be one."""


class ProgramOptions(TypedDict, total=False):
    """How programs are to be made; `compile` tells what each option means, and its default."""

    allow: str
    optimize_for: Objective
    speculate: bool
    passes: Sequence[AnyPass]
    without: Sequence[str]
    strict: bool
    check: bool
    sample_input: object


class Decorator(Protocol):
    """What makes a program of what stands below it.

    A class can be called, too, so the first form of each of these is one of the second as
    well; which is meant is the first that fits.
    """

    @overload
    def __call__(  # pyright: ignore[reportOverlappingOverload]
        self, made: type[C], /
    ) -> type[C]: ...

    @overload
    def __call__(self, made: Callable[P, R], /) -> Program[P, R]: ...


@overload
def jit(  # pyright: ignore[reportOverlappingOverload]
    function: type[C], /
) -> type[C]: ...


@overload
def jit(function: Callable[P, R], /) -> Program[P, R]: ...


@overload
def jit(
    **options: Unpack[ProgramOptions],
) -> Decorator: ...


def jit(
    function: Callable[..., Any] | None = None,
    /,
    **options: Unpack[ProgramOptions],
) -> Any:
    """Make a program of the function below: `@ember.jit`, or with the options of `compile`.

    These are `allow`, `optimize_for`, `speculate`, `passes`, `without`, `strict`, `check` and
    `sample_input`, as in `@ember.jit(allow="exact", strict=True)`.

    A class stays the class, and its instances run compiled when they are called: by its
    `forward`, or else by its `__call__`. Raises `CaptureError` for what cannot be a program.

    >>> import ember_mlir as ember
    >>> @ember.jit(sample_input="Why?")
    ... class Draft(ember.Operator[str, str]):
    ...     def forward(self, question: str) -> str:
    ...         return ember.generate(f"Q: {question}")
    >>> draft = Draft()
    >>> with ember.Session(seed=1, clock="virtual"):
    ...     draft("How?") == draft(inputs={"question": "How?"})
    True
    """

    def decorate(made: Any, /) -> Any:
        return compile(made, **options)

    return decorate if function is None else decorate(function)


@overload
def compile(  # pyright: ignore[reportOverlappingOverload]
    function: type[C],
    /,
    **options: Unpack[ProgramOptions],
) -> type[C]: ...


@overload
def compile(
    function: Callable[P, R],
    /,
    **options: Unpack[ProgramOptions],
) -> Program[P, R]: ...


def compile(
    function: Callable[..., Any],
    /,
    *,
    allow: str = "distribution",
    optimize_for: Objective = "both",
    speculate: bool = False,
    passes: Sequence[AnyPass] = (),
    without: Sequence[str] = (),
    strict: bool = False,
    check: bool = False,
    sample_input: object = NO_SAMPLE,
) -> Any:
    """Make a program of `function`; of a program with no other options, that program.

    `allow` is how little may be kept of what the function means: `"exact"`,
    `"distribution"`, `"bounded(0.05)"` or `"meaning"`. `optimize_for` is what is to be
    little: `"cost"` or `"latency"`, where the other may grow for it, or `"both"`, where
    neither may. For `"latency"`, `speculate` permits calls that may turn out not to be
    needed. `passes` are run behind the standard ones, and those named in
    `without` are not run; `program.explain()` tells which there are. What cannot be captured
    runs as it is written, with one `CaptureWarning`; if it is to be `strict`, it is a
    `CaptureError`.

    Nothing is captured before it is first used, unless a `sample_input` is given: then it is
    captured and compiled for that at once, and nothing is run. A tuple is positional
    arguments, a dict whose keys are names of arguments is named ones, and anything else is
    the one argument. With `check`, each run is compared with what an eager run makes of the
    same answers, and a difference raises `MismatchError`; that asks for nothing twice.

    Of an object with a `forward` or `__call__`, such as an operator, it makes the program that
    calls it. A class stays the class, and its instances run compiled from then on; with a
    `sample_input`, each is compiled when it is made.

    Raises `CaptureError` for what is not written in Python; the first use raises
    `PipelineError` for wrong options.

    >>> compile(print)
    Traceback (most recent call last):
    ember_mlir.errors.CaptureError: a program must be made of a Python function, but got \
'print', an object of type builtin_function_or_method; define it with 'def' or 'lambda'
    """
    goals = Goals.of(allow, optimize_for, speculate, passes, without, check)
    sample = None if sample_input is NO_SAMPLE else Sample(sample_input)
    return _made(function, Wanted(goals, strict, sample))


def _made(value: Any, wanted: Wanted) -> Any:
    """The class or program that is made of what was given."""
    if is_class(value):
        return compiled_class(value, wanted)
    if isinstance(value, MethodType) and isinstance(value.__func__, FunctionType):
        fixed = (value.__self__,)
        program: Any = Program(value.__func__, wanted.goals, strict=wanted.strict, fixed=fixed)
    elif is_callable_object(value):
        program = _program(program_of(value, wanted), wanted)
    else:
        program = _program(value, wanted)
    if wanted.sample is not None:
        wanted.sample.prepare(program)
    return program


def _program(function: Callable[P, R], wanted: Wanted) -> Program[P, R]:
    goals, strict, _ = wanted
    if not _is_program(function):
        return Program(function, goals, strict=strict)
    if goals in (Goals(), function.goals) and strict in (False, function.strict):
        return function
    # What was captured holds for other goals too, but its plans do not.
    known: Any = function.function
    made = type(function)
    return made(known, goals, strict=strict or function.strict, fixed=function.fixed)


def _is_program(function: Callable[P, R]) -> TypeGuard[Program[P, R]]:
    return isinstance(function, Program)
