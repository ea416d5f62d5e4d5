"""What arithmetic gives: two's complement, conditions of one bit, and what is no number."""

from __future__ import annotations

from math import inf, nan
from typing import TYPE_CHECKING

import pytest

from ember_mlir.errors import InvalidIRError
from ember_mlir.passes.analysis.levels import NUMBERS
from ember_mlir.semantics import ARITHMETIC

if TYPE_CHECKING:
    from conftest import Oracle

MAX, MIN = 2**63 - 1, -(2**63)


@pytest.mark.parametrize(
    ("op", "left", "right", "expected"),
    [
        ("addi", 2, 3, 5),
        ("addi", MAX, 1, MIN),
        ("subi", 2, 3, -1),
        ("subi", MIN, 1, MAX),
        ("muli", -2, 3, -6),
        ("muli", 2**32, 2**32, 0),
        ("muli", MAX, 2, -2),
        ("muli", MIN, -1, MIN),
        ("andi", -1, 6, 6),
        ("ori", 1, 6, 7),
        ("xori", -1, 0, -1),
        ("minsi", -1, 1, -1),
        ("maxsi", -1, 1, 1),
    ],
)
def test_whole_numbers_wrap_around(
    oracle: Oracle, op: str, left: int, right: int, expected: int
) -> None:
    body = f"%r = arith.{op} %a, %b : i64"
    found = oracle.value("(%a: i64, %b: i64) -> i64", body, left, right)
    assert (found, type(found)) == (expected, int)


@pytest.mark.parametrize(
    ("op", "table"),
    [
        ("addi", [False, True, True, False]),
        ("subi", [False, True, True, False]),
        ("muli", [False, False, False, True]),
        ("andi", [False, False, False, True]),
        ("ori", [False, True, True, True]),
        ("xori", [False, True, True, False]),
        # The one bit of a condition is its sign: true is -1.
        ("minsi", [False, True, True, True]),
        ("maxsi", [False, False, False, True]),
    ],
)
def test_conditions_have_one_bit(oracle: Oracle, op: str, table: list[bool]) -> None:
    body = f"%r = arith.{op} %a, %b : i1"
    pairs = [(False, False), (False, True), (True, False), (True, True)]
    found = [oracle.value("(%a: i1, %b: i1) -> i1", body, *pair) for pair in pairs]
    assert [*map(repr, found)] == [*map(repr, table)]


@pytest.mark.parametrize(
    ("predicate", "less", "same", "negative"),
    [
        ("eq", False, True, False),
        ("ne", True, False, True),
        ("slt", True, False, True),
        ("sle", True, True, True),
        ("sgt", False, False, False),
        ("sge", False, True, False),
        ("ult", True, False, False),
        ("ule", True, True, False),
        ("ugt", False, False, True),
        ("uge", False, True, True),
    ],
)
def test_comparisons_of_whole_numbers(
    oracle: Oracle, predicate: str, less: bool, same: bool, negative: bool
) -> None:
    body = f"%r = arith.cmpi {predicate}, %a, %b : i64"
    pairs = [(1, 2), (2, 2), (-1, 2)]
    found = [oracle.value("(%a: i64, %b: i64) -> i1", body, *pair) for pair in pairs]
    assert [*map(repr, found)] == [*map(repr, [less, same, negative])]


@pytest.mark.parametrize(("predicate", "expected"), [("slt", True), ("ult", False), ("sgt", False)])
def test_a_condition_that_holds_is_below_one_that_does_not_by_sign(
    oracle: Oracle, predicate: str, expected: bool
) -> None:
    body = f"%r = arith.cmpi {predicate}, %a, %b : i1"
    assert oracle.value("(%a: i1, %b: i1) -> i1", body, True, False) is expected


