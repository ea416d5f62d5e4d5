"""How many elements lists have at least, and whether bodies run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from xdsl.ir import Operation, SSAValue

from ember_mlir.parsing import parse_module
from ember_mlir.passes.analysis.lengths import Certainty, Lengths, Repeating, certainty


def arguments_in(op: Operation) -> Iterator[SSAValue]:
    """What the regions of an operation take."""
    for region in op.regions:
        for block in region.blocks:
            yield from block.args


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
          %reduced = ensemble.reduce %group in %five by 2 : !llm.list<!llm.text> do {
            %joined = llm.join %group with " "
            ensemble.yield %joined : !llm.text
          }
          %v = llm.embed @m(%x) site <2>
          %vs = llm.embed @m(%two : !llm.list<!llm.text>) site <3[*]> -> !llm.list<tensor<?xf32>>
          %listed = llm.list(%v, %v, %v) : !llm.list<tensor<?xf32>>
          %nearest = llm.top_k 2 of %listed near %v
          %all = llm.top_k 9 of %listed near %v
          func.return
        }"""
    )
    lengths = Lengths()
    found: dict[str | None, int] = {}
    for op in module.walk():
        lengths.note(op)
        found |= {result.name_hint: lengths.least(result) for result in op.results}
        found |= {arg.name_hint: lengths.least(arg) for arg in arguments_in(op)}
    assert {name: least for name, least in found.items() if least} == {
        "two": 2,
        "three": 3,
        "five": 5,
        "mapped": 5,
        "arms": 2,
        "group": 2,
        "listed": 3,
        "nearest": 2,
        "all": 3,
    }


LOOP = "%r = scf.for %i = {} to {} step {} iter_args(%s = %q) -> (!llm.text) : i64 {{"
MAP = "%r = ensemble.map %x in %{} : !llm.list<!llm.text> -> !llm.list<!llm.text> do {{"
REDUCE = "%r = ensemble.reduce %g in %{} by 2 : !llm.list<!llm.text> do {{"
ENDS = {"scf.for": "scf.yield %q", "refine": "ensemble.accept %q if %c"}
REFINE = "%r = ensemble.refine %d from %q at_most 3 : !llm.text do {"


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (REFINE, "certain"),
        (MAP.format("one"), "certain"),
        (MAP.format("xs"), "by length"),
        (REDUCE.format("two"), "certain"),
        (REDUCE.format("one"), "by length"),
        (LOOP.format("%0", "%1", "%1"), "certain"),
        (LOOP.format("%0", "%2", "%2"), "certain"),
        (LOOP.format("%1", "%1", "%1"), "unknown"),
        (LOOP.format("%2", "%1", "%1"), "unknown"),
        (LOOP.format("%0", "%1", "%0"), "unknown"),
        (LOOP.format("%n", "%1", "%1"), "unknown"),
        (LOOP.format("%0", "%n", "%1"), "unknown"),
        (LOOP.format("%0", "%1", "%n"), "unknown"),
    ],
)
def test_a_body_runs_if_there_is_something_to_run_it_for(head: str, found: Certainty) -> None:
    end = next((end for name, end in ENDS.items() if name in head), "ensemble.yield %q")
    module = parse_module(
        f"""func.func @f(%n: i64, %c: i1, %q: !llm.text, %xs: !llm.list<!llm.text>) {{
          {"".join(f"%{n} = arith.constant {n} : i64 " for n in range(3))}
          %one = llm.list(%q) : !llm.list<!llm.text>
          %two = llm.list(%q, %q) : !llm.list<!llm.text>
          {head}
            {end} : !llm.text
          }}
          func.return
        }}"""
    )
    lengths = Lengths()
    for op in module.walk():
        lengths.note(op)
    (repeating,) = [op for op in module.walk() if isinstance(op, Repeating)]
    assert certainty(repeating, lengths) == found
