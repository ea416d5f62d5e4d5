"""Programs: captured Python functions, compiled for their arguments and run.

`jit` and `compile` make a `Program` of a function. Nothing is captured before the first
call, and a plan is made once for each combination of argument types and static values.
"""

from __future__ import annotations

import warnings
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import update_wrapper
from inspect import isawaitable, iscoroutinefunction
from threading import RLock
from types import CodeType, FunctionType
from typing import (
    TYPE_CHECKING,
    Any,
    Generic,
    Literal,
    NoReturn,
    ParamSpec,
    TypeVar,
)

from ember_mlir.direct import Sender, send_plain
from ember_mlir.errors import (
    CaptureError,
    CaptureWarning,
    EmberError,
    OptimizationWarning,
)
from ember_mlir.frontend.eager import answer_plain_calls
from ember_mlir.frontend.guards import Callee
from ember_mlir.frontend.signature import Arguments, Signature
from ember_mlir.goals import Goals
from ember_mlir.last_run import LastRun
from ember_mlir.per_object import PerObject
from ember_mlir.providers import Session, current_session
from ember_mlir.tracebacks import located

if TYPE_CHECKING:
    from xdsl.dialects.builtin import ModuleOp

    from ember_mlir.frontend.capture import Captured
    from ember_mlir.passes.analysis.shapes import Shape
    from ember_mlir.pipeline import Explanation, Saving
    from ember_mlir.runtime.run import Prepared, Run

__all__ = [
    "LastRun",
    "Level",
    "Program",
]

P = ParamSpec("P")
R = TypeVar("R")

GraphForm = Literal["mermaid", "dot", "svg"]
"""How a graph is written."""

Level = Literal["llm", "sched", "exec"]
"""The texts of a program: what is asked, when and where, and the instructions."""

MAX_PLANS = 64
"""How many plans a program keeps; the one not used for longest goes first."""

answer_plain_calls(send_plain)


@dataclass(frozen=True, slots=True)
class _Plan:
    """A captured entry, ready to run as often as its guards hold."""

    captured: Captured
    prepared: Prepared


