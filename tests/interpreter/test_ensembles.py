"""How answers combine: ties, empty lists, failures of one member, and who is asked at all."""

from __future__ import annotations

from collections.abc import Callable
from math import nan
from typing import TYPE_CHECKING

import pytest

from ember_mlir.errors import (
    EmptyChoiceError,
    EmptyReduceError,
    EmptyVoteError,
    InvalidIRError,
    NotAcceptedError,
    ProviderError,
    ShapeError,
)
from ember_mlir.interpreter import Value
from ember_mlir.providers import Request

if TYPE_CHECKING:
    from conftest import Oracle

LIST = "!llm.list<!llm.text>"
ON_LIST = f"(%xs: {LIST}, %y: !llm.text) -> {LIST}"
TEXT = "(%a: !llm.text) -> !llm.text"


def failing(*prompts: str) -> Callable[[Request], str | ProviderError]:
    """A model that fails on these prompts."""

    def answer(request: Request) -> str | ProviderError:
        prompt = request.prompt or ""
        return ProviderError(f"no answer to {prompt}") if prompt in prompts else f"[{prompt}]"

    return answer


# Members that fail.


def ask_each(handling: str) -> str:
    return f"""%r = ensemble.map %x in %xs {handling} : {LIST} -> {LIST} do {{
      %t = llm.generate @m(%x) draw <0[*]>
      ensemble.yield %t : !llm.text
    }}"""


def test_a_map_gives_results_in_order_and_counts_all_elements(oracle: Oracle) -> None:
    assert oracle.value(ON_LIST, ask_each(""), ["a", "b"], "-") == ["[a]", "[b]"]
    assert oracle.drew((0, [0]), (0, [1]))


def test_a_map_of_nothing_is_nothing(oracle: Oracle) -> None:
    assert oracle.value(ON_LIST, ask_each(""), [], "-") == []


def test_a_body_that_fails_is_the_failure_of_the_map(oracle: Oracle) -> None:
    oracle.answer = failing("b")
    with pytest.raises(ProviderError, match=r"^test\.mlir:4:12: no answer to b$"):
        oracle.value(ON_LIST, ask_each(""), ["a", "b", "c"], "-")
    assert oracle.prompts == ["a", "b"]


@pytest.mark.parametrize(
    ("handling", "expected"),
    [("on_error drop", ["[a]", "[c]"]), ("on_error use %y", ["[a]", "-", "[c]"])],
)
def test_a_body_that_fails_is_left_out_or_replaced(
    oracle: Oracle, handling: str, expected: list[str]
) -> None:
    oracle.answer = failing("b")
    assert oracle.value(ON_LIST, ask_each(handling), ["a", "b", "c"], "-") == expected
    # What follows keeps its own index.
    assert oracle.drew((0, [0]), (0, [1]), (0, [2]))


@pytest.mark.parametrize(
    ("handling", "expected"),
    [("on_error drop", ["0", "2"]), ("on_error use %y", ["0", "-", "2"])],
)
def test_a_sample_that_fails_is_left_out_or_replaced(
    oracle: Oracle, handling: str, expected: list[str]
) -> None:
    replies: list[str | ProviderError] = ["0", ProviderError("down"), "2"]
    oracle.answer = lambda request: replies.pop(0)
    body = f"%r = ensemble.sample 3 of @m(%y) {handling} draw <0[*]>"
    assert oracle.value(ON_LIST, body, [], "-") == expected
    assert oracle.drew((0, [0]), (0, [1]), (0, [2]))


def test_a_sample_that_fails_is_the_failure_of_all(oracle: Oracle) -> None:
    oracle.answer = failing("q")
    with pytest.raises(ProviderError, match="no answer to q"):
        oracle.value(ON_LIST, "%r = ensemble.sample 3 of @m(%y) draw <0[*]>", [], "q")
    assert len(oracle.requests) == 1


def arms(handling: str) -> str:
    return f"""%b = llm.constant "b"
    %r = ensemble.parallel {handling} : {LIST} do {{
      %t = llm.generate @m(%y) draw <0>
      ensemble.yield %t : !llm.text
    }} and {{
      %t = llm.generate @m(%b) draw <1>
      ensemble.yield %t : !llm.text
    }} and {{
      ensemble.yield %y : !llm.text
    }}"""


