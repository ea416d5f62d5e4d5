"""Calls on their way: they wait for lanes and budgets, are sent, expire, and leave.

Time belongs here, too: what has to be done later is in one heap, and the driver is asked
for one alarm at a time.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from heapq import heappush
from typing import TYPE_CHECKING, Protocol

from ember_mlir.errors import BudgetError, EmberError, ProviderError
from ember_mlir.runtime.backoff import jittered, longest_wait
from ember_mlir.runtime.calls import Call
from ember_mlir.runtime.frames import Body, Instruction
from ember_mlir.runtime.lanes import FOREVER, NEVER, Lane
from ember_mlir.runtime.trace import Outcome, Ring

if TYPE_CHECKING:
    from ember_mlir.runtime.scopes import Budget


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


class Traffic(ABC):
    """The calls of one run, on its lanes.

    `now` is the time of the last event, as far as anything in the run depends on time.
    """

    def __init__(
        self, driver: Driver, lanes: Sequence[Lane], tape: bytes, ring: Ring | None
    ) -> None:
        self.driver = driver
        self.tape = tape
        self.lanes = lanes
        self.now = 0
        self._timers: list[tuple[int, int, Callable[[], None]]] = []
        self._sequence = 0
        self._ring = ring
        # To read the clock for each call takes a tenth of what a call takes in all.
        self._is_timed = ring is not None or any([lane.is_timed for lane in lanes])

    @abstractmethod
    def fail(self, body: Body, row: Instruction, error: EmberError) -> None:
        """An instruction has failed, and with it the scope that catches this."""

    def submit(self, call: Call) -> None:
        """Send a call, or have it wait for its lane."""
        lane = call.lane
        if lane.used < lane.limit and not lane.waiting:
            if lane.opens <= self.now or lane.is_open(self.now):
                self._send(call)
                return
            self._wait(lane)
        lane.push(call)
        if lane.is_down:
            self._give_up(lane)

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

    def _wait(self, lane: Lane) -> None:
        """Wake a lane whose calls have to wait, if that is only for some time."""
        if lane.opens < FOREVER and (lane.alarm == NEVER or lane.opens < lane.alarm):
            lane.alarm = lane.opens
            self.at(lane.alarm, lambda: self._wake(lane))

    def _wake(self, lane: Lane) -> None:
        lane.alarm = NEVER
        self._admit(lane)

    def _admit(self, lane: Lane) -> None:
        """Send the calls that wait for a lane, as long as it has room."""
        while lane.used < lane.limit and (call := lane.first()) is not None:
            if lane.opens > self.now and not lane.is_open(self.now):
                self._wait(lane)
                break
            lane.pop()
            self._send(call)
        if lane.waiting and lane.is_down:
            self._give_up(lane)

    def _give_up(self, lane: Lane) -> None:
        """Fail the calls that wait for a provider that does not come back."""
        while (call := lane.first()) is not None:
            lane.pop()
            self.fail(call.body, call.row, lane.outage())

    def _send(self, call: Call) -> None:
        scope, lane = call.scope, call.lane
        if scope.budget is not None and not self._afford(call, scope.budget):
            return
        if not call.sends:
            call.request = call.row.spec.request(call, self.tape)
        call.started = self.now
        call.sends += 1
        lane.used += 1
        lane.calls += 1
        if not lane.free:
            lane.take(call, self.now)
        in_flight = scope.in_flight
        if not in_flight and scope.parent is not None:
            scope.enter()
        in_flight[call] = None
        timeout = lane.timeout
        if timeout is not None:
            lane.expiring[call] = self.now + timeout
            if not lane.expires:
                lane.expires = True
                self.at(self.now + timeout, lambda: self._expire(lane))
        self.driver.start(call)

    def _afford(self, call: Call, budget: Budget) -> bool:
        """Reserve the worst cost of a call, or have it wait for others to be settled."""
        tokens = call.row.spec.worst_tokens(call)
        cost = None if tokens is None else call.lane.cost(*tokens)
        if cost is None:
            error = "must state max_tokens, and its lane prices, to be sent under a budget"
            self.fail(call.body, call.row, BudgetError(f"a request {error}, but does not"))
            return False
        lacking = budget.lacking(cost)
        if lacking is None:
            budget.hold(cost)
            call.held = cost
            return True
        if lacking.held:
            lacking.waiting.append(call)
            return False
        self.fail(call.body, call.row, _over_budget(lacking, cost))
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
        lane, scope = call.lane, call.scope
        read, written = call.read, call.written
        lane.used -= 1
        lane.input_tokens += read
        lane.output_tokens += written
        if lane.expiring:
            lane.expiring.pop(call, None)
        if not lane.free:
            lane.settle(call, read + written)
        if call.held and scope.budget is not None:
            self._pay(call, scope.budget)
        if self._ring is not None:
            origin, path, sends = call.row.spec.origin, call.path, call.sends
            queued, started, now = call.queued, call.started, self.now
            self._ring.record((origin, path, queued, started, now, sends, read, written, outcome))
        # This is `_forget`, written out.
        in_flight = scope.in_flight
        del in_flight[call]
        if not in_flight and (scope.parent is not None or scope.cancelled):
            scope.leave()

    def _forget(self, call: Call) -> None:
        """Take a call out of its scope."""
        scope = call.scope
        del scope.in_flight[call]
        if not scope.in_flight:
            scope.leave()

    def _pay(self, call: Call, budget: Budget) -> None:
        held, call.held = call.held, 0
        cost = call.lane.cost(call.read, call.written) or 0
        for waiting in budget.settle(held, cost):
            if not waiting.scope.dead:
                self.submit(waiting)

    def _charge_ended(self, call: Call) -> None:
        """Count out a call that was asked to end, and charge what it may have cost."""
        lane, spec = call.lane, call.row.spec
        read, written = spec.tokens(call)
        if not lane.table.bills_cancelled:
            written = 0
        elif (worst := spec.worst_tokens(call)) is not None:
            read, written = worst
        lane.estimated |= read + written > 0
        call.read, call.written = read, written
        self._leave(call, "timed out" if call.timed_out else "cancelled")

    def _lose(self, call: Call, error: EmberError) -> None:
        """Count out a call that has ended with an error, and see what is to be done."""
        if call.cancelled:
            # Its scope is told before it leaves, which may be all that the scope waits for.
            self.fail(call.body, call.row, error)
            self._leave(call, "failed")
        else:
            self._leave(call, "failed")
            self._failed(call, error)

    def _failed(self, call: Call, error: EmberError) -> None:
        """A call has failed: send it again later if that may help, else fail its scope."""
        self.now = self.driver.now()
        lane, dead = call.lane, call.scope.dead
        if isinstance(error, ProviderError) and error.retryable:
            lane.failed(call, error, self.now)
            # From here on it matters when things happen.
            self._is_timed = True
            if call.sends < lane.table.at_most and not dead:
                self._resend(call, error)
                return
        elif lane.slowed:
            # A refusal is an answer, too.
            lane.answered(self.now)
        self.fail(call.body, call.row, error)

    def _resend(self, call: Call, error: EmberError) -> None:
        table = call.lane.table
        call.read = call.written = 0
        call.timed_out = False
        longest = longest_wait(table.least_backoff, table.most_backoff, call.sends - 1)
        place = (*call.path, call.sends)
        wait = jittered(longest, self.tape, call.row.spec.identity, place, error)
        self.after(wait, lambda: self._again(call))

    def _again(self, call: Call) -> None:
        if not call.scope.dead:
            call.queued = self.now
            self.submit(call)


def timeout(call: Call) -> ProviderError:
    """The error of a call that has taken longer than its lane allows."""
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