class Program(Callee, Generic[P, R]):
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

    last_run: LastRun[R] | None
    """The last run that succeeded, compiled or eager; None before the first."""

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
        self._refused: OrderedDict[Hashable, CodeType] = OrderedDict()
        self.last_run = None
        self._lock = RLock()
        self._plans: OrderedDict[Hashable, list[_Plan]] = OrderedDict()
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
        plan, arguments = found
        session = _listened(current_session(), self.goals)
        functions = plan.captured.functions
        try:
            made = run(plan.prepared, _inputs(plan, arguments), session, functions=functions)
        except EmberError as error:
            failed = error
        else:
            return self._ran(plan, arguments, made, session)
        # Outside of the handler, so that it gets no context that it has not.
        raise located(failed, self.function.__name__)

    async def acall(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run compiled on the current event loop, and return the result."""
        from ember_mlir.runtime.run import run_async

        found = self._planned(args, kwargs)
        if found is None:
            given: Any = self._untraced(args, kwargs)
            return await given if isawaitable(given) else given
        plan, arguments = found
        session = _listened(current_session(), self.goals)
        functions = plan.captured.functions
        inputs = _inputs(plan, arguments)
        try:
            made = await run_async(plan.prepared, inputs, session, functions=functions)
        except EmberError as error:
            failed = error
        else:
            return self._ran(plan, arguments, made, session)
        raise located(failed, self.function.__name__)

    def _planned(
        self, args: tuple[object, ...], kwargs: dict[str, object]
    ) -> tuple[_Plan, Arguments] | None:
        """A plan and its arguments; None if the function runs as it is written.

        What cannot be captured is told once, with its line and what to write instead, and
        not tried again for arguments of these types until the function has other code.
        """
        code, key = self.function.__code__, None
        if self._refused.get(key) is code:
            return None
        try:
            arguments = self._signature().bind(args, kwargs)
            key = arguments.key
            return (
                None if self._refused.get(key) is code else (self._plan(arguments, key), arguments)
            )
        except CaptureError as error:
            if self.strict:
                raise located(error, self.function.__name__) from error.__cause__
            self._refused[key] = code
            while len(self._refused) > MAX_PLANS:
                self._refused.popitem(last=False)
            text = f"{error}; until then it runs as it is written, one call after the other"
            warnings.warn(text, CaptureWarning, stacklevel=3)
            return None

    def _untraced(self, args: tuple[object, ...], kwargs: dict[str, object]) -> R:
        """Run the function as it is written."""
        from ember_mlir.frontend.untraced import run_untraced

        session = current_session()
        sender = Sender(session)
        tape = session.tape(self.function.__name__)
        # The source gives a result of the declared type, which no annotation can say here.
        given = (*self.fixed, *args)
        answer: Any = run_untraced(self.function, given, kwargs, tape, sender.send)
        with self._lock:
            self.last_run = LastRun(answer, sender.settled())
        return answer

    def eager(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run the same source without compiling, one call after the other.

        Under the same seed the provider gets the same requests with the same draws as when
        it runs compiled. Constructs that cannot be rewritten are a `CaptureError` here, too;
        but as all values are known, whatever only looks at them runs as it is written.
        """
        from ember_mlir.frontend.capture import run_eagerly

        arguments = self._signature().bind(args, kwargs)
        session = current_session()
        sender = Sender(session)
        tape = session.tape(self.function.__name__)
        # The source gives a result of the declared type, which no annotation can say here.
        answer: Any = run_eagerly(self.function, arguments, tape, sender.send)
        self._settle(arguments, LastRun(answer, sender.settled()))
        return answer

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

    def ir(self, level: Level = "llm") -> str:
        """The text of the program at a level: "llm", "sched" or "exec".

        It is that of the last run. Before any, the types of the arguments must be
        annotated, and static arguments have defaults; else it raises `CaptureError`.
        """
        from ember_mlir.parsing import print_module
        from ember_mlir.pipeline import compile_to

        module = compile_to(self._captured(), level, self.goals.options())
        return print_module(module).rstrip("\n")

    def graph(self, form: GraphForm = "mermaid") -> str:
        """The program as a graph: for Mermaid, Graphviz ("dot"), or as an SVG picture.

        It is about the program of the last run, as for `ir`.
        """
        from ember_mlir.graphs import drawn
        from ember_mlir.pipeline import compile_to

        return drawn(compile_to(self._captured(), "llm", self.goals.options()), form)

    def _repr_svg_(self) -> str | None:
        """The picture that a notebook shows; none before the types of arguments are known."""
        try:
            return self.graph("svg")
        except EmberError:
            return None

    def explain(self) -> Explanation:
        """What became of the program: which optimizations did what and where, or why not.

        Print it. It is about the program of the last run, and tells what that has saved if
        it was made in a session that is `recorded`. Before any run, the types of the
        arguments must be annotated, and static arguments have defaults; else it raises
        `CaptureError`.
        """
        from ember_mlir.pipeline import compile_with, explain

        compiled = compile_with(self._captured(), "exec", self.goals.options(), explained=True)
        return explain(compiled, None if self.last_run is None else self.last_run.saved)

    def patterns(self) -> Sequence[Shape]:
        """The shapes of the program as it is written: ensembles, maps, reductions, chains.

        Each prints as a line, with the lines of the source that it stands on. As for
        `explain`, it is about the program of the last run.
        """
        from ember_mlir.passes.analysis.shapes import shapes_of

        return shapes_of(self._captured())

    def _captured(self) -> ModuleOp:
        """The program of the last run, or if there was none, of the annotated types."""
        arguments = self._last_arguments or self._signature().without_call()
        return self._plan(arguments, arguments.key).captured.module

    def __get__(self, instance: object, owner: type | None = None) -> Program[P, R]:
        """The program of a method for one object; those of the objects called last are kept."""
        if instance is None:
            return self
        function: Any = self.function

        def make() -> Program[..., R]:
            return Program(function, self.goals, strict=self.strict, fixed=(instance,))

        return self._methods.of(instance, make)

    def __str__(self) -> str:
        """The signature of the program, its last run and its text, or how to get that."""
        from ember_mlir.describing import described

        return described(self.function, len(self.fixed), self.ir, self.last_run)

    def __repr__(self) -> str:
        return f"<Program {self.function.__module__}.{self.function.__qualname__}>"

    def _signature(self) -> Signature:
        with self._lock:
            if self._found_signature is None:
                from ember_mlir.frontend.capture import entry_location

                entry_location(self.function)
                self._found_signature = Signature(self.function, self.fixed)
            return self._found_signature

    def _plan(self, arguments: Arguments, key: Hashable) -> _Plan:
        """A plan for arguments of this key that holds now: one that there is, or a new one."""
        with self._lock:
            plans = self._plans.get(key, [])
            plan = next((one for one in plans if one.captured.holds()), None)
            if plan is None:
                plan = self._make(arguments)
                self._plans[key] = [plan, *plans[:3]]
            self._plans.move_to_end(key)
            while len(self._plans) > MAX_PLANS:
                self._plans.popitem(last=False)
            return plan

    def _make(self, arguments: Arguments) -> _Plan:
        from ember_mlir.frontend.capture import capture
        from ember_mlir.pipeline import compile_with
        from ember_mlir.runtime.run import prepare

        captured = capture(self.function, arguments)
        compiled = compile_with(captured.module, "exec", self.goals.options())
        for warning in compiled.warnings:
            warnings.warn(warning, OptimizationWarning, stacklevel=5)
        return _Plan(captured, prepare(compiled.module, captured.symbol))

    def _ran(self, plan: _Plan, arguments: Arguments, run: Run, session: Session) -> R:
        # What the function is declared to return, rebuilt around the values of the run.
        answer: Any = plan.captured.shape.rebuild(run.outputs)
        saved = _saved(plan, arguments, session)
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


def _inputs(plan: _Plan, arguments: Arguments) -> list[Any]:
    return [arguments.held(name) for name in plan.captured.inputs]


def _listened(session: Session, goals: Goals) -> Session:
    """A session that keeps what is answered, if that is asked for."""
    if not (session.recorded or goals.check):
        return session
    from ember_mlir.recording import Recording

    return Recording(session)


def _saved(plan: _Plan, arguments: Arguments, session: Session) -> Saving | None:
    if not session.recorded:
        return None
    from ember_mlir.pipeline import for_reference
    from ember_mlir.recording import Recording

    assert isinstance(session, Recording)
    return session.saving(for_reference(plan.captured.module), _inputs(plan, arguments))


def _refuse(value: object) -> NoReturn:
    name = getattr(value, "__name__", None) or type(value).__name__
    raise CaptureError(
        f"a program must be made of a Python function, but got '{name}', "
        f"an object of type {type(value).__name__}; define it with 'def' or 'lambda'"
    )
