"""`hoist-calls` beyond its lit file: on random programs, and how often it asks."""

from __future__ import annotations

import pytest
from hypothesis import given

from ember_mlir.interpreter import Value, interpret
from ember_mlir.parsing import parse_module
from ember_mlir.testing import Dice, Program, programs
from ember_mlir.testing.exactness import FAULTS, check_exact, optimized, remarks_of
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


BEHIND = "is the same each time, but stands behind a function that is not pure"


def test_it_tells_of_calls_alone_and_of_those_that_are_the_same_each_time() -> None:
    told = remarks_of(
        """llm.model @m from "simulated"
        func.func @f(%xs: !llm.list<!llm.text>, %q: !llm.text) -> !llm.list<!llm.text> {
          %r = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
            %a = llm.generate @m(%q) temperature 0 site <0[*]>
            %c = llm.apply effectful @charge(%x) : (!llm.text) -> !llm.text
            %b = llm.generate @m(%x) temperature 0 site <1[*]>
            %d = llm.generate @m(%q) temperature 0 max_tokens 5 site <2[*]>
            %t = llm.template "{0}{1}{2}"(%a, %b, %d)
            ensemble.yield %t : !llm.text
          }
          func.return %r : !llm.list<!llm.text>
        }""",
        "hoist-calls",
    )
    once = "is asked once, and not in every run of the region around it"
    assert told == [(False, BEHIND), (True, once)]
