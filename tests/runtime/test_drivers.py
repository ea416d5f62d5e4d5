"""Both drivers do the same, and leave nothing running, whatever providers do."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import pytest

from ember_mlir.errors import ModelError, ProviderError
from ember_mlir.providers import Reply, Request, Session
from ember_mlir.providers.simulated import Simulated
from ember_mlir.runtime.run import Run, run, run_async

if TYPE_CHECKING:
    from conftest import Harness

LIST = "!llm.list<!llm.text>"

MAP = f"""
exec.lane @lane model "m" from "p" concurrency 4
exec.frame @f(%xs: {LIST}) -> {LIST} {{
  %ys = exec.fanout @body over %xs : {LIST} -> {LIST}
  exec.return %ys : {LIST}
}}
exec.frame @body(%p: !llm.text) -> !llm.text {{
  %a = exec.request @lane(%p) sampled site <0[*]> label "public"
  exec.return %a : !llm.text
}}
"""

MANY = f"""
exec.lane @small model "small" from "simulated" concurrency 5
exec.lane @large model "large" from "simulated" concurrency 2
exec.frame @f(%xs: {LIST}) -> ({LIST}, !llm.text, !llm.text) {{
  %ys = exec.fanout @body over %xs : {LIST} -> {LIST}
  %v = exec.vote %ys : {LIST}
  %r = exec.reduce @node over %ys by 3 : {LIST} with %v : !llm.text
  exec.return %ys, %v, %r : {LIST}, !llm.text, !llm.text
}}
exec.frame @body(%p: !llm.text) -> !llm.text {{
  %q = exec.format "What is {{0}} * 17?"(%p)
  %a = exec.request @small(%q) max_tokens 9 sampled site <0[*]> label "public"
  exec.return %a : !llm.text
}}
exec.frame @node(%g: {LIST}, %v: !llm.text) -> !llm.text {{
  %j = exec.join %g with " + "
  %q = exec.format "What is {{0}} + {{1}}?"(%j, %v)
  %a = exec.request @large(%q) temperature 0 site <1[*]> label "public"
  exec.return %a : !llm.text
}}
"""


class Recorded:
    """The simulated provider, without its waiting, keeping what it was asked."""

    def __init__(self) -> None:
        self.simulated = Simulated()
        self.trace: list[Request] = []

    def simulate(self, request: Request) -> tuple[Reply, float]:
        self.trace.append(request)
        return self.simulated.simulate(request)

    async def generate(self, request: Request) -> Reply:
        await asyncio.sleep(0)
        return self.simulate(request)[0]


@pytest.mark.parametrize("seed", range(5))
def test_both_clocks_give_the_same(harness: Harness, seed: int) -> None:
    items = [str(number) for number in range(23)]
    real, virtual, again = Recorded(), Recorded(), Recorded()
    on_real = harness.run(MANY, items, provider=real, seed=seed, clock="real")
    on_virtual = harness.run(MANY, items, provider=virtual, seed=seed)
    repeated = harness.run(MANY, items, provider=again, seed=seed)
    assert on_real.outputs == on_virtual.outputs
    assert Counter(real.trace) == Counter(virtual.trace)
    assert on_real.bill.tokens == on_virtual.bill.tokens
    # On the virtual clock the order and the time are functions of the seed too.
    assert (virtual.trace, on_virtual.seconds) == (again.trace, repeated.seconds)


def test_the_virtual_clock_needs_a_provider_that_simulates(harness: Harness) -> None:
    class Real:
        async def generate(self, request: Request) -> Reply:
            return Reply(["a"], 1, 1)

    with pytest.raises(ModelError) as caught:
        harness.run(MAP, ["a"], provider=Real())
    assert caught.value.message == (
        "a provider must have simulate(request) to run on the virtual clock, but "
        "'p' has not; use Session(clock=\"real\")"
    )
    assert caught.value.location is not None
    assert caught.value.location.line == 2


@pytest.mark.parametrize("seconds", [-1.0, float("nan")])
def test_a_simulated_latency_must_be_a_time(harness: Harness, seconds: float) -> None:
    provider = harness.Scripted(seconds=lambda prompt: seconds)
    with pytest.raises(ProviderError, match="a simulated latency must be a number of seconds"):
        harness.run(MAP, ["a"], provider=provider)


def test_what_never_comes_is_an_error_once_nothing_else_can_happen(harness: Harness) -> None:
    provider = harness.Scripted(seconds=lambda prompt: float("inf"))
    with pytest.raises(ProviderError, match="must answer or fail, but never does; set a timeout"):
        harness.run(MAP, ["a"], provider=provider)


def test_the_virtual_clock_jumps_within_a_running_loop(harness: Harness) -> None:
    provider = harness.Scripted(seconds=lambda prompt: 1e6)
    session = Session(provider, clock="virtual")
    outcome = asyncio.run(run_async(harness.prepare(MAP), [["a"]], session))
    assert (outcome.outputs, outcome.seconds) == ([["<a>"]], 1e6)


TWICE = f"""
exec.lane @small model "small" from "p" concurrency 9
exec.lane @large model "large" from "p" concurrency 9
exec.frame @f(%xs: {LIST}) -> {LIST} {{
  %ys = exec.fanout @body over %xs : {LIST} -> {LIST}
  exec.return %ys : {LIST}
}}
exec.frame @body(%p: !llm.text) -> !llm.text {{
  %a = exec.attempt [@first, @second] at_most 2 with %p : !llm.text -> !llm.text
  exec.return %a : !llm.text
}}
exec.frame @first(%p: !llm.text) -> !llm.text {{
  %a = exec.request @small(%p) sampled site <0[*]> label "public"
  exec.return %a : !llm.text
}}
exec.frame @second(%p: !llm.text) -> !llm.text {{
  %q = exec.format "again {{0}}"(%p)
  %a = exec.request @large(%q) sampled site <1[*]> label "public"
  exec.return %a : !llm.text
}}
"""


def test_what_never_answers_gives_its_turn_to_what_waits(harness: Harness) -> None:
    def seconds(prompt: str) -> float:
        return 1.0 if "again" in prompt else float("inf")

    texts = [str(number) for number in range(5)]
    session = Session(harness.Scripted(seconds=seconds), seed=7, clock="virtual")
    for workers in (1, 2, 9, None):
        outputs = run(harness.prepare(TWICE), [texts], session, workers=workers).outputs
        assert outputs == [[f"<again {text}>" for text in texts]]


# What third parties do when they are cancelled. Prompts with an odd number misbehave.

Call = Callable[[int], Awaitable[None]]


class Misbehaving:
    """Waits as `call` does; prompt 0 fails once the others are under way."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.under_way = 0

    async def generate(self, request: Request) -> Reply:
        number = int(request.prompt or "0")
        self.under_way += 1
        try:
            if number == 0:
                while self.under_way < 4:
                    await asyncio.sleep(0)
                raise ProviderError("no")
            await self.call(number)
            return Reply([str(number)], 1, 1)
        finally:
            self.under_way -= 1


