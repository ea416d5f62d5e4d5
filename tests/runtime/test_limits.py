"""Lanes: limits per minute, slowing down, resending, time limits and outages."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from ember_mlir.errors import ProviderError
from ember_mlir.providers import Reply, Request, Session
from ember_mlir.providers.session import Clock
from ember_mlir.runtime.drivers.asyncio_driver import AsyncioDriver
from ember_mlir.runtime.run import Run, run, run_async

if TYPE_CHECKING:
    from conftest import Harness

CLOCKS = pytest.mark.parametrize("clock", ["virtual", "real"])
LIST = "!llm.list<!llm.text>"
RETRIES = "at_most 8 backoff 0.5 to 30 seconds"


def map_on(limits: str, concurrency: int = 8) -> str:
    return f"""
exec.lane @lane model "m" from "p" concurrency {concurrency} {limits}
exec.frame @main(%xs: {LIST}) -> {LIST} {{
  %ys = exec.fanout @ask over %xs : {LIST} -> {LIST}
  exec.return %ys : {LIST}
}}
exec.frame @ask(%t: !llm.text) -> !llm.text {{
  %x = exec.request @lane(%t) max_tokens 90 sampled site <0[*]> label "public" at "a.py":1:1
  exec.return %x : !llm.text
}}
"""


def words(count: int) -> list[str]:
    return [f"w{number}" for number in range(count)]


class Failing:
    """Fails as often as `failures` says for a request, then answers; 0.1 s each."""

    calls: int

    def __init__(self, *failures: Exception, every: int = 1, seconds: float = 0.1) -> None:
        self.failures = failures
        self.every = every
        self.seconds = seconds
        self.sent: dict[str, int] = {}
        self.calls = 0

    def simulate(self, request: Request) -> tuple[Reply | Exception, float]:
        self.calls += 1
        prompt = request.prompt or ""
        number = self.sent.get(prompt, 0)
        self.sent[prompt] = number + 1
        chosen = len(self.sent) % self.every == 0 or self.every == 1
        if number < len(self.failures) and chosen:
            return self.failures[number], self.seconds
        return Reply([f"<{prompt}>"], 10, 10), self.seconds

    async def generate(self, request: Request) -> Reply:
        outcome, seconds = self.simulate(request)
        await asyncio.sleep(seconds / 1000)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def busy(retry_after: float | None = None, *, limited: bool = False) -> ProviderError:
    return ProviderError("busy", retryable=True, rate_limited=limited, retry_after=retry_after)


def run_virtually(harness: Harness, text: str, count: int, provider: object) -> Run:
    return harness.run(text, words(count), provider=provider)


def test_no_more_requests_leave_per_minute_than_the_lane_says(harness: Harness) -> None:
    outcome = run_virtually(harness, map_on("requests_per_minute 60"), 30, Failing())
    # One at once, then one per second; the last takes a tenth of a second.
    assert outcome.seconds == pytest.approx(29.1)
    fast = run_virtually(harness, map_on("requests_per_minute 6000", 1000), 1000, Failing())
    # What belongs to one second, 100 requests, may come at once.
    assert fast.seconds == pytest.approx(9.1, abs=0.02)


def test_no_more_tokens_leave_per_minute_than_the_lane_says(harness: Harness) -> None:
    # Each reserves 1 + 90 tokens and needs 20: 60 000 a minute are 50 requests a second.
    outcome = run_virtually(harness, map_on("tokens_per_minute 60000", 1000), 2000, Failing())
    # 10 seconds' worth may come at once; what is not needed is given back.
    assert 20.0 < outcome.seconds < 35.0
    spans = outcome.trace.spans()
    for second in range(30):
        window = [s for s in spans if second * 1e9 <= s.start < (second + 10) * 1e9]
        assert sum(s.input_tokens + s.output_tokens for s in window) <= 20_000 + 91 * 8


@CLOCKS
def test_what_may_pass_is_sent_again_with_the_same_draws(harness: Harness, clock: Clock) -> None:
    provider = Failing(busy(), busy(), seconds=0.01)
    text = map_on("at_most 3 backoff 0.001 to 0.002 seconds")
    outcome = harness.run(text, words(5), provider=provider, clock=clock)
    assert outcome.outputs == [[f"<w{number}>" for number in range(5)]]
    assert (outcome.bill.calls, outcome.bill.input_tokens) == (15, 50)
    assert [span.sends for span in outcome.trace.spans() if span.outcome == "ok"] == [3] * 5


def test_at_most_so_often(harness: Harness) -> None:
    provider = Failing(busy(), busy(), busy())
    with pytest.raises(ProviderError, match="busy"):
        harness.run(map_on("at_most 3 backoff 0 to 0 seconds"), ["w"], provider=provider)
    assert provider.calls == 3
    unlimited = Failing(busy())
    with pytest.raises(ProviderError, match="busy"):
        harness.run(map_on(""), ["w"], provider=unlimited)
    assert unlimited.calls == 1


def test_a_refusal_is_not_sent_again(harness: Harness) -> None:
    provider = Failing(ProviderError("the model refused"))
    with pytest.raises(ProviderError, match="refused"):
        harness.run(map_on(RETRIES), ["w"], provider=provider)
    assert provider.calls == 1


def test_a_lane_waits_as_long_as_it_is_asked_to(harness: Harness) -> None:
    provider = Failing(busy(20.0, limited=True))
    outcome = harness.run(map_on(RETRIES, 1), words(3), provider=provider)
    spans = outcome.trace.spans()
    failed = [span.end for span in spans if span.outcome == "failed"]
    assert len(failed) == 3
    # Each is told to wait; nothing else is sent on the lane meanwhile.
    assert not [s for s in spans for end in failed if end <= s.start < end + 20e9]


def test_a_rate_limit_makes_the_lane_slower_and_answers_faster_again(harness: Harness) -> None:
    class Limited(Failing):
        """Takes at most 10 at once, and refuses the others as a service does."""

        now: Callable[[], float]
        ends: list[float]

        def simulate(self, request: Request) -> tuple[Reply | Exception, float]:
            self.calls += 1
            now = len([end for end in self.ends if end > self.now()])
            if now >= 10:
                return busy(limited=True), 0.01
            self.ends.append(self.now() + 1.0)
            return Reply([f"<{request.prompt}>"], 1, 1), 1.0

        def begin(self, now: Callable[[], float]) -> None:
            self.now = now
            self.ends = []

    provider = Limited()
    outcome = run_virtually(harness, map_on(RETRIES, 64), 300, provider)
    assert outcome.outputs == [[f"<w{number}>" for number in range(300)]]
    # 300 answers at 10 per second take 30 seconds at best; 429s are few.
    assert outcome.seconds < 60.0
    assert provider.calls < 400


def test_a_request_that_takes_too_long_is_sent_again(harness: Harness) -> None:
    class Hanging(Failing):
        def simulate(self, request: Request) -> tuple[Reply | Exception, float]:
            outcome, _ = super().simulate(request)
            hangs = self.sent[request.prompt or ""] == 1 and request.prompt in ("w1", "w3")
            return outcome, float("inf") if hangs else 0.1

    provider = Hanging()
    text = map_on(f"{RETRIES} timeout 5 seconds")
    outcome = run_virtually(harness, text, 5, provider)
    assert outcome.outputs == [[f"<w{number}>" for number in range(5)]]
    assert outcome.bill.calls == 7
    assert outcome.bill.estimated
    assert [s.outcome for s in outcome.trace.spans()].count("timed out") == 2
    assert 5.1 <= outcome.seconds <= 6.0
    with pytest.raises(ProviderError, match="must answer within 5 seconds, but has not"):
        run_virtually(harness, map_on("timeout 5 seconds"), 5, Hanging())


def test_many_timeouts_cost_one_timer_at_a_time(harness: Harness) -> None:
    outcome = run_virtually(harness, map_on("timeout 5 seconds", 4), 500, Failing())
    assert outcome.seconds == pytest.approx(12.5)


@pytest.mark.parametrize("count", [1, 5, 100, 1000])
def test_an_outage_costs_few_probes_and_ends_in_a_clear_error(harness: Harness, count: int) -> None:
    provider = Failing(*[busy()] * 1000)
    text = map_on(f"retries 10 {RETRIES} timeout 600 seconds", 64)
    with pytest.raises(ProviderError) as caught:
        run_virtually(harness, text, count, provider)
    assert provider.calls <= min(count, 64) + 10
    assert caught.value.bill is not None
    assert caught.value.bill.seconds < 400
    if count > 8:
        assert caught.value.message.startswith("the provider 'p' must answer, but ")
        assert "the lane @lane have failed, the last with 'busy'" in caught.value.message


def test_an_outage_that_ends_is_waited_out(harness: Harness) -> None:
    class Outage(Failing):
        """Answers nothing from 2 to 40 seconds."""

        now: Callable[[], float]

        def begin(self, now: Callable[[], float]) -> None:
            self.now = now

        def simulate(self, request: Request) -> tuple[Reply | Exception, float]:
            self.calls += 1
            if 2.0 <= self.now() < 40.0:
                return busy(), 0.01
            return Reply([f"<{request.prompt}>"], 1, 1), 0.5

    provider = Outage()
    text = map_on(f"retries 10 {RETRIES}", 16)
    outcome = run_virtually(harness, text, 200, provider)
    assert outcome.outputs == [[f"<w{number}>" for number in range(200)]]
    assert provider.calls <= 200 + 16 + 10


def test_who_has_priority_goes_first(harness: Harness) -> None:
    text = """