def test_a_parallel_run_gives_results_in_the_order_written(oracle: Oracle) -> None:
    assert oracle.value(ON_LIST, arms(""), [], "a") == ["[a]", "[b]", "a"]
    assert oracle.drew((0, []), (1, []))


@pytest.mark.parametrize(
    ("handling", "expected"),
    [("on_error drop", ["[a]", "a"]), ("on_error use %y", ["[a]", "a", "a"])],
)
def test_an_arm_that_fails_is_left_out_or_replaced(
    oracle: Oracle, handling: str, expected: list[str]
) -> None:
    oracle.answer = failing("b")
    assert oracle.value(ON_LIST, arms(handling), [], "a") == expected


def test_an_arm_that_fails_is_the_failure_of_the_parallel_run(oracle: Oracle) -> None:
    oracle.answer = failing("a")
    with pytest.raises(ProviderError, match="no answer to a"):
        oracle.value(ON_LIST, arms(""), [], "a")
    assert oracle.prompts == ["a"]


def test_only_errors_of_the_program_are_handled(oracle: Oracle) -> None:
    body = ask_each("on_error drop").replace("draw <0[*]>", "")
    with pytest.raises(InvalidIRError, match="run assign-draws first"):
        oracle.value(ON_LIST, body, ["a"], "-")


def test_members_that_are_left_out_do_not_vote(oracle: Oracle) -> None:
    oracle.answer = failing("b")
    body = ask_each("on_error drop").replace("%r", "%s") + (
        f"%v = ensemble.vote %s min_valid 3 : {LIST} %r = llm.list(%v) : {LIST}"
    )
    with pytest.raises(EmptyVoteError, match="a vote needs at least 3 answers, but got 2"):
        oracle.value(ON_LIST, body, ["a", "b", "c"], "-")
    assert oracle.value(ON_LIST, body, ["a", "c", "a"], "-") == ["[a]"]


# Choices.


def test_a_vote_compares_texts_without_case_and_gives_the_first_giver(oracle: Oracle) -> None:
    body = f"%r = ensemble.vote %xs : {LIST}"
    vote = f"(%xs: {LIST}) -> !llm.text"
    assert oracle.value(vote, body, ["no", " YES", "yes\n"]) == " YES"
    assert oracle.value(vote, body, ["b", "a", "a", "b"]) == "b"


def test_a_vote_by_keys(oracle: Oracle) -> None:
    signature = f"(%xs: {LIST}, %ks: !llm.list<i64>) -> !llm.text"
    body = f"%r = ensemble.vote %xs by %ks : {LIST}, !llm.list<i64>"
    assert oracle.value(signature, body, ["a", "b", "c"], [1, 2, 2]) == "b"
    with pytest.raises(ShapeError, match=r"^test\.mlir:3:6: the keys of a vote must be as many"):
        oracle.value(signature, body, ["a", "b", "c"], [1, 2])


@pytest.mark.parametrize(
    ("element", "answers", "expected"),
    [
        ("i64", [2, 1, 1], 1),
        ("i1", [False, True, False], False),
        ("!llm.list<i64>", [[1], [2], [2]], [2]),
        ('!llm.record<"x": !llm.text>', [{"x": "A"}, {"x": "a"}, {"x": "a"}], {"x": "a"}),
        ("f64", [nan, nan, 1.0], nan),
    ],
)
def test_a_vote_compares_other_values_as_they_are(
    oracle: Oracle, element: str, answers: list[Value], expected: Value
) -> None:
    signature = f"(%xs: !llm.list<{element}>) -> {element}"
    found = oracle.value(signature, f"%r = ensemble.vote %xs : !llm.list<{element}>", answers)
    assert found is expected or found == expected


def test_a_vote_of_too_few(oracle: Oracle) -> None:
    vote = f"(%xs: {LIST}) -> !llm.text"
    with pytest.raises(EmptyVoteError, match=r"^test\.mlir:3:6: .* 1 answer, but got none; sample"):
        oracle.value(vote, f"%r = ensemble.vote %xs : {LIST}", [])
    with pytest.raises(EmptyVoteError, match="2 answers, but got 1; sample more, or lower min_v"):
        oracle.value(vote, f"%r = ensemble.vote %xs min_valid 2 : {LIST}", ["a"])


