"""`sink-calls` beyond its lit file: on random programs, and where readers stand."""

from __future__ import annotations

from hypothesis import given
from xdsl.dialects import scf
from xdsl.ir import Region, SSAValue

from ember_mlir.dialects.llm import GenerateOp
from ember_mlir.parsing import parse_module
from ember_mlir.passes.analysis.readers import Readers
from ember_mlir.testing import Program, programs
from ember_mlir.testing.exactness import FAULTS, check_exact, optimized, remarks_of
from ember_mlir.testing.moves import LANGUAGES


@given(program=programs(LANGUAGES["sink-calls"]), faults=FAULTS)
def test_it_keeps_what_a_program_means(program: Program, faults: int) -> None:
    check_exact(program, "sink-calls", faults)


def nest(depth: int, read: str) -> str:
    """A call that is read in the innermost of many branches."""
    opening = "\n".join(f"%r{i} = scf.if %c -> (!llm.text) {{" for i in range(depth))
    inner = [f"r{i + 1}" for i in range(depth - 1)] + ["a"]
    closing = "\n".join(
        f"scf.yield %{name} : !llm.text }} else {{ scf.yield %{read} : !llm.text }}"
        for name in reversed(inner)
    )
    return f"""llm.model @m from "simulated"
    func.func @f(%c: i1, %q: !llm.text) -> !llm.text {{
    %a = llm.generate @m(%q) draw <0>
    {opening}
    {closing}
    func.return %r0 : !llm.text
    }}"""


def branches_around(module_text: str) -> int:
    module = optimized(parse_module(module_text), "sink-calls")
    (call,) = [op for op in module.walk() if isinstance(op, GenerateOp)]
    around, count = call.parent_op(), 0
    while around is not None:
        count += isinstance(around, scf.IfOp)
        around = around.parent_op()
    return count


def test_a_call_moves_into_the_innermost_region_of_all_its_readers() -> None:
    assert branches_around(nest(40, "q")) == 40
    # The other arm of the outermost branch reads it, too.
    assert branches_around(nest(40, "a")) == 0


def readers_of(text: str) -> dict[str | None, int]:
    """How deep the innermost region of all readers of each value is."""
    readers = Readers()
    values: list[SSAValue] = []

    def visit(region: Region, *, barrier: bool) -> None:
        with readers.inside(region, barrier=barrier):
            for op in (op for block in reversed(region.blocks) for op in reversed(block.ops)):
                values.extend(op.results)
                for operand in op.operands:
                    readers.read(operand)
                for inner in op.regions:
                    visit(inner, barrier=not isinstance(op, scf.IfOp))

    visit(parse_module(text).body, barrier=True)
    places = {value.name_hint: readers.of(value) for value in values}
    return {name: place.depth for name, place in places.items() if place is not None}


def test_readers_are_told_apart_by_the_regions_that_hold_all_of_them() -> None:
    found = readers_of(
        """func.func @f(%c: i1, %q: !llm.text, %xs: !llm.list<!llm.text>) {
          %one_arm = llm.template "1{0}"(%q)
          %both_arms = llm.template "2{0}"(%q)
          %deep = llm.template "3{0}"(%q)
          %two_deep = llm.template "4{0}"(%q)
          %in_a_map = llm.template "5{0}"(%q)
          %r = scf.if %c -> (!llm.text) {
            %s = scf.if %c -> (!llm.text) {
              %t = llm.template "{0}{1}{2}{3}"(%one_arm, %both_arms, %deep, %two_deep)
              scf.yield %t : !llm.text
            } else {
              scf.yield %two_deep : !llm.text
            }
            %l = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
              ensemble.yield %in_a_map : !llm.text
            }
            %m = llm.join %l with ""
            %u = llm.template "{0}{1}{2}"(%one_arm, %s, %m)
            scf.yield %u : !llm.text
          } else {
            scf.yield %both_arms : !llm.text
          }
          func.return
        }"""
    )
    names = ("one_arm", "both_arms", "deep", "two_deep", "in_a_map")
    assert {name: found[name] for name in names} == {
        "one_arm": 2,
        "both_arms": 1,
        "deep": 3,
        "two_deep": 2,
        "in_a_map": 2,
    }


def test_it_tells_what_stands_in_the_way() -> None:
    assert remarks_of(nest(1, "q"), "sink-calls") == [
        (True, "is asked only where its answer is read")
    ]
    assert remarks_of(nest(1, "q").replace(" draw <0>", ""), "sink-calls") == [
        (False, "is read under a condition alone, but has no draw yet")
    ]
