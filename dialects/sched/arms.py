"""Operations of several regions: all of them, one by a condition, or one that succeeds."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects.builtin import I64, ArrayAttr, IntegerAttr, StringAttr, UnitAttr
from xdsl.ir import Attribute, Region, SSAValue
from xdsl.irdl import (
    operand_def,
    opt_operand_def,
    opt_prop_def,
    region_def,
    result_def,
    traits_def,
    var_region_def,
    var_result_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import RecursiveMemoryEffect
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.formats import (
    Number,
    parse_arms,
    parse_on_error,
    print_arms,
    print_on_error,
)
from ember_mlir.dialects.formats.errors import ERRORS, errors_attribute, verify_errors
from ember_mlir.dialects.formats.strategies import (
    HEDGE,
    RETRY,
    Hedge,
    Retry,
    verify_amounts,
    verify_attempt,
    verify_on_error,
)
from ember_mlir.dialects.operations import DialectOperation, op_definition
from ember_mlir.dialects.sched.regions import (
    TOLD,
    Else,
    Or,
    verify_region,
    verify_taken,
    verify_yielded,
)
from ember_mlir.dialects.sched.types import (
    YES_OR_NO,
    FutureType,
    StreamType,
    piece_of,
)
from ember_mlir.dialects.values import DecimalAttr


@op_definition
class ParallelOp(DialectOperation):
    """The results of different regions as a list, in the order written.

    A region that fails is the failure of all, unless `on_error` leaves it out (`drop`),
    or has another piece stand in its place (`use`). Where pieces may be left out, the
    length of the list is known only when all regions are over.

    ```mlir
    func.func @both(%a: !sched.future<!llm.text>, %b: !sched.future<!llm.text>)
        -> !sched.list<!llm.text> {
      %all = sched.parallel on_error drop -> !sched.list<!llm.text> do {
        sched.yield %a : !sched.future<!llm.text>
      } and {
        sched.yield %b : !sched.future<!llm.text>
      }
      func.return %all : !sched.list<!llm.text>
    }
    ```
    """

    name = "sched.parallel"

    drop = opt_prop_def(UnitAttr)
    default = opt_operand_def(FutureType | StreamType)
    arms = var_region_def("single_block")
    result = result_def(StreamType)

    traits = traits_def(RecursiveMemoryEffect())

    def __init__(
        self,
        arms: Sequence[Region],
        result_type: Attribute,
        *,
        drop: bool = False,
        default: SSAValue | None = None,
    ) -> None:
        super().__init__(
            operands=[default],
            properties={"drop": UnitAttr() if drop else None},
            regions=[arms],
            result_types=[result_type],
        )

    def print(self, printer: Printer) -> None:
        print_on_error(printer, self.drop is not None, self.default)
        printer.print_string(" -> ")
        printer.print_attribute(self.result.type)
        print_arms(printer, self, "and")

    @classmethod
    def parse(cls, parser: Parser) -> ParallelOp:
        drop, default = parse_on_error(parser)
        parser.parse_punctuation("->")
        result_type = parser.parse_type()
        attributes, arms = parse_arms(parser, "and")
        piece = piece_of(result_type) if isinstance(result_type, StreamType) else result_type
        used = None if default is None else parser.resolve_operand(default, piece)
        op = cls(arms, result_type, drop=drop, default=used)
        op.attributes.update(attributes)
        return op

    def verify_(self) -> None:
        assert isinstance(self.result.type, StreamType)
        piece = piece_of(self.result.type)
        _verify_arms(self.arms, [piece], least=1)
        verify_on_error(self, self.default, piece)


@op_definition
class IfOp(DialectOperation):
    """The results of one of two regions, by a condition that becomes ready.

    Nothing of the other region runs. What does not depend on the condition stands
    outside, if it may start before.

    ```mlir
    func.func @choose(%c: !sched.future<i1>, %a: !sched.future<!llm.text>,
        %b: !sched.future<!llm.text>) -> !sched.future<!llm.text> {
      %chosen = sched.if %c -> !sched.future<!llm.text> do {
        sched.yield %a : !sched.future<!llm.text>
      } else {
        sched.yield %b : !sched.future<!llm.text>
      }
      func.return %chosen : !sched.future<!llm.text>
    }
    ```
    """

    name = "sched.if"

    condition = operand_def(YES_OR_NO)
    then_body = region_def("single_block")
    else_body = region_def("single_block")
    values = var_result_def(FutureType | StreamType)

    traits = traits_def(RecursiveMemoryEffect())
    assembly_format = (
        "$condition (`->` type($values)^)? attr-dict-with-keyword `do` $then_body `else` $else_body"
    )

    def __init__(
        self,
        condition: SSAValue,
        then_body: Region,
        else_body: Region,
        result_types: Sequence[Attribute],
    ) -> None:
        super().__init__(
            operands=[condition], regions=[then_body, else_body], result_types=[result_types]
        )

    def verify_(self) -> None:
        verify_region(self.then_body, self.values.types)
        verify_region(self.else_body, self.values.types)


@op_definition
class FirstOp(DialectOperation):
    """The result of one of several regions that does not fail, as a rule the first to end.

    All start at once; with `after 2.5 seconds` each starts so long after the one before,
    or when that one fails, and not at all once one has ended (a hedge). The others are
    cancelled. `by_token` decides when the first token of an answer is there, before its
    length can matter. A region has ended when all of it has succeeded. If all fail, it is
    the error of the last, which tells of the others. Nothing may have an effect in here, as
    several run.

    ```mlir
    func.func @quick(%a: !sched.future<!llm.text>, %b: !sched.future<!llm.text>)
        -> !sched.future<!llm.text> {
      %answer = sched.first after 2.5 seconds by_token -> !sched.future<!llm.text> do {
        sched.yield %a : !sched.future<!llm.text>
      } or {
        sched.yield %b : !sched.future<!llm.text>
      }
      func.return %answer : !sched.future<!llm.text>
    }
    ```
    """

    name = "sched.first"

    delay = opt_prop_def(DecimalAttr)
    by_token = opt_prop_def(UnitAttr)
    arms = var_region_def("single_block")
    result = result_def(FutureType | StreamType)

    traits = traits_def(RecursiveMemoryEffect())
    custom_directives = (Number, Or)
    assembly_format = f"{HEDGE} `->` type($result) attr-dict-with-keyword custom<Or>($arms)"

    def __init__(
        self, arms: Sequence[Region], result_type: Attribute, hedge: Hedge | None = None
    ) -> None:
        super().__init__(
            properties=(hedge or Hedge()).properties(), regions=[arms], result_types=[result_type]
        )

    def verify_(self) -> None:
        verify_amounts(self, "delay")
        _verify_arms(self.arms, [self.result.type], least=2)


@op_definition
class AttemptOp(DialectOperation):
    """The result of the first region that does not fail, each tried a number of times.

    `at_most 8` tries a region again after an error of the provider that may pass, with
    the same draws; with `redraw` it is tried again after a `ParseError` instead, and try
    k appends k to the draws in it (the first appends nothing). Between tries it waits for
    a random time: up to the lower end of `backoff` at first, up to twice that each time
    more, never above the upper end, and never less than the provider asks for.

    A region that fails for good leaves nothing but its cost, and the one behind `else`
    runs after any error of the program. If all fail, it is the error of the last, which
    tells of the others. Results leave a region only when all of it has succeeded.

    With `errors`, the next region runs only after an error with one of these names, and
    takes it; any other is the error of the attempt. Of several errors in a region the one
    that comes first counts, so what may be such an error waits for all before it.

    ```mlir
    func.func @sure(%a: !sched.future<!llm.text>, %b: !sched.future<!llm.text>)
        -> !sched.future<!llm.text> {
      %answer = sched.attempt at_most 8 backoff 0.5 to 30 seconds -> !sched.future<!llm.text> do {
        sched.yield %a : !sched.future<!llm.text>
      } else {
        sched.yield %b : !sched.future<!llm.text>
      }
      func.return %answer : !sched.future<!llm.text>
    }

    func.func @told(%a: !sched.future<!llm.text>) -> !sched.future<!llm.text> {
      %answer = sched.attempt errors ["ValueError"] -> !sched.future<!llm.text> do {
        sched.yield %a : !sched.future<!llm.text>
      } else %error {
        %why = sched.task(%told = %error : !sched.future<!llm.object>)
            -> !sched.future<!llm.text> {
          %shown = llm.apply pure @str(%told) : (!llm.object) -> !llm.text
          sched.yield %shown : !llm.text
        }
        sched.yield %why : !sched.future<!llm.text>
      }
      func.return %answer : !sched.future<!llm.text>
    }
    ```
    """

    name = "sched.attempt"

    errors = opt_prop_def(ArrayAttr[StringAttr])
    at_most = opt_prop_def(IntegerAttr[I64])
    redraw = opt_prop_def(UnitAttr)
    least_backoff = opt_prop_def(DecimalAttr)
    most_backoff = opt_prop_def(DecimalAttr)
    arms = var_region_def("single_block")
    result = result_def(FutureType | StreamType)

    traits = traits_def(RecursiveMemoryEffect())
    custom_directives = (Else, Number)
    assembly_format = (
        f"{ERRORS} {RETRY} `->` type($result) attr-dict-with-keyword custom<Else>($arms)"
    )

    def __init__(
        self,
        arms: Sequence[Region],
        result_type: Attribute,
        retry: Retry | None = None,
        errors: Sequence[str] | None = None,
    ) -> None:
        super().__init__(
            properties={
                "errors": errors_attribute(errors),
                **(retry or Retry()).properties(),
            },
            regions=[arms],
            result_types=[result_type],
        )

    def verify_(self) -> None:
        verify_errors(self)
        verify_attempt(self)
        told = self.errors is not None
        _verify_arms(self.arms, [self.result.type], least=1, told=told)


def _verify_arms(
    arms: Sequence[Region], results: Sequence[Attribute], *, least: int, told: bool = False
) -> None:
    if len(arms) < least:
        raise VerifyException(f"there must be at least {least} regions, but got {len(arms)}")
    for number, arm in enumerate(arms):
        verify_taken(arm, [TOLD] if told and number else [])
        verify_yielded(arm, results)