async def hang(number: int) -> None:
    await asyncio.sleep(1000)


async def swallow(number: int) -> None:
    try:
        await asyncio.sleep(1000)
    except asyncio.CancelledError:
        return


async def clean_up_slowly(number: int) -> None:
    try:
        await asyncio.sleep(1000)
    finally:
        await asyncio.sleep(0.01)


async def translate(number: int) -> None:
    try:
        await asyncio.sleep(1000)
    except asyncio.CancelledError:
        raise ConnectionError("translated") from None


async def time_out_inside(number: int) -> None:
    async with asyncio.timeout(1000):
        await asyncio.sleep(1000)


async def group_inside(number: int) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(asyncio.sleep(1000))
        group.create_task(asyncio.sleep(0))


async def wait_inside(number: int) -> None:
    await asyncio.wait_for(asyncio.sleep(1000), 1000)


NASTY = [
    hang,
    swallow,
    clean_up_slowly,
    translate,
    time_out_inside,
    group_inside,
    wait_inside,
]


async def failing(harness: Harness, provider: object) -> ProviderError:
    session = Session(provider)  # pyright: ignore[reportArgumentType]
    with pytest.raises(ProviderError) as caught:
        await run_async(harness.prepare(MAP), [list("01234567")], session)
    assert asyncio.all_tasks() == {asyncio.current_task()}
    return caught.value


@pytest.mark.parametrize("call", NASTY, ids=lambda call: call.__name__)
def test_nothing_is_left_after_a_failure(harness: Harness, call: Call) -> None:
    provider = Misbehaving(call)
    error = asyncio.run(failing(harness, provider))
    assert (error.message, provider.under_way) == ("no", 0)
    notes = getattr(error, "__notes__", [])
    assert len(notes) == (3 if call is translate else 0)


