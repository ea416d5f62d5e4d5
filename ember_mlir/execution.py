"""How programs run in a part of the code: `with ember.execution_options(…)`.

Options hold in this thread or task, and in the tasks started from it. They nest: what an
inner block leaves out is as in the block around it. What is known wrong is told at once.
"""

from __future__ import annotations

from collections.abc import Generator, Hashable
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Literal, get_args

from ember_mlir.errors import InputError
from ember_mlir.goals import Goals, Objective

Scheduler = Literal["parallel", "sequential"]
"""Whether calls that do not wait for one another are made at once, or one by one."""


@dataclass(frozen=True, slots=True)
class ExecutionOptions:
    """What holds for the programs that run here; None is as the program itself says.

    `max_workers` is how many requests, or functions of Python, are under way at once at most,
    `memory_mb` how much memory these functions have declared to take together.
    """

    scheduler: Scheduler | None = None
    max_workers: int | None = None
    timeout_s: Decimal | None = None
    optimize_for: Objective | None = None
    allow: str | None = None
    budget_usd: Decimal | None = None
    memory_mb: int | None = None

    @property
    def workers(self) -> int | None:
        """How much may be under way at once; None if only the models limit it."""
        return 1 if self.scheduler == "sequential" else self.max_workers

    @property
    def compiled_for(self) -> Hashable:
        """What programs have to be compiled for anew; None if that is nothing."""
        asked = self.optimize_for, self.allow, self.timeout_s, self.budget_usd
        return None if asked == _NOTHING else asked

    def goals(self, own: Goals) -> Goals:
        """What a program with goals of its `own` is compiled for here."""
        return replace(
            own,
            allow=self.allow or own.allow,
            optimize_for=self.optimize_for or own.optimize_for,
            budget_usd=self.budget_usd,
            timeout_s=self.timeout_s,
        )


_NOTHING = (None, None, None, None)
_DEFAULT = ExecutionOptions()
_CURRENT: ContextVar[ExecutionOptions] = ContextVar("ember execution options", default=_DEFAULT)


def current_options() -> ExecutionOptions:
    """The options that hold here."""
    return _CURRENT.get()


@contextmanager
def execution_options(
    *,
    scheduler: Scheduler | None = None,
    max_workers: int | None = None,
    memory_mb: int | None = None,
    timeout_s: float | Decimal | None = None,
    optimize_for: Objective | None = None,
    allow: str | None = None,
    budget_usd: float | Decimal | str | None = None,
) -> Generator[ExecutionOptions]:
    """How compiled programs run in a `with` block, in this thread or task alone.

    `scheduler` "sequential" makes one request at a time, with the same answers under the same
    seed; `max_workers` at most so many. A run that takes longer than `timeout_s` seconds is
    cancelled, and is a `DeadlineError`. A request that might cost more than is left of
    `budget_usd` is not sent, and is a `BudgetError`: the models must have prices, and the
    calls `max_tokens`. `optimize_for` and `allow` stand for those of the program. What is left
    out is as in the block around, or as the program says. What runs as it is written, or
    `eager`, is not affected.

    Functions declared by `@ember.pure(memory_mb=…)` wait, first come, first served, until those
    that run leave room for them within `memory_mb`; one that never fits is an `InputError`
    before anything runs.

    Raises `InputError` for a value that cannot be.

    >>> import ember_mlir as ember
    >>> @ember.jit
    ... def twice(question: str) -> list[str]:
    ...     return [ember.generate(question, temperature=1), ember.generate(question)]
    >>> with ember.Session(seed=1, clock="virtual"), execution_options(scheduler="sequential"):
    ...     one_by_one = twice("2 + 2?")
    >>> with ember.Session(seed=1, clock="virtual"):
    ...     one_by_one == twice("2 + 2?")
    True
    """
    given = {
        "scheduler": _one_of("scheduler", scheduler, get_args(Scheduler)),
        "max_workers": _whole("max_workers", max_workers, "requests may be under way at once"),
        "memory_mb": _whole("memory_mb", memory_mb, "megabytes functions may take together"),
        "timeout_s": _amount("timeout_s", timeout_s, "seconds"),
        "optimize_for": _one_of("optimize_for", optimize_for, get_args(Objective)),
        "allow": _allowed(allow),
        "budget_usd": _amount("budget_usd", budget_usd, "dollars"),
    }
    known = {name: value for name, value in given.items() if value is not None}
    token = _CURRENT.set(replace(_CURRENT.get(), **known))
    try:
        yield _CURRENT.get()
    finally:
        _CURRENT.reset(token)


def _one_of(name: str, value: object, known: tuple[str, ...]) -> object:
    if value is None or value in known:
        return value
    listed = " or ".join(map(repr, known))
    raise InputError(f"{name} must be {listed}, but got {value!r}; choose one of them")


def _whole(name: str, value: object, what: str) -> object:
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 1):
        return value
    raise InputError(
        f"{name} must be an int of at least 1, but got {value!r}; give how many {what}"
    )


def _amount(name: str, value: object, unit: str) -> Decimal | None:
    if value is None:
        return None
    try:
        # A float means the decimal that it prints as.
        found = Decimal("NaN" if isinstance(value, bool) else str(value))
    except InvalidOperation:
        found = Decimal("NaN")
    if found.is_finite() and found >= 0:
        return found
    raise InputError(
        f"{name} must be a number of {unit} of at least 0, but got {value!r}; give a number"
    )


def _allowed(value: object) -> object:
    if value is None:
        return None
    # What may be allowed, the compiler knows: it is loaded only where somebody asks for it.
    from ember_mlir.errors import PipelineError
    from ember_mlir.pipeline import Equivalence

    try:
        Equivalence.parse(str(value))
    except PipelineError as error:
        raise InputError(error.message) from None
    return value
