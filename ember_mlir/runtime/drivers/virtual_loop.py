"""An asyncio event loop on a clock that jumps: for code of others that waits by asyncio.

Where a loop would sleep until the next timer, this one moves its clock there. All else is
asyncio's own, used by its public interface only.
"""

from __future__ import annotations

import asyncio
from asyncio import Future, Task, TimerHandle
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from contextvars import Context
from math import inf, nextafter, ulp
from selectors import DefaultSelector, SelectorKey
from typing import TypeVar, TypeVarTuple

from ember_mlir.errors import EmberError

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")

_PER_SECOND = 1_000_000_000
_SHORTEST = 2 / _PER_SECOND
_LISTED = 3


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose `time()` starts at 0 and passes only when all tasks wait for it.

    Equal programs see equal times: the clock counts whole nanoseconds, and a wait is never
    rounded to none. While work of `run_in_executor` or `asyncio.to_thread` is awaited, the
    clock stands still and the loop really waits for the thread, which therefore must not
    wait for this clock. Sockets and pipes are looked at, but not waited for, as long as
    there is a timer to jump to.

    A loop on which nothing can ever happen again raises `EmberError` from the call that
    runs it. Other threads may wake it (`call_soon_threadsafe`) only while it is not so idle.

    >>> loop = VirtualLoop()
    >>> loop.run_until_complete(asyncio.sleep(1e6, "done")), loop.time()
    ('done', 1000000.0)
    >>> loop.close()
    """

    def __init__(self) -> None:
        self._virtual = _VirtualSelector(self._stuck)
        super().__init__(self._virtual)
        # What a loop wakes itself by is no input that anybody waits for.
        self._virtual.own_files = len(self._virtual.get_map())
        # The one private name: timers may ring early by the resolution of the platform's
        # clock, which this clock does not have; on Windows it is 16 milliseconds.
        self._clock_resolution = 1 / _PER_SECOND

    def time(self) -> float:
        """The seconds that have passed on this clock."""
        return self._virtual.seconds

    def call_at(
        self,
        when: float,
        callback: Callable[[*Arguments], object],
        *args: *Arguments,
        context: Context | None = None,
    ) -> TimerHandle:
        """See asyncio: call `callback` at the time `when`, but never at this very moment."""
        # Code that waits for short times until it is late would else do so for ever.
        soonest = nextafter(self._virtual.seconds + _SHORTEST, inf)
        return super().call_at(max(when, soonest), callback, *args, context=context)

    def run_in_executor(
        self,
        executor: Executor | None,
        func: Callable[[*Arguments], T],
        *args: *Arguments,
    ) -> Future[T]:
        """See asyncio: call `func` in a thread; meanwhile the clock stands still."""
        future = super().run_in_executor(executor, func, *args)
        self._virtual.working += 1
        future.add_done_callback(self._worked)
        return future

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        """See asyncio; without a `timeout`, which would be one of this clock."""
        self._virtual.working += 1
        try:
            await super().shutdown_default_executor()
        finally:
            self._virtual.working -= 1

    def _worked(self, future: Future[T]) -> None:
        self._virtual.working -= 1

    def _stuck(self) -> EmberError:
        waiting = sorted(asyncio.all_tasks(self), key=_by_number)
        shown = [_place(task) for task in waiting[:_LISTED]] or ["no task"]
        if len(waiting) > _LISTED:
            shown.append(f"{len(waiting) - _LISTED} more")
        return EmberError(
            "an event loop on the virtual clock must have something to run or a time to wait "
            f"for, but has neither (waiting: {', '.join(shown)}); "
            "set what its tasks wait for, or give them a timeout"
        )


class _VirtualSelector(DefaultSelector):
    """Moves a clock where another selector would wait for the next timer."""

    def __init__(self, stuck: Callable[[], EmberError]) -> None:
        super().__init__()
        self.nanoseconds = 0
        self.seconds = 0.0
        self.working = 0
        self.own_files = 0
        self._stuck = stuck

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        if self.working and timeout != 0:
            return super().select(None)
        if timeout is None:
            if len(self.get_map()) > self.own_files:
                return super().select(None)
            ready = super().select(0)
            if not ready:
                raise self._stuck()
            return ready
        ready = super().select(0)
        if not ready and timeout > 0:
            self._pass(timeout)
        return ready

    def _pass(self, seconds: float) -> None:
        self.nanoseconds += max(1, round(seconds * _PER_SECOND))
        # After some months a float is coarser than a nanosecond, and asyncio waits until a
        # timer is really past.
        self.nanoseconds += int(2 * ulp(self.nanoseconds / _PER_SECOND) * _PER_SECOND)
        self.seconds = self.nanoseconds / _PER_SECOND


def _place(task: Task[object]) -> str:
    """A task by its name, and where it waits."""
    stack = task.get_stack()
    if not stack:
        return task.get_name()
    frame = stack[-1]
    return f"{task.get_name()} ({frame.f_code.co_filename}:{frame.f_lineno})"


def _by_number(task: Task[object]) -> tuple[int, str]:
    """Puts Task-2 before Task-10."""
    name = task.get_name()
    return len(name), name


def run_virtually(coroutine: Coroutine[object, None, T]) -> T:
    """Run `coroutine` on a `VirtualLoop` of its own, as `asyncio.run` does, to its result.

    At the end what is left of its tasks is cancelled, async generators and the threads of
    the default executor are shut down, and the loop is closed. Raises `EmberError` where
    an event loop is running already, and if nothing can ever happen again.

    >>> async def two_at_once() -> float:
    ...     await asyncio.gather(asyncio.sleep(3600), asyncio.sleep(7200))
    ...     return asyncio.get_running_loop().time()
    >>> run_virtually(two_at_once())
    7200.0
    """
    if _is_running():
        coroutine.close()
        raise EmberError(
            "run_virtually must be called where no event loop is running, but one is; "
            "await the coroutine itself, or call from another thread"
        )
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(coroutine)


def _is_running() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