exec.lane @lane model "m" from "p" concurrency 1
exec.frame @main(%a: !llm.text, %b: !llm.text, %c: !llm.text) -> !llm.list<!llm.text> {
  %x = exec.request @lane(%a) temperature 0 site <0> label "public"
  %y = exec.request @lane(%b) temperature 0 priority 1 site <1> label "public"
  %z = exec.request @lane(%c) temperature 0 priority 5 site <2> label "public"
  %all = exec.list(%x, %y, %z) : !llm.list<!llm.text>
  exec.return %all : !llm.list<!llm.text>
}
"""
    provider = harness.Scripted()
    outcome = harness.run(text, "a", "b", "c", provider=provider)
    assert outcome.outputs == [["<a>", "<b>", "<c>"]]
    # The first has the lane to itself when it comes; of those that wait, the third is next.
    assert provider.prompts == ["a", "c", "b"]


MANY = f"""
exec.lane @lane model "m" from "p" concurrency 10000
exec.frame @main(%xs: {LIST}) -> {LIST} {{
  %h, %ys = exec.spawn @all deadline 0.05 seconds with %xs : {LIST} -> {LIST}
  exec.return %ys : {LIST}
}}
exec.frame @all(%xs: {LIST}) -> {LIST} {{
  %ys = exec.fanout @ask over %xs : {LIST} -> {LIST}
  exec.return %ys : {LIST}
}}
exec.frame @ask(%t: !llm.text) -> !llm.text {{
  %x = exec.request @lane(%t) sampled site <0[*]> label "public"
  exec.return %x : !llm.text
}}
"""


def test_a_cancelled_scope_leaves_nothing_running(harness: Harness) -> None:
    provider = harness.Scripted(seconds=lambda prompt: 3600.0)
    prepared = harness.prepare(MANY)

    async def main() -> tuple[int, int]:
        session = Session(provider)
        with pytest.raises(Exception, match="must be over within"):
            await run_async(prepared, [words(2000)], session)
        return len(asyncio.all_tasks()), provider.live["m"]

    files = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    assert asyncio.run(main()) == (1, 0)
    if files:
        assert len(os.listdir("/proc/self/fd")) == files
    assert provider.most["m"] == 2000


def test_workers_that_had_to_leave_are_replaced(harness: Harness) -> None:
    # One worker at most: it leaves with the call that is cancelled, and another one comes.
    text = """
