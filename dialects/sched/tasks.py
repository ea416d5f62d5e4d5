"""Lanes and tasks: where work is done, when, and what it may be."""

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
    IsolatedFromAbove,
    RecursiveMemoryEffect,
    SymbolOpInterface,
)
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.formats import Number, integer
from ember_mlir.dialects.formats.lanes import LANE_LIMITS, LaneLimits, verify_lane
from ember_mlir.dialects.operations import DialectOperation, op_definition
from ember_mlir.dialects.sched.effects import verify_effect
from ember_mlir.dialects.sched.regions import YieldOp, yielded_type
from ember_mlir.dialects.sched.types import (
    EstimateAttr,
    FutureType,
    ResourcesAttr,
    StreamType,
    future_of,
    shown,
    value_of,
)
from ember_mlir.dialects.values import DecimalAttr, LabelAttr, RefersTo


@op_definition
class LaneOp(DialectOperation):
    """One rate-limit domain: the calls of one model that share a limit.

    At most `concurrency` of its requests are in flight at once, and no more requests and
    tokens leave per minute than it says; which go first is not promised, but for the
    priorities of their tasks. `clearance` is the highest label that its prompts may have;
    without it only what is public may be sent. `retries` is how many requests may be sent
    again while none of the lane's is answered: then the lane waits for its provider to
    come back. An answer restores them.

    `at_most` is how often each request is sent in all, after errors of the provider that
    may pass and always with the same draws; without it a request is sent once. Between
    two sendings it waits for a random time: up to the lower end of `backoff` at first, up
    to twice that each time more, never above the upper end, and never less than the
    provider asks for. A sending that takes longer than the `timeout` has failed in that
    way; without it none ever has.

    ```mlir
    llm.model @small from "simulated"
    sched.lane @small_lane for @small concurrency 64
    sched.lane @slow_lane for @small concurrency 4 requests_per_minute 60
        tokens_per_minute 90000 clearance "internal" retries 10 at_most 8
        backoff 0.5 to 30 seconds timeout 600 seconds
    ```
    """

    name = "sched.lane"

    sym_name = prop_def(SymbolNameConstraint())
    model = prop_def(SymbolRefAttr)
    concurrency = prop_def(IntegerAttr[I64])
    requests_per_minute = opt_prop_def(IntegerAttr[I64])
    tokens_per_minute = opt_prop_def(IntegerAttr[I64])
    clearance = opt_prop_def(LabelAttr)
    retries = opt_prop_def(IntegerAttr[I64])
    at_most = opt_prop_def(IntegerAttr[I64])
    least_backoff = opt_prop_def(DecimalAttr)
    most_backoff = opt_prop_def(DecimalAttr)
    timeout = opt_prop_def(DecimalAttr)

    traits = traits_def(SymbolOpInterface(), RefersTo("model", "llm.model"))
    custom_directives = (Number,)
    assembly_format = f"$sym_name `for` $model `concurrency` $concurrency {LANE_LIMITS} attr-dict"

    def __init__(
        self, symbol: str, model: str, concurrency: int, limits: LaneLimits | None = None
    ) -> None:
        super().__init__(
            properties={
                "sym_name": StringAttr(symbol),
                "model": SymbolRefAttr(model),
                "concurrency": integer(concurrency),
                **(limits or LaneLimits()).properties(),
            }
        )

    def verify_(self) -> None:
        verify_lane(self)


LOCAL_OPS = frozenset(
    {
        "llm.constant",
        "llm.template",
        "llm.join",
        "llm.quote",
        "llm.parse",
        "llm.messages",
        "llm.content",
        "llm.tool_calls",
        "llm.apply",
        "llm.list",
        "llm.get",
        "llm.concat",
        "llm.length",
        "llm.top_k",
        "llm.record",
        "llm.field",
        "llm.equal",
        "llm.contains",
        "llm.redact",
        "llm.restore",
        "llm.declassify",
        "ensemble.vote",
        "ensemble.best",
        "sched.accept",
        "sched.ballot",
        "sched.elect",
        "sched.rounds",
        "arith.constant",
        "arith.addf",
        "arith.addi",
        "arith.andi",
        "arith.cmpf",
        "arith.cmpi",
        "arith.index_cast",
        "arith.maxsi",
        "arith.minsi",
        "arith.mulf",
        "arith.muli",
        "arith.ori",
        "arith.select",
        "arith.sitofp",
        "arith.subf",
        "arith.subi",
        "arith.xori",
    }
)
"""The operations on values that may stand in a task; they take no time worth planning."""


