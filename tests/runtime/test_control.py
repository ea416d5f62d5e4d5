"""Branches, loops, scopes, attempts and races: instructions that run other frames."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from ember_mlir.errors import (
    BudgetError,
    DeadlineError,
    FrameCancelledError,
    ParseError,
    ProviderError,
)
from ember_mlir.providers import Reply, Request, Session
from ember_mlir.providers.session import Clock
from ember_mlir.runtime.run import run

if TYPE_CHECKING:
    from conftest import Harness

CLOCKS = pytest.mark.parametrize("clock", ["virtual", "real"])
LANE = 'exec.lane @lane model "m" from "p" concurrency 8\n'
PRICED = 'exec.lane @lane model "m" from "p" concurrency 8 usd_per_million 1.0 in 1.0 out\n'
LIST = "!llm.list<!llm.text>"
BUSY = ProviderError("503", retryable=True)
REFUSED = ProviderError("the model refused")

ARMS = """
exec.frame @a(%t: !llm.text) -> !llm.text {
  %u = exec.format "a{0}"(%t)
  %x = exec.request @lane(%u) max_tokens 10 sampled site <0> label "public" at "app.py":1:1
  exec.return %x : !llm.text
}
exec.frame @b(%t: !llm.text) -> !llm.text {
  %u = exec.format "b{0}"(%t)
  %x = exec.request @lane(%u) max_tokens 10 sampled site <1> label "public" at "app.py":2:1
  exec.return %x : !llm.text
}
"""


def text_of(instruction: str, lane: str = LANE) -> str:
    """A program of one instruction that runs the frames @a and @b."""
    return f"""{lane}
