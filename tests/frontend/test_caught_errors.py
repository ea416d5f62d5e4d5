"""`try` around steps of which it is known how they may fail."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

import ember_mlir as ember
from ember_mlir import generate

from .ways import Words, agree, operations


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


def whole(q: str) -> int:
    data = json.loads(generate(q))
    try:
        number = int(data)
    except ValueError:
        number = -1
    return number


def real(q: str) -> float:
    data = json.loads(generate(q))
    try:
        number = float(data)
    except ValueError:
        number = -1.0
    return number


def length(q: str) -> int:
    data = json.loads(generate(q))
    try:
        number = len(data)
    except Exception:
        number = -1
    return number


def listed(q: str) -> list[object]:
    data = json.loads(generate(q))
    try:
        found = list(data)
    except TypeError:
        found = []
    return found


def replaced(q: str) -> str:
    data = json.loads(generate(q))
    try:
        text = "abc".replace(data, "x")
    except TypeError:
        text = "error"
    return text


def read_twice(q: str) -> object:
    data = json.loads(generate(q))
    try:
        data = json.loads(data)
    except ValueError:
        data = "error"
    return data


def is_of_kind(q: str) -> object:
    data = json.loads(generate(q))
    try:
        found = isinstance(1, data)
    except TypeError:
        found = False
    return found, data


def divided(q: str) -> list[str]:
    separator = str(json.loads(generate(q)))[1:]
    try:
        parts = "a,b".split(separator)
    except ValueError:
        parts = ["none"]
    return parts


def decoded(q: str) -> str:
    text: Any = generate(q)
    try:
        found = str(text, "utf-8")
    except TypeError:
        found = "error" + text
    return found


def letter(q: str) -> str:
    number = generate(q, schema=int)
    try:
        found = chr(number)
    except ValueError:
        found = "none"
    return found


def too_big(q: str) -> int:
    number = float(generate(q))
    try:
        found = int(number)
    except ValueError:
        found = -1
    return found


DATA = ("null", "1", '"a"', "[1, 2]", '{"a": 1}', "true", '"7"', '""')
NUMBERS = ("1", "0", "-3", "100000000000", "65")
REALS = ("inf", "nan", "1.5", "-inf", "2")


@pytest.mark.parametrize(
    "function",
    [whole, real, length, listed, replaced, read_twice, is_of_kind, divided, decoded],
)
def test_what_may_fail_depends_on_what_is_given(function: Callable[..., object]) -> None:
    assert len(agree(function, "q", words=DATA, seeds=range(10))) > 1


def test_numbers_may_be_too_big() -> None:
    assert len(agree(letter, "q", words=NUMBERS, seeds=range(10))) > 1
    assert len(agree(too_big, "q", words=REALS, seeds=range(10))) > 1


def nested_too_deep(q: str) -> object:
    try:
        data = json.loads(generate(q))
    except ValueError:
        data = "error"
    return data


def test_only_its_own_errors_are_taken() -> None:
    program = ember.compile(nested_too_deep, strict=True)
    provider = Words(1, draws=False, words=["[" * 200_000])
    with ember.Session(provider=provider), pytest.raises(RecursionError):
        program("q")
