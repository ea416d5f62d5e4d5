"""Arithmetic of the simulated models: what they read, and exact results."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ember_mlir.providers.simulated.arithmetic import evaluate
from ember_mlir.providers.simulated.mistakes import arithmetic_mistakes, counting_mistakes


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("2+2", "4"),
        ("What is 17 * 23?", "391"),
        ("3 + 4 \N{MULTIPLICATION SIGN} (2 \N{MINUS SIGN} 5)", "-9"),
        ("10 ÷ 4 =", "2.5"),
        ("1/3", "0.3333"),
        ("1 / 70000", "0.00001429"),
        ("2 / 3 * 3", "2"),
        ("0.1 + 0.2", "0.3"),
        ("-3 - -4", "1"),
        ("--2 + .5", "2.5"),
        ("2^10", "1024"),
        ("2**3**2", "512"),
        ("-2^2", "-4"),
        ("2^-2", "0.25"),
        ("5² + 2³", "33"),
        ("2(3 + 4)(1 + 1)", "28"),
        ("17 % 5", "2"),
        ("17 mod 5", "2"),
        ("20% of 50", "10"),
        ("12.5 percent of 80", "10"),
        ("1/2 of 10", "5"),
        ("half of 9", "4.5"),
        ("1,234,567 + 1", "1234568"),
        ("two hundred and three times twenty-one", "4263"),
        ("what is seven thousand minus one", "6999"),
        ("6 multiplied by 7 divided by 2", "21"),
        ("3 to the power of 4", "81"),
        ("5 squared plus 2 cubed", "33"),
        ("3 x 4", "12"),
        ("What is the sum of 3, 4 and 5?", "12"),
        ("the product of 2, and 3", "6"),
        ("the difference between 10 and 4", "6"),
        ("quotient of 9 and 2", "4.5"),
        ("the sum of (2 and 3)", None),
        ("Add 3 and 4", "7"),
        ("Add 3 to 4", "7"),
        ("subtract 3 from 10", "7"),
        ("Multiply 6 by 7.", "42"),
        ("Work out 6 * 7", "42"),
        ("divide 10 by 4", "2.5"),
        ("Combien font 12 fois 8 ?", "96"),
        ("12 divisé par 8", "1.5"),
        ("12 + 8 は何ですか", "20"),
        ("\uff11\uff12\uff0b\uff13", "15"),
        ("0 * 5 - 0", "0"),
        ("1 / 0", "undefined"),
        ("0 ^ -1", "undefined"),
        ("5 mod 0", "undefined"),
        ("What is 1+1? 2+3", "5"),
    ],
)
def test_calculations(question: str, value: str | None) -> None:
    assert evaluate(question) == value


@pytest.mark.parametrize(
    "question",
    [
        "",
        "42",
        "the",
        "What is love?",
        "Do you work 24/7?",
        "See pages 3-5",
        "Where were you on 2024-05-01?",
        "2024-05-01",
        "12:30 + 1",
        "3 4",
        "3 +",
        "(3 + 4",
        "3 + 4)",
        "sum of 3",
        "seven eight + 1",
        "4^0.5",
        "add 3",
        "subtract 3 to 4",
        "2x + 3 = 7",
    ],
)
def test_other_texts_are_no_calculation(question: str) -> None:
    assert evaluate(question) is None


@pytest.mark.parametrize(
    "question",
    [
        "10 ** 100000",
        "9^9^9^9",
        "(" * 1000 + "1 + 1" + ")" * 1000,
        "+".join(["1"] * 5000),
        "1" * 50 + " + 1",
        " * ".join(["2^4000"] * 90),
        "-" * 5000 + "1 + 1",
    ],
)
def test_what_is_too_large_is_not_calculated(question: str) -> None:
    assert evaluate(question) is None


@given(st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9), st.sampled_from("+-*"))
def test_whole_numbers_are_exact(left: int, right: int, sign: str) -> None:
    value = {"+": left + right, "-": left - right, "*": left * right}[sign]
    assert evaluate(f"What is {left} {sign} {right}?") == str(value)


@given(st.decimals(0, 10**6, places=3), st.decimals(0, 10**6, places=2))
def test_decimals_are_exact(left: object, right: object) -> None:
    value = evaluate(f"{left} + {right}")
    assert value is not None
    assert Fraction(value) == Fraction(str(left)) + Fraction(str(right))


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    value = evaluate(text)
    assert value is None or value


@given(st.text(alphabet="0123456789+-*/^%(). "))
def test_any_expression_is_read(text: str) -> None:
    value = evaluate(text)
    assert value is None or value == "undefined" or Fraction(value) is not None


@given(st.decimals(-(10**12), 10**12, places=4))
def test_mistakes_are_several_and_wrong(number: object) -> None:
    right = evaluate(f"0 + {number}")
    assert right is not None
    wrong = arithmetic_mistakes(right)
    assert len(set(wrong)) == len(wrong) >= 3
    assert all(Fraction(value) != Fraction(right) for value in wrong)


@pytest.mark.parametrize(
    ("right", "plausible"),
    [
        ("391", {"390", "392", "319", "381", "491", "3910"}),
        ("-9", {"9", "-8", "-10"}),
        ("2.5", {"5.2", "2.4", "25"}),
        ("0", {"1", "2", "10"}),
        ("undefined", {"0", "1", "infinity"}),
    ],
)
def test_mistakes_are_plausible(right: str, plausible: set[str]) -> None:
    assert plausible <= set(arithmetic_mistakes(right))


def test_long_numbers_have_few_mistakes() -> None:
    assert len(arithmetic_mistakes("7" * 1000)) < 40


@given(st.integers(0, 10**6))
def test_miscounts_are_close_and_wrong(right: int) -> None:
    wrong = [int(number) for number in counting_mistakes(right)]
    assert len(set(wrong)) >= 3
    assert all(number >= 0 and 0 < abs(number - right) <= 3 for number in wrong)
