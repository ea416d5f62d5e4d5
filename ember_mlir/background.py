"""Running coroutines from synchronous code, on one event loop for the whole process.

Providers keep connections, and these belong to an event loop: so all synchronous calls
of a process share one loop, in a thread of its own. That thread also makes synchronous
calls possible where the caller's own event loop is running.
"""

from __future__ import annotations

import asyncio
import atexit
import os
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextvars import Context, copy_context
from importlib import import_module
from threading import Lock, Thread, get_ident
from typing import TypeVar

T = TypeVar("T")
Ready = Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]]


class Background:
    """A thread that runs an event loop until it is closed."""

    def __init__(self) -> None:
        ready: Ready = Future()
        self._thread = Thread(target=_run, args=(ready,), name="ember event loop", daemon=True)
        self._thread.start()
        self._loop, self._stopped = ready.result()
        # How many coroutines of this loop are themselves waiting for a synchronous call.
        self.blocked = 0

    @property
    def is_current(self) -> bool:
        """Whether the caller runs on this very thread."""
        return self._thread.ident == get_ident()

    def run(self, coroutine: Coroutine[object, None, T], context: Context) -> T:
        """Run `coroutine` in `context` on the loop, and wait for it."""
        done: Future[T] = Future()
        tasks: list[asyncio.Task[None]] = []

        def start() -> None:
            task = self._loop.create_task(_settle(coroutine, done), context=context)
            task.add_done_callback(lambda _: _abandon(coroutine, done))
            tasks.append(task)

        def stop() -> None:
            # Callbacks run in order: without a task, `start` was never handed over.
            for task in tasks:
                task.cancel()
            if not tasks:
                _abandon(coroutine, done)

        try:
            # An interrupt may come in the middle of this call, too.
            self._loop.call_soon_threadsafe(start)
            return done.result()
        except KeyboardInterrupt:
            if not done.done():
                # Nothing may be left running; a second interrupt no longer waits.
                self._loop.call_soon_threadsafe(stop)
                done.exception()
            raise

    def close(self) -> None:
        """Cancel what still runs, and end the loop and its thread."""
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join()


def event_loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    """What makes event loops: uvloop's, which are faster, if it is installed, else asyncio's.

    >>> loop = event_loop_factory()()
    >>> loop.is_running()
    False
    >>> loop.close()
    """
    try:
        found: Callable[[], asyncio.AbstractEventLoop] = import_module("uvloop").new_event_loop
    except ImportError:
        return asyncio.new_event_loop
    return found


def _run(ready: Ready) -> None:
    try:
        with asyncio.Runner(loop_factory=event_loop_factory()) as runner:
            runner.run(_serve(ready))
    except Exception as error:
        # A process may have no file left to make a loop from: whoever waits is told.
        if ready.done():
            raise
        ready.set_exception(error)


async def _serve(ready: Ready) -> None:
    stopped = asyncio.Event()
    ready.set_result((asyncio.get_running_loop(), stopped))
    await stopped.wait()


async def _settle(coroutine: Coroutine[object, None, T], done: Future[T]) -> None:
    try:
        done.set_result(await coroutine)
    except BaseException as error:
        # An exit, too, is the caller's: here it would end the loop of all others.
        done.set_exception(error)


def _abandon(coroutine: Coroutine[object, None, T], done: Future[T]) -> None:
    """Tell the caller of a coroutine that was cancelled before it began."""
    if not done.done():
        coroutine.close()
        done.set_exception(asyncio.CancelledError())


def _run_apart(coroutine: Coroutine[object, None, T], context: Context) -> T:
    """Run `coroutine` on a loop and a thread of its own, and wait for it."""
    apart = Background()
    try:
        return apart.run(coroutine, context)
    finally:
        apart.close()


_lock = Lock()
_background: Background | None = None


def run_sync(coroutine: Coroutine[object, None, T]) -> T:
    """Run `coroutine` from synchronous code, from any thread, and return its result.

    It runs on the process's one background event loop, with the context variables of
    the caller. While that loop itself waits for a synchronous call, which a provider
    may make, calls run on a loop of their own. An interrupt (Ctrl-C) cancels the
    coroutine and waits until it is over.

    >>> async def answer() -> int:
    ...     return 42
    >>> run_sync(answer())
    42
    """
    context = copy_context()
    background = _shared()
    if background.is_current:
        background.blocked += 1
        try:
            return _run_apart(coroutine, context)
        finally:
            background.blocked -= 1
    if background.blocked:
        return _run_apart(coroutine, context)
    return background.run(coroutine, context)


def _shared() -> Background:
    global _background
    with _lock:
        if _background is None:
            _background = Background()
        return _background


def close() -> None:
    """End the background loop, if there is one; the next call starts another."""
    global _background
    with _lock:
        background, _background = _background, None
    if background is not None:
        background.close()


# A forked child has the parent's loop, but not its thread. The loop must not be closed
# there, because the two processes share its selector; so it is kept, and never used.
_inherited: list[Background] = []


def _forget() -> None:
    global _background, _lock
    _lock = Lock()
    if _background is not None:
        _inherited.append(_background)
        _background = None


atexit.register(close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