exec.lane @lane model "m" from "p" concurrency 1
exec.frame @main(%t: !llm.text) -> !llm.text {
  %s = exec.attempt [@slow, @quick] with %t : !llm.text -> !llm.text
  exec.return %s : !llm.text
}
exec.frame @slow(%t: !llm.text) -> !llm.text {
  %h, %x = exec.spawn @ask deadline 0.01 seconds with %t : !llm.text -> !llm.text
  exec.return %x : !llm.text
}
exec.frame @ask(%t: !llm.text) -> !llm.text {
  %x = exec.request @lane(%t) sampled site <0> label "public"
  exec.return %x : !llm.text
}
exec.frame @quick(%t: !llm.text) -> !llm.text {
  %u = exec.format "quick {0}"(%t)
  %x = exec.request @lane(%u) sampled site <1> label "public"
  exec.return %x : !llm.text
}
"""
    provider = harness.Scripted(seconds=lambda prompt: 0.001 if "quick" in prompt else 3600.0)
    assert harness.run(text, "q", provider=provider, clock="real").outputs == ["<quick q>"]
    assert provider.live["m"] == 0


def test_the_driver_has_no_more_workers_than_calls(harness: Harness) -> None:
    provider = harness.Scripted(seconds=lambda prompt: 0.001)
    prepared = harness.prepare(map_on("", 1000))
    counted: list[int] = []
    original = AsyncioDriver.finish

    def finish(self: AsyncioDriver) -> None:
        counted.append(len(asyncio.all_tasks()))
        original(self)

    AsyncioDriver.finish = finish
    try:
        run(prepared, [words(5)], Session(provider))
    finally:
        AsyncioDriver.finish = original
    assert max(counted) <= 5 + 3
