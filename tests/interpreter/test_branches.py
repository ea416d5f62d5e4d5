"""What builtin branches and loops give, and what their bodies draw."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ember_mlir.errors import InvalidIRError, ShapeError

if TYPE_CHECKING:
    from conftest import Oracle

TEXT = "(%a: !llm.text, %c: i1) -> !llm.text"
LOOP = "(%a: !llm.text, %from: index, %to: index, %by: index) -> !llm.text"

BRANCH = """%r = scf.if %c -> (!llm.text) {
  %x = llm.generate @m(%a) draw <0>
  scf.yield %x : !llm.text
} else {
  scf.yield %a : !llm.text
}"""


def test_a_branch_runs_one_of_its_regions(oracle: Oracle) -> None:
    assert oracle.value(TEXT, BRANCH, "x", True) == "[x]"
    assert oracle.value(TEXT, BRANCH, "x", False) == "x"
    assert oracle.drew((0, []))


def test_a_branch_without_else_runs_nothing_where_its_condition_fails(oracle: Oracle) -> None:
    body = """scf.if %c {
      %x = llm.apply effectful @note(%a) : (!llm.text) -> i64
    }
    %r = llm.template "{0}"(%a)"""
    noted: list[str] = []

    def note(text: str) -> int:
        noted.append(text)
        return 0

    for condition in (True, False):
        assert oracle.value(TEXT, body, "x", condition, note=note) == "x"
    assert noted == ["x"]


FOR = """%r = scf.for %i = %from to %to step %by iter_args(%x = %a) -> (!llm.text) {
  %y = llm.generate @m(%x) draw <0[*]>
  scf.yield %y : !llm.text
}"""


def test_a_round_has_its_ordinal_as_index_whatever_the_loop_counts_by(oracle: Oracle) -> None:
    assert oracle.value(LOOP, FOR, "x", 5, 12, 3) == "[[[x]]]"
    assert oracle.drew((0, [0]), (0, [1]), (0, [2]))


@pytest.mark.parametrize(("first", "end"), [(0, 0), (5, 2)])
def test_a_loop_of_no_round_gives_what_it_was_given(oracle: Oracle, first: int, end: int) -> None:
    assert oracle.value(LOOP, FOR, "x", first, end, 1) == "x"
    assert oracle.requests == []


@pytest.mark.parametrize("step", [0, -1])
def test_a_loop_counts_up(oracle: Oracle, step: int) -> None:
    message = rf"^test\.mlir:3:6: the step of a loop must be at least 1, but got {step}"
    with pytest.raises(ShapeError, match=message):
        oracle.value(LOOP, FOR, "x", 0, 3, step)


def test_a_loop_counts_and_keeps_several_values(oracle: Oracle) -> None:
    body = """%s, %r = scf.for %i = %a to %b step %c iter_args(%x = %a, %y = %b) -> (index, index) {
      %z = arith.addi %x, %i : index
      scf.yield %z, %x : index, index
    }"""
    # x: 1, 1 + 1, 2 + 3; y is the x of the round before the last.
    signature = "(%a: index, %b: index, %c: index) -> index"
    assert oracle.value(signature, body, 1, 5, 2) == 2


def test_loops_nest(oracle: Oracle) -> None:
    body = """%r = scf.for %i = %from to %to step %by iter_args(%x = %a) -> (!llm.text) {
      %y = scf.for %j = %from to %to step %by iter_args(%z = %x) -> (!llm.text) {
        %w = llm.generate @m(%z) draw <0[*, 9, *]>
        scf.yield %w : !llm.text
      }
      scf.yield %y : !llm.text
    }"""
    oracle.value(LOOP, body, "x", 0, 2, 1)
    assert oracle.drew((0, [0, 9, 0]), (0, [0, 9, 1]), (0, [1, 9, 0]), (0, [1, 9, 1]))


WHILE = """%g = llm.constant "[["
%r = scf.while (%x = %a) : (!llm.text) -> !llm.text {
  %t = llm.generate @m(%x) draw <0[*]>
  %found = llm.contains %t, %g : !llm.text, !llm.text
  %one = arith.constant true
  %go_on = arith.xori %found, %one : i1
  scf.condition(%go_on) %t : !llm.text
} do {
^bb0(%x: !llm.text):
  %u = llm.generate @n(%x) draw <1[*]>
  scf.yield %x : !llm.text
}"""


def test_a_loop_goes_on_while_its_condition_holds(oracle: Oracle) -> None:
    assert oracle.value(TEXT, WHILE, "x", True) == "[[x]]"
    # Both regions of a round have its index.
    assert oracle.drew((0, [0]), (1, [0]), (0, [1]))
    assert [request.model for request in oracle.requests] == ["true-name", "n", "true-name"]


def test_a_loop_whose_condition_never_holds_runs_its_test_once(oracle: Oracle) -> None:
    assert oracle.value(TEXT, WHILE, "[x", True) == "[[x]"
    assert oracle.drew((0, [0]))


def test_other_operations_of_scf_have_no_meaning_here(oracle: Oracle) -> None:
    body = """%r = scf.execute_region -> (!llm.text) {
      scf.yield %a : !llm.text
    }"""
    message = r"'scf\.execute_region' must be 'scf\.if', 'scf\.for' or 'scf\.while'"
    with pytest.raises(InvalidIRError, match=message):
        oracle.value(TEXT, body, "x", True)