exec.frame @main(%t: !llm.text) -> !llm.text {{
  %s = {instruction} with %t : !llm.text -> !llm.text
  exec.return %s : !llm.text
}}
{ARMS}"""


SELECT = """
exec.frame @main(%c: i1, %t: !llm.text) -> !llm.text {
  %s = exec.select %c then @a else @same with %t : !llm.text -> !llm.text
  exec.return %s : !llm.text
}
exec.frame @same(%t: !llm.text) -> !llm.text {
  exec.return %t : !llm.text
}
exec.frame @a(%t: !llm.text) -> !llm.text {
  %x = exec.request @lane(%t) temperature 0 site <0> label "public"
  exec.return %x : !llm.text
}
"""


def test_a_branch_runs_one_frame_and_nothing_of_the_other(harness: Harness) -> None:
    assert harness.run(SELECT, True, "q").outputs == ["<q>"]
    other = harness.run(SELECT, False, "q")
    assert (other.outputs, other.bill.calls) == (["q"], 0)


LOOP = """
exec.frame @main(%t: !llm.text, %n: i64) -> (i1, !llm.text, i64) {
  %zero = exec.constant 0 : i64
  %m, %s, %k = exec.loop @body from %t, %zero : !llm.text, i64 at_most 5 with %n : i64
  exec.return %m, %s, %k : i1, !llm.text, i64
}
exec.frame @body(%t: !llm.text, %i: i64, %n: i64) -> (i1, !llm.text, i64) {
  %one = exec.constant 1 : i64
  %j = exec.compute "arith.addi"(%i, %one) : (i64, i64) -> i64
  %c = exec.compute "arith.cmpi"(%j, %n) where {predicate = 2 : i64} : (i64, i64) -> i1
  %x = exec.request @lane(%t) sampled site <0[*]> label "public"
  exec.return %c, %x, %j : i1, !llm.text, i64
}
"""


@CLOCKS
def test_a_loop_runs_while_it_says_so_and_at_most_so_often(harness: Harness, clock: Clock) -> None:
    assert harness.run(LOOP, "q", 3, clock=clock).outputs == [False, "<<<q>>>", 3]
    assert harness.run(LOOP, "q", 30, clock=clock).outputs == [True, "<<<<<q>>>>>", 5]
    # It runs once even where it would not have said so.
    assert harness.run(LOOP, "q", 0, clock=clock).outputs == [False, "<q>", 1]


def test_rounds_of_a_loop_draw_apart(harness: Harness) -> None:
    provider = harness.Scripted()
    harness.run(LOOP, "q", 3, provider=provider)
    assert len({request.draws for request in provider.requests}) == 3


COUNT = f"""
exec.frame @main(%n: i64) -> ({LIST}, i64) {{
  %zero = exec.constant 0 : i64
  %none = exec.list() : {LIST}
  %m, %k, %all = exec.loop @body from %zero, %none : i64, {LIST} with %n : i64
  exec.return %all, %k : {LIST}, i64
}}
exec.frame @body(%i: i64, %all: {LIST}, %n: i64) -> (i1, i64, {LIST}) {{
  %one = exec.constant 1 : i64
  %j = exec.compute "arith.addi"(%i, %one) : (i64, i64) -> i64
  %c = exec.compute "arith.cmpi"(%j, %n) where {{predicate = 2 : i64}} : (i64, i64) -> i1
  %p = exec.constant "q"
  %x = exec.request @lane(%p) sampled site <0[*]> label "public"
  %new = exec.list(%x) : {LIST}
  %more = exec.compute "llm.concat"(%all, %new) : ({LIST}, {LIST}) -> {LIST}
  exec.return %c, %j, %more : i1, i64, {LIST}
}}
"""


def test_rounds_that_do_not_wait_for_one_another_run_at_once(harness: Harness) -> None:
    provider = harness.Scripted(seconds=lambda prompt: 1.0)
    text = f'exec.lane @lane model "m" from "p" concurrency 100\n{COUNT}'
    outcome = harness.run(text, 100, provider=provider)
    assert outcome.outputs == [["<q>"] * 100, 100]
    assert outcome.seconds == 1.0


def test_a_loop_holds_a_window_of_rounds(harness: Harness) -> None:
    # More rounds than the window: what a round holds is let go of before the last begins.
    outcome = harness.run(COUNT, 1000)
    assert outcome.outputs[1] == 1000
    assert outcome.bill.calls == 1000


ATTEMPT = "exec.attempt [@a, @b] at_most 3 backoff 0.5 to 4 seconds"


@CLOCKS
def test_the_first_frame_that_succeeds_is_enough(harness: Harness, clock: Clock) -> None:
    text = text_of("exec.attempt [@a, @b] at_most 3")
    outcome = harness.run(text, "q", clock=clock)
    assert (outcome.outputs, outcome.bill.calls) == (["<aq>"], 1)


@CLOCKS
def test_a_frame_is_tried_again_with_the_same_draws_then_the_next(
    harness: Harness, clock: Clock
) -> None:
    provider = harness.Scripted(lambda prompt: BUSY if prompt[0] == "a" else "ok")
    text = text_of("exec.attempt [@a, @b] at_most 3 backoff 0.001 to 0.002 seconds")
    assert harness.run(text, "q", provider=provider, clock=clock).outputs == ["ok"]
    assert provider.prompts == ["aq", "aq", "aq", "bq"]
    assert len({request.draws for request in provider.requests[:3]}) == 1


def test_waits_between_tries_grow_within_their_bounds(harness: Harness) -> None:
    times: list[float] = []
    text = text_of("exec.attempt [@a] at_most 6 backoff 0.5 to 4 seconds")
    for seed in range(30):
        provider = harness.Scripted(lambda prompt: BUSY)
        with pytest.raises(ProviderError) as caught:
            harness.run(text, "q", provider=provider, seed=seed)
        assert caught.value.bill is not None
        times.append(caught.value.bill.seconds)
    # Waits of at most 0.5, 1, 2, 4 and 4 seconds, each drawn evenly.
    assert max(times) <= 11.5
    assert 4.5 < sum(times) / len(times) < 7.0
    assert len(set(times)) == 30


def test_an_error_that_will_not_pass_is_not_tried_again(harness: Harness) -> None:
    provider = harness.Scripted(lambda prompt: REFUSED if prompt[0] == "a" else "ok")
    assert harness.run(text_of(ATTEMPT), "q", provider=provider).outputs == ["ok"]
    assert provider.prompts == ["aq", "bq"]


def test_the_wait_that_a_provider_asks_for_is_kept(harness: Harness) -> None:
    asked = ProviderError("429", retryable=True, rate_limited=True, retry_after=20.0)
    provider = harness.Scripted(lambda prompt: asked if prompt[0] == "a" else "ok")
    outcome = harness.run(text_of(ATTEMPT), "q", provider=provider)
    assert outcome.seconds >= 40.0


@CLOCKS
def test_if_all_fail_it_is_the_error_of_the_last(harness: Harness, clock: Clock) -> None:
    provider = harness.Scripted(lambda prompt: REFUSED)
    for instruction in ("exec.attempt [@a, @b]", "exec.first [@a, @b]"):
        with pytest.raises(ProviderError) as caught:
            harness.run(text_of(instruction), "q", provider=provider, clock=clock)
        assert str(caught.value) == "app.py:2:1: the model refused"
        assert caught.value.__notes__ == ["also failed: app.py:1:1: the model refused"]


REDRAW = """
exec.frame @main(%t: !llm.text) -> !llm.text {
  %s = exec.attempt [@a] at_most 4 redraw with %t : !llm.text -> !llm.text
  exec.return %s : !llm.text
}
exec.frame @a(%t: !llm.text) -> !llm.text {
  %x = exec.request @lane(%t) as regex "[0-9]+" sampled site <0> label "public"
  exec.return %x : !llm.text
}
"""


def test_an_answer_that_does_not_fit_is_drawn_again(harness: Harness) -> None:
    answers = iter(["no", "nor this", "42"])
    provider = harness.Scripted(lambda prompt: next(answers))
    assert harness.run(REDRAW, "q", provider=provider).outputs == ["42"]
    assert len({request.draws for request in provider.requests}) == 3
    with pytest.raises(ParseError):
        harness.run(REDRAW, "q", provider=harness.Scripted(lambda prompt: "no"))


@CLOCKS
def test_a_race_gives_the_first_and_cancels_the_rest(harness: Harness, clock: Clock) -> None:
    slow = 500.0 if clock == "virtual" else 0.5
    provider = harness.Scripted(seconds=lambda prompt: slow if prompt[0] == "a" else 0.001)
    outcome = harness.run(text_of("exec.first [@a, @b]"), "q", provider=provider, clock=clock)
    assert (outcome.outputs, outcome.bill.calls) == (["<bq>"], 2)
    assert outcome.seconds < 0.4
    assert provider.live["m"] == 0


def test_one_that_fails_does_not_end_a_race(harness: Harness) -> None:
    provider = harness.Scripted(lambda prompt: REFUSED if prompt[0] == "a" else "ok")
    assert harness.run(text_of("exec.first [@a, @b]"), "q", provider=provider).outputs == ["ok"]


@pytest.mark.parametrize(
    ("seconds", "answer", "took", "calls"),
    [
        (1.0, "<aq>", 1.0, 1),  # in time: no hedge is sent
        (9.0, "<bq>", 3.5, 2),  # too slow: the hedge wins
        (3.0, "<aq>", 3.0, 2),  # the hedge is sent, and loses
    ],
)
def test_a_hedge_starts_after_its_delay(
    harness: Harness, seconds: float, answer: str, took: float, calls: int
) -> None:
    provider = harness.Scripted(seconds=lambda prompt: seconds if prompt[0] == "a" else 1.0)
    text = text_of("exec.first [@a, @b] after 2.5 seconds")
    outcome = harness.run(text, "q", provider=provider)
    assert (outcome.outputs, outcome.seconds, outcome.bill.calls) == ([answer], took, calls)


def test_a_hedge_starts_at_once_when_the_first_has_failed(harness: Harness) -> None:
    provider = harness.Scripted(lambda prompt: REFUSED if prompt[0] == "a" else "ok")
    text = text_of("exec.first [@a, @b] after 2.5 seconds")
    assert harness.run(text, "q", provider=provider).seconds < 0.1


def parallel_of(on_error: str) -> str:
    return f"""{LANE}
