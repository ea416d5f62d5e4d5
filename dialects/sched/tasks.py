"""Lanes, tasks and requests: where work is done, and what it may be."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects.builtin import (
    I64,
    IntegerAttr,
    StringAttr,
    SymbolNameConstraint,
    SymbolRefAttr,
)
from xdsl.ir import (
    Attribute,
    Region,
    SSAValue,
)
from xdsl.irdl import (
    IRDLOperation,
    irdl_op_definition,
    lazy_traits_def,
    operand_def,
    opt_prop_def,
    prop_def,
    region_def,
    result_def,
    traits_def,
    var_operand_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import (
    HasParent,
    IsolatedFromAbove,
    IsTerminator,
    OpTrait,
    Pure,
    RecursiveMemoryEffect,
    SymbolOpInterface,
)
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.formats import (
    SAMPLING,
    Number,
    Site,
    integer,
    verify_draw,
    verify_sampling,
)
from ember_mlir.dialects.sched.types import (
    EstimateAttr,
    FutureType,
    StreamType,
    future_of,
    shown,
    value_of,
)
from ember_mlir.dialects.values import (
    TEXT,
    DecimalAttr,
    DrawAttr,
    DrawsFromTape,
    RefersTo,
    TextType,
)


@irdl_op_definition
class LaneOp(IRDLOperation):
    """One rate-limit domain: the calls of one model that share a limit.

    At most `concurrency` of its requests are in flight at once; which go first is not
    promised.

    ```mlir
    llm.model @small from "simulated"
    sched.lane @small_lane for @small concurrency 64
    ```
    """

    name = "sched.lane"

    sym_name = prop_def(SymbolNameConstraint())
    model = prop_def(SymbolRefAttr)
    concurrency = prop_def(IntegerAttr[I64])

    traits = traits_def(SymbolOpInterface(), RefersTo("model", "llm.model"))
    assembly_format = "$sym_name `for` $model `concurrency` $concurrency attr-dict"

    def __init__(self, symbol: str, model: str, concurrency: int) -> None:
        super().__init__(
            properties={
                "sym_name": StringAttr(symbol),
                "model": SymbolRefAttr(model),
                "concurrency": integer(concurrency),
            }
        )

    def verify_(self) -> None:
        if self.concurrency.value.data < 1:
            raise VerifyException(
                f"concurrency must be at least 1, but got {self.concurrency.value.data}"
            )


LOCAL_OPS = frozenset({"llm.constant", "llm.template", "llm.join", "llm.list", "ensemble.vote"})
"""The operations on values that may stand in a task; they take no time worth planning."""


@irdl_op_definition
class TaskOp(IRDLOperation):
    """Work that starts once all its operands are ready, and gives one result.

    The body computes on values: local operations, and at most one request. A task with
    a request has a lane and an estimate; one without has neither. That a task can start
    does not mean that it starts at once.

    ```mlir
    func.func @greet(%name: !sched.future<!llm.text>) -> !sched.future<!llm.text> {
      %hello = sched.task(%n = %name : !sched.future<!llm.text>) -> !sched.future<!llm.text> {
        %text = llm.template "Hello {0}!"(%n)
        sched.yield %text : !llm.text
      }
      func.return %hello : !sched.future<!llm.text>
    }
    ```
    """

    name = "sched.task"

    inputs = var_operand_def(FutureType | StreamType)
    lane = opt_prop_def(SymbolRefAttr)
    estimate = opt_prop_def(EstimateAttr)
    body = region_def("single_block")
    result = result_def(FutureType | StreamType)

    traits = traits_def(
        IsolatedFromAbove(), RecursiveMemoryEffect(), RefersTo("lane", "sched.lane")
    )

    def __init__(
        self,
        inputs: Sequence[SSAValue],
        body: Region,
        result_type: Attribute,
        *,
        lane: SymbolRefAttr | None = None,
        estimate: EstimateAttr | None = None,
    ) -> None:
        super().__init__(
            operands=[inputs],
            properties={"lane": lane, "estimate": estimate},
            regions=[body],
            result_types=[result_type],
        )

    def print(self, printer: Printer) -> None:
        def binding(pair: tuple[SSAValue, SSAValue]) -> None:
            printer.print_ssa_value(pair[0])
            printer.print_string(" = ")
            printer.print_ssa_value(pair[1])
            printer.print_string(" : ")
            printer.print_attribute(pair[1].type)

        with printer.in_parens():
            printer.print_list(zip(self.body.block.args, self.inputs, strict=True), binding)
        if self.lane is not None:
            printer.print_string(" on ")
            printer.print_attribute(self.lane)
        if self.estimate is not None:
            printer.print_string(" estimate ")
            self.estimate.print_parameter(printer)
        printer.print_string(" -> ")
        printer.print_attribute(self.result.type)
        printer.print_op_attributes(self.attributes, print_keyword=True)
        printer.print_string(" ")
        printer.print_region(self.body, print_entry_block_args=False)

    @classmethod
    def parse(cls, parser: Parser) -> TaskOp:
        def binding() -> tuple[Parser.Argument, SSAValue]:
            argument = parser.parse_argument(expect_type=False)
            parser.parse_punctuation("=")
            outer = parser.parse_unresolved_operand()
            parser.parse_punctuation(":")
            start = parser.pos
            outer_type = parser.parse_type()
            if not isinstance(outer_type, FutureType | StreamType):
                parser.raise_error(
                    f"a task must read futures or lists, but got {outer_type}", start, parser.pos
                )
            operand = parser.resolve_operand(outer, outer_type)
            return argument.resolve(value_of(outer_type)), operand

        bindings = parser.parse_comma_separated_list(parser.Delimiter.PAREN, binding)
        lane = estimate = None
        if parser.parse_optional_keyword("on") is not None:
            lane = SymbolRefAttr(parser.parse_symbol_name())
        if parser.parse_optional_keyword("estimate") is not None:
            estimate = EstimateAttr(EstimateAttr.parse_parameter(parser))
        parser.parse_punctuation("->")
        result_type = parser.parse_type()
        found = parser.parse_optional_attr_dict_with_keyword()
        body = parser.parse_region([argument for argument, _ in bindings])
        inputs = [operand for _, operand in bindings]
        op = cls(inputs, body, result_type, lane=lane, estimate=estimate)
        op.attributes.update(found.data if found else {})
        return op

    def verify_(self) -> None:
        expected = [value_of(operand.type) for operand in self.inputs]
        got = [argument.type for argument in self.body.block.args]
        if got != expected:
            raise VerifyException(
                "the body of a task must take the values of its operands, "
                f"{shown(expected)}, but got {shown(got)}"
            )
        yielded = yielded_type(self.body)
        if self.result.type != future_of(yielded):
            raise VerifyException(
                f"a task that yields {yielded} must have the result {future_of(yielded)}, "
                f"but got {self.result.type}"
            )
        self._verify_body()

    def _verify_body(self) -> None:
        requests = 0
        for op in self.body.block.ops:
            if isinstance(op, RequestOp):
                requests += 1
            elif op.name not in LOCAL_OPS and not isinstance(op, YieldOp):
                raise VerifyException(
                    f"a task must hold local operations and requests only, but got '{op.name}'"
                )
        if requests > 1:
            raise VerifyException(f"a task must hold at most 1 request, but got {requests}")
        planned = [self.lane is not None, self.estimate is not None]
        if planned != [requests == 1] * 2:
            rule = "both a lane and an estimate" if requests else "neither lane nor estimate"
            kind = "with" if requests else "without"
            raise VerifyException(f"a task {kind} a request must have {rule}")


@irdl_op_definition
class RequestOp(IRDLOperation):
    """One request to a provider: a prompt, and the model and parameters to ask with.

    It stands in a task, which says on which lane and at what price. The same request
    with the same draw is the same answer, however often it has to be sent.

    ```mlir
    llm.model @small from "simulated"
    sched.lane @small_lane for @small concurrency 64
    func.func @ask(%question: !sched.future<!llm.text>) -> !sched.future<!llm.text> {
      %answer = sched.task(%q = %question : !sched.future<!llm.text>) on @small_lane
          estimate <calls 1, tokens ?, usd ?, seconds ?> -> !sched.future<!llm.text> {
        %a = sched.request @small(%q) temperature 0.7 draw <0>
        sched.yield %a : !llm.text
      }
      func.return %answer : !sched.future<!llm.text>
    }
    ```
    """

    name = "sched.request"

    model = prop_def(SymbolRefAttr)
    prompt = operand_def(TextType)
    temperature = opt_prop_def(DecimalAttr)
    max_tokens = opt_prop_def(IntegerAttr[I64])
    draw = opt_prop_def(DrawAttr)
    result = result_def(TextType)

    traits = traits_def(DrawsFromTape(), HasParent(TaskOp), RefersTo("model", "llm.model"))
    custom_directives = (Number, Site)
    assembly_format = f"$model `(` $prompt `)` {SAMPLING} custom<Site>($draw) attr-dict"

    def __init__(self, model: str, prompt: SSAValue) -> None:
        super().__init__(
            operands=[prompt], properties={"model": SymbolRefAttr(model)}, result_types=[TEXT]
        )

    def verify_(self) -> None:
        verify_sampling(self)
        verify_draw(self)


def _yield_traits() -> tuple[OpTrait, ...]:
    from ember_mlir.dialects.sched.lists import FanoutOp, ReduceOp

    return (IsTerminator(), HasParent(TaskOp, FanoutOp, ReduceOp), Pure())


@irdl_op_definition
class YieldOp(IRDLOperation):
    """The result of a region: a value in a task, a future or list elsewhere.

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

    value = operand_def()

    traits = lazy_traits_def(_yield_traits)
    assembly_format = "$value `:` type($value) attr-dict"

    def __init__(self, value: SSAValue) -> None:
        super().__init__(operands=[value])


def yielded_type(body: Region) -> Attribute:
    """The type of what a region yields."""
    last = body.block.last_op
    if not isinstance(last, YieldOp):
        raise VerifyException("the region must end with 'sched.yield', but it does not")
    return last.value.type
