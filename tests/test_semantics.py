"""What templates, votes, reductions and limits mean."""

from __future__ import annotations

import json
from decimal import Decimal
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ember_mlir.errors import (
    EmptyChoiceError,
    EmptyReduceError,
    EmptyVoteError,
    InvalidIRError,
    ParseError,
    ShapeError,
)
from ember_mlir.semantics import (
    Value,
    Vector,
    abridged,
    best,
    check_reducible,
    element,
    escape_template,
    fill_template,
    frozen,
    judge_prompt,
    max_tokens_problem,
    parse_template,
    quoted,
    read_verdict,
    reduce_levels,
    temperature_problem,
    top_k,
    top_p_problem,
    vote,
    vote_key,
)

TEXTS = st.text(alphabet=st.characters(codec="utf-8"), max_size=20)


@given(TEXTS)
def test_an_escaped_text_is_its_own_template(text: str) -> None:
    assert fill_template(parse_template(escape_template(text)), []) == text


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=5))
def test_values_are_data_whatever_braces_they_hold(parts: list[tuple[str, str]]) -> None:
    template = "".join(f"{escape_template(a)}{{{i}}}" for i, (a, _) in enumerate(parts))
    expected = "".join(a + value for a, value in parts)
    assert fill_template(parse_template(template), [value for _, value in parts]) == expected


@given(st.lists(st.text(), max_size=5))
def test_quoted_texts_have_a_line_each_whatever_they_hold(texts: list[str]) -> None:
    lines = quoted(texts).split("\n") if texts else []
    assert [line.partition(". ")[0] for line in lines] == [str(i + 1) for i in range(len(texts))]
    assert [json.loads(line.partition(". ")[2]) for line in lines] == texts
    assert all(line.isprintable() for line in lines)


def test_what_can_be_seen_is_quoted_as_it_is() -> None:
    assert quoted(["été 日本 😀"]) == '1. "été 日本 😀"'
    hidden = "\u2028\u202e\ud800\U000e0041"
    assert quoted([hidden]) == '1. "\\u2028\\u202e\\ud800\\udb40\\udc41"'


@pytest.mark.parametrize(
    ("template", "position"),
    [("{", 0), ("a}", 1), ("{}", 0), ("{x}", 0), ("{ 0}", 0), ("{01}", 0), ("{{{", 2), ("{0}}", 3)],
)
def test_a_lone_brace_is_an_error_with_its_position(template: str, position: int) -> None:
    with pytest.raises(InvalidIRError, match=f"at position {position}; double it"):
        parse_template(template)


def test_a_vote_compares_without_case_and_outer_space() -> None:
    assert vote(["no", " YES", "yes\n"]) == " YES"


def test_a_tie_goes_to_the_answer_whose_first_giver_stands_earliest() -> None:
    assert vote(["b", "a", "a", "b"]) == "b"


def test_a_vote_of_nobody_is_an_error() -> None:
    with pytest.raises(EmptyVoteError, match="a vote needs at least 1 answer, but got none"):
        vote([])


@given(st.lists(TEXTS, min_size=1, max_size=9))
def test_a_winner_is_a_member_with_the_most_equals(answers: list[str]) -> None:
    keys = [vote_key(answer) for answer in answers]
    winner = vote(answers)
    assert winner in answers
    assert keys.count(vote_key(winner)) == max(map(keys.count, keys))


def test_a_vote_by_keys_and_with_a_quorum() -> None:
    assert vote(["a", "b", "c"], keys=[[1], [2], [2]]) == "b"
    assert vote(["a", "b"], keys=["x", "X"]) == "a"
    with pytest.raises(EmptyVoteError, match="2 answers, but got none; sample more, or lower min"):
        vote([], min_valid=2)
    with pytest.raises(EmptyVoteError, match="3 answers, but got 2; sample more, or lower min_v"):
        vote(["a", "a"], min_valid=3)
    assert vote(["a", "a"], min_valid=2) == "a"
    with pytest.raises(ShapeError, match="keys of a vote must be as many as its answers, 1, but"):
        vote(["a"], keys=[])


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=1), inner),
    max_leaves=5,
)


@given(VALUES, VALUES)
def test_frozen_values_are_equal_exactly_where_the_values_are(left: Value, right: Value) -> None:
    assert hash(frozen(left)) == hash(frozen(left))
    assert frozen(left) == frozen(left)
    same = repr(left) == repr(right)
    if type(left) is type(right) and not isinstance(left, list | dict):
        assert (frozen(left) == frozen(right)) is same
    assert not same or frozen(left) == frozen(right)


def test_what_is_no_number_is_equal_to_nothing() -> None:
    for value in (nan, [nan], {"x": nan}, (1.0, nan), [[nan]]):
        assert frozen(value) != frozen(value)
    assert frozen([inf, (1.0,)]) == frozen([inf, (1.0,)])
    assert vote([1, 2, 3], keys=[nan, nan, 1.0]) == 1