exec.frame @main(%t: !llm.text) -> {LIST} {{
  %s = exec.parallel [@a, @b] with %t : !llm.text {on_error} -> {LIST}
  exec.return %s : {LIST}
}}
{ARMS}"""


@pytest.mark.parametrize(
    ("on_error", "failing", "outputs"),
    [
        ("", "", ["<aq>", "<bq>"]),
        ("on_error drop", "", ["<aq>", "<bq>"]),
        ("on_error drop", "a", ["<bq>"]),
        ("on_error drop", "ab", []),
        ("on_error use %t", "a", ["q", "<bq>"]),
        ("on_error use %t", "ab", ["q", "q"]),
    ],
)
def test_members_that_fail_are_left_out_or_replaced(
    harness: Harness, on_error: str, failing: str, outputs: list[str]
) -> None:
    provider = harness.Scripted(lambda prompt: REFUSED if prompt[0] in failing else f"<{prompt}>")
    assert harness.run(parallel_of(on_error), "q", provider=provider).outputs == [outputs]


def test_a_member_that_fails_is_the_failure_of_all_unless_it_is_handled(harness: Harness) -> None:
    provider = harness.Scripted(lambda prompt: REFUSED if prompt[0] == "b" else "ok")
    with pytest.raises(ProviderError, match=r"app.py:2:1: the model refused"):
        harness.run(parallel_of(""), "q", provider=provider)


LATE_DEFAULT = f"""
exec.frame @main(%xs: {LIST}, %q: !llm.text) -> {LIST} {{
  %late = exec.request @lane(%q) temperature 0 site <1> label "public"
  %ys = exec.fanout @body over %xs : {LIST} on_error use %late -> {LIST}
  exec.return %ys : {LIST}
}}
exec.frame @body(%x: !llm.text) -> !llm.text {{
  %y = exec.request @lane(%x) temperature 0 site <0[*]> label "public"
  exec.return %y : !llm.text
}}
"""


def test_what_stands_for_a_failure_may_come_after_it(harness: Harness) -> None:
    provider = harness.Scripted(
        lambda prompt: REFUSED if prompt == "bad" else f"<{prompt}>",
        lambda prompt: 9.0 if prompt == "late" else 1.0,
    )
    outcome = harness.run(LATE_DEFAULT, ["a", "bad", "c"], "late", provider=provider)
    assert outcome.outputs == [["<a>", "<late>", "<c>"]]


def spawn_of(limits: str) -> str:
    return f"""{PRICED}
