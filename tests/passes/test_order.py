"""What stands between two operations of a block, and where a failure is handled."""

from __future__ import annotations

from xdsl.ir import Operation

from ember_mlir.parsing import parse_module
from ember_mlir.passes.analysis.order import Order, is_sure_region
from ember_mlir.testing.exactness import optimized

TEXT = """llm.model @m from "p"
func.func @f(%q: !llm.text, %c: i1) -> !llm.text {
  %a = llm.template "{0}?"(%q)
  %b = llm.apply effectful @charge(%a) : (!llm.text) -> !llm.text
  %d = llm.generate @m(%q) draw <0>
  %e = scf.if %c -> (!llm.text) {
    %g = llm.apply idempotent @save(%q) : (!llm.text) -> !llm.text
    scf.yield %g : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  %h = ensemble.fallback : !llm.text do {
    %i = scf.if %c -> (!llm.text) {
      %j = llm.template "{0}!"(%q)
      scf.yield %j : !llm.text
    } else {
      scf.yield %q : !llm.text
    }
    ensemble.yield %i : !llm.text
  } else {
    %k = llm.template "{0}."(%q)
    ensemble.yield %k : !llm.text
  }
  func.return %h : !llm.text
}"""


def named(root: Operation) -> dict[str, Operation]:
    """The operations that give values, by the names of those."""
    return {str(op.results[0].name_hint): op for op in root.walk() if op.results}


def test_what_stands_before_an_operation() -> None:
    module = parse_module(TEXT)
    order, ops = Order(module), named(module)
    beside = {name: ops[name] for name in "abdeh"}
    acts = {name: order.acts_before(op) for name, op in beside.items()}
    unsure = {name: order.unsure_before(op) for name, op in beside.items()}
    assert acts == {"a": 0, "b": 0, "d": 1, "e": 1, "h": 2}
    assert unsure == {"a": 0, "b": 0, "d": 1, "e": 2, "h": 3}
    assert [name for name, op in ops.items() if order.acts(op)] == ["b", "e", "g"]


def test_a_failure_is_handled_however_deep() -> None:
    module = parse_module(TEXT)
    order = Order(module)
    assert [name for name, op in named(module).items() if order.is_handled(op)] == ["i", "j"]


def test_what_is_isolated_handles_its_own_failures() -> None:
    module = optimized(parse_module(TEXT), "lower-to-sched")
    order = Order(module)
    assert not any(order.is_handled(op) for op in module.walk())


def test_a_region_is_sure_if_all_of_it_is() -> None:
    ops = named(parse_module(TEXT))
    assert [is_sure_region(region) for region in ops["e"].regions] == [False, True]
    assert [is_sure_region(region) for region in ops["h"].regions] == [False, True]
