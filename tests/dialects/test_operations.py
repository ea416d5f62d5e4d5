"""Operations of ours are made and walked as those of xDSL."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from xdsl.ir import Block, Operation, Region
from xdsl.irdl import IRDLOperation

from ember_mlir.dialects import llm, sched
from ember_mlir.dialects.operations import symbol_ref, walk
from ember_mlir.dialects.values import (
    TEXT,
    AsksModel,
    DrawsFromTape,
    ListType,
    RefersTo,
    RepeatsRegion,
)
from ember_mlir.parsing import parse_module

NESTED = """
func.func @f(%n: i64, %a: !llm.text) -> !llm.text {
  %zero = arith.constant 0 : i64
  %is = arith.cmpi eq, %n, %zero : i64
  %r = scf.if %is -> (!llm.text) {
    %s = scf.if %is -> (!llm.text) {
      %t = llm.template "A {0}"(%a)
      scf.yield %t : !llm.text
    } else {
      scf.yield %a : !llm.text
    }
    scf.yield %s : !llm.text
  } else {
    scf.yield %a : !llm.text
  }
  func.return %r : !llm.text
}
"""


def test_a_walk_goes_as_that_of_xdsl() -> None:
    module = parse_module(NESTED)
    assert [*walk(module)] == [*module.walk()]
    assert [*walk(module, inside_first=True)] == [*module.walk(region_first=True)]
    assert len([*walk(module)]) == 12


def made_by_xdsl(make: Callable[[], Operation], monkeypatch: pytest.MonkeyPatch) -> Operation:
    """What `make` makes if our operations are made by xDSL's constructor."""
    with monkeypatch.context() as patch:
        patch.setattr("ember_mlir.dialects.operations._parts", _unknown)
        return make()


def _unknown(kind: type[IRDLOperation]) -> None:
    """Nothing is known of what the operations of a class are made of."""


def parts(op: Operation) -> tuple[object, ...]:
    return (
        [*op.operands],
        op.result_types,
        op.properties,
        op.attributes,
        len(op.regions),
        op.location,
        op.successors.__class__,
    )


def test_operations_are_made_as_by_xdsl(monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = Block(arg_types=[TEXT, TEXT]).args

    def task() -> Operation:
        return sched.TaskOp([], Region(Block()), sched.future_of(TEXT), lane=symbol_ref("lane"))

    makers: Sequence[Callable[[], Operation]] = [
        lambda: llm.TemplateOp("{0} {1}", [a, b]),
        lambda: llm.TemplateOp("nothing", []),
        lambda: llm.GenerateOp("m", a, max_tokens=3),
        lambda: llm.GenerateOp("m", a, tools=["look"]),
        lambda: llm.ListOp([a, b], ListType(TEXT)),
        task,
    ]
    for make in makers:
        assert parts(make()) == parts(made_by_xdsl(make, monkeypatch))


def test_what_does_not_fit_is_told_as_by_xdsl() -> None:
    (a,) = Block(arg_types=[TEXT]).args
    with pytest.raises(ValueError, match="Expected 1 operand, but got 2"):
        IRDLOperation.__init__(llm.GenerateOp("m", a), operands=[a, a], result_types=[TEXT])
    with pytest.raises(ValueError, match="Expected 1 operand, but got 2"):
        super(llm.GenerateOp, llm.GenerateOp("m", a)).__init__(operands=[a, a], result_types=[TEXT])


def test_traits_are_those_of_the_class() -> None:
    assert llm.GenerateOp.has_trait(AsksModel)
    assert llm.GenerateOp.has_trait(DrawsFromTape)
    assert not llm.EmbedOp.has_trait(DrawsFromTape)
    assert not llm.TemplateOp.has_trait(RepeatsRegion)
    assert llm.GenerateOp.has_trait(RefersTo("model", "llm.model"))
    assert not llm.GenerateOp.has_trait(RefersTo("model", "sched.lane"))