BEST = f"(%xs: {LIST}, %s: !llm.list<f64>) -> !llm.text"
BY_SCORE = f"%r = ensemble.best %xs by %s : {LIST}, !llm.list<f64>"


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([1.0, 3.0, 2.0], "b"),
        ([1.0, 3.0, 3.0], "b"),
        ([nan, -1.0, nan], "b"),
        ([nan, nan, nan], "a"),
        ([float("-inf"), nan, float("-inf")], "a"),
    ],
)
def test_the_best_has_the_highest_score(oracle: Oracle, scores: list[float], expected: str) -> None:
    assert oracle.value(BEST, BY_SCORE, ["a", "b", "c"], scores) == expected


def test_the_best_of_nothing_and_of_other_lengths(oracle: Oracle) -> None:
    with pytest.raises(EmptyChoiceError, match=r"^test\.mlir:3:6: a choice needs at least 1"):
        oracle.value(BEST, BY_SCORE, [], [])
    with pytest.raises(ShapeError, match="the scores of a choice must be as many as its answers"):
        oracle.value(BEST, BY_SCORE, ["a"], [1.0, 2.0])


# Reductions.


def test_a_node_of_a_reduction_that_fails_is_its_failure(oracle: Oracle) -> None:
    oracle.answer = failing("cd")
    body = f"""%r = ensemble.reduce %g in %xs by 2 : {LIST} do {{
      %j = llm.join %g with ""
      %t = llm.generate @m(%j) draw <0[*]>
      ensemble.yield %t : !llm.text
    }}"""
    signature = f"(%xs: {LIST}) -> !llm.text"
    with pytest.raises(ProviderError, match="no answer to cd"):
        oracle.value(signature, body, list("abcd"))
    oracle.requests.clear()
    assert oracle.value(signature, body, list("abe")) == "[[ab]e]"
    assert oracle.drew((0, [0]), (0, [1]))
    with pytest.raises(EmptyReduceError):
        oracle.value(signature, body, [])


# Arms.

CASCADE = """%b = llm.constant "b"
  %r = ensemble.cascade : !llm.text do {
    %x = llm.generate @m(%a) draw <0>
    %c = llm.equal %x, %a : !llm.text
    ensemble.accept %x if %c : !llm.text
  } else {
    %x = llm.generate @m(%b) draw <1>
    %c = llm.contains %x, %a : !llm.text, !llm.text
    ensemble.accept %x if %c : !llm.text
  } else {
    LAST
  }"""
ENDS = "ensemble.yield %b : !llm.text"
REFUSES = """%c = llm.equal %a, %b : !llm.text
    ensemble.accept %b if %c : !llm.text"""


@pytest.mark.parametrize(
    ("text", "expected", "asked"), [("[b]", "[b]", ["[b]", "b"]), ("x", "b", ["x", "b"])]
)
def test_a_cascade_gives_the_first_rung_that_is_accepted(
    oracle: Oracle, text: str, expected: str, asked: list[str]
) -> None:
    assert oracle.value(TEXT, CASCADE.replace("LAST", ENDS), text) == expected
    assert oracle.prompts == asked


def test_no_rung_runs_after_one_that_is_accepted(oracle: Oracle) -> None:
    oracle.answer = lambda request: request.prompt or ""
    assert oracle.value(TEXT, CASCADE.replace("LAST", ENDS), "x") == "x"
    assert oracle.prompts == ["x"]


def test_a_cascade_that_accepts_no_rung_is_an_error(oracle: Oracle) -> None:
    with pytest.raises(
        NotAcceptedError,
        match=r"^test\.mlir:4:8: a rung of a cascade must be accepted, but none of 3 is; end the "
        r"last one with 'ensemble\.yield'",
    ):
        oracle.value(TEXT, CASCADE.replace("LAST", REFUSES), "x")


def test_a_rung_that_fails_is_the_failure_of_the_cascade(oracle: Oracle) -> None:
    oracle.answer = failing("b")
    with pytest.raises(ProviderError, match="no answer to b"):
        oracle.value(TEXT, CASCADE.replace("LAST", ENDS), "x")


