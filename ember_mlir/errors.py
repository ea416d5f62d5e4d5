"""The errors that a user of Ember can meet.

Every message is one clear sentence: what must hold, what was got, and the next
step. Where it happened is kept apart, in `EmberError.location`, so that a tool can
show the line and a caret, and so that a message reads the same everywhere.
"""

from __future__ import annotations

import builtins
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ember_mlir.providers.bill import Bill
    from ember_mlir.runtime.trace import Trace


class SourceLocation(NamedTuple):
    """A place in a user's source: a Python file or a `.mlir` text.

    `line` and `column` count from 1, as editors do; 0 means unknown.

    >>> str(SourceLocation("résumé.py", 12, 5))
    'résumé.py:12:5'
    """

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class EmberError(Exception):
    """Something that must hold does not; the base of all errors of Ember.

    >>> str(EmberError("it must hold", location=SourceLocation("a.mlir", 3, 1)))
    'a.mlir:3:1: it must hold'
    """

    message: str
    location: SourceLocation | None
    bill: Bill | None
    """What a run had cost when it failed, or None if nothing has run."""
    finished: Mapping[str, object]
    """What a run had got when it failed: the values of the entry that were there, by the
    names that the text gives them. Lists have None for the members that were not."""
    trace: Trace | None
    """What a compiled run had done when it failed, or None if nothing has run."""

    def __init__(self, message: str, *, location: SourceLocation | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.location = location
        self.bill = None
        self.finished = {}
        self.trace = None

    def __str__(self) -> str:
        return self.message if self.location is None else f"{self.location}: {self.message}"


class CaptureError(EmberError):
    """A construct of a Python function cannot be captured (yet).

    Nothing has run when it is raised. The message names the construct and the fix;
    `location` is the line in the user's file.
    """


class InputError(EmberError):
    """An input of a program is missing, unknown, or not of the declared type."""


class ModelError(EmberError):
    """A model or provider is unknown, or is asked for something it cannot do."""


class InvalidIRError(EmberError):
    """A text does not parse, or a module breaks a rule of its level."""


class PipelineError(EmberError):
    """A pass or level is unknown, or is asked for in an order that cannot be."""


class MismatchError(EmberError):
    """A run that was checked gave something else than an eager run on the same answers.

    It is a mistake of Ember MLIR; the message says what to report.
    """


class LabelError(EmberError):
    """A value would reach someone who may not see it; nothing has run.

    The message names the path of operations that the value takes.
    """


class ProgramError(EmberError):
    """An error that a program can raise as it runs, and can handle itself.

    `on_error` and `ensemble.fallback` handle these and no others.
    """


class EmptyListError(ProgramError):
    """An operation needs at least one element, but its list has none."""


class EmptyVoteError(EmptyListError):
    """A vote has no member to elect, or fewer than it must have."""


class EmptyReduceError(EmptyListError):
    """A reduction has no element to start from."""


class EmptyChoiceError(EmptyListError):
    """There is nothing to choose the best of."""


class NotAcceptedError(ProgramError):
    """No rung of a cascade, or no round of a refinement, gave what it accepts."""


class ParseError(ProgramError):
    """A text does not have the structure that it must have."""


class ShapeError(ProgramError):
    """Lists or vectors differ in length, or an index is out of range."""


class PositionError(ShapeError, IndexError):
    """An index is out of range."""


class FunctionError(ProgramError):
    """A Python function that a program applies is unknown, or has raised."""


class BudgetError(ProgramError):
    """A request might cost more than is left of its budget; it was not sent."""


class DeadlineError(ProgramError):
    """What had to be over by some time is not."""


class FrameCancelledError(ProgramError):
    """A result is read that never comes, because what would have given it was cancelled."""


class ProviderError(ProgramError):
    """A provider could not answer a request.

    `retryable` says whether the same request may succeed when it is sent again (a lost
    connection, a rate limit) or not (a refusal, a bad key). `rate_limited` says that the
    service has had too many requests (a 429): all that share its limit should slow down.
    `retry_after` is how many seconds the service asks to wait before it is asked again,
    or None if it does not say.

    >>> limit = ProviderError("the service answered 429", rate_limited=True, retry_after=2.0)
    >>> limit.retryable, limit.rate_limited, limit.retry_after
    (False, True, 2.0)
    """

    retryable: bool
    rate_limited: bool
    retry_after: float | None

    def __init__(
        self,
        message: str,
        *,
        retryable: bool = False,
        rate_limited: bool = False,
        retry_after: float | None = None,
        location: SourceLocation | None = None,
    ) -> None:
        super().__init__(message, location=location)
        self.retryable = retryable
        self.rate_limited = rate_limited
        self.retry_after = retry_after


_NOT_NAMED = ("ExceptionGroup", "PythonFinalizationError")
"""Errors of Python that not every version has which this package runs on."""


@cache
def errors_by_name() -> Mapping[str, type[Exception]]:
    """The errors that a program may name to handle them: Python's own, and those of programs.

    >>> errors_by_name()["LookupError"], errors_by_name()["ParseError"].__name__
    (<class 'LookupError'>, 'ParseError')
    """
    found = {EmberError.__name__: EmberError, **_subclasses(ProgramError)}
    python = {
        name: kind
        for name, kind in vars(builtins).items()
        if isinstance(kind, type)
        and issubclass(kind, Exception)
        and not issubclass(kind, Warning)
        and kind.__name__ == name
        and name not in _NOT_NAMED
    }
    return {**python, **found}


def _subclasses(kind: type[Exception]) -> dict[str, type[Exception]]:
    """A class of this file, and all below it."""
    found = {kind.__name__: kind}
    for below in kind.__subclasses__():
        if below.__module__ == __name__:
            found |= _subclasses(below)
    return found


def seen_error(error: EmberError) -> BaseException:
    """The error that a handler of Python sees: of a function that has raised, what that was.

    >>> error = FunctionError("a function must return a value, but raised KeyError: 'a'")
    >>> error.__cause__ = KeyError("a")
    >>> seen_error(error)
    KeyError('a')
    """
    cause = error.__cause__ if isinstance(error, FunctionError) else None
    return error if cause is None else cause


_FAILURE = "_ember_failure"


def handed_on(error: EmberError) -> BaseException:
    """The error that a handler sees, which knows what it has come in."""
    seen = seen_error(error)
    with suppress(AttributeError, TypeError):
        setattr(seen, _FAILURE, None if seen is error else error)
    return seen


def failure_again(error: BaseException) -> EmberError | None:
    """What an error has come in that was handed on, and has been raised again.

    >>> error = ParseError("a number must be a number")
    >>> failure_again(error), failure_again(handed_on(error)) is error
    (None, True)
    """
    found = getattr(error, _FAILURE, error)
    if found is None and isinstance(error, EmberError):
        return error
    return found if isinstance(found, EmberError) and found is not error else None


def is_named(error: EmberError, names: Iterable[str]) -> bool:
    """Whether a handler of the errors with these names takes an error, as `except` does.

    >>> is_named(PositionError("the index 3 is out of range"), ["LookupError"])
    True
    """
    return isinstance(seen_error(error), tuple([errors_by_name()[name] for name in names]))


class Interrupted(KeyboardInterrupt):
    """A run was ended by an interrupt (Ctrl-C); nothing of it is under way any more.

    `bill` is what it had cost by then, and `trace` what it had done.
    """

    bill: Bill
    trace: Trace | None

    def __init__(self, bill: Bill, trace: Trace | None = None) -> None:
        super().__init__(f"the run was interrupted after {bill}")
        self.bill = bill
        self.trace = trace


class CaptureWarning(UserWarning):
    """A program cannot be captured, and runs as it is written, one call after the other.

    The text says which construct is in the way, where it stands, and what to write instead.
    """


class OptimizationWarning(UserWarning):
    """A pass was left out, as it would have broken the program; the program runs without it.

    The text says which pass, and where what it was given is kept, for whoever mends it.
    """


class ComparisonWarning(UserWarning):
    """Runs of a program are to be checked, but cannot be: it does more than ask models."""
