"""The core of a run: it never waits, and knows no clock and no input or output.

The core tells its driver `start`, `cancel`, `soon`, `alarm` and `finish`; the driver
tells the core how each call ended: `complete`, `error`, `ended` or `skipped`, and when
time has come: `tick`. Each of these runs on until nothing is ready, and then fills the
lanes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from typing import Protocol

from ember_mlir.errors import BudgetError, EmberError, ProgramError, ProviderError
from ember_mlir.providers.session import Progress
from ember_mlir.runtime.bodies import Window
from ember_mlir.runtime.calls import Call, Spec
from ember_mlir.runtime.failures import combined, failure_of, internal_error
from ember_mlir.runtime.frames import (
    AGAIN,
    PENDING,
    Frame,
    FrameTable,
    Instruction,
    Slot,
)
from ember_mlir.runtime.lanes import NEVER, Lane, jittered, longest_wait
from ember_mlir.runtime.lists import so_far
from ember_mlir.runtime.prices import settled_cost, worst_cost
from ember_mlir.runtime.scopes import Budget, Scope
from ember_mlir.runtime.trace import Outcome, Ring
from ember_mlir.tape import draw_number


class Driver(Protocol):
    """What the core asks of the world; times are nanoseconds of the driver's clock."""

    def now(self) -> int:
        """The time."""
        ...

    def start(self, call: Call) -> None:
        """Send `call.request`, now or soon, and tell the core how it ended."""
        ...

    def cancel(self, call: Call) -> None:
        """Ask a started call to end; the core is told when it really has."""
        ...

    def soon(self, function: Callable[[], None]) -> None:
        """Call `function` after all that happens at this moment."""
        ...

    def alarm(self, time: int) -> None:
        """Call `tick` at `time`, or a little later."""
        ...

    def finish(self) -> None:
        """The run is over: nothing is under way any more."""
        ...


class Root:
    """What runs the entry frame, and takes its results."""

    __slots__ = ("engine", "outputs")

    frame = None
    row = 0

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.outputs: dict[int, Slot] = {}

    def returned(self, body: Frame, number: int, value: Slot) -> None:
        self.outputs[number] = value

    def finished(self, body: Frame) -> Frame | None:
        self.engine.finished = True
        self.engine.driver.finish()
        return None

    def drained(self, scope: Scope) -> None:
        self.engine.driver.finish()