REQUESTS = frozenset({"sched.request", "sched.embed", "sched.score"})
"""The operations that call a model."""


@op_definition
class TaskOp(DialectOperation):
    """Work that starts once all its operands are ready, and gives one result.

    The body computes on values: local operations, and at most one request. A task with
    a request has a lane and an estimate; one without has neither. That a task can start
    does not mean that it starts at once: of those that wait for one lane, the highest
    `priority` goes first, which is 0 unless it is written. `resources` says what its
    functions need of the machine while they run.

    A task belongs to the innermost `sched.scope` around it, and ends with it. Tasks are
    ordered by what they read and by nothing else: one whose function has an effect reads
    the `!sched.future<none>` of all that must be over before it (see `sched.done`).

    ```mlir
    func.func @greet(%name: !sched.future<!llm.text>) -> !sched.future<!llm.text> {
      %hello = sched.task(%n = %name : !sched.future<!llm.text>) -> !sched.future<!llm.text> {
        %text = llm.template "Hello {0}!"(%n)
        sched.yield %text : !llm.text
      }
      %over = sched.done(%hello : !sched.future<!llm.text>)
      %sent = sched.task(%mail = %hello : !sched.future<!llm.text>,
          %go = %over : !sched.future<none>) priority 2
          resources <cpu 1, memory_mb 64, gpu 0, locality ?> -> !sched.future<!llm.text> {
        %receipt = llm.apply effectful @send(%mail) : (!llm.text) -> !llm.text
        sched.yield %receipt : !llm.text
      }
      func.return %sent : !sched.future<!llm.text>
    }
    ```
    """

    name = "sched.task"

    inputs = var_operand_def(FutureType | StreamType)
    lane = opt_prop_def(SymbolRefAttr)
    priority = opt_prop_def(IntegerAttr[I64])
    estimate = opt_prop_def(EstimateAttr)
    resources = opt_prop_def(ResourcesAttr)
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
        priority: int | None = None,
        estimate: EstimateAttr | None = None,
        resources: ResourcesAttr | None = None,
    ) -> None:
        super().__init__(
            operands=[inputs],
            properties={
                "lane": lane,
                "priority": None if priority is None else integer(priority),
                "estimate": estimate,
                "resources": resources,
            },
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
        self._print_plan(printer)
        printer.print_string(" -> ")
        printer.print_attribute(self.result.type)
        printer.print_op_attributes(self.attributes, print_keyword=True)
        printer.print_string(" ")
        printer.print_region(self.body, print_entry_block_args=False)

    def _print_plan(self, printer: Printer) -> None:
        if self.lane is not None:
            printer.print_string(" on ")
            printer.print_attribute(self.lane)
        if self.priority is not None:
            printer.print_string(f" priority {self.priority.value.data}")
        if self.estimate is not None:
            printer.print_string(" estimate ")
            self.estimate.print_parameter(printer)
        if self.resources is not None:
            printer.print_string(" resources ")
            self.resources.print_parameter(printer)

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
        plan = _parse_plan(parser)
        parser.parse_punctuation("->")
        result_type = parser.parse_type()
        found = parser.parse_optional_attr_dict_with_keyword()
        body = parser.parse_region([argument for argument, _ in bindings])
        inputs = [operand for _, operand in bindings]
        op = cls(inputs, body, result_type)
        op.properties.update(plan)
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
        if self.priority is not None and self.priority.value.data < 0:
            raise VerifyException(
                f"a priority must not be negative, but got {self.priority.value.data}"
            )
        self._verify_body()

    def _verify_body(self) -> None:
        requests = 0
        for op in self.body.block.ops:
            if op.name in REQUESTS:
                requests += 1
            elif op.name == "llm.apply":
                verify_effect(self, op)
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


def _parse_plan(parser: Parser) -> dict[str, Attribute]:
    """Read where, how soon and at what price a task runs."""
    plan: dict[str, Attribute] = {}
    if parser.parse_optional_keyword("on") is not None:
        plan["lane"] = SymbolRefAttr(parser.parse_symbol_name())
    if parser.parse_optional_keyword("priority") is not None:
        plan["priority"] = integer(parser.parse_integer(allow_boolean=False))
    if parser.parse_optional_keyword("estimate") is not None:
        plan["estimate"] = EstimateAttr(EstimateAttr.parse_parameter(parser))
    if parser.parse_optional_keyword("resources") is not None:
        plan["resources"] = ResourcesAttr(ResourcesAttr.parse_parameter(parser))
    return plan
