"""The core of a run: it never waits, and knows no clock and no input or output.

The core tells its driver `start`, `cancel`, `soon`, `alarm` and `finish`; the driver
tells the core how each call ended: `complete`, `error`, `ended` or `skipped`, and when
time has come: `tick`. Each of these runs on until nothing is ready, and then fills the
lanes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from heapq import heappop

from ember_mlir.errors import EmberError, ProgramError
from ember_mlir.providers.session import Progress
from ember_mlir.runtime.bodies import Window
from ember_mlir.runtime.calls import Call, Spec
from ember_mlir.runtime.failures import combined, failure_of, internal_error
from ember_mlir.runtime.frames import (
    AGAIN,
    PENDING,
    Body,
    Frame,
    FrameTable,
    Instruction,
    Slot,
    new_frame,
)
from ember_mlir.runtime.lanes import Lane
from ember_mlir.runtime.lists import so_far
from ember_mlir.runtime.scopes import Budget, Scope
from ember_mlir.runtime.trace import Ring
from ember_mlir.runtime.traffic import Driver, Traffic, timeout


class Root:
    """What runs the entry frame, and takes its results."""

    __slots__ = ("engine", "outputs")

    frame = None
    row = 0

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.outputs: dict[int, Slot] = {}

    def returned(self, body: Body, number: int, value: Slot) -> None:
        self.outputs[number] = value

    def finished(self, body: Body) -> Frame | None:
        self.engine.finished = True
        self.engine.driver.finish()
        return None

    def drained(self, scope: Scope) -> None:
        self.engine.driver.finish()


class Engine(Traffic):
    """One run of a program.

    `ready` holds what may fire, first in first out. The run is over when its outermost
    frame is, or when its outermost scope has died and the last call has left.
    """

    def __init__(
        self,
        driver: Driver,
        lanes: Sequence[Lane],
        tape: bytes,
        *,
        window: int = 256,
        progress: Progress | None = None,
        ring: Ring | None = None,
        budget: int | None = None,
    ) -> None:
        super().__init__(driver, lanes, tape, ring)
        # Rows, or slots (inverted) whose value only leaves the frame.
        self.ready: deque[tuple[Frame, int]] = deque()
        self.finished = False
        self._window_size = window
        self._windows: dict[Instruction, Window] = {}
        self._progress = progress
        self._root = Root(self)
        limit = None if budget is None else Budget(budget, None)
        self.scope = Scope(self, None, self._root, catches=True, budget=limit)
        self._broken: BaseException | None = None
        self._entry: Frame | None = None

    @property
    def is_idle(self) -> bool:
        """Whether no call is under way: all that the driver has been given have ended."""
        return self.scope.is_idle

    @property
    def stopping(self) -> bool:
        """Whether the run is ending early: nothing new starts any more."""
        return self.scope.dead

    # What the driver calls.

    def begin(self, entry: FrameTable, arguments: Sequence[Slot]) -> None:
        """Start to run `entry`."""
        self.now = self.driver.now()
        try:
            frame = self._entry = new_frame(entry, self._root, 0, self.scope, (), ())
            if not frame.left:
                self.finish(frame)
            frame.begin(arguments)
            self.drain()
        except Exception as error:
            self.defect(error)

    def complete(self, call: Call, answer: object) -> None:
        """A call has ended with what should be a reply."""
        if self._is_timed:
            self.now = self.driver.now()
        lane = call.lane
        try:
            try:
                # What fails at the moment at which something else does is seen as well.
                value = call.row.spec.read(call, answer)
            except EmberError as error:
                self._lose(call, error)
            else:
                self._leave(call, "ok")
                if lane.slowed:
                    lane.answered(self.now)
                if not call.scope.dead:
                    call.taker.took(call, value)
        except Exception as error:
            self._drop(call, error)
        if self.ready or lane.waiting or self._progress is not None:
            self._go_on(lane)

    def error(self, call: Call, error: BaseException) -> None:
        """A call has ended with an exception."""
        self.now = self.driver.now()
        try:
            self._lose(call, call.row.spec.failure(call, error))
        except Exception as defect:
            self._drop(call, defect)
        self._go_on(call.lane)

    def ended(self, call: Call) -> None:
        """A call that was asked to end has left."""
        self.now = self.driver.now()
        try:
            self._charge_ended(call)
            if call.timed_out and not call.scope.dead:
                self._failed(call, timeout(call))
        except Exception as defect:
            self._drop(call, defect)
        self._go_on(call.lane)

    def skipped(self, call: Call) -> None:
        """A call that was given to the driver was never sent, because it is not wanted."""
        call.lane.calls -= 1
        call.sends -= 1
        try:
            self._leave(call, "cancelled")
        except Exception as defect:
            self._drop(call, defect)
        self._go_on(call.lane)

    def tick(self) -> None:
        """Do what was to be done by now."""
        self.now = now = self.driver.now()
        try:
            while self._timers and self._timers[0][0] <= now and not self.finished:
                heappop(self._timers)[2]()
                self.drain()
        except Exception as error:
            self.defect(error)
        if self._timers and not self.finished:
            self.driver.alarm(self._timers[0][0])

    def cancel(self) -> None:
        """End the run from outside."""
        if not self.scope.dead:
            self.kill(self.scope)
        self.cancel_in_flight()

    def cancel_in_flight(self) -> None:
        """Ask all calls under way to end; being asked again does no harm."""
        for call in self.scope.calls():
            call.cancelled = True
            self.driver.cancel(call)

    # What a run comes to.

    def outputs(self) -> list[Slot]:
        """The results of the finished run; raises what has ended it."""
        if self._broken is not None:
            raise self._broken
        if self.scope.failures:
            raise combined(self.scope.failures, self.scope.later)
        outputs, entry = self._root.outputs, self._entry
        if not self.finished or entry is None or len(outputs) < entry.table.results:
            raise internal_error(RuntimeError("nothing is under way, but results are missing"))
        return [outputs[number] for number in range(len(outputs))]

    def finished_values(self) -> dict[str, Slot]:
        """What was there of the values of the entry, by name, when the run ended early.

        Lists have None for the pieces that were not there, and values that nobody would
        have read again may be gone.
        """
        frame = self._entry
        if frame is None or not frame.slots:
            return {}
        names = frame.table.names.items()
        found = {name: so_far(frame.slots[slot]) for name, slot in names}
        return {name: value for name, value in found.items() if value is not None}

    def close(self) -> None:
        """Let go of what is not part of the result, and of the circles that hold an engine."""
        del self.driver, self.scope.engine, self._root.engine
        self._ring = None
        self._entry = None
        self._windows.clear()
        self._timers.clear()
        self.ready.clear()

    # What instructions call.

    def window_of(self, instruction: Instruction, leaf: Spec | None) -> Window:
        """The window that all runs of `instruction` share.

        Where a body is one request, more of them than the lane lets through only wait.
        """
        if (window := self._windows.get(instruction)) is None:
            size = self._window_size if leaf is None else self.lanes[leaf.lane].table.concurrency
            window = self._windows[instruction] = Window(size)
        return window

    def settle(self, frame: Frame) -> None:
        """Count down a frame: one of its instructions is over, and nothing follows it."""
        frame.left -= 1
        if not frame.left:
            self.finish(frame)

    def finish(self, frame: Frame) -> None:
        """Close a frame that is over, and those around it that are over with it."""
        over: Frame | None = frame
        while over is not None:
            following = over.parent.finished(over)
            over.close()
            over = following

    def fail(self, body: Body, row: Instruction, error: EmberError) -> None:
        """An instruction has failed, and with it the scope that catches this."""
        failure = failure_of(body, row, error)
        scope = body.scope.catcher(handled=isinstance(error, ProgramError))
        if not scope.dead:
            scope.failures.append(failure)
            scope.kill()
            # What fails at this same moment is still seen, so that of several failures
            # the first in program order is reported, whichever was noticed first.
            self.driver.soon(lambda: self._end(scope))
        elif scope.failures:
            # What fails while it is being cancelled may do so because of that.
            (scope.later.append(error) if scope.cancelled else scope.failures.append(failure))

    def kill(self, scope: Scope) -> None:
        """End all that is under way in `scope`; its owner is told when it has left."""
        if not scope.dead:
            scope.kill()
            self.driver.soon(lambda: self._end(scope))

    def give(self, frame: Frame, row: Instruction, value: Slot) -> None:
        """The value of an instruction that was pending, from within the engine."""
        if row.settles:
            if row.returns >= 0:
                frame.parent.returned(frame, row.returns, value)
            self.settle(frame)
        else:
            frame.deliver(row.output, value)

    # The core itself.

    def drain(self) -> None:
        """Fire all that is ready, first in first out."""
        ready = self.ready
        while ready:
            frame, index = ready.popleft()
            if index >= 0:
                self.fire(frame, index)
            elif not frame.scope.dead:
                frame.give_back(~index)
                self.settle(frame)

    def fire(self, frame: Frame, index: int) -> None:
        """Fire a row, and on into the first that is ready then; the others wait their turn."""
        while index >= 0 and not frame.scope.dead:
            row = frame.table.code[index]
            try:
                value = row.fire(frame)
            except EmberError as error:
                self.fail(frame, row, error)
                return
            if value is AGAIN:
                return
            if slots := frame.slots:
                # Unless the frame was over with this row.
                for slot in row.releases:
                    slots[slot] = None
                if row.counted:
                    frame.release(row)
            if value is PENDING:
                return
            if row.settles:
                if row.returns >= 0:
                    frame.parent.returned(frame, row.returns, value)
                self.settle(frame)
                return
            index = frame.put(row.output, value)

    def _go_on(self, lane: Lane) -> None:
        """After a call has left: go on with what is ready, fill its lane, and report."""
        try:
            if self.ready:
                self.drain()
            if lane.waiting:
                self._admit(lane)
            if self._progress is not None:
                self._report(self._progress)
        except Exception as error:
            self.defect(error)

    def _report(self, progress: Progress) -> None:
        try:
            issued = sum([lane.calls for lane in self.lanes])
            progress(issued - sum([lane.used for lane in self.lanes]), issued)
        except BaseException as error:
            # The user's own function failed: it ends the run under its own name.
            self._break(error)

    def _end(self, scope: Scope) -> None:
        """Ask what is under way in a dead scope to end; tell its owner if there is nothing."""
        self.now = self.driver.now()
        try:
            scope.cancelled = True
            for call in scope.calls():
                # Asked twice, a call would be disturbed as it cleans up.
                asked, call.cancelled = call.is_ending, True
                if not asked:
                    self.driver.cancel(call)
            if scope.is_idle:
                scope.drained()
            self.drain()
        except Exception as error:
            self.defect(error)

    def defect(self, error: Exception) -> None:
        """End the run because of a defect of the engine itself."""
        self._break(internal_error(error))

    def _drop(self, call: Call, error: Exception) -> None:
        """End the run because of a defect that a call has met, which is over in any case."""
        self.defect(error)
        if call in call.scope.in_flight:
            self._forget(call)

    def _break(self, error: BaseException) -> None:
        if self._broken is None:
            self._broken = error
        self.kill(self.scope)
