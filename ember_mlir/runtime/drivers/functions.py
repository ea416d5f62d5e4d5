"""Running Python functions: blocking ones in threads, async ones on the event loop."""

from __future__ import annotations

import os
from asyncio import CancelledError, get_running_loop, shield, wait
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import cache
from inspect import isawaitable, iscoroutine, iscoroutinefunction

from ember_mlir.runtime.frames import Slot
from ember_mlir.runtime.functions import (
    MOST_THREADS,
    Application,
    Function,
    Functions,
    Returned,
    UnknownFunction,
)


class FunctionRunner:
    """Runs functions in threads of a pool of the process, and awaits the async ones.

    One that says that it is `inline` is so quick that it needs no thread. It stands where the
    lanes of models have a provider. A blocking function that is no longer wanted cannot be
    stopped: a run waits until it has returned.
    """

    def __init__(self, functions: Functions) -> None:
        self._functions = functions

    @property
    def has_async(self) -> bool:
        """Whether some function needs an event loop."""
        return any([_is_async(function) for function in self._functions.values()])

    async def generate(self, request: Application) -> Returned:
        """Run a function, and wait until it has returned."""
        function, arguments = self._find(request.function), request.arguments
        if _is_async(function):
            return Returned(await function(*arguments))
        if getattr(function, "inline", False):
            return Returned(_returned(function, arguments))
        value = await _in_thread(function, arguments)
        return Returned(await value if isawaitable(value) else value)

    def simulate(self, request: Application) -> tuple[Returned, float]:
        """Run a function at once, in no time; it must not return what is to be awaited."""
        value = _returned(self._find(request.function), request.arguments)
        if isawaitable(value):
            if iscoroutine(value):
                value.close()
            raise TypeError("it must be declared with 'async def' to be awaited on this clock")
        return Returned(value), 0.0

    def _find(self, name: str) -> Function:
        function = self._functions.get(name)
        if function is None:
            raise UnknownFunction(name)
        return function


def _is_async(function: Function) -> bool:
    """Whether a function, or an object that is called like one, is to be awaited."""
    return iscoroutinefunction(function) or iscoroutinefunction(type(function).__call__)


def _returned(function: Function, arguments: tuple[Slot, ...]) -> Slot:
    """What a function returns; nothing that waits for it would end with `StopIteration`."""
    try:
        return function(*arguments)
    except StopIteration as error:
        raise RuntimeError("function raised StopIteration") from error


async def _in_thread(function: Function, arguments: tuple[Slot, ...]) -> Slot:
    """What a function returns that runs in a thread, with the caller's context."""
    context = copy_context()

    def run() -> Slot:
        return context.run(_returned, function, arguments)

    future = get_running_loop().run_in_executor(_threads(), run)
    try:
        return await shield(future)
    except CancelledError:
        # A thread cannot be stopped: what is under way is over only when it has returned.
        while not future.done():
            try:
                await wait([future])
            except CancelledError:
                continue
        future.exception()
        raise


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(MOST_THREADS, thread_name_prefix="ember function")


if hasattr(os, "register_at_fork"):
    # A forked child has the pool, but none of its threads.
    os.register_at_fork(after_in_child=_threads.cache_clear)