@pytest.mark.parametrize(
    ("predicate", "less", "same", "unordered"),
    [
        ("oeq", False, True, False),
        ("one", True, False, False),
        ("olt", True, False, False),
        ("ole", True, True, False),
        ("ogt", False, False, False),
        ("oge", False, True, False),
        ("ord", True, True, False),
        ("false", False, False, False),
        ("ueq", False, True, True),
        ("une", True, False, True),
        ("ult", True, False, True),
        ("ule", True, True, True),
        ("ugt", False, False, True),
        ("uge", False, True, True),
        ("uno", False, False, True),
        ("true", True, True, True),
    ],
)
def test_comparisons_of_real_numbers(
    oracle: Oracle, predicate: str, less: bool, same: bool, unordered: bool
) -> None:
    body = f"%r = arith.cmpf {predicate}, %a, %b : f64"
    pairs = [(1.0, 2.0), (2.0, 2.0), (nan, 2.0)]
    found = [oracle.value("(%a: f64, %b: f64) -> i1", body, *pair) for pair in pairs]
    assert found == [less, same, unordered]


@pytest.mark.parametrize(
    ("op", "left", "right", "expected"),
    [
        ("addf", 0.1, 0.2, 0.1 + 0.2),
        ("subf", 1.0, 2.5, -1.5),
        ("mulf", 1e300, 1e300, inf),
        ("addf", inf, 1.0, inf),
    ],
)
def test_real_numbers(oracle: Oracle, op: str, left: float, right: float, expected: float) -> None:
    body = f"%r = arith.{op} %a, %b : f64"
    assert oracle.value("(%a: f64, %b: f64) -> f64", body, left, right) == expected


def test_one_of_two_values_is_selected_of_any_type(oracle: Oracle) -> None:
    body = "%r = arith.select %c, %a, %b : !llm.text"
    signature = "(%c: i1, %a: !llm.text, %b: !llm.text) -> !llm.text"
    assert oracle.value(signature, body, True, "x", "y") == "x"
    assert oracle.value(signature, body, False, "x", "y") == "y"
    body = "%r = arith.select %c, %a, %b : i1"
    assert oracle.value("(%c: i1, %a: i1, %b: i1) -> i1", body, True, True, False) is True


@pytest.mark.parametrize(
    ("body", "signature", "value", "expected"),
    [
        ("%r = arith.index_cast %a : i64 to index", "(%a: i64) -> index", -5, -5),
        ("%r = arith.index_cast %a : index to i64", "(%a: index) -> i64", 5, 5),
        ("%r = arith.sitofp %a : i64 to f64", "(%a: i64) -> f64", -2, -2.0),
        ("%r = arith.sitofp %a : i1 to f64", "(%a: i1) -> f64", True, -1.0),
    ],
)
def test_conversions(
    oracle: Oracle, body: str, signature: str, value: int, expected: float
) -> None:
    found = oracle.value(signature, body, value)
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("written", "kind", "expected"),
    [
        ("-7 : i64", "i64", -7),
        ("true", "i1", True),
        ("false", "i1", False),
        ("2.5 : f64", "f64", 2.5),
        ("3 : index", "index", 3),
    ],
)
def test_known_numbers(oracle: Oracle, written: str, kind: str, expected: float) -> None:
    found = oracle.value(f"() -> {kind}", f"%r = arith.constant {written}")
    assert (found, type(found)) == (expected, type(expected))


def test_what_the_level_allows_has_a_meaning() -> None:
    others = {"arith.constant", "arith.cmpi", "arith.cmpf", "arith.select"}
    assert ARITHMETIC.keys() | others == NUMBERS


@pytest.mark.parametrize(
    ("body", "kind", "message"),
    [
        ("%r = arith.divsi %a, %a : i64", "i64", "'arith.divsi' must not stand in a program"),
        ("%r = arith.divf %b, %b : f64", "f64", "'arith.divf' must not stand in a program"),
        (
            "%r = arith.constant dense<1> : tensor<2xi64>",
            "tensor<2xi64>",
            "a known value must be a number, but got dense<1> : tensor<2xi64>",
        ),
    ],
)
def test_what_has_no_meaning_here(oracle: Oracle, body: str, kind: str, message: str) -> None:
    with pytest.raises(InvalidIRError) as caught:
        oracle.value(f"(%a: i64, %b: f64) -> {kind}", body, 1, 1.0)
    assert caught.value.message == message
