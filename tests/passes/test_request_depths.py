"""How many requests each value waits for, one after the other."""

from __future__ import annotations

from ember_mlir.parsing import parse_module
from ember_mlir.passes.analysis.request_depths import request_depths

TEXT = """llm.model @m from "p"
func.func @f(%q: !llm.text, %c: i1, %xs: !llm.list<!llm.text>) {
  %k = llm.constant "k"
  %a = llm.generate @m(%q) draw <0>
  %b = llm.template "{0} {1}"(%a, %k)
  %d = llm.generate @m(%b) draw <1>
  %e = scf.if %c -> (!llm.text) {
    %g = llm.template "{0} {1}"(%k, %a)
    scf.yield %g : !llm.text
  } else {
    %h = llm.generate @m(%d) draw <2>
    scf.yield %h : !llm.text
  }
  %m = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %y = llm.template "{0} {1}"(%x, %d)
    %z = llm.generate @m(%y) draw <3[*]>
    ensemble.yield %z : !llm.text
  }
  %j = llm.join %m with ", "
  func.return
}"""
DEPTHS = {"k": 0, "a": 1, "b": 1, "d": 2, "g": 1, "h": 3, "e": 3, "y": 2, "z": 3, "m": 3, "j": 3}


def test_requests_are_counted_along_what_depends_on_them() -> None:
    module = parse_module(TEXT)
    depths = request_depths(module)
    found = {value.name_hint: depths[value] for op in module.walk() for value in op.results}
    assert found == DEPTHS
    assert {depth for value, depth in depths.items() if value.name_hint in ("q", "xs", "x")} == {0}
