"""Judging: the number of the best candidate, and ratings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ember_mlir.providers.simulated.verdicts import answer_worth, is_same_answer, worth
from ember_mlir.semantics import judge_prompt

if TYPE_CHECKING:
    from conftest import Models


@pytest.mark.parametrize(
    ("question", "candidates", "number"),
    [
        ("Q: What is 17 * 23?\nA:", ["389", "It is 391.", "392"], "2"),
        ("What is 17 * 23?", ["3910", "391"], "2"),
        ("Classify as positive or negative: I love it.", ["negative", "positive"], "2"),
        ("Extract the e-mail address from: Ask jo@x.org", ["jo@y.org", "jo@x.org"], "2"),
        ("Who are you?", ["I am.", "I am a long answer.", "I"], "2"),
        ("Who are you?", ["same", "same"], "1"),
        ("What is 1+1?", ["first:\n1. one\n3. x", "2"], "2"),
    ],
)
def test_the_best_is_named(
    models: Models, question: str, candidates: list[str], number: str
) -> None:
    prompt = judge_prompt(question, candidates)
    assert models.right(prompt) == number
    assert number not in models.wrong(prompt)


def test_the_wish_may_stand_first(models: Models) -> None:
    prompt = (
        "Which answer to 'What is 2+2?' is best? Reply with its number.\n\n"
        "[1] It could be five, or so they say\n[2] 4"
    )
    assert models.right(prompt) == "1"


def test_a_judge_of_one_has_no_choice(models: Models) -> None:
    assert models.wrong(judge_prompt("Hm?", ["a"])) == {"1"}


def test_a_list_that_is_not_judged_is_no_judgement(models: Models) -> None:
    assert models.right("1. Bread\n2. Milk\nWhat is 1+1?") == "2"
    assert models.right("Reply with the number of the best one. What is 1+1?") == "2"


@pytest.mark.parametrize(
    ("prompt", "rating"),
    [
        ("Question: What is 6*7?\nAnswer: 42\nRate the answer from 1 to 10.", "10"),
        ("Question: What is 6*7?\nAnswer: 43\nRate the answer from 1 to 10.", "1"),
        ("Score this text on a scale of 0 to 100: ok", "8"),
        (
            "Rate this from 1 to 5.\n"
            + "Moon water tide sea coast day rise fall ship port gull sun",
            "5",
        ),
    ],
)
def test_ratings(models: Models, prompt: str, rating: str) -> None:
    assert models.right(prompt) == rating
    errors = models.wrong(prompt)
    assert rating not in errors
    assert all(abs(int(error) - int(rating)) <= 3 for error in errors)


def test_a_wish_for_a_rating_may_stand_at_the_end(models: Models) -> None:
    text = "The same words again. " * 60
    assert models.right(f"{text}\nRate this text from 1 to 10.") == "2"


def test_a_range_of_nothing_is_no_rating(models: Models) -> None:
    assert models.right("Rate 5 from 5 to 5. What is 1+1?") == "2"


def test_same_answers() -> None:
    assert is_same_answer("The answer is 1,000.", "1000")
    assert not is_same_answer("", "3")
    assert not is_same_answer("anything", "")
    assert worth("") == 0
    assert answer_worth("no answer here", lambda question: "3") is None
    assert answer_worth("1 + 1 = 3", lambda question: None) is None