@pytest.mark.parametrize("call", NASTY, ids=lambda call: call.__name__)
def test_nothing_is_left_after_a_cancellation(harness: Harness, call: Call) -> None:
    provider = Misbehaving(call)

    async def cancelled() -> None:
        session = Session(provider)
        task = asyncio.create_task(run_async(harness.prepare(MAP), [list("12345678")], session))
        while provider.under_way < 4:
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(cancelled())
    assert provider.under_way == 0


def test_a_second_cancellation_is_passed_on_to_calls(harness: Harness) -> None:
    async def stubborn(number: int) -> None:
        try:
            await asyncio.sleep(1000)
        except asyncio.CancelledError:
            await asyncio.sleep(1000)

    provider = Misbehaving(stubborn)

    async def cancelled() -> None:
        session = Session(provider)
        task = asyncio.create_task(run_async(harness.prepare(MAP), [list("1234")], session))
        while provider.under_way < 4:
            await asyncio.sleep(0)
        for _ in range(2):
            task.cancel()
            for _ in range(5):
                await asyncio.sleep(0)
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    assert provider.under_way == 0


def test_a_cancellation_before_anything_started(harness: Harness) -> None:
    provider = Misbehaving(hang)

    async def cancelled() -> None:
        session = Session(provider)
        task = asyncio.create_task(run_async(harness.prepare(MAP), [list("1234")], session))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(cancelled())


def test_a_timeout_around_a_run(harness: Harness) -> None:
    provider = Misbehaving(hang)

    async def timed() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await run_async(harness.prepare(MAP), [list("1234")], Session(provider))
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(timed())


def test_a_call_that_cancels_itself_has_failed(harness: Harness) -> None:
    async def cancel_itself(number: int) -> None:
        raise asyncio.CancelledError

    async def failed() -> None:
        session = Session(Misbehaving(cancel_itself))
        with pytest.raises(ProviderError, match="it raised CancelledError"):
            await run_async(harness.prepare(MAP), [list("1234")], session)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(failed())


def test_an_exit_inside_a_call_ends_the_run(harness: Harness) -> None:
    async def leave(number: int) -> None:
        raise SystemExit(3)

    provider = Misbehaving(leave)
    with pytest.raises(SystemExit) as caught:
        run(harness.prepare(MAP), [list("1234")], Session(provider))
    assert (caught.value.code, provider.under_way) == (3, 0)


def test_workers_that_others_cancel_end_the_run(harness: Harness) -> None:
    provider = Misbehaving(hang)

    async def shut_down() -> None:
        task = asyncio.create_task(
            run_async(harness.prepare(MAP), [list("12345678")], Session(provider))
        )
        while provider.under_way < 4:
            await asyncio.sleep(0)
        for other in asyncio.all_tasks() - {asyncio.current_task(), task}:
            other.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(shut_down())
    assert provider.under_way == 0


def test_workers_that_others_cancel_before_they_start(harness: Harness) -> None:
    async def shut_down() -> None:
        task = asyncio.create_task(
            run_async(harness.prepare(MAP), [list("1234")], Session(Misbehaving(hang)))
        )
        await asyncio.sleep(0)
        for other in asyncio.all_tasks() - {asyncio.current_task(), task}:
            other.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(shut_down())


def test_nothing_is_left_after_success(harness: Harness) -> None:
    most = 0

    class Watching(Recorded):
        async def generate(self, request: Request) -> Reply:
            nonlocal most
            most = max(most, len(asyncio.all_tasks()))
            return await super().generate(request)

    async def success() -> Run:
        outcome = await run_async(
            harness.prepare(MAP), [[str(number) for number in range(100)]], Session(Watching())
        )
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return outcome

    assert asyncio.run(success()).bill.calls == 100
    # Four workers and the run: no task per call or instruction.
    assert most == 5


def test_providers_see_the_context_of_the_caller(harness: Harness) -> None:
    from contextvars import ContextVar

    who = ContextVar("who", default="nobody")

    class Seeing:
        async def generate(self, request: Request) -> Reply:
            return Reply([who.get()], 1, 1)

    who.set("me")
    assert harness.run(MAP, ["a"], provider=Seeing(), clock="real").outputs == [["me"]]
