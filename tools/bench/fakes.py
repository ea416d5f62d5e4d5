"""Models that answer at once or after a while, asked by the engine or by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import perf_counter_ns
from zlib import crc32

from ember_mlir.providers import Reply, Request

Latency = Callable[[str], float]
"""The seconds that the answer to a prompt takes."""

Ask = Callable[[str], Awaitable[str]]
"""What code written by hand calls to have a prompt answered."""

Pause = Callable[[float], Awaitable[None]]
"""What waits for some seconds."""


class Fake:
    """A model whose answer is a checksum of the prompt."""

    def __init__(self, latency: Latency) -> None:
        self.latency = latency
        self.calls = 0

    async def answer(self, prompt: str) -> str:
        """The answer, after its latency."""
        self.calls += 1
        await asyncio.sleep(self.latency(prompt))
        return checksum(prompt)

    async def generate(self, request: Request, /) -> Reply:
        """What the engine calls."""
        return Reply([await self.answer(request.prompt or "")], 1, 1)

    def simulate(self, request: Request, /) -> tuple[Reply, float]:
        """What the engine calls on the virtual clock."""
        self.calls += 1
        prompt = request.prompt or ""
        return Reply([checksum(prompt)], 1, 1), self.latency(prompt)


class Guarded:
    """What the engine does with a call, written by hand around a model.

    At most `cap` calls run at once, each has a deadline, is tried again after a lost
    connection, and leaves a span. `pause` waits for some seconds before a next try.
    """

    def __init__(self, fake: Fake, cap: int, pause: Pause = asyncio.sleep) -> None:
        self._fake = fake
        self._pause = pause
        self._room = asyncio.Semaphore(cap)
        self.spans: list[tuple[int, int, int, int]] = []

    async def answer(self, prompt: str) -> str:
        """The answer, as soon as there is room and a try has succeeded."""
        queued = perf_counter_ns()
        tries = 0
        while True:
            tries += 1
            try:
                async with self._room:
                    start = perf_counter_ns()
                    async with asyncio.timeout(600):
                        answer = await self._fake.answer(prompt)
                    self.spans.append((queued, start, perf_counter_ns(), tries))
                return answer
            except (ConnectionError, TimeoutError):
                if tries == 8:
                    raise
            await self._pause(min(30, 0.5 * 2**tries))


def checksum(prompt: str) -> str:
    """The answer to a prompt."""
    return hex(crc32(prompt.encode()))


def always(seconds: float) -> Latency:
    """The same latency for all prompts."""
    return lambda prompt: seconds


def between(least: float, most: float) -> Latency:
    """A latency that depends on the prompt alone, evenly spread."""
    return lambda prompt: least + (most - least) * crc32(prompt.encode()) / 2**32


def mostly(usual: float, rare: float) -> Latency:
    """One prompt in ten takes the `rare` latency, the others the `usual` one."""
    return lambda prompt: rare if crc32(prompt.encode()) % 10 == 0 else usual
