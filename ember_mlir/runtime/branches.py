"""The states of instructions that run one frame: a branch, a scope, a loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ember_mlir.errors import DeadlineError, FrameCancelledError
from ember_mlir.runtime.bodies import Bodies, Runs
from ember_mlir.runtime.frames import MISSING, Body, Frame, FrameTable, Slot
from ember_mlir.runtime.lists import Pieces, is_there
from ember_mlir.runtime.prices import dollars
from ember_mlir.runtime.scopes import Budget, Scope

if TYPE_CHECKING:
    from ember_mlir.runtime.instructions.control import Loop, Runner, Spawn


class BranchState(Runs):
    """One frame, run once: its results go out as they come."""

    __slots__ = ("_outputs",)

    def __init__(self, frame: Frame, instruction: Runner) -> None:
        super().__init__(frame, instruction, instruction.takes, repeats=False)
        self._outputs = instruction.outputs

    def open(self, table: FrameTable, own: tuple[Slot, ...] = ()) -> None:
        """Start the frame, with what is its own before the captures."""
        around = self.frame
        self.run(table, 0, own, around.scope, around.path, around.redraws)

    def returned(self, body: Body, number: int, value: Slot) -> None:
        self.frame.deliver(self._outputs[number], value)

    def finished(self, body: Body) -> Frame | None:
        return self.over()


class SpawnState(Runs):
    """One frame, run once in a scope of its own, within a budget and until a deadline."""

    __slots__ = ("_given", "_outputs", "_over", "_scope", "_spawn", "_waiting")

    def __init__(self, frame: Frame, instruction: Spawn) -> None:
        super().__init__(frame, instruction, instruction.takes, repeats=False)
        self._spawn = instruction
        self._outputs = instruction.outputs
        # What somebody reads of what it has given.
        self._given: list[Slot] = []
        self._over = False
        self._waiting: list[tuple[Frame, int]] = []
        around = frame.scope
        budget = None
        if instruction.budget is not None:
            budget = Budget(dollars(instruction.budget), around.budget)
        self._scope = Scope(frame.engine, around, self, catches=False, budget=budget)

    def open(self) -> None:
        """Start the frame."""
        around, deadline = self.frame, self._spawn.deadline
        if deadline is not None:
            scope = self._scope
            # The timer outlives the frame: it holds the scope, which then holds nothing.
            around.engine.after(deadline, lambda: _too_late(scope))
        self.run(self._spawn.table, 0, (), self._scope, around.path, around.redraws)

    def returned(self, body: Body, number: int, value: Slot) -> None:
        output = self._outputs[number]
        if self.frame.table.is_read(output):
            self._given.append(value)
        self.frame.deliver(output, value)

    def finished(self, body: Body) -> Frame | None:
        self._scope.close()
        self._tell()
        return self.over()

    def cancel(self, frame: Frame, index: int) -> None:
        """End the frame; then the token of row `index` of `frame` is there."""
        if self._over:
            frame.engine.ready.append((frame, index))
            return
        self._waiting.append((frame, index))
        self.frame.engine.kill(self._scope)

    @property
    def is_over(self) -> bool:
        """Whether nothing of it is under way any more."""
        return self._over

    def drained(self, scope: Scope) -> None:
        """The frame was cancelled, and has left."""
        is_whole = len(self._given) == self._spawn.results_read and is_there(self._given)
        self._tell()
        if not is_whole:
            error = FrameCancelledError(
                f"the results of the frame @{self._spawn.table.symbol} must be there to be "
                "read, but it was cancelled before; cancel it only when nobody reads them"
            )
            self.frame.engine.fail(self.frame, self._spawn, error)
        self.close()

    def _tell(self) -> None:
        self._over = True
        self._given = []
        if self._waiting:
            self.frame.engine.ready.extend(self._waiting)
            self._waiting = []

    def too_late(self) -> None:
        """The deadline has passed, and the frame is not over."""
        seconds = (self._spawn.deadline or 0) / 1_000_000_000
        error = DeadlineError(
            f"the frame @{self._spawn.table.symbol} must be over within {seconds:g} seconds, "
            "but is not; allow more time, or ask for less"
        )
        self._scope.kill()
        self.frame.engine.fail(self.frame, self._spawn, error)


def _too_late(scope: Scope) -> None:
    if isinstance(scope.owner, SpawnState) and not scope.dead:
        scope.owner.too_late()


class LoopState(Bodies):
    """A frame that is run again while it says so.

    A run starts when the one before has said that it does, and there is room; its state
    follows as it comes. What the last run gives is the result.
    """

    __slots__ = ("_ended", "_loop", "_more", "_pending", "_runs", "_start", "_wanted")

    def __init__(self, frame: Frame, instruction: Loop) -> None:
        super().__init__(frame, instruction, instruction.takes, 1)
        self._shared = True
        self._loop = instruction
        # The live runs by number; what the newest has given, while nobody has taken it.
        self._runs: dict[int, Frame] = {}
        self._pending: list[Slot] = [MISSING] * instruction.state
        self._start = 0
        self._more: Slot = MISSING
        self._wanted = True
        self._ended = False

    def open(self) -> None:
        """Start the first run; its state follows."""
        self.hold()
        self.pump()

    def initial(self, position: int, value: Slot, *, shared: bool) -> None:
        """A part of the state of the first run is there."""
        if shared and value.__class__ is Pieces:
            value.kept = True
        first = self._runs.get(0)
        if first is not None:
            first.deliver(position, value)
        elif not self._start:
            self._pending[position] = value

    def pump(self) -> None:
        window = self._window
        while self._wanted and (window.live < window.size or not self.live):
            self._wanted = False
            number, pending = self._start, tuple(self._pending)
            self._start += 1
            self._pending = [MISSING] * self._loop.state
            self.left += 1
            around = self.frame
            self.live += 1
            window.live += 1
            path = (*around.path, number)
            self._runs[number] = self.begin(
                self._loop.table, number, pending, self.group, path, around.redraws
            )

    def returned(self, body: Body, number: int, value: Slot) -> None:
        newest = body.index == self._start - 1
        if number == 0:
            limit = self._loop.at_most
            if value and (limit is None or self._start < limit):
                self._wanted = True
                self.pump()
            else:
                self._end(value)
        elif not newest:
            # A run that does not read this part of the state may be over before it comes.
            following = self._runs.get(body.index + 1)
            if following is not None:
                following.deliver(number - 1, value)
        elif self._ended:
            self.frame.deliver(self._loop.outputs[number], value)
        else:
            self._pending[number - 1] = value

    def _end(self, more: Slot) -> None:
        """The newest run is the last: its state is the result."""
        self._ended = True
        self.left -= 1
        outputs = self._loop.outputs
        self.frame.deliver(outputs[0], more)
        for position, value in enumerate(self._pending):
            if value is not MISSING:
                self.frame.deliver(outputs[position + 1], value)
        self._pending = []

    def finished(self, body: Body) -> Frame | None:
        self._runs.pop(body.index)
        return self.one_over(body)
