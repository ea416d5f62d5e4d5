"""Running Python functions: blocking ones in threads, async ones on the event loop."""

from __future__ import annotations

import os
from asyncio import CancelledError, get_running_loop, shield, wait
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import cache
from inspect import isawaitable, iscoroutine, iscoroutinefunction

from ember_mlir.errors import InputError
from ember_mlir.runtime.drivers.memory import Memory, memory_of
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

    What those under way have declared to take together stays within `memory_mb`, if that is
    given; the others wait. Raises `InputError` if one of them would wait for ever.
    """

    def __init__(self, functions: Functions, memory_mb: int | None = None) -> None:
        self._functions = functions
        self._memory: Memory | None = None
        if memory_mb is not None:
            self._memory = Memory(memory_mb)
            for name, function in functions.items():
                _check_fits(name, function, memory_mb)

    @property
    def has_async(self) -> bool:
        """Whether some function needs an event loop."""
        return any([_is_async(function) for function in self._functions.values()])

    async def generate(self, request: Application) -> Returned:
        """Run a function once there is memory for it, and wait until it has returned."""
        function = self._find(request.function)
        amount = 0 if self._memory is None else memory_of(function)
        if self._memory is None or not amount:
            return await self._run(function, request.arguments)
        await self._memory.take(amount)
        try:
            return await self._run(function, request.arguments)
        finally:
            self._memory.give_back(amount)

    async def _run(self, function: Function, arguments: tuple[Slot, ...]) -> Returned:
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


def _check_fits(name: str, function: Function, memory_mb: int) -> None:
    if (amount := memory_of(function)) > memory_mb:
        raise InputError(
            f"a function must fit into memory_mb={memory_mb}, but '{name}' is declared to take "
            f"{amount}; allow more, or declare less"
        )


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
