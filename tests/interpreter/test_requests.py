"""What models are asked, what becomes of their answers, and what they draw."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from ember_mlir.errors import EmptyChoiceError, ParseError, ProviderError
from ember_mlir.grammars import Grammar
from ember_mlir.providers import Image, Message, Request, Tool, ToolCall

if TYPE_CHECKING:
    from conftest import Oracle

TEXT = "(%a: !llm.text) -> !llm.text"
JUDGE = "(%p: !llm.text, %xs: !llm.list<!llm.text>) -> !llm.text"


def in_turn(*answers: str | Message) -> Callable[[Request], str | Message]:
    left = list(answers)
    return lambda request: left.pop(0)


def test_a_request_holds_all_that_the_call_says(oracle: Oracle) -> None:
    body = """%r = llm.generate @m(%a) temperature 0.7 top_p 0.9 max_tokens 5
      stop ["\\n", "é"] as regex ".+" draw <0>"""
    oracle.value(TEXT, body, "q")
    (request,) = oracle.requests
    assert request == Request(
        "true-name",
        "q",
        temperature=0.7,
        max_tokens=5,
        draws=request.draws,
        top_p=0.9,
        stop=("\n", "é"),
        grammar=Grammar("regex", ".+"),
    )
    assert oracle.drew((0, []))


def test_what_is_not_said_is_left_to_the_provider(oracle: Oracle) -> None:
    oracle.value(TEXT, "%r = llm.generate @n(%a) draw <0>", "q")
    (request,) = oracle.requests
    assert request == Request("n", "q", draws=request.draws)


def test_a_conversation_is_sent_as_it_is(oracle: Oracle) -> None:
    body = """%m = llm.messages system(%a) user(%a, image %a)
      %r = llm.generate @m(%m : !llm.messages) temperature 0 site <0>"""
    assert oracle.value(TEXT, body, "x") == "[None]"
    (request,) = oracle.requests
    assert request.prompt is None
    assert request.messages == (
        Message("system", ("x",)),
        Message("user", ("x", Image("x"))),
    )
    assert request.draws == ()


TOOLS = "%r = llm.generate @m(%a) tools [@search] draw <0> -> !llm.messages"


def test_with_tools_the_answer_is_the_turn_of_the_model(oracle: Oracle) -> None:
    turn = Message("assistant", ("wait",), (ToolCall("1", "search", "{}"),))
    oracle.answer = lambda request: turn
    assert oracle.value("(%a: !llm.text) -> !llm.messages", TOOLS, "q") == (turn,)
    assert oracle.requests[0].tools == (Tool("search", "finds", '{"type": "object"}'),)


def test_a_plain_answer_to_a_call_with_tools_is_a_turn_too(oracle: Oracle) -> None:
    found = oracle.value("(%a: !llm.text) -> !llm.messages", TOOLS, "q")
    assert found == (Message("assistant", ("[q]",)),)


DIGITS = 'as regex "[0-9]+"'


def test_an_answer_that_fits_is_given_as_it_was_written(oracle: Oracle) -> None:
    oracle.answer = lambda request: "42\n"
    assert oracle.value(TEXT, f"%r = llm.generate @m(%a) {DIGITS} draw <0>", "q") == "42\n"
    assert len(oracle.requests) == 1


def test_an_answer_that_does_not_fit_is_asked_for_again_with_other_draws(oracle: Oracle) -> None:
    oracle.answer = in_turn("many", "few", "7")
    body = f"%r = llm.generate @m(%a) {DIGITS} retries 2 draw <3>"
    assert oracle.value(TEXT, body, "q") == "7"
    assert oracle.prompts == ["q", "q", "q"]
    assert oracle.drew((3, []), (3, [1]), (3, [2]))


def test_when_all_attempts_are_used_up_it_is_an_error_with_its_place(oracle: Oracle) -> None:
    oracle.answer = lambda request: "many"
    body = f"%r = llm.generate @m(%a) {DIGITS} retries 2 draw <3>"
    with pytest.raises(ParseError, match=r"^test\.mlir:3:6: .*regex"):
        oracle.value(TEXT, body, "q")
    assert len(oracle.requests) == 3


def test_without_retries_one_answer_that_does_not_fit_is_an_error(oracle: Oracle) -> None:
    with pytest.raises(ParseError):
        oracle.value(TEXT, f"%r = llm.generate @m(%a) temperature 0 {DIGITS} site <0>", "q")
    assert len(oracle.requests) == 1


def test_a_provider_that_fails_is_not_asked_again(oracle: Oracle) -> None:
    oracle.answer = lambda request: ProviderError("the service is down", retryable=True)
    with pytest.raises(ProviderError, match=r"^test\.mlir:3:6: the service is down$"):
        oracle.value(TEXT, f"%r = llm.generate @m(%a) {DIGITS} retries 2 draw <3>", "q")
    assert len(oracle.requests) == 1


def test_each_sample_is_asked_for_again_on_its_own(oracle: Oracle) -> None:
    oracle.answer = in_turn("1", "x", "2", "x", "x", "3")
    body = f"%r = ensemble.sample 3 of @m(%a) {DIGITS} retries 2 draw <5[*]>"
    found = oracle.value("(%a: !llm.text) -> !llm.list<!llm.text>", body, "q")
    assert found == ["1", "2", "3"]
    assert oracle.drew((5, [0]), (5, [1]), (5, [1, 1]), (5, [2]), (5, [2, 1]), (5, [2, 2]))


def test_a_greedy_sample_draws_nothing(oracle: Oracle) -> None:
    body = "%r = ensemble.sample 2 of @m(%a) temperature 0 site <5[*]>"
    assert oracle.value("(%a: !llm.text) -> !llm.list<!llm.text>", body, "q") == ["[q]", "[q]"]
    assert [request.draws for request in oracle.requests] == [(), ()]


def test_an_index_that_is_a_number_stays(oracle: Oracle) -> None:
    oracle.value(TEXT, "%r = llm.generate @m(%a) draw <1[4, 2]>", "q")
    assert oracle.drew((1, [4, 2]))


def test_the_draw_depends_on_the_seed(oracle: Oracle) -> None:
    text = f"func.func @f{TEXT} {{ %r = llm.generate @m(%a) draw <1>\nfunc.return %r : !llm.text }}"
    oracle.run(text, "q", seed=1)
    oracle.run(text, "q", seed=2)
    first, second = oracle.requests
    assert first.draws != second.draws


def test_an_embedding(oracle: Oracle) -> None:
    oracle.answer = lambda request: (0.5, -1.0)
    found = oracle.value("(%a: !llm.text) -> tensor<?xf32>", "%r = llm.embed @m(%a) site <0>", "q")
    assert found == (0.5, -1.0)
    assert oracle.requests == [Request("true-name", "q", kind="embed")]


SCORE = "(%a: !llm.text, %l: !llm.list<!llm.text>) -> !llm.list<f64>"


def test_a_score_for_each_label(oracle: Oracle) -> None:
    oracle.answer = lambda request: (0.25, 0.75)
    found = oracle.value(SCORE, "%r = llm.score @m(%a) among %l site <0>", "q", ["x", "y"])
    assert found == [0.25, 0.75]
    assert oracle.requests == [Request("true-name", "q", kind="score", labels=("x", "y"))]


def test_without_labels_nobody_is_asked(oracle: Oracle) -> None:
    assert oracle.value(SCORE, "%r = llm.score @m(%a) among %l", "q", []) == []
    assert oracle.requests == []


LISTS = "(%a: !llm.list<!llm.text>, %l: !llm.list<!llm.text>) -> "


def test_the_embeddings_of_a_list_are_those_of_its_texts(oracle: Oracle) -> None:
    oracle.answer = lambda request: (float(len(request.prompt or "")),)
    body = """%r = llm.embed @m(%a : !llm.list<!llm.text>) site <0[*]>
      -> !llm.list<tensor<?xf32>>"""
    signature = f"{LISTS}!llm.list<tensor<?xf32>>"
    assert oracle.value(signature, body, ["abc", "", "abc"], []) == [(3.0,), (0.0,), (3.0,)]
    alone = [Request("true-name", text, kind="embed") for text in ("abc", "", "abc")]
    assert oracle.requests == alone
    assert oracle.value(signature, body, [], []) == []
    assert oracle.requests == alone


def test_the_scores_of_a_list_are_those_of_its_texts(oracle: Oracle) -> None:
    oracle.answer = lambda request: (0.25,) if request.prompt == "a" else (0.75,)
    body = "%r = llm.score @m(%a : !llm.list<!llm.text>) among %l -> !llm.list<!llm.list<f64>>"
    signature = f"{LISTS}!llm.list<!llm.list<f64>>"
    assert oracle.value(signature, body, ["a", "b"], ["x"]) == [[0.25], [0.75]]
    assert [request.labels for request in oracle.requests] == [("x",), ("x",)]
    assert oracle.value(signature, body, ["a", "b"], []) == [[], []]
    assert len(oracle.requests) == 2


def test_the_first_text_that_fails_is_the_failure_of_its_list(oracle: Oracle) -> None:
    oracle.answer = lambda r: (1.0,) if r.prompt == "a" else ProviderError(f"no {r.prompt}")
    body = "%r = llm.embed @m(%a : !llm.list<!llm.text>) -> !llm.list<tensor<?xf32>>"
    with pytest.raises(ProviderError, match="no b"):
        oracle.value(f"{LISTS}!llm.list<tensor<?xf32>>", body, ["a", "b", "c"], [])
    assert oracle.prompts == ["a", "b"]


SAMPLED_JUDGE = '%r = ensemble.judge @m(%p) among %xs top_p 0.5 max_tokens 3 stop ["."] draw <0>'


def test_a_judge_sees_the_prompt_and_the_numbered_answers(oracle: Oracle) -> None:
    oracle.answer = lambda request: "Number 2, not 1."
    assert oracle.value(JUDGE, SAMPLED_JUDGE, "Best?", ["x", "y"]) == "y"
    (request,) = oracle.requests
    expected = "Best?\n\n1. x\n2. y\n\nReply with the number of the best one."
    assert request == Request(
        "true-name", expected, max_tokens=3, draws=request.draws, top_p=0.5, stop=(".",)
    )
    assert oracle.drew((0, []))


def test_a_greedy_judge_draws_nothing(oracle: Oracle) -> None:
    oracle.answer = lambda request: "1"
    body = "%r = ensemble.judge @m(%p) among %xs temperature 0 site <0>"
    assert oracle.value(JUDGE, body, "Best?", ["x", "y"]) == "x"
    assert oracle.requests[0].draws == ()


def test_of_one_answer_nobody_judges(oracle: Oracle) -> None:
    assert oracle.value(JUDGE, SAMPLED_JUDGE, "Best?", ["x"]) == "x"
    assert oracle.requests == []


def test_of_no_answer_there_is_none_to_judge(oracle: Oracle) -> None:
    with pytest.raises(EmptyChoiceError, match=r"^test\.mlir:3:6: a choice needs at least 1"):
        oracle.value(JUDGE, SAMPLED_JUDGE, "Best?", [])


@pytest.mark.parametrize("reply", ["the last", "0", "3", "1234567890123", "", "²"])
def test_a_verdict_that_names_no_answer_is_an_error(oracle: Oracle, reply: str) -> None:
    oracle.answer = lambda request: reply
    with pytest.raises(ParseError, match=r"^test\.mlir:3:6: .* by a number from 1 to 2, but got"):
        oracle.value(JUDGE, SAMPLED_JUDGE, "Best?", ["x", "y"])
