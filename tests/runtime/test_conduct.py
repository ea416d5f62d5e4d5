"""What providers and functions may do, and what is left when a part of a run ends early.

See test_drivers.py for calls that hang, swallow a cancellation, clean up slowly, translate
it, or use asyncio's own time limits and groups.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import pytest

from ember_mlir.errors import (
    EmptyVoteError,
    FrameCancelledError,
    FunctionError,
    ModelError,
    ParseError,
    ProviderError,
)
from ember_mlir.providers import Reply, Request, Session
from ember_mlir.providers.protocol import Outcome
from ember_mlir.providers.session import Clock
from ember_mlir.runtime.run import run, run_async
from ember_mlir.testing.engines import EVERYWHERE, Watched, Where, run_watched
from ember_mlir.testing.playing import APPLYING, LIST, Playing, answering, map_on, words

if TYPE_CHECKING:
    from conftest import Harness

ON_ALL = pytest.mark.parametrize("where", EVERYWHERE)
ON_LOOPS = pytest.mark.parametrize("where", EVERYWHERE[1:])
VIRTUALLY = pytest.mark.parametrize("where", EVERYWHERE[:2])
REFUSED = ProviderError("the model refused")
BUSY = ProviderError("busy", retryable=True)


def apply(
    harness: Harness,
    function: Callable[..., object],
    provider: Playing | None = None,
    items: list[str] | None = None,
) -> Watched:
    return Watched(
        harness.prepare(APPLYING),
        ["q", items or []],
        provider or answering(),
        functions={"function": function},
    )


@ON_LOOPS
@pytest.mark.parametrize("is_cancelled", [True, False])
def test_a_thread_under_way_is_waited_for(
    harness: Harness, where: Where, is_cancelled: bool
) -> None:
    began, returned = threading.Event(), threading.Event()

    def block(text: str) -> str:
        began.set()
        time.sleep(0.05)
        returned.set()
        return text

    class Failing(Playing):
        async def generate(self, request: Request) -> Reply:
            await asyncio.to_thread(began.wait)
            raise REFUSED

    provider = Failing(lambda prompt, before: ("", 0.0))
    watched = apply(harness, block, provider, [] if is_cancelled else ["a"])

    async def cancelled() -> None:
        task = asyncio.create_task(watched.on_loop())
        await asyncio.to_thread(began.wait)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    if is_cancelled:
        run_watched(where, cancelled())
    else:
        with pytest.raises(ProviderError, match="refused"):
            watched.run(where)
    assert returned.is_set()


@ON_LOOPS
def test_a_provider_may_use_threads(harness: Harness, where: Where) -> None:
    class Threaded(Playing):
        async def generate(self, request: Request) -> Reply:
            await asyncio.to_thread(time.sleep, 0.001)
            return self.simulate(request)[0]  # type: ignore[return-value]

    provider = Threaded(lambda prompt, before: (f"<{prompt}>", 0.0))
    outcome = Watched(harness.prepare(map_on("")), [words(20)], provider).run(where)
    assert outcome.outputs == [[f"<w{number}>" for number in range(20)]]


@ON_ALL
def test_a_function_that_cancels_itself_has_failed(harness: Harness, where: Where) -> None:
    def cancels(text: str) -> str:
        raise asyncio.CancelledError("by itself")

    with pytest.raises(FunctionError, match="raised CancelledError: by itself"):
        apply(harness, cancels).run(where)


@ON_ALL
def test_a_function_may_raise_stop_iteration(harness: Harness, where: Where) -> None:
    def first_of_none(text: str) -> str:
        return next(iter(()))

    with pytest.raises(FunctionError, match="RuntimeError: function raised StopIteration"):
        apply(harness, first_of_none).run(where)


async def shout(text: str) -> str:
    await asyncio.sleep(0.001)
    return f"{text}!"


class Shouting:
    """An object that is called like a function, and awaited."""

    async def __call__(self, text: str) -> str:
        return await shout(text)


@pytest.mark.parametrize("function", [shout, Shouting()], ids=["function", "object"])
@pytest.mark.parametrize("clock", ["virtual", "real"])
def test_functions_are_awaited_on_both_clocks(
    harness: Harness, function: Callable[..., object], clock: Clock
) -> None:
    prepared = harness.prepare(APPLYING)
    session = Session(answering(), clock=clock)
    functions = {"function": function}
    inputs = ["q", list[str]()]
    assert run(prepared, inputs, session, functions=functions).outputs == ["q!", []]

    async def within_a_loop() -> list[object]:
        waited = await run_async(prepared, inputs, session, functions=functions)
        return [waited.outputs, run(prepared, inputs, session, functions=functions).outputs]

    assert asyncio.run(within_a_loop()) == [["q!", []]] * 2


def test_what_a_plain_function_returns_is_awaited_where_a_loop_runs(harness: Harness) -> None:
    def shouts(text: str) -> Awaitable[str]:
        return shout(text)

    watched = apply(harness, shouts)
    assert watched.run("loop").outputs == ["q!", []]
    with pytest.raises(FunctionError, match="it must be declared with 'async def' to be awaited"):
        apply(harness, shouts).run("heap")


# Scopes that end early.

CANCELLED_LIST = f"""
exec.frame @main(%t: !llm.text) -> (!exec.token, !result) {{
  %late = exec.after 0.02 seconds
  %h, %s = exec.spawn @all with %t : !llm.text -> {LIST}
  %over = exec.cancel %h after %late
  %use
  exec.return %over, %r : !exec.token, !result
}}
exec.frame @all(%t: !llm.text) -> {LIST} {{
  %s = exec.fanout @ask times 3 with %t : !llm.text -> {LIST}
  exec.return %s : {LIST}
}}
exec.frame @ask(%t: !llm.text) -> !llm.text {{
  %x = exec.request @lane(%t) sampled site <0[*]> label "public"
  exec.return %x : !llm.text
}}
"""


@ON_ALL
@pytest.mark.parametrize("use", ["join", "itself"])
def test_a_list_that_never_becomes_whole_is_an_error(
    harness: Harness, where: Where, use: str
) -> None:
    text = CANCELLED_LIST.replace("%use", '%r = exec.join %s with "+"' if use == "join" else "")
    text = text.replace("!result", "!llm.text" if use == "join" else LIST)
    text = text if use == "join" else text.replace("%over, %r", "%over, %s")
    with pytest.raises(FrameCancelledError, match="but it was cancelled before"):
        Watched(harness.prepare(text), ["q"], answering(0.5)).run(where)
    in_time = Watched(harness.prepare(text), ["q"], answering(0.001)).run(where)
    assert in_time.outputs == [None, "<q>+<q>+<q>" if use == "join" else ["<q>"] * 3]


BUDGETED = f"""
exec.lane @lane model "m" from "p" concurrency 8 usd_per_million 1 in 1 out
exec.frame @main(%xs: {LIST}) -> {LIST} {{
  %ys = exec.attempt [@poor, @rich] with %xs : {LIST} -> {LIST}
  exec.return %ys : {LIST}
}}
exec.frame @poor(%xs: {LIST}) -> {LIST} {{
  %h, %ys = exec.spawn @all budget 0.000001 usd with %xs : {LIST} -> {LIST}
  exec.return %ys : {LIST}
}}
exec.frame @rich(%xs: {LIST}) -> {LIST} {{
  %h, %ys = exec.spawn @all budget 1 usd with %xs : {LIST} -> {LIST}
  exec.return %ys : {LIST}
}}
exec.frame @all(%xs: {LIST}) -> {LIST} {{
  %ys = exec.fanout @ask over %xs : {LIST} -> {LIST}
  exec.return %ys : {LIST}
}}
exec.frame @ask(%t: !llm.text) -> !llm.text {{
  %x = exec.request @lane(%t) max_tokens 9 sampled site <0[*]> label "public"
  exec.return %x : !llm.text
}}
"""


@VIRTUALLY
def test_bodies_that_fail_as_they_start_keep_no_room_of_their_window(
    harness: Harness, where: Where
) -> None:
    outcome = Watched(harness.prepare(BUDGETED), [words(8)], answering(1.0)).run(where)
    assert outcome.outputs == [[f"<w{number}>" for number in range(8)]]
    # All eight at once, and nothing was sent that the budget did not allow.
    assert (round(outcome.seconds, 3), outcome.bill.calls) == (1.0, 8)


@ON_ALL
def test_calls_that_come_with_what_ends_them_are_not_sent(harness: Harness, where: Where) -> None:
    text = f"""
