"""A driver on asyncio: a pool of workers that take calls from one queue.

A worker is a task that lives as long as there are calls to make, and makes one at a
time, so that neither an instruction nor a call costs a task of its own.
"""

from __future__ import annotations

import asyncio
from asyncio import CancelledError, Future, Task, TimerHandle
from collections import deque
from collections.abc import Callable, Sequence
from time import monotonic_ns

from ember_mlir.providers.protocol import is_timed
from ember_mlir.runtime.calls import Call
from ember_mlir.runtime.core import Engine
from ember_mlir.runtime.frames import FrameTable, Slot
from ember_mlir.runtime.tables import SECOND

_SKIPPED = -1


class AsyncioDriver:
    """Runs an engine on the current event loop.

    There are never more workers than calls that the lanes allow at once, nor than `most`, and
    none more than have been needed. When `run` returns or raises, none is left.
    """

    def __init__(self, most: int | None = None) -> None:
        self._most = most
        self._queue: deque[Call] = deque()
        self._workers: dict[Task[None], None] = {}
        self._parked: list[Future[None]] = []
        self._waking = 0
        self._foreseen = 0
        self._width = 0
        self._closing = False
        self._killed: BaseException | None = None
        self._alarm: TimerHandle | None = None
        # Set when the last worker has left, if somebody waits for that.
        self._empty: Future[None] | None = None
        self._began = 0.0
        self._zero = 0
        self._clock: Callable[[], int] = lambda: round(self._loop.time() * SECOND)
        self._engine: Engine
        self._loop: asyncio.AbstractEventLoop
        self._over: Future[None]

    async def run(self, engine: Engine, entry: FrameTable, arguments: Sequence[Slot]) -> None:
        """Run to the end; `engine.outputs()` then holds what came of it.

        A cancellation from outside is raised again once no call is under way any more.
        """
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        if type(self._loop).time is asyncio.BaseEventLoop.time:
            # This is what such a loop tells the time by, and is four times as fast to read.
            self._clock = monotonic_ns
        self._zero = round(self._began * SECOND)
        self._over = self._loop.create_future()
        self._engine = engine
        self._width = sum(lane.table.concurrency for lane in engine.lanes)
        if self._most is not None:
            self._width = min(self._width, self._most)
        for lane in engine.lanes:
            if is_timed(lane.provider):
                lane.provider.begin(lambda: self._loop.time() - self._began)
        try:
            engine.begin(entry, arguments)
            self._wake()
            self._check_going()
            await self._over
        except CancelledError:
            await self._abandon()
            raise
        finally:
            await self._close()
        if self._killed is not None:
            raise self._killed

    def now(self) -> int:
        return self._clock() - self._zero

    def start(self, call: Call) -> None:
        call.ticket = None
        self._queue.append(call)

    def cancel(self, call: Call) -> None:
        if isinstance(call.ticket, Task):
            call.ticket.cancel()
        elif call.ticket is None:
            # It is still in the queue, and must not wait for a worker to find it there.
            call.ticket = _SKIPPED
            self._loop.call_soon(self._skip, call)

    def soon(self, function: Callable[[], None]) -> None:
        self._foreseen += 1
        self._loop.call_soon(self._do_now, function)

    def alarm(self, time: int) -> None:
        when = self._began + time / SECOND
        if self._alarm is None or when < self._alarm.when():
            if self._alarm is not None:
                self._alarm.cancel()
            self._alarm = self._loop.call_at(when, self._ring)

    def finish(self) -> None:
        if not self._over.done():
            self._over.set_result(None)

    def _ring(self) -> None:
        self._alarm = None
        self._do(self._engine.tick)

    def _do_now(self, function: Callable[[], None]) -> None:
        self._foreseen -= 1
        self._do(function)

    def _do(self, function: Callable[[], None]) -> None:
        if not self._closing:
            function()
            self._wake()
            self._check_going()

    def _check_going(self) -> None:
        """End a run in which nothing can happen any more: a defect, but no reason to hang."""
        if self._engine.is_idle and not (self._foreseen or self._alarm):
            self.finish()

    def _skip(self, call: Call) -> None:
        if call.timed_out and not call.cancelled:
            # It may be sent again, which must not find it in the queue twice.
            if call in self._queue:
                self._queue.remove(call)
            self._engine.ended(call)
        else:
            self._engine.skipped(call)
        self._wake()
        self._check_going()

    def _wake(self, own: int = 0) -> None:
        """Have a worker for each call in the queue, but `own` that the caller takes."""
        wanted = len(self._queue) - self._waking - own
        while wanted > 0:
            if self._parked:
                parked = self._parked.pop()
                if parked.done():
                    continue
                parked.set_result(None)
            elif len(self._workers) < self._width:
                worker = self._loop.create_task(self._work(), name="ember worker")
                self._workers[worker] = None
                worker.add_done_callback(self._lost)
            else:
                return
            self._waking += 1
            wanted -= 1

    async def _work(self) -> None:
        """Make calls until the run is over."""
        task = asyncio.current_task()
        assert task is not None
        queue, engine = self._queue, self._engine
        ended = False
        while True:
            self._waking -= 1
            while queue:
                call = queue.popleft()
                if call.ticket is not None:
                    continue
                if call.scope.dead:
                    # What made the call possible has also ended what it was for.
                    engine.skipped(call)
                    continue
                call.ticket = task
                try:
                    reply = await call.lane.provider.generate(call.request)
                except Exception as error:
                    _absorb(call, task)
                    engine.error(call, error)
                except BaseException as error:
                    self._interrupted(call, task, error)
                else:
                    if call.cancelled or call.timed_out:
                        _absorb(call, task)
                    call.ticket = None
                    engine.complete(call, reply)
                ended = call.cancelled
                if len(queue) > self._waking + 1:
                    self._wake(own=1)
            self._check_going()
            if self._closing or ended or self._over.done():
                # After many calls were cancelled, to go is faster than to park.
                self._go(task)
                return
            parked = self._loop.create_future()
            self._parked.append(parked)
            await parked

    def _interrupted(self, call: Call, task: Task[None], error: BaseException) -> None:
        """A call has ended with a cancellation, or with an exit.

        A cancellation is ours, the loop's, or the call's own doing: only the last is a
        failure of the call. The loop's, like an exit, ends the run.
        """
        ours = call.is_ending
        foreign = task.cancelling() > 0
        _absorb(call, task)
        if isinstance(error, CancelledError) and not ours and not foreign:
            self._engine.error(call, error)
            return
        call.cancelled |= not ours
        self._engine.ended(call)
        if not (ours and isinstance(error, CancelledError)):
            self._kill(error)

    def _go(self, worker: Task[None]) -> None:
        """A worker is about to leave by itself."""
        worker.remove_done_callback(self._lost)
        self._forget(worker)
        if self._queue and not self._closing:
            self._wake()

    def _lost(self, worker: Task[None]) -> None:
        """A worker is done that has not left by itself: that ends the run."""
        self._forget(worker)
        self._kill(CancelledError() if worker.cancelled() else worker.exception())

    def _forget(self, worker: Task[None]) -> None:
        del self._workers[worker]
        if not self._workers and self._empty is not None and not self._empty.done():
            self._empty.set_result(None)

    def _kill(self, error: BaseException | None) -> None:
        """End the run at the wish of someone else."""
        self._killed = self._killed or error
        self._engine.cancel()

    async def _abandon(self) -> None:
        """Cancel what is under way, and wait until it has really left."""
        self._engine.cancel()
        while not self._engine.is_idle:
            self._over = self._loop.create_future()
            try:
                await self._over
            except CancelledError:
                # Asked again: a call may have swallowed the first cancellation.
                self._engine.cancel_in_flight()

    async def _close(self) -> None:
        """Let all workers go, and wait for them."""
        self._closing = True
        if self._alarm is not None:
            self._alarm.cancel()
        for parked in self._parked:
            if not parked.done():
                parked.set_result(None)
        cancelled = False
        while self._workers:
            self._empty = self._loop.create_future()
            try:
                await self._empty
            except CancelledError:
                cancelled = True
        if cancelled:
            raise CancelledError


def _absorb(call: Call, task: Task[None]) -> None:
    """Part call and worker; a cancellation that was meant for the call ends with it."""
    call.ticket = None
    if call.is_ending:
        while task.cancelling():
            task.uncancel()
