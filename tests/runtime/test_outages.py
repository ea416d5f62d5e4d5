"""Lanes whose provider fails: what they wait for, when they speed up, and when they give up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ember_mlir.errors import ProviderError
from ember_mlir.runtime.backoff import jittered
from ember_mlir.runtime.trace import Span
from ember_mlir.testing.engines import EVERYWHERE, Watched, Where
from ember_mlir.testing.playing import Playing, map_on, words

if TYPE_CHECKING:
    from conftest import Harness

VIRTUALLY = pytest.mark.parametrize("where", EVERYWHERE[:2])
BUSY = ProviderError("busy", retryable=True)
LIMITED = ProviderError("429", retryable=True, rate_limited=True)
SECOND = 1_000_000_000


def most_at_once(spans: list[Span]) -> int:
    """How many spans were ever under way at one moment."""
    return max(sum(s.start <= span.start < s.end for s in spans) for span in spans)


@VIRTUALLY
def test_all_calls_of_a_lane_wait_as_long_as_one_was_asked_to(
    harness: Harness, where: Where
) -> None:
    asked = ProviderError("429", retryable=True, rate_limited=True, retry_after=20.0)

    def play(prompt: str, before: int) -> tuple[str | Exception, float]:
        return (asked, 0.5) if (prompt, before) == ("w0", 0) else ("ok", 1.0)

    # Two lanes full: what is under way goes on, all that is not sent waits.
    text = map_on("at_most 2 backoff 0.1 to 0.2 seconds", 3)
    outcome = Watched(harness.prepare(text), [words(9)], Playing(play)).run(where)
    starts = sorted(span.start / SECOND for span in outcome.trace.spans())
    assert starts[:3] == [0.0] * 3
    assert all(20.5 <= start for start in starts[3:])


@VIRTUALLY
def test_a_lane_that_was_slowed_down_gets_as_fast_as_it_was(harness: Harness, where: Where) -> None:
    def play(prompt: str, before: int) -> tuple[str | Exception, float]:
        return (LIMITED, 0.5) if before == 0 and int(prompt[1:]) < 8 else ("ok", 1.0)

    text = map_on("at_most 4 backoff 0.5 to 0.5 seconds", 8)
    outcome = Watched(harness.prepare(text), [words(200)], Playing(play)).run(where)
    spans = sorted(outcome.trace.spans(), key=lambda span: span.start)
    assert most_at_once(spans[8:20]) < 8
    assert most_at_once(spans[100:]) == 8


@VIRTUALLY
def test_an_answer_refills_what_may_be_sent_in_vain(harness: Harness, where: Where) -> None:
    # Four outages of two failures each: more than three in all, but never in a row.
    text = map_on("retries 3 at_most 8 backoff 0.5 to 1 seconds", 1)
    sent = 0

    def play(prompt: str, before: int) -> tuple[str | Exception, float]:
        nonlocal sent
        sent += 1
        return (BUSY if sent % 4 in (1, 2) else "ok", 0.1)

    outcome = Watched(harness.prepare(text), [words(8)], Playing(play)).run(where)
    assert outcome.outputs == [["ok"] * 8]


@VIRTUALLY
def test_a_lane_gives_up_although_nothing_is_sent_again(harness: Harness, where: Where) -> None:
    # All that fails is left out: who waits is told that nobody answers, and left out, too.
    provider = Playing(lambda prompt, before: (BUSY, 0.25))
    text = map_on("retries 2", 4, "on_error drop")
    # More than a request, so that all members ask at once, and most wait for the lane.
    text = text.replace("exec.return %x", '%z = exec.format "{0}"(%x)\n  exec.return %z')
    outcome = Watched(harness.prepare(text), [words(40)], provider).run(where)
    assert outcome.outputs == [[]]
    assert len(provider.starts) == 4 + 2


@VIRTUALLY
def test_a_lane_that_answers_again_waits_only_for_its_own_limit(
    harness: Harness, where: Where
) -> None:
    # Two failures in a row have it wait until 31 s; but then an old call answers at 3 s.
    def play(prompt: str, before: int) -> tuple[str | Exception, float]:
        match prompt, before:
            case "w0", _:
                return "ok", 3.0
            case "w1" | "w2", 0:
                return BUSY, 0.25
            case _:
                return "ok", 5.0

    limits = "requests_per_minute 60 at_most 2 backoff 30 to 30 seconds"
    outcome = Watched(harness.prepare(map_on(limits)), [words(30)], Playing(play)).run(where)
    # One call per second from then on, the two that are sent again among them.
    assert outcome.seconds < 45.0


def test_what_waits_in_vain_does_not_all_come_back_at_once(harness: Harness) -> None:
    # Equal requests in different frames of one depth have waits of their own.
    text = """
exec.lane @lane model "m" from "p" concurrency 8 at_most 2 backoff 8 to 8 seconds
exec.frame @main(%t: !llm.text) -> !llm.list<!llm.text> {
  %x = exec.parallel [@a, @b, @c] with %t : !llm.text -> !llm.list<!llm.text>
  exec.return %x : !llm.list<!llm.text>
}
"""
    for number, name in enumerate("abc"):
        text += f"""
exec.frame @{name}(%t: !llm.text) -> !llm.text {{
  %x = exec.request @lane(%t) sampled site <{number}> label "public"
  exec.return %x : !llm.text
}}
"""
    provider = Playing(lambda prompt, before: (BUSY if before < 3 else "ok", 0.5))
    outcome = Watched(harness.prepare(text), ["q"], provider).run("heap")
    again = sorted(span.queued for span in outcome.trace.spans())[3:]
    assert len(set(again)) == 3


@VIRTUALLY
@pytest.mark.parametrize("by", ["the lane", "the program"])
def test_an_overload_that_says_when_to_come_back_is_obeyed(
    harness: Harness, where: Where, by: str
) -> None:
    overloaded = ProviderError("503", retryable=True, retry_after=20.0)
    provider = Playing(lambda prompt, before: ("ok" if before == 2 else overloaded, 0.5))
    text = map_on("at_most 3 backoff 1 to 1 seconds" if by == "the lane" else "")
    if by == "the program":
        text = text.replace("fanout @ask", "fanout @try") + TRY
    outcome = Watched(harness.prepare(text), [["q"]], provider).run(where)
    assert outcome.outputs == [["ok"]]
    starts = [start for _, start in provider.starts]
    assert starts == pytest.approx([0.0, 20.5, 41.0], abs=1e-6)


TRY = """
exec.frame @try(%t: !llm.text) -> !llm.text {
  %x = exec.attempt [@ask] at_most 3 backoff 1 to 1 seconds with %t : !llm.text -> !llm.text
  exec.return %x : !llm.text
}
"""


def test_no_wait_is_none() -> None:
    assert jittered(0, bytes(16), (), (), BUSY) == 1000
    assert jittered(1, bytes(16), (1,), (2, 3), BUSY) == 1000
