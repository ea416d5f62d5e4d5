"""Programs: captured Python functions, compiled for their arguments and run.

`jit` and `compile` make a `Program` of a function. Nothing is captured before the first
call, and a plan is made once for each combination of argument types and static values.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Hashable
from functools import update_wrapper
from inspect import isawaitable, iscoroutinefunction
from threading import RLock
from types import FunctionType
from typing import (
    TYPE_CHECKING,
    Any,
    Concatenate,
    Generic,
    NoReturn,
    ParamSpec,
    TypeVar,
    overload,
)

from ember_mlir.direct import Sender, send_plain
from ember_mlir.errors import CaptureError, CaptureWarning, EmberError, OptimizationWarning
from ember_mlir.execution import current_options
from ember_mlir.frontend.eager import Send, answer_plain_calls
from ember_mlir.frontend.signature import Arguments, Signature
from ember_mlir.goals import Goals
from ember_mlir.inspecting import Inspectable, Level
from ember_mlir.last_run import LastRun
from ember_mlir.per_object import PerObject
from ember_mlir.planning import (
    CompiledPlan,
    Launch,
    Refusal,
    compiled_plan,
    listened,
    saved_by,
)
from ember_mlir.plans import CacheInfo, PlanCache
from ember_mlir.providers import Session, current_session
from ember_mlir.tracebacks import located

if TYPE_CHECKING:
    from xdsl.dialects.builtin import ModuleOp

    from ember_mlir.runtime.run import Run

__all__ = [
    "CacheInfo",
    "LastRun",
    "Level",
    "Program",
]

P = ParamSpec("P")
Q = ParamSpec("Q")
R = TypeVar("R")

MAX_PLANS = 64
"""How many plans a program keeps; those not used for longest go first."""

answer_plain_calls(send_plain)


class Program(Inspectable[R], Generic[P, R]):
    """A function that runs compiled: its calls are made at once, where they can be.

    Calling it captures and compiles the function for the types of its arguments, once,
    and runs the plan on the current session. It may be called from any thread, and from
    where an event loop is running. Raises `CaptureError`, before anything has run, for
    what cannot be captured; `InputError` for arguments that do not fit; and what the run
    raises, such as `ProviderError`.

    >>> import ember_mlir as ember
    >>> @ember.jit
    ... def answer(question: str) -> str:
    ...     drafts = ember.sample(f"Q: {question}\\nA:", 5, temperature=0.7)
    ...     return ember.vote(drafts)
    >>> with ember.Session(seed=1, clock="virtual"):
    ...     answer("17 * 23") == answer.eager("17 * 23")
    True
    """

    def __init__(
        self,
        function: Callable[P, R],
        goals: Goals | None = None,
        *,
        strict: bool = False,
        fixed: tuple[object, ...] = (),
    ) -> None:
        if not isinstance(function, FunctionType):
            _refuse(function)
        super().__init__(function, fixed)
        self._methods = PerObject[Program[..., R]]()
        self.goals = goals or Goals()
        self.strict = strict
        self._unreadable: Refusal | None = None
        self.last_run = None
        self._lock = RLock()
        self._plans = PlanCache[CompiledPlan | Refusal](MAX_PLANS)
        self._found_signature: Signature | None = None
        self._last_arguments: Arguments | None = None
        update_wrapper(self, function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run compiled, and return the result; of an async function, what is to be awaited."""
        if iscoroutinefunction(self.function):
            waiting: Any = self.acall(*args, **kwargs)
            return waiting
        from ember_mlir.runtime.run import run

        found = self._planned(args, kwargs)
        if found is None:
            return self._untraced(args, kwargs)
        launch = self._launch(*found)
        try:
            made = run(*launch)
        except EmberError as error:
            failed = error
        else:
            return self._ran(*found, made, launch.session)
        # Outside of the handler, so that it gets no context that it has not.
        raise located(failed, self.function.__name__)

    async def acall(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run compiled on the current event loop, and return the result."""
        from ember_mlir.runtime.run import run_async

        found = self._planned(args, kwargs)
        if found is None:
            given: Any = self._untraced(args, kwargs)
            return await given if isawaitable(given) else given
        launch = self._launch(*found)
        try:
            made = await run_async(*launch)
        except EmberError as error:
            failed = error
        else:
            return self._ran(*found, made, launch.session)
        raise located(failed, self.function.__name__)

    def _planned(
        self, args: tuple[object, ...], kwargs: dict[str, object]
    ) -> tuple[CompiledPlan, Arguments] | None:
        """A plan and its arguments; None if the function runs as it is written.

        What cannot be captured is told once, with its line and what to write instead, and
        not tried again for arguments of these types until the function has other code.
        """
        if self._unreadable is not None and self._unreadable.holds():
            return None
        told: list[Warning] = []
        try:
            arguments = self._signature().bind(args, kwargs)
        except CaptureError as error:
            # It is the function itself, whatever is given to it.
            with self._lock:
                if self._unreadable is None or not self._unreadable.holds():
                    self._unreadable = self._refusal(error, told)
            _tell(told)
            return None
        plan = self._plans.get_or_make(
            _key(arguments), lambda: self._made_or_refused(arguments, told)
        )
        _tell(told)
        return (plan, arguments) if isinstance(plan, CompiledPlan) else None

    def _launch(self, plan: CompiledPlan, arguments: Arguments) -> Launch:
        """What a run of a plan takes, here."""
        session = listened(current_session(), self.goals.check)
        return plan.launch(arguments, session, current_options())

    def _untraced(self, args: tuple[object, ...], kwargs: dict[str, object]) -> R:
        """Run the function as it is written."""
        from ember_mlir.frontend.untraced import run_untraced

        given = (*self.fixed, *args)
        made = self._directly(
            lambda tape, send: run_untraced(self.function, given, kwargs, tape, send)
        )
        with self._lock:
            self.last_run = made
        return made.answer

    def _directly(self, run: Callable[[bytes, Send], object]) -> LastRun[R]:
        """A run by `run`, which is given a tape and what sends each of its calls."""
        session = current_session()
        sender = Sender(session)
        # The source gives a result of the declared type, which no annotation can say here.
        answer: Any = run(session.tape(self.function.__name__), sender.send)
        return LastRun(answer, sender.settled())

    def eager(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run the same source without compiling, one call after the other.

        Under the same seed the provider gets the same requests with the same draws as when
        it runs compiled. Constructs that cannot be rewritten are a `CaptureError` here, too;
        but as all values are known, whatever only looks at them runs as it is written.
        """
        from ember_mlir.frontend.capture import run_eagerly

        arguments = self._signature().bind(args, kwargs)
        made = self._directly(lambda tape, send: run_eagerly(self.function, arguments, tape, send))
        self._settle(arguments, made)
        return made.answer

    def prepare(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Capture and compile for arguments like these, and run nothing.

        The first call with arguments like these finds the plan then, and what cannot be
        captured shows at once: as a warning, or as `CaptureError` if the program is strict.

        >>> import ember_mlir as ember
        >>> @ember.jit(strict=True)
        ... def ask(question: str, style: int) -> str:
        ...     return ember.generate(f"{style}: {question}")
        >>> ask.prepare("How?", style=2)
        >>> "llm.generate" in ask.ir()
        True
        """
        found = self._planned(args, kwargs)
        if found is None:
            return
        with self._lock:
            if self._last_arguments is None:
                self._last_arguments = found[1]

    def cache_info(self) -> CacheInfo:
        """How often a call found its plan, how often not, and how many plans are kept.

        A plan is made for the code of the function, what it has read of its closure, of
        globals and attributes, the values of static arguments and the types of the others:
        a call that differs in one of them is a miss. A program of a method counts for
        each object on its own.

        >>> import ember_mlir as ember
        >>> @ember.jit
        ... def ask(question: str, style: int = 1) -> str:
        ...     return ember.generate(f"{style}: {question}")
        >>> with ember.Session(seed=1, clock="virtual"):
        ...     answers = ask("Why?"), ask("How?"), ask("How?", 2)
        >>> ask.cache_info()
        CacheInfo(hits=1, misses=2, maxsize=64, currsize=2)
        """
        return self._plans.info()

    def _captured(self) -> ModuleOp:
        """The program of the last run, or if there was none, of the annotated types."""
        arguments = self._last_arguments or self._signature().without_call()
        told: list[Warning] = []

        def make() -> CompiledPlan:
            return self._make(arguments, told)

        plan = self._plans.get_or_make(_key(arguments), make)
        # What was refused is refused once more, where somebody asks for it.
        plan = plan if isinstance(plan, CompiledPlan) else make()
        _tell(told)
        return plan.captured.module

    @overload
    def __get__(self, instance: None, owner: type | None = None) -> Program[P, R]: ...

    @overload
    def __get__(
        self: Program[Concatenate[Any, Q], R], instance: object, owner: type | None = None
    ) -> Program[Q, R]: ...

    def __get__(self, instance: object, owner: type | None = None) -> object:
        """The program of a method for one object; those of the objects called last are kept."""
        if instance is None:
            return self
        function: Any = self.function

        def make() -> Program[..., R]:
            return Program(function, self.goals, strict=self.strict, fixed=(instance,))

        return self._methods.of(instance, make)

    def __repr__(self) -> str:
        return f"<Program {self.function.__module__}.{self.function.__qualname__}>"

    def _signature(self) -> Signature:
        with self._lock:
            if self._found_signature is None:
                from ember_mlir.frontend.capture import entry_location

                entry_location(self.function)
                self._found_signature = Signature(self.function, self.fixed)
            return self._found_signature

    def _goals(self) -> Goals:
        """What the program is compiled for here."""
        return current_options().goals(self.goals)

    def _make(self, arguments: Arguments, told: list[Warning]) -> CompiledPlan:
        """A new plan; `told` gets what whoever calls is to be warned of."""
        plan = compiled_plan(self.function, arguments, self._goals())
        told += map(OptimizationWarning, plan.warnings)
        return plan

    def _made_or_refused(self, arguments: Arguments, told: list[Warning]) -> CompiledPlan | Refusal:
        try:
            return self._make(arguments, told)
        except CaptureError as error:
            return self._refusal(error, told)

    def _refusal(self, error: CaptureError, told: list[Warning]) -> Refusal:
        """What cannot be captured, unless that is an error."""
        if self.strict:
            raise located(error, self.function.__name__) from error.__cause__
        text = f"{error}; until then it runs as it is written, one call after the other"
        told.append(CaptureWarning(text))
        return Refusal(self.function, self.function.__code__)

    def _ran(self, plan: CompiledPlan, arguments: Arguments, run: Run, session: Session) -> R:
        # What the function is declared to return, rebuilt around the values of the run.
        answer: Any = plan.captured.shape.rebuild(run.outputs)
        saved = saved_by(plan, arguments, session)
        self._settle(arguments, LastRun(answer, run.bill, saved, run.trace))
        if self.goals.check:
            from ember_mlir.comparing import compare

            compare(self.function, plan.captured, arguments, answer, session)
        return answer

    def _settle(self, arguments: Arguments, run: LastRun[R]) -> None:
        """Take note of a run that has succeeded, all at once."""
        with self._lock:
            self._signature().settle(arguments)
            self._last_arguments = arguments
            self.last_run = run


def _key(arguments: Arguments) -> Hashable:
    """What plans for these arguments are found by, here."""
    asked = current_options().compiled_for
    return arguments.key if asked is None else (arguments.key, asked)


def _tell(told: list[Warning]) -> None:
    """Warn whoever has called a program, two frames above."""
    for warning in told:
        warnings.warn(warning, stacklevel=4)


def _refuse(value: object) -> NoReturn:
    name = getattr(value, "__name__", None) or type(value).__name__
    raise CaptureError(
        f"a program must be made of a Python function, but got '{name}', "
        f"an object of type {type(value).__name__}; define it with 'def' or 'lambda'"
    )