@given(st.lists(st.floats() | st.integers(-3, 3), min_size=1, max_size=6))
def test_the_best_is_the_first_with_the_highest_score(scores: list[float]) -> None:
    index = best(range(len(scores)), scores)
    numbers = [score for score in scores if score == score]
    if not numbers:
        assert index == 0
    else:
        assert scores[index] == max(numbers)
        assert max(numbers) not in scores[:index]


def test_nothing_cannot_be_chosen_from() -> None:
    with pytest.raises(EmptyChoiceError, match="at least 1 answer, but got an empty list; test"):
        best([], [])
    with pytest.raises(ShapeError, match="scores of a choice must be as many as its answers, 1"):
        best(["a"], [1, 2])


@pytest.mark.parametrize(
    ("reply", "index"),
    [("1", 0), ("Answer 3.", 2), ("2 or 1", 1), ("#02", 1), ("-1", 0), ("1.5", 0)],
)
def test_the_first_number_of_a_verdict_decides(reply: str, index: int) -> None:
    assert read_verdict(reply, 3) == index


@pytest.mark.parametrize("reply", ["", "none", "0", "4", "9" * 5000, "٣"])
def test_a_verdict_names_an_answer(reply: str) -> None:
    with pytest.raises(
        ParseError, match=r"by a number from 1 to 3, but got .*; ask a better model"
    ):
        read_verdict(reply, 3)


def test_a_judge_is_asked_about_answers_as_they_are() -> None:
    assert judge_prompt("{0}?", ["{1}", "a\nb"]).startswith("{0}?\n\n1. {1}\n2. a\nb\n\n")


def test_a_text_is_shown_in_one_line_and_abridged() -> None:
    assert abridged("a" * 60) == "a" * 60
    assert abridged("a" * 61) == "a" * 59 + "…"
    assert abridged("abc", 2) == "a…"
    assert abridged("a\nb\x00'é") == "a\\nb\\x00'é"


@given(st.lists(st.integers(), max_size=5), st.integers(-7, 7))
def test_an_element_is_there_or_an_error(items: list[int], index: int) -> None:
    if -len(items) <= index < len(items):
        assert element(items, index) == items[index]
    else:
        with pytest.raises(ShapeError, match=f"but got {index}; test the length first"):
            element(items, index)


@pytest.mark.parametrize(
    ("vectors", "expected"),
    [
        ([(0.0, 1.0), (1.0, 0.0)], [1, 0]),
        ([(-1.0, 0.0), (0.0, 0.0), (0.0, 9.0)], [1, 2, 0]),
        ([(1.0, 0.0), (7.0, 0.0)], [0, 1]),
        ([(nan, 1.0), (-1.0, 0.0)], [1, 0]),
        ([(inf, 1.0), (-1.0, 0.0)], [1, 0]),
        ([(1e308, 1e308), (1e-200, 0.0)], [1, 0]),
        ([], []),
    ],
)
def test_the_nearest_come_first_and_equally_near_ones_in_order(
    vectors: list[Vector], expected: list[int]
) -> None:
    assert top_k((1.0, 0.0), vectors, 9) == expected
    assert top_k((1.0, 0.0), vectors, 1) == expected[:1]


def test_numbers_too_large_for_a_cosine_are_far() -> None:
    assert top_k((1e300, 1e300), [(1e300, 1e300), (-1.0, -1.0)], 1) == [1]
    assert top_k((inf, inf), [(1.0, -1.0)], 1) == [0]


def test_vectors_of_one_length_are_compared() -> None:
    message = "but the query has 1 and vector 1 has 2; embed all of them with one model"
    with pytest.raises(ShapeError, match=message):
        top_k((1.0,), [(1.0,), (1.0, 2.0)], 1)


def test_nothing_cannot_be_reduced() -> None:
    with pytest.raises(EmptyReduceError, match="at least 1 element, but got an empty list"):
        check_reducible(0)


@given(st.integers(0, 300), st.integers(2, 9))
def test_a_reduction_merges_all_and_numbers_its_nodes_without_gaps(n: int, arity: int) -> None:
    expected_first, left = 0, n
    for length, first in reduce_levels(n, arity):
        assert (length, first) == (left, expected_first)
        groups = [min(arity, length - start) for start in range(0, length, arity)]
        expected_first += sum(size > 1 for size in groups)
        left = len(groups)
    assert left == min(n, 1)


def test_limits_of_requests() -> None:
    assert temperature_problem(Decimal(2)) is None
    assert temperature_problem(Decimal("0.0")) is None
    assert temperature_problem(Decimal("NaN")) == "temperature must be between 0 and 2, but got NaN"
    assert temperature_problem(Decimal(-1)) == "temperature must be between 0 and 2, but got -1"
    assert max_tokens_problem(1) is None
    assert max_tokens_problem(-3) == "max_tokens must be at least 1, but got -3"
    assert max_tokens_problem(2**31) == "max_tokens must be below 2147483648, but got 2147483648"
    assert top_p_problem(Decimal(1)) is None
    assert top_p_problem(Decimal("0.0")) == "top_p must be above 0 and at most 1, but got 0.0"
    assert top_p_problem(Decimal("inf")) == "top_p must be above 0 and at most 1, but got Infinity"
