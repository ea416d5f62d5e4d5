"""The stamp of a program: the same for the same program, and for no other."""

from __future__ import annotations

import pytest

from ember_mlir.parsing import parse_module
from ember_mlir.passes.assign_draws import stamp_of

PROGRAM = """
llm.model @m from "p"
func.func @f(%a: !llm.text, %n: i64) -> !llm.text {
  %zero = arith.constant 0 : i64
  %is = arith.cmpi eq, %n, %zero : i64
  %r = scf.if %is -> (!llm.text) {
    %t = llm.template "A {0} {1}"(%a, %a)
    %x = llm.generate @m(%t) temperature 0.5 draw <1>
    scf.yield %x : !llm.text
  } else {
    scf.yield %a : !llm.text
  }
  func.return %r : !llm.text
}
"""


def test_neither_names_nor_places_count() -> None:
    renamed = PROGRAM.replace("%t", "%other").replace("%a", "%arg")
    moved = "\n\n" + PROGRAM.replace("\n", "\n\n")
    stamps = {
        stamp_of(parse_module(text, name))
        for text in (PROGRAM, renamed, moved)
        for name in ("a.mlir", "b.mlir")
    }
    assert len(stamps) == 1


def test_the_order_of_attributes_does_not_count() -> None:
    first, second = (parse_module(PROGRAM) for _ in range(2))
    for op in second.walk():
        op.properties = dict(reversed(op.properties.items()))
    assert stamp_of(first) == stamp_of(second)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"A {0} {1}"', '"A {1} {0} "'),
        ("(%a, %a)", "(%a, %b)"),
        ("draw <1>", "draw <2>"),
        ("temperature 0.5", "temperature 0.6"),
        ("temperature 0.5", ""),
        ("arith.cmpi eq", "arith.cmpi ne"),
        ("arith.cmpi eq, %n, %zero", "arith.cmpi eq, %zero, %n"),
        ("  } else {\n    scf.yield %a", "  } else {\n    scf.yield %b"),
        ('from "p"', 'from "q"'),
        ("func.func @f(", "func.func private @other()\nfunc.func @f("),
        ("-> !llm.text {\n  %zero", '-> !llm.text attributes {a = "b"} {\n  %zero'),
        ("%b: !llm.text", "%b: i64"),
        ("%x = llm.generate", "%y = llm.generate @m(%t) draw <3>\n    %x = llm.generate"),
    ],
)
def test_all_else_counts(old: str, new: str) -> None:
    written = PROGRAM.replace("%a: !llm.text", "%a: !llm.text, %b: !llm.text")
    changed = written.replace(old, new)
    assert changed != written
    assert stamp_of(parse_module(changed)) != stamp_of(parse_module(written))


def test_where_an_operation_stands_counts() -> None:
    within = parse_module("func.func @f() {\n  func.return\n}\nfunc.func @g() {\n  func.return\n}")
    other = parse_module("func.func @f() {\n  func.return\n}\nfunc.func @g() {\n  func.return\n}")
    first, second = other.ops
    source, target = second.regions[0].block, first.regions[0].block
    moved, last = source.last_op, target.last_op
    assert moved is not None
    assert last is not None
    moved.detach()
    target.insert_ops_before([moved], last)
    assert stamp_of(within) != stamp_of(other)