class Engine:
    """One run of a program.

    `ready` holds what may fire, first in first out; `in_flight` counts the calls that
    the driver has been given. `now` is the time of the last event, as far as anything in
    the run depends on time. The run is over when its outermost frame is, or when its
    outermost scope has died and the last call has left.
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
        self.driver = driver
        self.tape = tape
        self.lanes = lanes
        self.ready: deque[tuple[Frame, int]] = deque()
        self.in_flight = 0
        self.finished = False
        self.now = 0
        self._window_size = window
        self._windows: dict[Instruction, Window] = {}
        self._timers: list[tuple[int, int, Callable[[], None]]] = []
        self._sequence = 0
        self._progress = progress
        self._ring = ring
        self._root = Root(self)
        limit = None if budget is None else Budget(budget, None)
        self.scope = Scope(self, None, self._root, catches=True, budget=limit)
        self._broken: BaseException | None = None
        self._entry: Frame | None = None
        # To read the clock for each call takes a tenth of what a call takes in all.
        self._is_timed = ring is not None or any([lane.is_timed for lane in lanes])

    @property
    def stopping(self) -> bool:
        """Whether the run is ending early: nothing new starts any more."""
        return self.scope.dead

    # What the driver calls.

    def begin(self, entry: FrameTable, arguments: Sequence[Slot]) -> None:
        """Start to run `entry`."""
        self.now = self.driver.now()
        try:
            frame = self._entry = Frame(entry, self._root, 0, self.scope, (), ())
            if not frame.left:
                self.finish(frame)
            frame.begin(arguments)
            self._drain()
        except Exception as error:
            self.defect(error)

    def complete(self, call: Call, answer: object) -> None:
        """A call has ended with what should be a reply."""
        if self._is_timed:
            self.now = self.driver.now()
        lane, frame = call.lane, call.frame
        try:
            try:
                # What fails at the moment at which something else does is seen as well.
                value = call.spec.read(call, answer)
            except EmberError as error:
                self._leave(call, "failed")
                self._failed(call, error)
            else:
                self._leave(call, "ok")
                if lane.slowed:
                    lane.answered(self.now)
                if not frame.scope.dead:
                    self.resolve(frame, call.row, value)
        except Exception as error:
            self._drop(call, error)
        self._go_on(call)

    def error(self, call: Call, error: BaseException) -> None:
        """A call has ended with an exception."""
        self.now = self.driver.now()
        try:
            self._leave(call, "failed")
            self._failed(call, call.spec.failure(call, error))
        except Exception as defect:
            self._drop(call, defect)
        self._go_on(call)

    def ended(self, call: Call) -> None:
        """A call that was asked to end has left."""
        self.now = self.driver.now()
        try:
            self._charge_ended(call)
            if call.timed_out and not call.frame.scope.dead:
                self._failed(call, _timeout(call))
        except Exception as defect:
            self._drop(call, defect)
        self._go_on(call)

    def skipped(self, call: Call) -> None:
        """A call that was given to the driver was never sent, because it is not wanted."""
        call.lane.calls -= 1
        call.sends -= 1
        try:
            self._leave(call, "cancelled")
        except Exception as defect:
            self._drop(call, defect)
        self._go_on(call)

    def tick(self) -> None:
        """Do what was to be done by now."""
        self.now = now = self.driver.now()
        try:
            while self._timers and self._timers[0][0] <= now and not self.finished:
                heappop(self._timers)[2]()
                self._drain()
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

    def outputs(self) -> list[Slot]:
        """The results of the finished run; raises what has ended it."""
        if self._broken is not None:
            raise self._broken
        if self.scope.failures:
            raise combined(self.scope.failures, self.scope.later)
        if not self.finished:
            raise internal_error(RuntimeError("nothing is under way, but results are missing"))
        outputs = self._root.outputs
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
        """Let go of what is not part of the result: an engine holds itself in circles."""
        self._ring = None
        self._entry = None
        self._windows.clear()
        self._timers.clear()
        self.ready.clear()

    # What instructions call.

    def submit(self, frame: Frame, row: Instruction, spec: Spec, asked: Slot) -> None:
        """Ask the world, as soon as there is room."""
        self._enqueue(Call(frame, row, spec, self.lanes[spec.lane], asked, self.now))

    def after(self, delay: int, function: Callable[[], None]) -> None:
        """Call `function` so many nanoseconds from now."""
        self.now = self.driver.now()
        self.at(self.now + delay, function)

    def at(self, time: int, function: Callable[[], None]) -> None:
        """Call `function` at `time`."""
        self._sequence += 1
        heappush(self._timers, (time, self._sequence, function))
        if self._timers[0][2] is function:
            self.driver.alarm(time)

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

    def fail(self, frame: Frame, row: Instruction, error: EmberError) -> None:
        """An instruction has failed, and with it the scope that catches this."""
        failure = failure_of(frame, row, error)
        scope = frame.scope.catcher(handled=isinstance(error, ProgramError))
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

    def resolve(self, frame: Frame, row: Instruction, value: Slot) -> None:
        """Go on with the value of an instruction that was pending."""
        if row.returns >= 0:
            frame.parent.returned(frame, row.returns, value)
        if row.settles:
            frame.left -= 1
            if not frame.left:
                self.finish(frame)
            if self.ready:
                self._drain()
        else:
            self._drain(frame, frame.put(row.output, value))

    def give(self, frame: Frame, row: Instruction, value: Slot) -> None:
        """The value of an instruction that was pending, from within the engine."""
        if row.settles:
            self.settle(frame)
        else:
            frame.deliver(row.output, value)

    # The core itself.

    def _drain(self, frame: Frame | None = None, index: int = -1) -> None:
        """Fire row `index` of `frame`, if one is given, and then all that is ready."""
        ready = self.ready
        while True:
            if frame is None or index < 0:
                if not ready:
                    return
                frame, index = ready.popleft()
            if frame.scope.dead:
                index = -1
                continue
            row = frame.table.code[index]
            index = -1
            try:
                value = row.fire(frame)
            except EmberError as error:
                self.fail(frame, row, error)
                continue
            if value is AGAIN:
                continue
            if row.releases or row.counted:
                frame.release(row)
            if value is PENDING:
                continue
            if row.settles:
                self.settle(frame)
            else:
                # Run on into the first that is ready now; the others wait their turn.
                index = frame.put(row.output, value)

    def _enqueue(self, call: Call) -> None:
        """Send a call, or have it wait for its lane."""
        lane = call.lane
        if lane.used < lane.limit and not lane.waiting and (lane.free or not self._wait(lane)):
            self._send(call)
        else:
            lane.push(call)
            if lane.is_down:
                self._give_up(lane)

    def _wait(self, lane: Lane) -> bool:
        """Whether the calls of a lane have to wait; if only for some time, it is woken."""
        delay = lane.delay(self.now)
        if delay > 0 and lane.alarm == NEVER:
            lane.alarm = self.now + delay
            self.at(lane.alarm, lambda: self._wake(lane))
        return delay != 0

    def _wake(self, lane: Lane) -> None:
        lane.alarm = NEVER
        self._admit(lane)

    def _admit(self, lane: Lane) -> None:
        """Send the calls that wait for a lane, as long as it has room."""
        while lane.used < lane.limit and (call := lane.first()) is not None:
            if not lane.free and self._wait(lane):
                break
            lane.pop()
            self._send(call)
        if lane.waiting and lane.is_down:
            self._give_up(lane)

    def _give_up(self, lane: Lane) -> None:
        """Fail the calls that wait for a provider that does not come back."""
        while (call := lane.first()) is not None:
            lane.pop()
            self.fail(call.frame, call.row, lane.outage())

    def _send(self, call: Call) -> None:
        scope, lane = call.frame.scope, call.lane
        if scope.budget is not None and not self._afford(call, scope.budget):
            return
        if call.request is None:
            call.request = call.spec.request(call, self.tape)
        call.started = self.now
        call.sends += 1
        lane.used += 1
        lane.calls += 1
        if not lane.free:
            lane.take(call, self.now)
        scope.in_flight[call] = None
        scope.busy += 1
        if scope.busy == 1 and scope.parent is not None:
            scope.parent.enter()
        self.in_flight += 1
        timeout = lane.table.timeout
        if timeout is not None:
            lane.expiring[call] = self.now + timeout
            if not lane.expires:
                lane.expires = True
                self.at(self.now + timeout, lambda: self._expire(lane))
        self.driver.start(call)

    def _afford(self, call: Call, budget: Budget) -> bool:
        """Reserve the worst cost of a call, or have it wait for others to be settled."""
        cost = worst_cost(call.spec.worst_tokens(call), call.lane.table)
        if cost is None:
            error = "must state max_tokens, and its lane prices, to be sent under a budget"
            self.fail(call.frame, call.row, BudgetError(f"a request {error}, but does not"))
            return False
        lacking = budget.lacking(cost)
        if lacking is None:
            budget.hold(cost)
            call.held = cost
            return True
        if lacking.held:
            lacking.waiting.append(call)
            return False
        self.fail(call.frame, call.row, _over_budget(lacking, cost))
        return False

    def _expire(self, lane: Lane) -> None:
        """Ask the calls of a lane to end that have been under way for too long."""
        lane.expires = False
        # Calls are in the order in which they were sent, and so in that of their deadlines.
        for call, time in list(lane.expiring.items()):
            if time > self.now:
                lane.expires = True
                self.at(time, lambda: self._expire(lane))
                return
            del lane.expiring[call]
            call.timed_out = True
            self.driver.cancel(call)

    def _leave(self, call: Call, outcome: Outcome) -> None:
        """Count a call out: its lane, its bill, its span and its scope."""
        lane, frame = call.lane, call.frame
        read, written = call.read, call.written
        lane.used -= 1
        lane.input_tokens += read
        lane.output_tokens += written
        if lane.expiring:
            lane.expiring.pop(call, None)
        if not lane.free:
            lane.settle(call, read + written)
        if call.held and frame.scope.budget is not None:
            self._pay(call, frame.scope.budget)
        if self._ring is not None:
            origin, path, sends = call.spec.origin, frame.path, call.sends
            queued, started, now = call.queued, call.started, self.now
            self._ring.record((origin, path, queued, started, now, sends, read, written, outcome))
        self.in_flight -= 1
        frame.scope.leave(call)

    def _pay(self, call: Call, budget: Budget) -> None:
        held, call.held = call.held, 0
        cost = settled_cost(call.read, call.written, call.lane.table)
        for waiting in budget.settle(held, cost):
            if not waiting.frame.scope.dead:
                self._enqueue(waiting)

    def _charge_ended(self, call: Call) -> None:
        """Count out a call that was asked to end, and charge what it may have cost."""
        lane, spec = call.lane, call.spec
        read, written = spec.tokens(call)
        if not lane.table.bills_cancelled:
            written = 0
        elif (worst := spec.worst_tokens(call)) is not None:
            read, written = worst
        lane.estimated |= read + written > 0
        call.read, call.written = read, written
        self._leave(call, "timed out" if call.timed_out else "cancelled")

    def _go_on(self, call: Call) -> None:
        """After a call has left: go on with what is ready, fill its lane, and report."""
        try:
            if self.ready:
                self._drain()
            if call.lane.waiting:
                self._admit(call.lane)
            if self._progress is not None:
                self._report(self._progress)
        except Exception as error:
            self.defect(error)

    def _report(self, progress: Progress) -> None:
        try:
            issued = sum(lane.calls for lane in self.lanes)
            progress(issued - self.in_flight, issued)
        except BaseException as error:
            # The user's own function failed: it ends the run under its own name.
            self._break(error)

    def _failed(self, call: Call, error: EmberError) -> None:
        """A call has failed: send it again later if that may help, else fail its scope."""
        self.now = self.driver.now()
        lane, dead = call.lane, call.frame.scope.dead
        if isinstance(error, ProviderError) and error.retryable and not call.cancelled:
            lane.failed(call, error, self.now)
            # From here on it matters when things happen.
            self._is_timed = True
            if call.sends < lane.table.at_most and not dead:
                self._resend(call, error)
                return
        elif lane.slowed and not call.cancelled:
            # A refusal is an answer, too.
            lane.answered(self.now)
        self.fail(call.frame, call.row, error)

    def _resend(self, call: Call, error: EmberError) -> None:
        table = call.lane.table
        call.read = call.written = 0
        place = (*call.frame.path, call.row.index, call.sends)
        draw = draw_number(self.tape, (1 << 128,), place)
        longest = longest_wait(table.least_backoff, table.most_backoff, call.sends - 1)
        call.timed_out = False
        self.after(jittered(longest, draw, error), lambda: self._again(call))

    def _again(self, call: Call) -> None:
        if not call.frame.scope.dead:
            call.queued = self.now
            self._enqueue(call)

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
            if not scope.busy:
                scope.drained()
            self._drain()
        except Exception as error:
            self.defect(error)

    def defect(self, error: Exception) -> None:
        """End the run because of a defect of the engine itself."""
        self._break(internal_error(error))

    def _drop(self, call: Call, error: Exception) -> None:
        """End the run because of a defect that a call has met, which is over in any case."""
        self.defect(error)
        scope = call.frame.scope
        if call in scope.in_flight:
            self.in_flight -= 1
            scope.leave(call)

    def _break(self, error: BaseException) -> None:
        if self._broken is None:
            self._broken = error
        self.kill(self.scope)


def _timeout(call: Call) -> ProviderError:
    seconds = (call.lane.table.timeout or 0) / 1_000_000_000
    return ProviderError(
        f"the provider '{call.lane.table.provider}' must answer within {seconds:g} seconds, "
        "but has not; allow more time on the lane, or ask for a shorter answer",
        retryable=True,
    )


def _over_budget(budget: Budget, cost: int) -> BudgetError:
    left = (budget.limit - budget.spent) / 1e12
    return BudgetError(
        f"a request that might cost ${cost / 1e12:.6f} must fit into what is left of the "
        f"budget, but that is ${left:.6f}; allow more, or ask for a shorter answer"
    )
