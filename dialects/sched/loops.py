"""A region repeated while a condition holds, and how often one that counts is."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects.builtin import I64, IndexType, IntegerAttr, i64
from xdsl.ir import Attribute, Region, SSAValue
from xdsl.irdl import (
    operand_def,
    opt_prop_def,
    region_def,
    result_def,
    traits_def,
    var_operand_def,
    var_result_def,
)
from xdsl.parser import Parser, UnresolvedOperand
from xdsl.printer import Printer
from xdsl.traits import HasParent, NoMemoryEffect, RecursiveMemoryEffect
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.formats import integer, parse_body, print_body, verify_limits
from ember_mlir.dialects.operations import DialectOperation, op_definition
from ember_mlir.dialects.sched.regions import yielded_types
from ember_mlir.dialects.sched.tasks import TaskOp
from ember_mlir.dialects.sched.types import YES_OR_NO, FutureType, StreamType, shown
from ember_mlir.dialects.values import RepeatsRegion


@op_definition
class LoopOp(DialectOperation):
    """A region repeated while it says so, at most a number of times; it runs at least once.

    The first run takes the state behind the `=`, each further one the state that the run
    before yields; what a run yields first says whether another one follows. The results
    are what the last run has yielded: whether another one should have followed, and the
    state. Runs are counted from 0, and a draw in here has one index for the run. What of
    a run does not depend on the one before may start before that is over.

    ```mlir
    func.func @again(%draft: !sched.future<!llm.text>, %go: !sched.future<i1>)
        -> !sched.future<!llm.text> {
      %more, %last = sched.loop %text = %draft at_most 3 : !sched.future<!llm.text> do {
        %longer = sched.task(%t = %text : !sched.future<!llm.text>) -> !sched.future<!llm.text> {
          %twice = llm.template "{0} {0}"(%t)
          sched.yield %twice : !llm.text
        }
        sched.yield %go, %longer : !sched.future<i1>, !sched.future<!llm.text>
      }
      func.return %last : !sched.future<!llm.text>
    }
    ```
    """

    name = "sched.loop"

    initial = var_operand_def(FutureType | StreamType)
    at_most = opt_prop_def(IntegerAttr[I64])
    body = region_def("single_block")
    more = result_def(YES_OR_NO)
    state = var_result_def(FutureType | StreamType)

    traits = traits_def(RecursiveMemoryEffect(), RepeatsRegion())

    def __init__(self, initial: Sequence[SSAValue], body: Region, at_most: int | None) -> None:
        super().__init__(
            operands=[initial],
            properties={"at_most": None if at_most is None else integer(at_most)},
            regions=[body],
            result_types=[YES_OR_NO, [value.type for value in initial]],
        )

    def print(self, printer: Printer) -> None:
        for index, (argument, value) in enumerate(
            zip(self.body.block.args, self.initial, strict=True)
        ):
            printer.print_string(", " if index else " ")
            printer.print_ssa_value(argument)
            printer.print_string(" = ")
            printer.print_ssa_value(value)
        if self.at_most is not None:
            printer.print_string(f" at_most {self.at_most.value.data}")
        if self.initial:
            printer.print_string(" : ")
            printer.print_list(self.initial.types, printer.print_attribute)
        print_body(printer, self)

    @classmethod
    def parse(cls, parser: Parser) -> LoopOp:
        arguments: list[Parser.UnresolvedArgument] = []
        values: list[UnresolvedOperand] = []
        while (argument := parser.parse_optional_argument(expect_type=False)) is not None:
            arguments.append(argument)
            parser.parse_punctuation("=")
            values.append(parser.parse_unresolved_operand())
            if parser.parse_optional_punctuation(",") is None:
                break
        at_most = None
        if parser.parse_optional_keyword("at_most") is not None:
            at_most = parser.parse_integer(allow_boolean=False)
        types: list[Attribute] = []
        if values:
            parser.parse_punctuation(":")
            types = [parser.parse_type()]
            for _ in values[1:]:
                parser.parse_punctuation(",")
                types.append(parser.parse_type())
        initial = parser.resolve_operands(values, types, parser.pos)
        bound = [name.resolve(found) for name, found in zip(arguments, types, strict=True)]
        attributes, body = parse_body(parser, *bound)
        op = cls(initial, body, at_most)
        op.attributes.update(attributes)
        return op

    def verify_(self) -> None:
        verify_limits(self, "at_most")
        state = self.initial.types
        got = tuple(argument.type for argument in self.body.block.args)
        if got != state:
            raise VerifyException(
                f"the region of a loop must take its state, {shown(state)}, but got {shown(got)}"
            )
        yielded = yielded_types(self.body)
        if yielded != (YES_OR_NO, *state):
            raise VerifyException(
                f"the region of a loop must yield {shown((YES_OR_NO, *state))}, whether to go on "
                f"and the state, but got {shown(yielded)}"
            )
        if self.state.types != state:
            raise VerifyException(
                f"a loop must give its state, {shown(state)}, but got {shown(self.state.types)}"
            )


@op_definition
class RoundsOp(DialectOperation):
    """How many rounds a loop makes that counts up to a number, without reaching it.

    It counts from the first number, by the step. Of a loop that begins at its end, or
    behind it, there is no round. A step below 1 is the error `ShapeError`.

    ```mlir
    func.func @count(%from: !sched.future<index>, %to: !sched.future<index>,
        %step: !sched.future<index>) -> !sched.future<i64> {
      %count = sched.task(%a = %from : !sched.future<index>, %b = %to : !sched.future<index>,
          %by = %step : !sched.future<index>) -> !sched.future<i64> {
        %rounds = sched.rounds %a to %b step %by
        sched.yield %rounds : i64
      }
      func.return %count : !sched.future<i64>
    }
    ```
    """

    name = "sched.rounds"

    start = operand_def(IndexType())
    stop = operand_def(IndexType())
    step = operand_def(IndexType())
    result = result_def(i64)

    # It can fail, so it may be erased but not speculated.
    traits = traits_def(NoMemoryEffect(), HasParent(TaskOp))
    assembly_format = "$start `to` $stop `step` $step attr-dict"

    def __init__(self, start: SSAValue, stop: SSAValue, step: SSAValue) -> None:
        super().__init__(operands=[start, stop, step], result_types=[i64])