exec.frame @main(%p: !llm.text, %xs: {LIST}) -> (!llm.text, !llm.text) {{
  %a = exec.request @lane(%p) sampled site <0> label "public"
  %v = exec.vote %xs : {LIST}
  exec.return %a, %v : !llm.text, !llm.text
}}
"""
    provider = answering()
    watched = Watched(harness.prepare(text), ["p", []], provider)
    with pytest.raises(EmptyVoteError) as caught:
        watched.run(where)
    bill = caught.value.bill
    assert bill is not None
    assert (provider.starts, bill.calls, bill.tokens) == ([], 0, 0)
    assert caught.value.trace is not None
    assert [(s.outcome, s.sends) for s in caught.value.trace.spans()] == [("cancelled", 0)]


@ON_ALL
def test_a_call_that_comes_with_an_answer_that_fails_is_not_sent(
    harness: Harness, where: Where
) -> None:
    # The worker that has the answer would make the next call at once.
    text = """
exec.frame @main(%t: !llm.text) -> (!llm.text, !llm.text) {
  %x = exec.request @lane(%t) sampled site <0> label "public"
  %y = exec.request @lane(%x) sampled site <1> label "public"
  %n = exec.parse %x as regex "[0-9]+" at "a.py":1:1 : !llm.text
  exec.return %y, %n : !llm.text, !llm.text
}
"""
    provider = answering()
    with pytest.raises(ParseError) as caught:
        Watched(harness.prepare(text), ["q"], provider).run(where)
    assert [prompt for prompt, _ in provider.starts] == ["q"]
    assert caught.value.bill is not None
    assert caught.value.bill.calls == 1


@ON_ALL
def test_nothing_more_fires_in_what_has_failed(harness: Harness, where: Where) -> None:
    text = f"""
