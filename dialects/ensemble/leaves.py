"""How a region ends: with its result, and perhaps with whether that is good enough."""

from __future__ import annotations

from typing import ClassVar

from xdsl.dialects.builtin import i1
from xdsl.ir import Attribute, Operation, Region, SSAValue
from xdsl.irdl import (
    AnyAttr,
    VarConstraint,
    lazy_traits_def,
    operand_def,
)
from xdsl.traits import HasParent, IsTerminator, OpTrait, Pure
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.operations import DialectOperation, op_definition


def _traits_of_yield() -> tuple[OpTrait, ...]:
    from ember_mlir.dialects.ensemble.arms import CascadeOp, FallbackOp, ParallelOp, RaceOp
    from ember_mlir.dialects.ensemble.lists import MapOp, ReduceOp

    parents = HasParent(MapOp, ReduceOp, ParallelOp, FallbackOp, RaceOp, CascadeOp)
    return IsTerminator(), parents, Pure()


def _traits_of_accept() -> tuple[OpTrait, ...]:
    from ember_mlir.dialects.ensemble.arms import CascadeOp
    from ember_mlir.dialects.ensemble.rounds import RefineOp

    return IsTerminator(), HasParent(CascadeOp, RefineOp), Pure()


@op_definition
class YieldOp(DialectOperation):
    """The result of one run of a region.

    ```mlir
    func.func @same(%words: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
      %copy = ensemble.map %word in %words : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
        ensemble.yield %word : !llm.text
      }
      func.return %copy : !llm.list<!llm.text>
    }
    ```
    """

    name = "ensemble.yield"

    value = operand_def()

    traits = lazy_traits_def(_traits_of_yield)
    assembly_format = "$value `:` type($value) attr-dict"

    def __init__(self, value: SSAValue) -> None:
        super().__init__(operands=[value])


@op_definition
class AcceptOp(DialectOperation):
    """The result of a rung or round, and whether it is good enough to be the last.

    ```mlir
    func.func @trim(%text: !llm.text, %done: i1) -> !llm.text {
      %short = ensemble.refine %draft from %text at_most 3 : !llm.text do {
        ensemble.accept %draft if %done : !llm.text
      }
      func.return %short : !llm.text
    }
    ```
    """

    name = "ensemble.accept"

    T: ClassVar = VarConstraint("T", AnyAttr())
    value = operand_def(T)
    condition = operand_def(i1)

    traits = lazy_traits_def(_traits_of_accept)
    assembly_format = "$value `if` $condition `:` type($value) attr-dict"

    def __init__(self, value: SSAValue, condition: SSAValue) -> None:
        super().__init__(operands=[value, condition])


def yielded_type(body: Region) -> Attribute:
    """The type of the value that a region yields."""
    return last_of(body, YieldOp).operands[0].type


def last_of(body: Region, *allowed: type[Operation]) -> Operation:
    """The operation that ends a region, which must be of one of the kinds `allowed`."""
    last = body.block.last_op
    if not isinstance(last, allowed):
        names = " or ".join(f"'{kind.name}'" for kind in allowed)
        raise VerifyException(f"the region must end with {names}, but it does not")
    return last
