"""What is made of texts: `ember.parse`, `embed`, `score`, `nearest`, `top_k` and `redact`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

import ember_mlir as ember
from ember_mlir import generate

from .ways import agree, check, operations

DOCS = ["a cat", "a dog", "two cats", "rain"]
VERDICT = re.compile(r"(?P<who>[a-z]+): (?P<points>\d+)")


@dataclass
class Point:
    x: int
    y: float


def parsed(q: str) -> str:
    point = ember.parse(generate(q), Point)
    return f"{point.x + 1} {point.y}" if point.x > 1 else "low"


def parsed_by_groups(q: str) -> str:
    found = ember.parse(generate(q), VERDICT)
    return found["who"] + "/" + found["points"]


def parsed_or_not(q: str) -> str:
    try:
        points = ember.parse(generate(q), list[int])
        text = str(sum(points))
    except Exception:
        text = "none"
    return text


def embedded(q: str) -> list[int]:
    vectors = ember.embed(DOCS)
    return ember.nearest(ember.embed(generate(q)), vectors, 3)


def found(q: str, docs: list[str]) -> str:
    return generate(f"{q} {ember.top_k(q, docs, 2)} {ember.top_k(q, DOCS, 1, model='large')}")


def scored(q: str) -> str:
    scores = ember.score(generate(q), ["good", "bad"])
    return "good" if scores[0] > scores[1] else "bad"


def scored_all(q: str, docs: list[str]) -> list[str]:
    rows = ember.score(docs, ["good", q, "bad"], model="large")
    return [doc for doc, row in zip(docs, rows, strict=True) if max(row) > 0.5]


def masked(q: str) -> str:
    letter = ember.redact(f"{q} to ann@example.org", "email", "phone", label="internal")
    answer = generate(letter.text)
    return letter.restore(answer + " [EMAIL_1]") + letter.text


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (parsed, ('{"x": 1, "y": 2}', '{"x": 7, "y": 0.5}', "no", '{"x": 2, "y": -1.5}')),
        (parsed_by_groups, ("ann: 3", "bob: 44", "nobody")),
        (parsed_or_not, ("[1, 2]", "[]", "nothing", "[3]")),
    ],
)
def test_texts_are_parsed(function: Callable[..., object], words: tuple[str, ...]) -> None:
    assert len(agree(function, "q", words=words, seeds=range(8))) > 1
    assert operations(function, "q")["llm.parse"] == 1


@pytest.mark.parametrize("function", [embedded, scored, masked])
def test_texts_are_measured_and_masked(function: Callable[..., object]) -> None:
    check(function, "write")


@pytest.mark.parametrize("function", [found, scored_all])
@pytest.mark.parametrize("docs", [[], ["a"], ["a", "b", "c"]])
def test_lists_of_texts_are_measured(function: Callable[..., object], docs: list[str]) -> None:
    check(function, "cats", docs, varied=False)


def test_a_list_is_asked_about_in_one_operation() -> None:
    found_operations = operations(found, "q", ["a"])
    assert found_operations["llm.embed"] == 4
    assert found_operations["llm.top_k"] == 2
    program = ember.compile(found, strict=True)
    with ember.Session(seed=1, clock="virtual"):
        program("q", [f"text {number}" for number in range(50)])
    assert program.last_run is not None
    assert program.last_run.calls == 5


THREE: Any = 3
THREES: list[Any] = [3]

WRONG: list[tuple[Callable[[], object], str]] = [
    (lambda: ember.parse("a", object), "the type of schema must be one that an answer can spell, "),
    (lambda: ember.parse("a", 3), "the type of schema must be one that an answer can spell, but"),
    (lambda: ember.parse("a", re.compile("a")), "an expression that is parsed by must have named"),
    (lambda: ember.parse("a", re.compile("(?=(?P<b>a))")), "the expression cannot be used: "),
    (lambda: ember.parse(THREE, int), "what is parsed must be a text, but got an int; make it one"),
    (
        lambda: ember.embed(THREES),
        "what is embedded must be a list of texts, but got an int in it; turn",
    ),
    (lambda: ember.score("a", "b"), "the labels of a score must be a list, but got a str; give"),
    (lambda: ember.nearest((1.0,), [], 0), "k must be an int of at least 1, but got 0; ask for"),
    (lambda: ember.redact("a"), 'a redaction must have a policy, but got none; write "email"'),
    (lambda: ember.redact("a", THREE), "a policy must be a name, but got an int; write its name"),
    (lambda: ember.redact("a", "dates"), "a redaction policy must be one of email, phone, card"),
    (
        lambda: ember.redact("a", "email", label="secret"),
        "a label must be one of public, internal, confidential, pii, but got 'secret'; write one",
    ),
    (lambda: ember.redact(THREE, "email"), "what is redacted must be a text, but got an int; make"),
]


@pytest.mark.parametrize(("call", "message"), WRONG, ids=range(len(WRONG)))
def test_what_cannot_be_read_is_told(call: Callable[[], object], message: str) -> None:
    with ember.Session(clock="virtual"), pytest.raises(ember.InputError) as caught:
        call()
    assert caught.value.message.startswith(message)


def test_a_text_that_does_not_fit_is_an_error() -> None:
    with pytest.raises(ember.ParseError):
        ember.parse("three", int)


def test_a_redaction_is_restored_outside_of_a_program() -> None:
    letter: Any = ember.redact("Mail ann@example.org", "email")
    assert letter == ember.Masked("Mail [EMAIL_1]", ["[EMAIL_1]", "ann@example.org"])
    assert letter.restore("To [EMAIL_1]") == "To ann@example.org"
