"""What templates, votes, reductions and limits mean."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ember_mlir.errors import EmptyReduceError, EmptyVoteError, InvalidIRError
from ember_mlir.semantics import (
    check_reducible,
    escape_template,
    fill_template,
    max_tokens_problem,
    parse_template,
    reduce_levels,
    temperature_problem,
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
