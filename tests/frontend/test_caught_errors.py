"""`try` around steps of which it is known how they may fail."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import ember_mlir as ember
from ember_mlir import generate

from .ways import agree, operations


def added_up(q: str, docs: list[str]) -> int:
    total = 0
    for doc in docs:
        try:
            total += int(generate(q + doc))
        except ValueError:
            total -= 1
    return total


def compared(q: str) -> str:
    try:
        found = "big" if int(generate(q)) > 5 else "small"
    except ValueError:
        found = "none"
    return found


def parsed(q: str) -> int:
    try:
        number = ember.parse(generate(q), int)
    except ember.ParseError:
        number = -1
    return number


def one_of_a_list(q: str) -> str:
    try:
        found = ["a", "b", "c"][len(generate(q))]
    except IndexError:
        found = "none"
    return found


def one_of_several(q: str) -> str:
    try:
        found = [generate(q + "1"), generate(q + "2")][len(generate(q))]
    except LookupError:
        found = "none"
    return found


def taken_apart(q: str) -> str:
    parts = generate(q).split(", ")
    try:
        first, second = parts
    except ValueError:
        first, second = "x", "y"
    return first + second


def not_caught(q: str) -> str:
    parts = generate(q).split(", ")
    try:
        return parts[1]
    except ValueError:
        return "none"


WORDS = ("7", "yes", "1", "A, B", "2", "no", "C, D")


@pytest.mark.parametrize(
    "function", [compared, parsed, one_of_a_list, one_of_several, taken_apart, not_caught]
)
def test_all_ways_agree(function: Callable[..., object]) -> None:
    assert len(agree(function, "q", words=WORDS, seeds=range(8))) > 1


@pytest.mark.parametrize("docs", [[], ["a"], ["a", "b", "c"]])
def test_a_sum_of_what_can_be_read(docs: list[str]) -> None:
    assert len(agree(added_up, "q", docs, words=WORDS)) > (1 if docs else 0)


def test_what_no_handler_takes_needs_no_fallback() -> None:
    assert operations(not_caught, "q")["ensemble.fallback"] == 0
