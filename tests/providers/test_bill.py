"""Bills: exact sums, unknown prices, and how they read."""

from __future__ import annotations

import json
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ember_mlir.providers import Bill, Reply

TOKENS = st.integers(0, 10**9)
PRICES = st.decimals(0, 10**4, places=6)


def test_a_new_bill_is_empty() -> None:
    assert str(Bill()) == "0 calls, 0 tokens, $0.00, 0.00 s"


def test_a_charge_counts_a_call_its_tokens_and_its_price() -> None:
    bill = Bill()
    bill.charge(Reply(["a", "b"], 1000, 50), Decimal("2.50"), Decimal("10.00"))
    assert (bill.calls, bill.input_tokens, bill.output_tokens, bill.tokens) == (1, 1000, 50, 1050)
    assert bill.usd == Decimal("0.003")


@given(st.lists(st.tuples(TOKENS, TOKENS, PRICES, PRICES), max_size=20))
def test_sums_are_exact_whatever_the_precision_around(
    charges: list[tuple[int, int, Decimal, Decimal]],
) -> None:
    bill = Bill()
    with localcontext() as context:
        context.prec = 3
        for input_tokens, output_tokens, input_price, output_price in charges:
            bill.charge(Reply([], input_tokens, output_tokens), input_price, output_price)
    expected = sum(
        (Fraction(i) * Fraction(p) + Fraction(o) * Fraction(q)) / 10**6 for i, o, p, q in charges
    )
    assert bill.usd is not None
    assert Fraction(bill.usd) == expected


@pytest.mark.parametrize("prices", [(None, Decimal(1)), (Decimal(1), None), (None, None)])
def test_unknown_stays_unknown(prices: tuple[Decimal | None, Decimal | None]) -> None:
    bill = Bill(seconds=1.5)
    bill.charge(Reply(["a"], 5, 1), *prices)
    bill.charge(Reply(["a"], 5, 1), Decimal(1), Decimal(1))
    assert bill.usd is None
    assert str(bill) == "2 calls, 12 tokens, $?, 1.50 s"
    assert bill.as_json()["usd"] is None


@pytest.mark.parametrize(
    ("usd", "written"),
    [
        ("0", "$0.00"),
        ("0.00000015", "$0.00000015"),
        ("0.0000511", "$0.000051"),
        ("0.0123", "$0.012"),
        ("0.5", "$0.50"),
        ("12.3456", "$12.35"),
        ("12345", "$12345.00"),
    ],
)
def test_dollars_are_written_for_people(usd: str, written: str) -> None:
    assert str(Bill(usd=Decimal(usd))) == f"0 calls, 0 tokens, {written}, 0.00 s"


def test_a_simulated_bill_says_so() -> None:
    bill = Bill(1, 1, 0, Decimal("0.000051"), 0.612, simulated=True)
    assert str(bill) == "1 call, 1 token, $0.000051, 0.61 s (simulated)"


def test_a_bill_as_json_is_plain() -> None:
    bill = Bill(5, 135, 5, Decimal("0.00002325"), 0.5, simulated=True)
    assert json.loads(json.dumps(bill.as_json())) == {
        "calls": 5,
        "input_tokens": 135,
        "output_tokens": 5,
        "tokens": 140,
        "usd": 0.00002325,
        "seconds": 0.5,
        "simulated": True,
        "estimated": False,
    }
