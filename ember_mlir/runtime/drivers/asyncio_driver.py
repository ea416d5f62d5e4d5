"""A driver on asyncio: a pool of workers that take calls from one queue.

A worker is a task that lives as long as the run and makes one call at a time, so that
neither an instruction nor a call costs a task of its own.
"""

from __future__ import annotations

import asyncio
from asyncio import CancelledError, Future, Task
from collections import deque
from collections.abc import Callable, Sequence

from ember_mlir.runtime.core import Engine
from ember_mlir.runtime.frames import FrameTable, Slot
from ember_mlir.runtime.lanes import Call


class AsyncioDriver:
    """Runs an engine on the current event loop.

    There are never more workers than requests that the lanes allow at once, and none
    more than have been needed. When `run` returns or raises, none is left.
    """

    def __init__(self) -> None:
        self._queue: deque[Call] = deque()
        self._workers: dict[Task[None], None] = {}
        self._parked: list[Future[None]] = []
        self._waking = 0
        self._width = 0
        self._closing = False
        self._killed: BaseException | None = None
        self._engine: Engine
        self._loop: asyncio.AbstractEventLoop
        self._over: Future[None]

    async def run(self, engine: Engine, entry: FrameTable, arguments: Sequence[Slot]) -> None:
        """Run to the end; `engine.outputs()` then holds what came of it.

        A cancellation from outside is raised again once no call is under way any more.
        """
        self._loop = asyncio.get_running_loop()
        self._over = self._loop.create_future()
        self._engine = engine
        self._width = sum(lane.table.concurrency for lane in engine.lanes)
        try:
            engine.begin(entry, arguments)
            self._wake()
            await self._over
        except CancelledError:
            await self._abandon()
            raise
        finally:
            await self._close()
        if self._killed is not None:
            raise self._killed

    def start(self, call: Call) -> None:
        self._queue.append(call)

    def cancel(self, call: Call) -> None:
        # A call that is still in the queue is skipped by the worker that takes it.
        if call.task is not None:
            call.task.cancel()

    def soon(self, function: Callable[[], None]) -> None:
        self._loop.call_soon(function)

    def finish(self) -> None:
        if not self._over.done():
            self._over.set_result(None)

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
                worker.add_done_callback(self._left)
            else:
                return
            self._waking += 1
            wanted -= 1

    async def _work(self) -> None:
        """Make calls until the run is over."""
        task = asyncio.current_task()
        assert task is not None
        queue, engine = self._queue, self._engine
        while True:
            self._waking -= 1
            while queue:
                call = queue.popleft()
                if engine.stopping:
                    engine.skipped(call)
                    continue
                call.task = task
                try:
                    reply = await call.lane.provider.generate(call.request)
                except Exception as error:
                    _absorb(call, task)
                    engine.error(call, error)
                except BaseException as error:
                    self._interrupted(call, task, error)
                else:
                    call.task = None
                    if call.cancelled:
                        _absorb(call, task)
                    engine.complete(call, reply)
                if len(queue) > 1:
                    self._wake(own=1)
            if self._closing or engine.stopping:
                return
            parked = self._loop.create_future()
            self._parked.append(parked)
            await parked

    def _interrupted(self, call: Call, task: Task[None], error: BaseException) -> None:
        """A call has ended with a cancellation, or with an exit.

        A cancellation is ours, the loop's, or the call's own doing: only the last is a
        failure of the call. The loop's, like an exit, ends the run.
        """
        ours = call.cancelled
        foreign = task.cancelling() > 0
        _absorb(call, task)
        if isinstance(error, CancelledError) and not ours and not foreign:
            self._engine.error(call, error)
            return
        self._engine.ended(call)
        if not ours:
            self._kill(error)

    def _left(self, worker: Task[None]) -> None:
        """A worker is done; one that did not leave by itself ends the run."""
        del self._workers[worker]
        if worker.cancelled():
            self._kill(CancelledError())
        elif (error := worker.exception()) is not None:
            self._kill(error)

    def _kill(self, error: BaseException) -> None:
        """End the run at the wish of someone else."""
        self._killed = self._killed or error
        self._engine.cancel()
        self._skip_queue()

    def _skip_queue(self) -> None:
        while self._queue:
            self._engine.skipped(self._queue.popleft())

    async def _abandon(self) -> None:
        """Cancel what is under way, and wait until it has really left."""
        self._engine.cancel()
        self._skip_queue()
        while self._engine.in_flight:
            self._over = self._loop.create_future()
            try:
                await self._over
            except CancelledError:
                # Asked again: a call may have swallowed the first cancellation.
                self._engine.cancel_in_flight()

    async def _close(self) -> None:
        """Let all workers go, and wait for them."""
        self._closing = True
        for parked in self._parked:
            if not parked.done():
                parked.set_result(None)
        cancelled = False
        while self._workers:
            try:
                await asyncio.wait(list(self._workers))
            except CancelledError:
                cancelled = True
        if cancelled:
            raise CancelledError


def _absorb(call: Call, task: Task[None]) -> None:
    """Part call and worker; a cancellation that was meant for the call ends with it."""
    call.task = None
    if call.cancelled:
        while task.cancelling():
            task.uncancel()