exec.frame @main(%xs: {LIST}) -> (!llm.text, !llm.text) {{
  %v = exec.vote %xs : {LIST}
  %w = exec.vote %xs min_valid 2 : {LIST}
  exec.return %v, %w : !llm.text, !llm.text
}}
"""
    with pytest.raises(EmptyVoteError) as caught:
        Watched(harness.prepare(text), [[]], answering()).run(where)
    assert not hasattr(caught.value, "__notes__")


class Swallowing(Playing):
    """Answers at once when it is cancelled."""

    async def generate(self, request: Request) -> Reply:
        try:
            return await super().generate(request)
        except asyncio.CancelledError:
            return Reply(["swallowed"], 2, 1)


RACE = """
exec.frame @main(%t: !llm.text) -> !llm.text {
  %x = exec.first [@fast, @slow, @slower] with %t : !llm.text -> !llm.text
  exec.return %x : !llm.text
}
exec.frame @fast(%t: !llm.text) -> !llm.text {
  %x = exec.request @lane(%t) sampled site <0> label "public"
  exec.return %x : !llm.text
}
exec.frame @slow(%t: !llm.text) -> !llm.text {
  %s = exec.format "slow {0}"(%t)
  %x = exec.request @lane(%s) sampled site <1> label "public"
  exec.return %x : !llm.text
}
exec.frame @slower(%t: !llm.text) -> !llm.text {
  %s = exec.format "slow {0}"(%t)
  %x = exec.request @lane(%s) sampled site <2> label "public"
  %y = exec.request @lane(%x) sampled site <3> label "public"
  exec.return %y : !llm.text
}
"""


@ON_LOOPS
def test_what_losers_answer_counts_for_nothing(harness: Harness, where: Where) -> None:
    provider = Swallowing(lambda p, before: ("won", 9.0 if p.startswith("slow") else 0.001))
    outcome = Watched(harness.prepare(RACE), ["q"], provider).run(where)
    assert (outcome.outputs, outcome.bill.calls, outcome.bill.output_tokens) == (["won"], 3, 3)


@ON_LOOPS
def test_what_fails_because_it_is_cancelled_does_not_hide_the_cause(
    harness: Harness, where: Where
) -> None:
    class Translating(Playing):
        async def generate(self, request: Request) -> Reply:
            try:
                return await super().generate(request)
            except asyncio.CancelledError:
                raise ConnectionError("translated") from None

    # The cause is the last in program order.
    provider = Translating(lambda p, before: (REFUSED, 0.001) if p == "w3" else ("", 9.0))
    with pytest.raises(ProviderError, match="the model refused") as caught:
        Watched(harness.prepare(map_on("")), [words(4)], provider).run(where)
    assert [("translated" in note) for note in caught.value.__notes__] == [True] * 3


@ON_ALL
def test_only_errors_of_programs_are_handled(harness: Harness, where: Where) -> None:
    text = RACE.replace(
        "exec.first [@fast, @slow, @slower]", "exec.attempt [@fast, @slow] at_most 3"
    )
    text = text[: text.index("exec.frame @slower")]
    provider = Playing(lambda p, before: (ModelError("no such thing"), 0.001))
    with pytest.raises(ModelError, match="no such thing"):
        Watched(harness.prepare(text), ["q"], provider).run(where)
    assert len(provider.starts) == 1


@VIRTUALLY
def test_what_is_sent_again_has_the_same_draws(harness: Harness, where: Where) -> None:
    drawn: dict[str, set[tuple[int, ...]]] = {}

    class Recording(Playing):
        def simulate(self, request: Request) -> tuple[Outcome, float]:
            drawn.setdefault(request.prompt or "", set()).add(tuple(request.draws))
            return super().simulate(request)

    provider = Recording(lambda p, before: ("ok" if before == 3 else BUSY, 0.1))
    text = map_on("at_most 4 backoff 0.5 to 4 seconds")
    outcome = Watched(harness.prepare(text), [words(3)], provider).run(where)
    assert outcome.bill.calls == 12
    assert [len(draws) for draws in drawn.values()] == [1, 1, 1]
    assert len({draw for draws in drawn.values() for draw in draws}) == 3
