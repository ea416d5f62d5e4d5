"""A driver on a clock that jumps: a run as a pure function of program, inputs and seed.

Events wait in a heap, ordered by time in whole nanoseconds and then by the order in
which they were foreseen, so that equal times never depend on anything else.
"""

from __future__ import annotations

from asyncio import CancelledError
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from math import inf

from ember_mlir.errors import ModelError, ProviderError
from ember_mlir.providers.protocol import SimulatedProvider, is_simulated, is_timed
from ember_mlir.providers.replies import MOST_SECONDS, check_latency
from ember_mlir.runtime.backoff import nanoseconds
from ember_mlir.runtime.calls import Call
from ember_mlir.runtime.core import Engine
from ember_mlir.runtime.frames import FrameTable, Slot
from ember_mlir.runtime.lanes import Lane
from ember_mlir.runtime.tables import SECOND

Event = tuple[int, int, Call | None, object]

# What is foreseen for a call that has not had its turn.
_SKIPPED = object()


class Room:
    """The calls of a run of which at most so many are under way at once.

    The others wait for their turn, first come, first served.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: set[Call] = set()
        # Unlike a deque, this lets go of a call in the middle without a look at the others.
        self._waiting: OrderedDict[Call, None] = OrderedDict()

    def wait(self, call: Call) -> None:
        """Have a call wait for its turn."""
        self._waiting[call] = None

    def take(self) -> Call | None:
        """The call whose turn it is, which is under way from now on; None if none may be."""
        if not self._waiting or len(self._taken) >= self._most:
            return None
        call, _ = self._waiting.popitem(last=False)
        self._taken.add(call)
        return call

    def leave(self, call: Call) -> None:
        """A call is not under way any more, if it was."""
        self._taken.discard(call)

    def is_waiting(self, call: Call) -> bool:
        """Whether a call waits for its turn."""
        return call in self._waiting

    def forget(self, call: Call) -> bool:
        """Whether a call has waited for its turn, which it does not get any more."""
        waited = call in self._waiting
        if waited:
            del self._waiting[call]
        return waited


class VirtualDriver:
    """Runs an engine whose providers tell at once what they will answer, and when.

    At most `most` calls are under way at once, if that is given; others wait their turn.
    """

    def __init__(self, most: int | None = None) -> None:
        self._room = None if most is None else Room(most)
        self._now = 0
        self._events: list[Event] = []
        self._count = 0
        # What is started at once; calls that may have to wait are in the room instead.
        self._starting: deque[Call] = deque()
        self._over = False
        self._alarm: int | None = None
        self._providers: list[SimulatedProvider] = []
        self._engine: Engine

    @property
    def seconds(self) -> float:
        """The time since the start of the run."""
        return self._now / SECOND

    def run(self, engine: Engine, entry: FrameTable, arguments: Sequence[Slot]) -> None:
        """Run to the end; `engine.outputs()` then holds what came of it.

        Raises `ModelError` if a provider cannot be run on this clock.
        """
        self._engine = engine
        self._providers = [simulated(lane) for lane in engine.lanes]
        for provider in self._providers:
            if is_timed(provider):
                provider.begin(lambda: self.seconds)
        engine.begin(entry, arguments)
        starting, room = self._starting, self._room
        while not self._over:
            if starting:
                self._send(starting.popleft())
            elif room is not None and (call := room.take()) is not None:
                self._send(call)
            elif self._events:
                self._next()
            elif not self._abandon():
                return

    def now(self) -> int:
        return self._now

    def start(self, call: Call) -> None:
        if self._room is None:
            self._starting.append(call)
        else:
            self._room.wait(call)

    def cancel(self, call: Call) -> None:
        if self._room is not None and self._room.forget(call):
            self._foresee(self._now, call, _SKIPPED)
        else:
            self._foresee(self._now, call, None)

    def soon(self, function: Callable[[], None]) -> None:
        self._foresee(self._now, None, function)

    def alarm(self, time: int) -> None:
        if self._alarm is None or time < self._alarm:
            self._alarm = time
            self._foresee(time, None, self._ring)

    def finish(self) -> None:
        self._over = True

    def _ring(self) -> None:
        if self._alarm is not None and self._alarm <= self._now:
            self._alarm = None
            self._engine.tick()

    def _send(self, call: Call) -> None:
        if call.scope.dead:
            # What made the call possible has also ended what it was for.
            if self._room is not None:
                self._room.leave(call)
            self._engine.skipped(call)
            return
        try:
            outcome, seconds = self._providers[call.row.spec.lane].simulate(call.request)
            if seconds.__class__ is not float or not 0.0 <= seconds <= MOST_SECONDS:
                check_latency(seconds)
        except (Exception, CancelledError) as error:
            self._foresee(self._now, call, error)
        else:
            if seconds == inf:
                # Nothing will come: whatever was foreseen for this call is void.
                self._count += 1
                call.ticket = self._count
            else:
                self._foresee(self._now + nanoseconds(seconds), call, outcome)

    def _foresee(self, time: int, call: Call | None, outcome: object) -> None:
        self._count += 1
        if call is not None:
            # What was foreseen for this call before no longer happens.
            call.ticket = self._count
        heappush(self._events, (time, self._count, call, outcome))

    def _next(self) -> None:
        self._now, ticket, call, outcome = heappop(self._events)
        if call is None:
            assert callable(outcome)
            outcome()
            return
        if call.ticket != ticket:
            return
        if self._room is not None:
            self._room.leave(call)
        if outcome is _SKIPPED and call.cancelled:
            self._engine.skipped(call)
        elif call.cancelled or call.timed_out:
            self._engine.ended(call)
        elif isinstance(outcome, BaseException):
            self._engine.error(call, outcome)
        else:
            self._engine.complete(call, outcome)

    def _abandon(self) -> bool:
        """Fail what is waited for and never comes; whether there was anything."""
        calls, room = self._engine.scope.calls(), self._room
        if room is not None:
            # Those that wait have their turn once these have failed.
            calls = [call for call in calls if not room.is_waiting(call)]
        for call in calls:
            if room is not None:
                room.leave(call)
            provider = call.lane.table.provider
            error = ProviderError(
                f"the provider '{provider}' must answer or fail, but never does; "
                "set a timeout on the lane"
            )
            self._engine.error(call, error)
        return bool(calls)


def simulated(lane: Lane) -> SimulatedProvider:
    """The provider of a lane, if it can be run on this clock; else raises `ModelError`."""
    if is_simulated(lane.provider):
        return lane.provider
    raise ModelError(
        f"a provider must have simulate(request) to run on the virtual clock, but "
        f"'{lane.table.provider}' has not; use Session(clock=\"real\")",
        location=lane.table.location,
    )