exec.frame @main(%t: !llm.text) -> !llm.text {{
  %h, %s = exec.spawn @a {limits} with %t : !llm.text -> !llm.text
  exec.return %s : !llm.text
}}
{ARMS}"""


@CLOCKS
def test_a_deadline_that_passes_is_an_error(harness: Harness, clock: Clock) -> None:
    provider = harness.Scripted(seconds=lambda prompt: 30.0)
    with pytest.raises(DeadlineError) as caught:
        harness.run(spawn_of("deadline 0.02 seconds"), "q", provider=provider, clock=clock)
    assert caught.value.message == (
        "the frame @a must be over within 0.02 seconds, but is not; allow more time, or ask "
        "for less"
    )
    assert provider.live["m"] == 0
    bill = caught.value.bill
    assert bill is not None
    # Of what was cancelled the input is charged, by estimate.
    assert (bill.calls, bill.estimated, bill.output_tokens) == (1, True, 0)
    assert harness.run(spawn_of("deadline 60 seconds"), "q").outputs == ["<aq>"]


def test_a_request_that_might_cost_too_much_is_not_sent(harness: Harness) -> None:
    provider = harness.Scripted()
    with pytest.raises(BudgetError, match=r"that might cost \$0.0000\d\d must fit into") as caught:
        harness.run(spawn_of("budget 0.00001 usd"), "q", provider=provider)
    assert provider.requests == []
    assert caught.value.bill is not None
    assert caught.value.bill.usd == Decimal(0)
    assert harness.run(spawn_of("budget 0.001 usd"), "q").outputs == ["<aq>"]


def test_a_budget_needs_prices_and_limits_of_answers(harness: Harness) -> None:
    without_prices = spawn_of("budget 1 usd").replace(PRICED, LANE)
    without_limits = spawn_of("budget 1 usd").replace("max_tokens 10 ", "")
    for text in (without_prices, without_limits):
        with pytest.raises(BudgetError, match="must state max_tokens, and its lane prices"):
            harness.run(text, "q")


BUDGETED_MAP = f"""{PRICED}
exec.frame @main(%xs: {LIST}) -> {LIST} {{
  %h, %ys = exec.spawn @all budget 0.0001 usd with %xs : {LIST} -> {LIST}
  exec.return %ys : {LIST}
}}
exec.frame @all(%xs: {LIST}) -> {LIST} {{
  %ys = exec.fanout @body over %xs : {LIST} on_error drop -> {LIST}
  exec.return %ys : {LIST}
}}
exec.frame @body(%x: !llm.text) -> !llm.text {{
  %y = exec.request @lane(%x) temperature 0 max_tokens 10 site <0[*]> label "public"
  exec.return %y : !llm.text
}}
"""


def test_calls_wait_for_what_others_have_reserved(harness: Harness) -> None:
    # Each may cost 43 millionths of a dollar, and costs 3: two fit at once, all in the end.
    outcome = harness.run(BUDGETED_MAP, list("abcdefghij"))
    assert outcome.outputs == [[f"<{x}>" for x in "abcdefghij"]]
    # Each costs 3 millionths: 19 answers leave less than the 20th might cost.
    many = harness.run(BUDGETED_MAP, ["a"] * 40)
    answers = many.outputs[0]
    assert isinstance(answers, list)
    assert 15 < len(answers) < 25
    assert many.bill.usd is not None
    assert many.bill.usd <= Decimal("0.0001")


CANCEL = """
exec.frame @main(%t: !llm.text) -> (!exec.token, !llm.text) {
  %late = exec.after 0.5 seconds
  %h, %s = exec.spawn @a with %t : !llm.text -> !llm.text
  %over = exec.cancel %h after %late
  exec.return %over, %t : !exec.token, !llm.text
}
exec.frame @a(%t: !llm.text) -> !llm.text {
  %x = exec.request @lane(%t) max_tokens 10 sampled site <0> label "public"
  exec.return %x : !llm.text
}
"""


def test_a_frame_is_cancelled_and_what_it_never_gives_is_an_error(harness: Harness) -> None:
    slow = harness.Scripted(seconds=lambda prompt: 30.0)
    outcome = harness.run(CANCEL, "q", provider=slow)
    assert (outcome.outputs, outcome.seconds) == ([None, "q"], 0.5)
    read = CANCEL.replace("%over, %t", "%over, %s")
    with pytest.raises(FrameCancelledError, match="but it was cancelled before"):
        harness.run(read, "q", provider=slow)
    # One that is over is not cancelled any more.
    assert harness.run(read, "q").outputs == [None, "<q>"]


def test_a_condition_may_say_that_nothing_is_cancelled(harness: Harness) -> None:
    text = CANCEL.replace("(%t: !llm.text) -> (!exec", "(%t: !llm.text, %no: i1) -> (!exec", 1)
    text = text.replace("cancel %h after", "cancel %h when %no after").replace(
        "%over, %t :", "%over, %s :"
    )
    slow = harness.Scripted(seconds=lambda prompt: 3.0)
    assert harness.run(text, "q", False, provider=slow).outputs == [None, "<q>"]
    with pytest.raises(FrameCancelledError):
        harness.run(text, "q", True, provider=slow)


NESTED = f"""
exec.lane @lane model "m" from "p" concurrency 4
exec.frame @main(%xs: {LIST}) -> {LIST} {{
  %ys = exec.fanout @outer over %xs : {LIST} -> {LIST}
  exec.return %ys : {LIST}
}}
exec.frame @outer(%x: !llm.text) -> !llm.text {{
  %y = exec.attempt [@inner, @sorry] with %x : !llm.text -> !llm.text
  exec.return %y : !llm.text
}}
exec.frame @sorry(%x: !llm.text) -> !llm.text {{
  exec.return %x : !llm.text
}}
exec.frame @inner(%x: !llm.text) -> !llm.text {{
  %ys = exec.fanout @ask times 20 with %x : !llm.text -> {LIST}
  %v = exec.vote %ys : {LIST}
  exec.return %v : !llm.text
}}
exec.frame @ask(%x: !llm.text) -> !llm.text {{
  %y = exec.request @lane(%x) sampled site <0[*, *]> label "public"
  exec.return %y : !llm.text
}}
"""


@CLOCKS
def test_scopes_that_fail_give_back_the_room_of_their_windows(
    harness: Harness, clock: Clock
) -> None:
    class SomeFail(harness.Scripted):
        """Refuses one in four requests about `bad`, by its draw."""

        def simulate(self, request: Request) -> tuple[Reply, float]:
            if request.prompt == "bad" and request.draws[0] % 4 == 0:
                self.requests.append(request)
                raise REFUSED
            return super().simulate(request)

    words = ["bad", "good"] * 30
    provider = SomeFail(seconds=lambda prompt: 0.0)
    outcome = harness.run(NESTED, words, provider=provider, clock=clock)
    assert outcome.outputs == [["bad", "<good>"] * 30]
    assert provider.live["m"] == 0


def test_one_prepared_program_runs_many_times(harness: Harness) -> None:
    prepared = harness.prepare(text_of(ATTEMPT))
    session = Session(harness.Scripted(), clock="virtual")
    assert [run(prepared, ["q"], session).outputs for _ in range(3)] == [["<aq>"]] * 3
