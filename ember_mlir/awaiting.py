"""Waiting for what is to be awaited, from code that cannot await."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")


def settled(value: Awaitable[T]) -> T:
    """The result of an awaitable, on an event loop of its own in another thread.

    In this thread a loop may be running, which must not wait for itself.

    >>> async def answer() -> int:
    ...     return 42
    >>> settled(answer())
    42
    """
    # asyncio is slow to import, and most programs have nothing to wait for here.
    import asyncio
    from concurrent.futures import ThreadPoolExecutor
    from contextvars import copy_context

    async def wait() -> T:
        return await value

    with ThreadPoolExecutor(1, thread_name_prefix="ember awaiting") as thread:
        return thread.submit(copy_context().run, asyncio.run, wait()).result()
