"""A driver on a clock that jumps: a run as a pure function of program, inputs and seed.

Events wait in a heap, ordered by time in whole nanoseconds and then by the order in
which they were foreseen, so that equal times never depend on anything else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from math import ceil

from ember_mlir.errors import ModelError
from ember_mlir.providers.protocol import Reply, SimulatedProvider, is_simulated
from ember_mlir.providers.replies import check_latency
from ember_mlir.runtime.core import Engine
from ember_mlir.runtime.frames import FrameTable, Slot
from ember_mlir.runtime.lanes import Call, Lane

Outcome = Reply | Exception | Callable[[], None] | None
Event = tuple[int, int, Call | None, Outcome]


class VirtualDriver:
    """Runs an engine whose providers tell at once what they will answer, and when."""

    def __init__(self) -> None:
        self._nanoseconds = 0
        self._events: list[Event] = []
        self._count = 0
        self._over = False
        self._providers: list[SimulatedProvider] = []
        self._engine: Engine

    @property
    def seconds(self) -> float:
        """The time since the start of the run."""
        return self._nanoseconds / 1_000_000_000

    def run(self, engine: Engine, entry: FrameTable, arguments: Sequence[Slot]) -> None:
        """Run to the end; `engine.outputs()` then holds what came of it.

        Raises `ModelError` if a provider cannot be run on this clock.
        """
        self._engine = engine
        self._providers = [_simulated(lane) for lane in engine.lanes]
        engine.begin(entry, arguments)
        while self._events and not self._over:
            self._nanoseconds, ticket, call, outcome = heappop(self._events)
            if call is None:
                assert callable(outcome)
                outcome()
            elif call.ticket == ticket:
                self._end(call, outcome)

    def start(self, call: Call) -> None:
        try:
            reply, seconds = self._providers[call.lane.table.number].simulate(call.request)
            delay = _nanoseconds(seconds)
        except Exception as error:
            self._foresee(0, call, error)
        else:
            self._foresee(delay, call, reply)

    def cancel(self, call: Call) -> None:
        self._foresee(0, call, None)

    def soon(self, function: Callable[[], None]) -> None:
        self._foresee(0, None, function)

    def finish(self) -> None:
        self._over = True

    def _foresee(self, delay: int, call: Call | None, outcome: Outcome) -> None:
        self._count += 1
        if call is not None:
            # What was foreseen for this call before no longer happens.
            call.ticket = self._count
        heappush(self._events, (self._nanoseconds + delay, self._count, call, outcome))

    def _end(self, call: Call, outcome: Outcome) -> None:
        if call.cancelled:
            self._engine.ended(call)
        elif isinstance(outcome, Exception):
            self._engine.error(call, outcome)
        else:
            self._engine.complete(call, outcome)


def _simulated(lane: Lane) -> SimulatedProvider:
    if is_simulated(lane.provider):
        return lane.provider
    raise ModelError(
        f"a provider must have simulate(request) to run on the virtual clock, but "
        f"'{lane.table.provider}' has not; use Session(clock=\"real\")",
        location=lane.table.location,
    )


def _nanoseconds(seconds: float) -> int:
    """A latency in whole nanoseconds, rounded up so that no wait becomes none.

    >>> _nanoseconds(0.1), _nanoseconds(1e-12)
    (100000000, 1)
    """
    return ceil(check_latency(seconds) * 1_000_000_000)
