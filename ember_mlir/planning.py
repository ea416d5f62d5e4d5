"""What a program does with the arguments of a call: a plan, or running as it is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple

from ember_mlir.collecting import seldom_collected
from ember_mlir.providers import Session

if TYPE_CHECKING:
    from ember_mlir.execution import ExecutionOptions
    from ember_mlir.frontend.capture import Captured
    from ember_mlir.frontend.signature import Arguments
    from ember_mlir.goals import Goals
    from ember_mlir.pipeline import Saving
    from ember_mlir.runtime.arguments import Argument
    from ember_mlir.runtime.run import Functions, Prepared


class Launch(NamedTuple):
    """What `run` takes, in the order in which it does."""

    prepared: Prepared
    inputs: Sequence[Argument]
    session: Session
    tape: bytes | None
    functions: Functions
    workers: int | None
    memory_mb: int | None


@dataclass(frozen=True, slots=True)
class CompiledPlan:
    """A captured entry, ready to run as often as its guards hold.

    `warnings` tell which optimizations had to be left out when it was compiled.
    """

    captured: Captured
    prepared: Prepared
    warnings: tuple[str, ...] = ()

    def holds(self) -> bool:
        """Whether all that was read at capture is still as it was."""
        return self.captured.holds()

    def inputs(self, arguments: Arguments) -> list[Any]:
        """What the plan takes of the arguments, in order."""
        return [arguments.held(name) for name in self.captured.inputs]

    def launch(self, arguments: Arguments, session: Session, options: ExecutionOptions) -> Launch:
        """What a run with these arguments and options takes."""
        return Launch(
            self.prepared,
            self.inputs(arguments),
            session,
            None,
            self.captured.functions,
            options.workers,
            options.memory_mb,
        )


@dataclass(frozen=True, slots=True)
class Refusal:
    """The plan of what cannot be captured: it runs as written until there is other code."""

    function: FunctionType
    code: CodeType

    def holds(self) -> bool:
        """Whether the function still has the code that was refused."""
        return self.function.__code__ is self.code


def compiled_plan(function: FunctionType, arguments: Arguments, goals: Goals) -> CompiledPlan:
    """Capture and compile `function`; raises `CaptureError` and what `compile_with` raises."""
    from ember_mlir.frontend.capture import capture
    from ember_mlir.pipeline import compile_with
    from ember_mlir.runtime.run import prepare

    with seldom_collected():
        captured = capture(function, arguments)
        compiled = compile_with(captured.module, "exec", goals.options(), verify_first=False)
        prepared = prepare(compiled.module, captured.symbol)
    return CompiledPlan(captured, prepared, tuple(compiled.warnings))


def listened(session: Session, is_checked: bool = False) -> Session:
    """A session that keeps what is answered, if that is asked for or the run is compared."""
    if not (session.recorded or is_checked):
        return session
    from ember_mlir.recording import Recording

    return Recording(session)


def saved_by(plan: CompiledPlan, arguments: Arguments, session: Session) -> Saving | None:
    """What a run in `session` did not have to ask for, if that was recorded."""
    if not session.recorded:
        return None
    from ember_mlir.pipeline import for_reference
    from ember_mlir.recording import Recording

    assert isinstance(session, Recording)
    return session.saving(for_reference(plan.captured.module), plan.inputs(arguments))
