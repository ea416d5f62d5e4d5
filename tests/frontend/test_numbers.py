"""Whole numbers have 64 bits in a program, and any in Python: nothing wraps silently."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import ember_mlir as ember
from ember_mlir import generate

from .conftest import Agree


def counted(q: str) -> object:
    count = 0
    for part in generate(q).split("7"):
        count += 1
        if part:
            count -= 2
    return count, 3 - count, count + 1


def computed(q: str) -> object:
    a, b = len(generate(q)), len(q)
    return a + b, a - b, a * b, a * 7, a // 3, a % 3, a / 4, -a, abs(b - a), a**2


def grown(q: str) -> int:
    n = len(generate(q))
    for _ in range(30):
        n = n * 1000 + n
    return n


@pytest.mark.parametrize("function", [counted, computed])
def test_all_ways_agree(agree: Agree, function: Callable[..., object]) -> None:
    agree(function, "question 7")


def test_what_needs_more_bits_is_an_error_and_never_another_number() -> None:
    program = ember.compile(grown, strict=True)
    with ember.Session(seed=1, clock="virtual"):
        assert program.eager("q") > 2**63
        with pytest.raises(ember.FunctionError, match="must be i64"):
            program("q")


def conditions_compared(q: str) -> object:
    first, second = generate(q) == "yes", "7" in generate(q + "?")
    return [
        *(first == second, first != second, first == True, False != second),  # noqa: E712
        *(first > 0, second < 0.5, first == 1, second >= first, first == 1.0, 0 <= first),
    ]


def whole_and_real_numbers(q: str) -> object:
    count = 2**53 + int(generate(q) in "yes")
    real = float(2**53) + 2 * len(generate(q))
    return [
        *(count == 2.0**53, count > 2.0**53 + 1, count == real, real <= count, real == 2**53 + 1),
        *(real > 3, real == float("nan"), len(generate(q)) > 2.5),
    ]


@pytest.mark.parametrize("function", [conditions_compared, whole_and_real_numbers])
def test_comparisons_of_unlike_numbers_are_those_of_python(
    agree: Agree, function: Callable[..., object]
) -> None:
    agree(function, "question 7")
