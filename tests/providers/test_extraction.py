"""Extraction: what is wanted, of which kind, and where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ember_mlir.providers.simulated.extraction import (
    extraction_question,
    kind_named,
    matches,
    value_after,
)

if TYPE_CHECKING:
    from conftest import Models

LETTER = (
    "Dear Ann Lee, your order #4711 of 3 May 2024 over $1,250.50 left at 14:30. Call +44 20 7946 "
    "0018 or write to help@shop.example or jo.o-neill@mail.example.org, says Dr. Jo O'Neill. "
    "See https://shop.example/a?b=1. That is 12% off of 17 boxes since 1999. #sale"
)


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("email", ["help@shop.example", "jo.o-neill@mail.example.org"]),
        ("url", ["https://shop.example/a?b=1"]),
        ("phone", ["+44 20 7946 0018"]),
        ("date", ["3 May 2024"]),
        ("time", ["14:30"]),
        ("year", ["2024", "1999"]),
        ("price", ["$1,250.50"]),
        ("percentage", ["12%"]),
        ("hashtag", ["#4711", "#sale"]),
        ("identifier", ["#4711"]),
        ("name", ["Ann Lee", "Dr. Jo O'Neill"]),
    ],
)
def test_kinds(kind: str, found: list[str]) -> None:
    assert [text for text in matches(kind, LETTER) if text != "May"] == found


@pytest.mark.parametrize(
    ("prompt", "answer"),
    [
        ("Extract the e-mail address from: Write to ann@x.org, please.", "ann@x.org"),
        ("Please extract the date from this text.\n\nWe meet on 2024-05-03.", "2024-05-03"),
        ("We meet on March 3, 2024.\n\nExtract the date.", "March 3, 2024"),
        ("Identify the price in: It was 12 euros.", "12 euros"),
        ("List all numbers in the text: 3, 14 and 3 again.", "3\n14"),
        ("Extract every hashtag from: #a and #b", "#a\n#b"),
        ("Extract the phone number from: none here", "none"),
        ("List all dates in: none here", "none"),
        (
            "Extract the name and e-mail address from: Ask for Jo Lee at jo@x.org",
            "Jo Lee\njo@x.org",
        ),
        ("Extract the name and year from: it rains", "none\nnone"),
    ],
)
def test_answers(models: Models, prompt: str, answer: str) -> None:
    assert models.right(prompt) == answer
    assert answer == "none\nnone" or answer not in models.wrong(prompt)


@pytest.mark.parametrize(
    "prompt",
    [
        "Extract the number of vowels from: banana",
        "List three reasons to exercise.",
        "Extract the essence from: a rose is a rose",
        "The list of names is long.",
        "",
    ],
)
def test_other_prompts_want_nothing_extracted(prompt: str) -> None:
    assert extraction_question(prompt) is None


def test_a_wish_at_the_end_of_a_long_text(models: Models) -> None:
    prompt = "Mail bo@x.org. " + "Nothing else here. " * 100 + "\nExtract the e-mail address."
    assert models.right(prompt) == "bo@x.org"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("email", "email"),
        ("customer_email", "email"),
        ("firstName", "name"),
        ("order number", "identifier"),
        ("mood", None),
        ("", None),
    ],
)
def test_names_of_fields_tell_the_kind(name: str, kind: str | None) -> None:
    assert kind_named(name) == kind


def test_what_a_text_says_of_a_name() -> None:
    assert value_after("main_colour", "Main colour: red; size: 3") == "red"
    assert value_after("size", "the size is quite large.") == "quite large"
    assert value_after("size", "sizes vary") is None
    assert value_after("__", "x") is None


def test_no_more_is_found_than_can_be_used() -> None:
    assert len(matches("number", " ".join(map(str, range(1000))))) == 200
