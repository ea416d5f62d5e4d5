"""Several ways to a value: all of them, the first that is good, that works, or that is there."""

from __future__ import annotations

from abc import ABC
from collections.abc import Sequence
from typing import ClassVar, Self

from xdsl.dialects.builtin import ArrayAttr, StringAttr, UnitAttr
from xdsl.ir import Attribute, Operation, Region, SSAValue
from xdsl.irdl import (
    opt_operand_def,
    opt_prop_def,
    result_def,
    traits_def,
    var_region_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import RecursiveMemoryEffect
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.ensemble.leaves import AcceptOp, YieldOp, last_of
from ember_mlir.dialects.formats import parse_arms, parse_on_error, print_arms, print_on_error
from ember_mlir.dialects.formats.errors import (
    ERROR,
    errors_attribute,
    parse_errors,
    print_errors,
    verify_errors,
    verify_told,
)
from ember_mlir.dialects.formats.strategies import verify_on_error
from ember_mlir.dialects.operations import DialectOperation, op_definition
from ember_mlir.dialects.values import Canonicalizes, ListType


class ArmsOp(DialectOperation, ABC):
    """An operation of several regions without arguments, each of which gives a value."""

    WORD: ClassVar[str]
    """What stands between two regions."""

    arms = var_region_def("single_block")
    result = result_def()

    def __init__(self, arms: Sequence[Region], result_type: Attribute) -> None:
        super().__init__(regions=[arms], result_types=[result_type])

    def print(self, printer: Printer) -> None:
        printer.print_string(" : ")
        printer.print_attribute(self.result.type)
        print_arms(printer, self, self.WORD)

    @classmethod
    def parse(cls, parser: Parser) -> Self:
        parser.parse_punctuation(":")
        result_type = parser.parse_type()
        attributes, arms = parse_arms(parser, cls.WORD)
        op = cls(arms, result_type)
        op.attributes.update(attributes)
        return op

    def verify_(self) -> None:
        verify_arms(self, self.arms, self.result.type)


def verify_arms(
    op: Operation,
    arms: Sequence[Region],
    expected: Attribute,
    *other: type[Operation],
    told: bool = False,
) -> None:
    """Check that there are arms, that they take nothing, and give what is expected.

    All but the last may end with an operation of the kinds `other` in place of a yield, and
    all but the first take an error if they are `told` of it.
    """
    if not arms:
        raise VerifyException("there must be at least 1 region, but there is none")
    if told:
        verify_told(arms, told=True)
    for arm in arms:
        if arm.block.args and not told:
            got = ", ".join(str(argument.type) for argument in arm.block.args)
            raise VerifyException(f"the regions must take no arguments, but got {got}")
        given = last_of(arm, *other, YieldOp).operands[0].type
        if given != expected:
            raise VerifyException(f"the regions must give {expected}, but got {given}")


@op_definition
class ParallelOp(DialectOperation):
    """The results of different regions as a list, in the order written.

    The regions are independent: they may run in any order or all at once. One that fails
    is the failure of all, unless `on_error` leaves it out (`drop`), or has another value
    stand in its place (`use`).

    ```mlir
    func.func @both(%a: !llm.text, %b: !llm.text) -> !llm.list<!llm.text> {
      %all = ensemble.parallel on_error drop : !llm.list<!llm.text> do {
        %first = llm.template "{0}!"(%a)
        ensemble.yield %first : !llm.text
      } and {
        ensemble.yield %b : !llm.text
      }
      func.return %all : !llm.list<!llm.text>
    }
    ```
    """

    name = "ensemble.parallel"

    drop = opt_prop_def(UnitAttr)
    default = opt_operand_def()
    arms = var_region_def("single_block")
    result = result_def(ListType)

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
        printer.print_string(" : ")
        printer.print_attribute(self.result.type)
        print_arms(printer, self, "and")

    @classmethod
    def parse(cls, parser: Parser) -> ParallelOp:
        drop, default = parse_on_error(parser)
        parser.parse_punctuation(":")
        result_type = parser.parse_type()
        attributes, arms = parse_arms(parser, "and")
        member = result_type.element if isinstance(result_type, ListType) else result_type
        used = None if default is None else parser.resolve_operand(default, member)
        op = cls(arms, result_type, drop=drop, default=used)
        op.attributes.update(attributes)
        return op

    def verify_(self) -> None:
        assert isinstance(self.result.type, ListType)
        member = self.result.type.element
        verify_arms(self, self.arms, member)
        verify_on_error(self, self.default, member)


@op_definition
class CascadeOp(ArmsOp):
    """The result of the first rung that is accepted, from cheap to dear.

    A rung that ends with `ensemble.accept` is the result if its condition holds; else the
    next rung runs. The last rung may end with `ensemble.yield`, and then is taken as it
    is; if it too is refused, the cascade is the error `NotAcceptedError`. A rung that
    fails is the failure of the cascade. No rung runs after one that is accepted.

    ```mlir
    llm.model @small from "simulated"
    llm.model @large from "simulated"
    func.func @answer(%q: !llm.text) -> !llm.text {
      %answer = ensemble.cascade : !llm.text do {
        %quick = llm.generate @small(%q) temperature 0.7 draw <0>
        %again = llm.generate @small(%q) temperature 0.7 draw <1>
        %agree = llm.equal %quick, %again : !llm.text
        ensemble.accept %quick if %agree : !llm.text
      } else {
        %careful = llm.generate @large(%q) temperature 0 site <2>
        ensemble.yield %careful : !llm.text
      }
      func.return %answer : !llm.text
    }
    ```
    """

    name = "ensemble.cascade"
    WORD: ClassVar = "else"

    # It can fail, so it may be erased but not speculated.
    traits = traits_def(RecursiveMemoryEffect(), Canonicalizes())

    def verify_(self) -> None:
        verify_arms(self, self.arms, self.result.type, AcceptOp)
        for rung in self.arms[:-1]:
            last_of(rung, AcceptOp)


@op_definition
class FallbackOp(ArmsOp):
    """The result of the first region that does not fail.

    A region that raises an error of the program leaves nothing but its cost, and the next
    one runs. If all fail, it is the error of the last, which tells of the others. Results
    of a region leave it only when the whole region has succeeded.

    With `errors`, the next region runs only after an error with one of these names, and
    takes it: Python's own errors by their names, and those of Ember. As in Python, a class
    stands for all below it, and the first error in program order counts. What a function
    has raised counts as what it is. Any other error is that of the fallback.

    ```mlir
    llm.model @small from "simulated"
    func.func @answer(%q: !llm.text) -> !llm.text {
      %answer = ensemble.fallback : !llm.text do {
        %tried = llm.generate @small(%q) temperature 0 site <0>
        ensemble.yield %tried : !llm.text
      } else {
        %sorry = llm.constant "I do not know."
        ensemble.yield %sorry : !llm.text
      }
      func.return %answer : !llm.text
    }

    func.func @number(%q: !llm.text) -> !llm.text {
      %number = ensemble.fallback errors ["ParseError", "ValueError"] : !llm.text do {
        %tried = llm.generate @small(%q) as json_schema "{\\"type\\": \\"integer\\"}" draw <1>
        ensemble.yield %tried : !llm.text
      } else %error {
        %why = llm.apply pure @str(%error) : (!llm.object) -> !llm.text
        ensemble.yield %why : !llm.text
      }
      func.return %number : !llm.text
    }
    ```
    """

    name = "ensemble.fallback"
    WORD: ClassVar = "else"

    errors = opt_prop_def(ArrayAttr[StringAttr])

    traits = traits_def(RecursiveMemoryEffect(), Canonicalizes())

    def __init__(
        self,
        arms: Sequence[Region],
        result_type: Attribute,
        errors: Sequence[str] | None = None,
    ) -> None:
        super().__init__(arms, result_type)
        if errors is not None:
            self.errors = errors_attribute(errors)

    def print(self, printer: Printer) -> None:
        print_errors(printer, self)
        super().print(printer)

    @classmethod
    def parse(cls, parser: Parser) -> Self:
        errors = parse_errors(parser)
        parser.parse_punctuation(":")
        result_type = parser.parse_type()
        attributes, arms = parse_arms(parser, cls.WORD, None if errors is None else ERROR)
        op = cls(arms, result_type, errors)
        op.attributes.update(attributes)
        return op

    def verify_(self) -> None:
        verify_errors(self)
        verify_arms(self, self.arms, self.result.type, told=self.errors is not None)


@op_definition
class RaceOp(ArmsOp):
    """The result of one of several regions that does not fail, as a rule the first to end.

    Its meaning is a set of permitted results, those of all regions that succeed; which of
    them it is, time decides. The reference takes the first one written. If all fail, it is
    the error of the last. Nothing races unless a program says so: shorter answers win.

    ```mlir
    llm.model @small from "simulated"
    llm.model @large from "simulated"
    func.func @quick(%q: !llm.text) -> !llm.text {
      %answer = ensemble.race : !llm.text do {
        %one = llm.generate @small(%q) temperature 0 site <0>
        ensemble.yield %one : !llm.text
      } or {
        %other = llm.generate @large(%q) temperature 0 site <1>
        ensemble.yield %other : !llm.text
      }
      func.return %answer : !llm.text
    }
    ```
    """

    name = "ensemble.race"
    WORD: ClassVar = "or"

    traits = traits_def(RecursiveMemoryEffect(), Canonicalizes())
