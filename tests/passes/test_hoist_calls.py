"""`hoist-calls` beyond its lit file: on random programs, and how often it asks."""

from __future__ import annotations

import pytest
from hypothesis import given

from ember_mlir.interpreter import Value, interpret
from ember_mlir.parsing import parse_module
from ember_mlir.passes.analysis.lengths import Lengths
from ember_mlir.testing import Dice, Program, programs
from ember_mlir.testing.exactness import FAULTS, check_exact, optimized
from ember_mlir.testing.moves import LANGUAGES

CALLS = {
    "text": "llm.generate @m(%q) temperature 0 site <0[*]>",
    "vector": "llm.embed @m(%q) site <0[*]>",
    "scores": "llm.score @m(%q) among %qs site <0[*]>",
}
TYPES = {"text": "!llm.text", "vector": "tensor<?xf32>", "scores": "!llm.list<f64>"}


def asked_for_each(kind: str) -> str:
    found = f"!llm.list<{TYPES[kind]}>"
    return f"""llm.model @m from "simulated"
    func.func @f(%xs: !llm.list<!llm.text>, %q: !llm.text) -> {found} {{
      %qs = llm.list(%q) : !llm.list<!llm.text>
      %r = ensemble.map %x in %xs : !llm.list<!llm.text> -> {found} do {{
        %a = {CALLS[kind]}
        ensemble.yield %a : {TYPES[kind]}
      }}
      func.return %r : {found}
    }}"""


@given(program=programs(LANGUAGES["hoist-calls"]), faults=FAULTS)
def test_it_keeps_what_a_program_means(program: Program, faults: int) -> None:
    check_exact(program, "hoist-calls", faults)


@pytest.mark.parametrize("kind", CALLS)
@pytest.mark.parametrize("count", [0, 1, 3])
def test_it_asks_once_if_there_is_an_element_and_else_not_at_all(kind: str, count: int) -> None:
    source = parse_module(asked_for_each(kind))
    inputs: list[Value] = [["é"] * count, "what?"]
    before, after = Dice(), Dice()
    expected = interpret(source, inputs, seed=1, send=lambda r: before.simulate(r)[0])
    module = optimized(source, "hoist-calls")
    assert interpret(module, inputs, seed=1, send=lambda r: after.simulate(r)[0]) == expected
    assert (len(before.requests), len(after.requests)) == (count, min(count, 1))


def test_the_least_length_of_a_list_is_told_by_what_makes_it() -> None:
    module = parse_module(
        """llm.model @m from "simulated"
        func.func @f(%x: !llm.text, %xs: !llm.list<!llm.text>) {
          %unknown = llm.concat(%xs, %xs) : !llm.list<!llm.text>
          %two = llm.list(%x, %x) : !llm.list<!llm.text>
          %three = ensemble.sample 3 of @m(%x) draw <0[*]>
          %dropped = ensemble.sample 3 of @m(%x) on_error drop draw <1[*]>
          %five = llm.concat(%two, %xs, %three) : !llm.list<!llm.text>
          %mapped = ensemble.map %y in %five : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
            ensemble.yield %y : !llm.text
          }
          %left = ensemble.map %y in %five on_error drop
              : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
            ensemble.yield %y : !llm.text
          }
          %arms = ensemble.parallel : !llm.list<!llm.text> do {
            ensemble.yield %x : !llm.text
          } and {
            ensemble.yield %x : !llm.text
          }
          func.return
        }"""
    )
    lengths = Lengths()
    found: dict[str | None, int] = {}
    for op in module.walk():
        lengths.note(op)
        found |= {result.name_hint: lengths.least(result) for result in op.results}
    assert found == {
        "unknown": 0,
        "two": 2,
        "three": 3,
        "dropped": 0,
        "five": 5,
        "mapped": 5,
        "left": 0,
        "arms": 2,
    }
