"""Votes that stop early: the right winner, as few calls as can be, and nothing left behind."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest

from ember_mlir.errors import EmptyVoteError, ProviderError, ShapeError
from ember_mlir.providers.session import Clock
from ember_mlir.semantics import vote

if TYPE_CHECKING:
    from conftest import Harness

CLOCKS = pytest.mark.parametrize("clock", ["virtual", "real"])
LIST = "!llm.list<!llm.text>"
REFUSED = ProviderError("the model refused")


def vote_of(times: int, rule: str, on_error: str = "") -> str:
    return f"""
exec.lane @lane model "m" from "p" concurrency 8
exec.frame @main(%t: !llm.text) -> !llm.text {{
  %all = exec.fanout @ask times {times} with %t : !llm.text {on_error} -> {LIST}
  %v = exec.quorum %all {rule} : {LIST}
  exec.return %v : !llm.text
}}
exec.frame @ask(%t: !llm.text) -> !llm.text {{
  %x = exec.request @lane(%t) sampled site <0[*]> label "public"
  exec.return %x : !llm.text
}}
"""


@CLOCKS
@pytest.mark.parametrize("answers", [*product("ab", repeat=5)], ids="".join)
def test_a_lossless_stop_gives_what_the_full_vote_does(
    harness: Harness, answers: tuple[str, ...], clock: Clock
) -> None:
    # Members answer in the order in which they start, at any time.
    drawn: dict[int, str] = {}
    provider = harness.Scripted(seconds=lambda prompt: 0.001)

    def answer(prompt: str) -> str:
        number = len(drawn)
        drawn[number] = answers[number]
        return answers[number]

    provider.answer = answer
    outcome = harness.run(vote_of(5, "stop lossless"), "q", provider=provider, clock=clock)
    assert outcome.outputs == [vote(list(answers))]
    first = answers[0]
    leads = [answers[:n].count(first) for n in range(6)]
    if leads[3] == 3:
        assert outcome.bill.calls == 3
    assert outcome.bill.calls <= 5
    assert provider.live["m"] == 0


def test_without_a_stop_all_are_asked(harness: Harness) -> None:
    assert harness.run(vote_of(5, ""), "q").bill.calls == 5


def test_an_adaptive_stop_needs_four_that_agree(harness: Harness) -> None:
    outcome = harness.run(vote_of(40, "stop adaptive confidence 0.95"), "q")
    assert (outcome.outputs, outcome.bill.calls) == (["<q>"], 4)


def test_what_the_vote_does_not_need_is_cancelled(harness: Harness) -> None:
    answers = iter("aababa")
    seconds = iter([1.0, 1.0, 1.0, 1.0, 50.0])
    provider = harness.Scripted(lambda prompt: next(answers), lambda prompt: next(seconds))
    outcome = harness.run(vote_of(5, "stop lossless"), "q", provider=provider)
    # After a, a, b another a decides: the fifth is never asked.
    assert (outcome.outputs, outcome.bill.calls, outcome.seconds) == (["a"], 4, 2.0)


def test_members_that_were_left_out_do_not_count(harness: Harness) -> None:
    answers = iter([REFUSED, "a", "b", "b", "a", "b"])
    provider = harness.Scripted(lambda prompt: next(answers))
    text = vote_of(6, "stop lossless", "on_error drop")
    assert harness.run(text, "q", provider=provider).outputs == ["b"]


def test_too_few_valid_members_are_an_error(harness: Harness) -> None:
    provider = harness.Scripted(lambda prompt: REFUSED)
    for rule in ("stop lossless", "min_valid 2", ""):
        with pytest.raises(EmptyVoteError):
            harness.run(vote_of(3, rule, "on_error drop"), "q", provider=provider)
    with pytest.raises(EmptyVoteError):
        harness.run(vote_of(3, "min_valid 4"), "q")


def test_a_member_that_fails_fails_the_vote_unless_it_is_handled(harness: Harness) -> None:
    provider = harness.Scripted(lambda prompt: REFUSED)
    with pytest.raises(ProviderError, match="refused"):
        harness.run(vote_of(5, "stop lossless"), "q", provider=provider)


KEYED = f"""
exec.frame @main(%xs: {LIST}, %keys: !llm.list<i64>) -> !llm.text {{
  %ys = exec.fanout @ask over %xs : {LIST} -> {LIST}
  %v = exec.quorum %ys by %keys : {LIST}, !llm.list<i64>
  exec.return %v : !llm.text
}}
exec.frame @ask(%t: !llm.text) -> !llm.text {{
  %x = exec.request @lane(%t) temperature 0 site <0[*]> label "public"
  exec.return %x : !llm.text
}}
"""


def test_keys_decide_where_they_are_given(harness: Harness) -> None:
    assert harness.run(KEYED, list("abcd"), [1, 2, 2, 3]).outputs == ["<b>"]
    with pytest.raises(ShapeError):
        harness.run(KEYED, list("abcd"), [1, 2])


def test_a_list_that_is_there_is_decided_at_once(harness: Harness) -> None:
    text = f"""
exec.frame @main(%xs: {LIST}) -> !llm.text {{
  %v = exec.quorum %xs stop lossless : {LIST}
  exec.return %v : !llm.text
}}
"""
    assert harness.run(text, list("aabb")).outputs == ["a"]
    with pytest.raises(EmptyVoteError):
        harness.run(text, [])
