"""Ctrl-C, exits, and what the function raises that is told of progress."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from ember_mlir.errors import (
    Interrupted,
    ProviderError,
)
from ember_mlir.providers import Reply, Request, Session
from ember_mlir.providers.session import Clock
from ember_mlir.runtime.run import run
from ember_mlir.testing.engines import EVERYWHERE, Watched, Where
from ember_mlir.testing.playing import APPLYING, Playing, answering, map_on, words

if TYPE_CHECKING:
    from conftest import Harness

ON_ALL = pytest.mark.parametrize("where", EVERYWHERE)
ON_LOOPS = pytest.mark.parametrize("where", EVERYWHERE[1:])
REFUSED = ProviderError("the model refused")


class Interrupting(Playing):
    """Answers once, then has the user press Ctrl-C, and hangs."""

    async def generate(self, request: Request) -> Reply:
        if request.prompt == "last":
            os.kill(os.getpid(), signal.SIGINT)
            await super().generate(request)
        return await super().generate(request)


@pytest.fixture
def interrupts() -> Iterator[None]:
    # The tests may have been started where interrupts are ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_an_interrupt_tells_what_the_run_has_cost(harness: Harness, interrupts: None) -> None:
    provider = Interrupting(lambda prompt, before: ("ok", 900.0 if prompt == "last" else 0.001))
    text = map_on("usd_per_million 1000 in 1000 out", 1)
    with pytest.raises(Interrupted) as caught:
        run(harness.prepare(text), [["a", "b", "last"]], Session(provider))
    bill = caught.value.bill
    assert (bill.calls, bill.output_tokens, provider.live) == (3, 2, 0)
    assert bill.usd is not None
    assert bill.usd >= Decimal("0.006")
    assert caught.value.trace is not None
    outcomes = [span.outcome for span in caught.value.trace.spans()]
    assert outcomes == ["ok", "ok", "cancelled"]
    # The event loop that all runs share has survived.
    assert run(harness.prepare(map_on("")), [["a"]], Session(answering())).outputs == [["<a>"]]


def test_an_interrupt_on_the_virtual_clock(harness: Harness, interrupts: None) -> None:
    def play(prompt: str, before: int) -> tuple[str, float]:
        if prompt == "last":
            os.kill(os.getpid(), signal.SIGINT)
        return "ok", 7.0

    async def awaited(text: str) -> str:
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(1000)
        return text

    session = Session(Playing(play), clock="virtual")
    with pytest.raises(Interrupted) as caught:
        run(harness.prepare(map_on("", 1)), [["a", "b", "last"]], session)
    assert (caught.value.bill.calls, caught.value.bill.seconds) == (3, 14.0)
    with pytest.raises(Interrupted) as caught:
        run(
            harness.prepare(APPLYING),
            ["q", ["a", "b"]],
            Session(Playing(lambda prompt, before: ("ok", 7.0)), clock="virtual"),
            functions={"function": awaited},
        )
    assert caught.value.bill.calls == 2
    assert caught.value.trace is not None


@ON_LOOPS
@pytest.mark.parametrize("exit", [SystemExit(3), KeyboardInterrupt()], ids=repr)
def test_an_exit_while_a_call_is_cancelled_is_not_lost(
    harness: Harness, where: Where, exit: BaseException
) -> None:
    class Leaving(Playing):
        async def generate(self, request: Request) -> Reply:
            try:
                return await super().generate(request)
            except asyncio.CancelledError:
                raise exit from None

    provider = Leaving(lambda prompt, before: (REFUSED, 0.01) if prompt == "b" else ("", 9.0))
    watched = Watched(harness.prepare(map_on("")), [["a", "b"]], provider)
    with pytest.raises(type(exit)):
        watched.run(where)
    assert provider.live == 0


# The function that is told of progress.


@ON_ALL
@pytest.mark.parametrize("error", [ZeroDivisionError(), SystemExit(4), KeyboardInterrupt()])
@pytest.mark.parametrize("last", [False, True])
def test_what_the_progress_function_raises_ends_the_run(
    harness: Harness, where: Where, error: BaseException, last: bool
) -> None:
    def progress(done: int, issued: int) -> None:
        if done == 4 or not last:
            raise error

    provider = answering()
    prepared = harness.prepare(map_on("", 2))
    watched = Watched(prepared, [words(4)], provider, progress=progress)
    with pytest.raises(type(error)):
        watched.run(where)
    assert provider.live == 0


@pytest.mark.parametrize("clock", ["virtual", "real"])
def test_an_exit_in_the_progress_function_leaves_the_event_loop_alive(
    harness: Harness, clock: Clock
) -> None:
    def progress(done: int, issued: int) -> None:
        raise SystemExit(4)

    prepared = harness.prepare(map_on(""))
    session = Session(answering(), clock=clock, progress=progress)
    with pytest.raises(SystemExit):
        run(prepared, [words(4)], session)
    assert run(prepared, [["a"]], Session(answering())).outputs == [["<a>"]]
