"""Functions that are to be awaited, which the program applies; and those that need no thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from threading import current_thread
from typing import Any

import pytest

import ember_mlir as ember
from ember_mlir import generate

from .ways import check

threads: list[str] = []


@ember.pure
async def fetched(key: str) -> str:
    """Fetches what a key stands for."""
    await asyncio.sleep(0)
    return f"value of {key}"


@ember.pure(inline=True)
def quick(text: str) -> str:
    threads.append(current_thread().name)
    return text.upper()


@ember.pure
def slow(text: str) -> str:
    threads.append(current_thread().name)
    return text.upper()


async def awaits_one(q: str) -> str:
    found = await fetched(generate(q))
    return generate(found)


async def awaits_several(q: str) -> str:
    one, other = await asyncio.gather(fetched(generate(q)), fetched("b"))
    await asyncio.sleep(0)
    return one + other


async def awaits_in_an_arm(q: str) -> str:
    answer = generate(q)
    if answer in ("yes", "ok"):
        answer = await fetched(answer)
    return answer


async def awaits_for_each(q: str, keys: list[str]) -> str:
    values = [await fetched(f"{key} {generate(key)}") for key in keys]
    return q + ", ".join(values)


@pytest.mark.parametrize("function", [awaits_one, awaits_several, awaits_in_an_arm])
def test_all_ways_agree(function: Callable[..., Coroutine[None, None, str]]) -> None:
    check(function, "hello")


def test_all_ways_agree_on_lists() -> None:
    check(awaits_for_each, "hello", ["a", "b"])


def test_an_agent_awaits_its_tools() -> None:
    class Once:
        def simulate(self, request: ember.Request) -> tuple[ember.Reply, float]:
            told = [one.text for one in request.messages or () if one.role == "tool"]
            call = ember.ToolCall("c", "fetched", '{"key": "a"}')
            asks = ember.Message("assistant", (), (call,))
            return ember.Reply([" ".join(told) if told else asks], 1, 1), 1.0

        async def generate(self, request: ember.Request, /) -> ember.Reply:
            return self.simulate(request)[0]

    def ask(q: str) -> str:
        return ember.agent([fetched], 3)(q)

    program = ember.compile(ask, strict=True)
    with ember.Session(provider=Once(), seed=1, clock="virtual"):
        assert program("q") == program.eager("q") == ask("q") == "value of a"


@pytest.mark.parametrize(("function", "has_thread"), [(quick, False), (slow, True)])
def test_what_is_declared_inline_needs_no_thread(function: Any, has_thread: bool) -> None:
    @ember.jit(strict=True)
    def shout(q: str) -> str:
        return function(q)

    threads.clear()
    assert shout("a") == "A"
    assert [name.startswith("ember function") for name in threads] == [has_thread]


def test_what_is_awaited_runs_on_one_loop_whoever_waits() -> None:
    # Connections belong to an event loop: eager and compiled runs may share some.
    loops: list[object] = []

    @ember.pure
    async def connected(q: str) -> str:
        loops.append(asyncio.get_running_loop())
        return q

    @ember.jit(strict=True)
    async def ask(q: str) -> str:
        return await connected(q)

    answers: list[Any] = [ask.eager("a"), ask.eager("b")]
    assert answers == ["a", "b"]
    assert loops[0] is loops[1]