def either(kind: str, word: str) -> str:
    return f"""%b = llm.constant "b"
    %r = ensemble.{kind} : !llm.text do {{
      %t = llm.generate @m(%a) draw <0>
      %u = llm.generate @m(%t) draw <1>
      ensemble.yield %u : !llm.text
    }} {word} {{
      %t = llm.generate @m(%b) draw <2>
      ensemble.yield %t : !llm.text
    }}"""


EITHER = pytest.mark.parametrize(("kind", "word"), [("fallback", "else"), ("race", "or")])


@EITHER
def test_the_first_arm_that_does_not_fail_is_the_result(
    oracle: Oracle, kind: str, word: str
) -> None:
    assert oracle.value(TEXT, either(kind, word), "a") == "[[a]]"
    assert oracle.prompts == ["a", "[a]"]


@EITHER
def test_an_arm_that_fails_late_leaves_nothing_but_its_cost(
    oracle: Oracle, kind: str, word: str
) -> None:
    oracle.answer = failing("[a]")
    assert oracle.value(TEXT, either(kind, word), "a") == "[b]"
    assert oracle.prompts == ["a", "[a]", "b"]


@EITHER
def test_if_all_arms_fail_it_is_the_error_of_the_last(oracle: Oracle, kind: str, word: str) -> None:
    oracle.answer = failing("a", "b")
    with pytest.raises(ProviderError, match=r"^test\.mlir:9:12: no answer to b") as caught:
        oracle.value(TEXT, either(kind, word), "a")
    assert caught.value.__notes__ == ["also failed: test.mlir:5:12: no answer to a"]


@EITHER
def test_an_arm_handles_errors_of_the_program_alone(oracle: Oracle, kind: str, word: str) -> None:
    with pytest.raises(InvalidIRError, match="run assign-draws first"):
        oracle.value(TEXT, either(kind, word).replace("draw <0>", ""), "a")


def test_indices_are_right_after_an_arm_has_failed_inside_of_a_map(oracle: Oracle) -> None:
    oracle.answer = failing("a")
    body = f"""%r = ensemble.fallback : {LIST} do {{
      {ask_each("").replace("%r", "%s")}
      ensemble.yield %s : {LIST}
    }} else {{
      %t = ensemble.sample 1 of @m(%y) draw <1[*]>
      ensemble.yield %t : {LIST}
    }}"""
    assert oracle.value(ON_LIST, body, ["a"], "b") == ["[b]"]
    assert oracle.drew((0, [0]), (1, [0]))


# Refinements.


def refine(options: str, goal: str) -> str:
    return f"""%g = llm.constant "{goal}"
    %r = ensemble.refine %d from %a at_most {options} : !llm.text do {{
      %t = llm.generate @m(%d) draw <0[*]>
      %c = llm.contains %t, %g : !llm.text, !llm.text
      ensemble.accept %t if %c : !llm.text
    }}"""


def test_a_refinement_ends_with_the_first_round_that_is_accepted(oracle: Oracle) -> None:
    assert oracle.value(TEXT, refine("5", "[["), "x") == "[[x]]"
    assert oracle.prompts == ["x", "[x]"]
    assert oracle.drew((0, [0]), (0, [1]))


def test_a_refinement_that_never_accepts_gives_the_last_round(oracle: Oracle) -> None:
    assert oracle.value(TEXT, refine("3", "!"), "x") == "[[[x]]]"
    assert oracle.drew((0, [0]), (0, [1]), (0, [2]))


def test_a_refinement_that_must_accept_and_does_not_is_an_error(oracle: Oracle) -> None:
    message = r"^test\.mlir:4:10: a refinement must be accepted in 2 rounds, but is not; allow more"
    with pytest.raises(NotAcceptedError, match=message):
        oracle.value(TEXT, refine("2 must_accept", "!"), "x")
    assert oracle.value(TEXT, refine("2 must_accept", "[["), "x") == "[[x]]"


def test_a_round_that_fails_is_the_failure_of_the_refinement(oracle: Oracle) -> None:
    oracle.answer = failing("[x]")
    with pytest.raises(ProviderError, match=r"no answer to \[x\]"):
        oracle.value(TEXT, refine("5", "!"), "x")
