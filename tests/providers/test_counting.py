"""Counting questions of the simulated models, and which question counts."""

from __future__ import annotations

import pytest

from ember_mlir.providers.simulated.counting import count_asked, count_kind
from ember_mlir.providers.simulated.questions import questions


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("How many r's are in strawberry?", 3),
        ("How many rs in strawberry?", 3),
        ("How many 's' are there in mississippi?", 4),
        ('How many times does the letter "s" appear in "mississippi"?', 4),
        ("How many letters s are in Mississippi?", 4),
        ("Count the letter e in 'Été éternel'", 2),
        ("How many letters are in the word banana?", 6),
        ("how many vowels are in the word banana", 3),
        ("How many consonants are in banana?", 3),
        ("How many digits are in a1b22?", 3),
        ("Count the characters in “a b”.", 3),
        ('How many words are in "to be or not to be"?', 6),
        ("How many words are in the sentence: 'It is so'?", 3),
        ('How many times does the word "the" appear in "The cat, the hat, other"?', 2),
        ('How many sentences are in "Hello. Who? Me."?', 3),
        ('What is the number of words in "a b c"?', 3),
        ("How many words are in the following sentence: The cat sat.", 3),
        ("Combien de mots dans « il fait beau » ?", 3),
        ("Combien de voyelles dans été ?", 2),
        ("「こんにちは」は何文字ですか", 5),
        ('How many words are in "how many words"?', 3),
        ('How many words are in ""?', 0),
    ],
)
def test_counts(question: str, count: int) -> None:
    assert count_asked(question, "") == count


@pytest.mark.parametrize(
    "question",
    ["", "What is 2+2?", "How many people live in Paris?", "How many words?", "letters in banana"],
)
def test_other_questions_count_nothing(question: str) -> None:
    assert count_asked(question, "") is None


@pytest.mark.parametrize("fence", ['"""', "```"])
def test_a_fenced_text_may_have_several_lines(fence: str) -> None:
    question = f"How many lines are in {fence}\na\nb. c?\n{fence}?"
    assert [asked.text for asked in questions(question)] == [question]
    assert count_asked(question, "") == 2


def test_the_text_may_stand_below() -> None:
    prompt = "How many lines are in the following text?\na\nWhat is 1+1?\nc"
    asked = next(questions(prompt))
    assert count_asked(asked.text, asked.rest) == 3


@pytest.mark.parametrize(
    ("kind", "text", "count"),
    [
        ("character", "e\u0301\N{ROCKET}", 2),
        ("letter", "東京 42", 2),
        ("word", "\N{ROCKET} don't - stop", 2),
        ("sentence", "元気。はい。", 2),
        ("line", "a\n\nb\n", 3),
        ("digit", "1 and 2", 2),
        ("vowel", "ÀÉîöu", 5),
        ("consonant", "naïf", 2),
    ],
)
def test_kinds(kind: str, text: str, count: int) -> None:
    assert count_kind(kind, text) == count


@pytest.mark.parametrize(
    ("prompt", "last"),
    [
        ("Q: 2+2\nA:", "2+2"),
        ("Q: 1+1\nA: 2\n\nQ: 3+4\nA:", "3+4"),
        ("**Question 2:** 3+4\n**Answer:**", "3+4"),
        ("You add.\n\nProblem: 3+4\nSolution:", "3+4"),
        ("What is 1+1? What is 3+4?", "What is 3+4?"),
        ("1. What is it?\n2. And that?", "And that?"),
        ("- 3 + 4", "3 + 4"),
        ("-3 + 4", "-3 + 4"),
        ("3+4\nAnswer:", "3+4"),
        ("問題\N{FULLWIDTH COLON}3+4\n答え\N{FULLWIDTH COLON}", "3+4"),
        ("Q:\nA:", "A:"),
    ],
)
def test_the_last_question_counts(prompt: str, last: str) -> None:
    assert next(questions(prompt)).text == last


def test_an_empty_prompt_asks_nothing() -> None:
    assert list(questions("")) == list(questions(" \n ")) == []
