"""What in a block does not depend on the block."""

from __future__ import annotations

from ember_mlir.dialects.ensemble import MapOp
from ember_mlir.parsing import parse_module
from ember_mlir.passes.analysis.invariants import Invariants

TEXT = """llm.model @m from "simulated"
func.func @f(%xs: !llm.list<!llm.text>, %q: !llm.text) -> !llm.list<!llm.text> {
  %r = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %a = llm.template "a {0}"(%q)
    %v = llm.template "{0} {1}"(%x, %a)
    %b = llm.template "b {0}"(%a)
    %n = llm.parse %q as regex "[0-9]+" : !llm.text
    %c = llm.template "{0} {1} {2}"(%b, %q, %a)
    %d = llm.generate @m(%c) temperature 0 site <0[*]>
    ensemble.yield %d : !llm.text
  }
  func.return %r : !llm.list<!llm.text>
}"""


def test_what_leads_to_an_operation_is_told_in_the_order_of_the_text() -> None:
    (found,) = [op for op in parse_module(TEXT).walk() if isinstance(op, MapOp)]
    invariants = Invariants(found.body.block)
    for op in found.body.block.ops:
        invariants.visit(op)
    named = {op.results[0].name_hint: op for op in found.body.block.ops if op.results}
    assert list(invariants.leading_to([named["d"]])) == [named[name] for name in "abc"]
    assert [name for name, op in named.items() if invariants.reads_no_varying(op)] == [*"abncd"]
