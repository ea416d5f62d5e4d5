"""Builtin branches and loops: their regions take and give what fits."""

from __future__ import annotations

import pytest

from ember_mlir.errors import InvalidIRError
from ember_mlir.parsing import parse_module
from ember_mlir.passes.analysis.verification import verify_module

IF = """func.func @f(%t: i1, %a: i64) -> i64 {
  %r = "scf.if"(%t) ({
    scf.yield %a : i64
  }, {
    scf.yield %a : i64
  }) : (i1) -> i64
  func.return %r : i64
}"""

FOR = """func.func @f(%i: index, %a: i64) -> i64 {
  %r = "scf.for"(%i, %i, %i, %a) ({
  ^bb0(%n: index, %x: i64):
    "scf.yield"(%x) : (i64) -> ()
  }) : (index, index, index, i64) -> i64
  func.return %r : i64
}"""

WHILE = """func.func @f(%t: i1, %a: i64) -> i1 {
  %r = "scf.while"(%a) ({
  ^bb0(%x: i64):
    "scf.condition"(%t, %t) : (i1, i1) -> ()
  }, {
  ^bb0(%y: i1):
    "scf.yield"(%a) : (i64) -> ()
  }) : (i64) -> i1
  func.return %r : i1
}"""


@pytest.mark.parametrize("text", [IF, FOR, WHILE])
def test_regions_that_fit_are_valid(text: str) -> None:
    verify_module(parse_module(text))


def test_a_branch_without_results_needs_no_other_arm() -> None:
    arms = "({\n    scf.yield\n  }, {})"
    verify_module(parse_module(f'func.func @f(%t: i1) {{\n  "scf.if"(%t) {arms} : (i1) -> ()\n'
                               "  func.return\n}"))  # fmt: skip


WRONG = {
    "a loop counts with one bit": (
        FOR.replace("%i: index", "%i: i1")
        .replace("%n: index", "%n: i1")
        .replace("(index, index, index, i64)", "(i1, i1, i1, i64)"),
        "'scf.for' must count with numbers, but got i1",
    ),
    "an arm yields nothing": (
        IF.replace("scf.yield %a : i64\n  }, {", "scf.yield\n  }, {"),
        "'scf.if' must yield its result types, (i64), but got ()",
    ),
    "an arm yields another type": (
        IF.replace("}, {\n    scf.yield %a : i64", "}, {\n    scf.yield %t : i1"),
        "'scf.if' must yield its result types, (i64), but got (i1)",
    ),
    "an arm is missing": (
        IF.replace("}, {\n    scf.yield %a : i64\n  })", "}, {})"),
        "'scf.if' must yield its result types, (i64), but got ()",
    ),
    "a loop yields too little": (
        FOR.replace('"scf.yield"(%x) : (i64)', '"scf.yield"() : ()'),
        "'scf.for' must yield what it carries, (i64), but got ()",
    ),
    "a loop has other results": (
        FOR.replace("i64) -> i64\n", "i64) -> i1\n").replace("%r : i64", "%a : i64"),
        "'scf.for' must have the result types that it carries, (i64), but got (i1)",
    ),
    "a while takes another type": (
        WHILE.replace("(%x: i64)", "(%x: i1)"),
        "'scf.while' must take what it carries, (i64), but got (i1)",
    ),
    "a while takes nothing": (
        WHILE.replace("  ^bb0(%x: i64):\n", ""),
        "'scf.while' must take what it carries, (i64), but got ()",
    ),
    "a while passes on another type": (
        WHILE.replace("(%t, %t) : (i1, i1)", "(%t, %a) : (i1, i64)"),
        "'scf.while' must pass its result types on, (i1), but got (i64)",
    ),
    "a while takes another type behind do": (
        WHILE.replace("(%y: i1)", "(%y: i64)"),
        "'scf.while' must take its result types behind 'do', (i1), but got (i64)",
    ),
    "a while yields nothing": (
        WHILE.replace('"scf.yield"(%a) : (i64)', '"scf.yield"() : ()'),
        "'scf.while' must yield what it carries, (i64), but got ()",
    ),
}


@pytest.mark.parametrize(("text", "message"), WRONG.values(), ids=WRONG)
def test_regions_that_do_not_fit_are_refused(text: str, message: str) -> None:
    with pytest.raises(InvalidIRError) as caught:
        verify_module(parse_module(text, "a.mlir"))
    assert message == caught.value.message


def test_a_loop_without_its_regions_is_refused() -> None:
    for name in ("scf.while", "scf.for"):
        with pytest.raises(InvalidIRError, match=f"^a:1:1: '{name}' must have "):
            verify_module(parse_module(f'"{name}"() : () -> ()', "a"))
