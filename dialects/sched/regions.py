"""Regions: how they are written, what they take, and what they yield."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from xdsl.ir import Attribute, Region, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    lazy_traits_def,
    var_operand_def,
)
from xdsl.irdl.declarative_assembly_format import (
    CustomDirective,
    ParsingState,
    PrintingState,
    VariadicRegionVariable,
    irdl_custom_directive,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import HasParent, IsTerminator, OpTrait, Pure
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.formats.errors import ERROR, parse_arm, print_arm
from ember_mlir.dialects.operations import DialectOperation, op_definition
from ember_mlir.dialects.sched.types import FutureType, shown

TOLD = FutureType(ERROR)
"""The type of an error that an arm is told of."""


class Arms(CustomDirective):
    """Regions with a word between them."""

    WORD: ClassVar[str]
    arms: VariadicRegionVariable

    def parse(self, parser: Parser, state: ParsingState) -> None:
        parser.parse_keyword("do")
        told = TOLD if "errors" in state.properties else None
        regions = [parser.parse_region(())]
        while parser.parse_optional_keyword(self.WORD) is not None:
            regions.append(parse_arm(parser, told))
        self.arms.set(state, regions)

    def print(self, printer: Printer, state: PrintingState, op: IRDLOperation) -> None:
        for index, region in enumerate(self.arms.get(op)):
            printer.print_string(f" {self.WORD} " if index else " do ")
            print_arm(printer, region)


@irdl_custom_directive
class Else(Arms):
    """`do { … } else { … }`."""

    WORD: ClassVar[str] = "else"
    arms: VariadicRegionVariable


@irdl_custom_directive
class Or(Arms):
    """`do { … } or { … }`."""

    WORD: ClassVar[str] = "or"
    arms: VariadicRegionVariable


def _yield_traits() -> tuple[OpTrait, ...]:
    from ember_mlir.dialects.sched.arms import AttemptOp, FirstOp, IfOp, ParallelOp
    from ember_mlir.dialects.sched.lists import FanoutOp, ReduceOp
    from ember_mlir.dialects.sched.loops import LoopOp
    from ember_mlir.dialects.sched.scopes import CachedOp, ScopeOp
    from ember_mlir.dialects.sched.tasks import TaskOp

    parents = (AttemptOp, CachedOp, FanoutOp, FirstOp, IfOp, LoopOp, ParallelOp, ReduceOp)
    return (IsTerminator(), HasParent(TaskOp, ScopeOp, *parents), Pure())


@op_definition
class YieldOp(DialectOperation):
    """The results of a region: one value in a task, futures and lists elsewhere.

    ```mlir
    func.func @hello() -> !sched.future<!llm.text> {
      %hello = sched.task() -> !sched.future<!llm.text> {
        %text = llm.constant "hello"
        sched.yield %text : !llm.text
      }
      func.return %hello : !sched.future<!llm.text>
    }
    ```
    """

    name = "sched.yield"

    values = var_operand_def()

    traits = lazy_traits_def(_yield_traits)
    assembly_format = "($values^ `:` type($values))? attr-dict"

    def __init__(self, *values: SSAValue) -> None:
        super().__init__(operands=[values])

    @property
    def value(self) -> SSAValue:
        """The only value of a region that yields one."""
        return self.values[0]


def yielded_types(body: Region) -> tuple[Attribute, ...]:
    """The types of what a region yields."""
    last = body.block.last_op
    if not isinstance(last, YieldOp):
        raise VerifyException("the region must end with 'sched.yield', but it does not")
    return last.values.types


def yielded_type(body: Region) -> Attribute:
    """The type of what a region yields, where that is one thing."""
    types = yielded_types(body)
    if len(types) != 1:
        raise VerifyException(f"the region must yield 1 value, but got {len(types)}")
    return types[0]


def verify_region(body: Region, results: Sequence[Attribute]) -> None:
    """Check that a region takes nothing and yields what its operation gives."""
    verify_taken(body, [])
    verify_yielded(body, results)


def verify_taken(body: Region, expected: Sequence[Attribute]) -> None:
    """Check what a region takes."""
    taken = [argument.type for argument in body.block.args]
    if taken != [*expected]:
        what = shown(expected) if expected else "nothing"
        raise VerifyException(f"the region must take {what}, but got {shown(taken)}")


def verify_yielded(body: Region, results: Sequence[Attribute]) -> None:
    """Check that a region yields what its operation gives."""
    yielded = yielded_types(body)
    if yielded != tuple(results):
        raise VerifyException(
            f"the region must yield {shown(results)}, as is the result, but got {shown(yielded)}"
        )
