"""What an arm of a branch knows: its condition, and what that is made of."""

from __future__ import annotations

import pytest
from xdsl.ir import SSAValue

from ember_mlir.parsing import parse_module
from ember_mlir.passes.analysis.conditions import MAX_FACTS, facts

TEXT = """func.func @f(%a: i1, %b: i1) {
  %true = arith.constant true
  %false = arith.constant false
  %not = arith.xori %a, %true : i1
  %same = arith.xori %a, %false : i1
  %differ = arith.xori %a, %b : i1
  %both = arith.andi %a, %b : i1
  %one = arith.ori %a, %b : i1
  %neither = arith.xori %one, %true : i1
  %sum = arith.addi %a, %b : i1
  func.return
}"""


def named(text: str) -> dict[str | None, SSAValue]:
    """The values of a program, by their names."""
    return {value.name_hint: value for op in parse_module(text).walk() for value in op.results}


@pytest.mark.parametrize(
    ("condition", "holds", "told"),
    [
        ("not", True, {"not": True, "a": False}),
        ("not", False, {"not": False, "a": True}),
        ("same", True, {"same": True}),
        ("differ", True, {"differ": True}),
        ("both", True, {"both": True, "a": True, "b": True}),
        ("both", False, {"both": False}),
        ("one", True, {"one": True}),
        ("one", False, {"one": False, "a": False, "b": False}),
        ("neither", True, {"neither": True, "one": False, "a": False, "b": False}),
        ("neither", False, {"neither": False, "one": True}),
        ("sum", True, {"sum": True}),
    ],
)
def test_what_is_known_where_a_condition_holds(
    condition: str, holds: bool, told: dict[str | None, bool]
) -> None:
    found = facts(named(TEXT)[condition], holds=holds)
    assert {value.name_hint: known for value, known in found} == told


def test_of_many_conditions_only_some_are_told() -> None:
    chain = [f"%x{n} = arith.andi %x{n - 1}, %b : i1" for n in range(1, 100)]
    lines = [*chain, "%top = arith.xori %x99, %true : i1", "func.return"]
    text = TEXT.replace("func.return", "\n".join(lines)).replace("%x0", "%a")
    assert len(list(facts(named(text)["x99"], holds=True))) == MAX_FACTS - 1
    assert len(list(facts(named(text)["top"], holds=False))) == MAX_FACTS
