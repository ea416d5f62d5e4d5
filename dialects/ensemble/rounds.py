"""A value made better, round by round."""

from __future__ import annotations

from xdsl.dialects.builtin import I64, IntegerAttr, UnitAttr
from xdsl.ir import Attribute, Region, SSAValue
from xdsl.irdl import (
    operand_def,
    opt_prop_def,
    prop_def,
    region_def,
    result_def,
    traits_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import RecursiveMemoryEffect
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.ensemble.leaves import AcceptOp, last_of
from ember_mlir.dialects.formats import integer, parse_body, print_body, verify_limits
from ember_mlir.dialects.operations import DialectOperation, op_definition
from ember_mlir.dialects.values import Canonicalizes, RepeatsRegion


@op_definition
class RefineOp(DialectOperation):
    """A value that a region improves until it accepts it, in a number of rounds at most.

    The first round takes the value behind `from`, each further one what the round before
    has given. The result is what the first accepted round gives. If none is accepted, it
    is what the last round gives, or with `must_accept` the error `NotAcceptedError`. A round
    that fails is the failure of the refinement.

    ```mlir
    llm.model @small from "simulated"
    func.func @polish(%text: !llm.text, %goal: !llm.text) -> !llm.text {
      %best = ensemble.refine %draft from %text at_most 3 must_accept : !llm.text do {
        %prompt = llm.template "Improve: {0}"(%draft)
        %better = llm.generate @small(%prompt) draw <0[*]>
        %done = llm.contains %better, %goal : !llm.text, !llm.text
        ensemble.accept %better if %done : !llm.text
      }
      func.return %best : !llm.text
    }
    ```
    """

    name = "ensemble.refine"

    first = operand_def()
    rounds = prop_def(IntegerAttr[I64])
    must_accept = opt_prop_def(UnitAttr)
    body = region_def("single_block")
    result = result_def()

    # It can fail, so it may be erased but not speculated.
    traits = traits_def(RecursiveMemoryEffect(), RepeatsRegion(), Canonicalizes())

    def __init__(
        self, first: SSAValue, rounds: int, body: Region, *, must_accept: bool = False
    ) -> None:
        super().__init__(
            operands=[first],
            properties={
                "rounds": integer(rounds),
                "must_accept": UnitAttr() if must_accept else None,
            },
            regions=[body],
            result_types=[first.type],
        )

    def print(self, printer: Printer) -> None:
        printer.print_string(" ")
        # `print_block_argument` would add a location that `parse_argument` cannot read.
        printer.print_ssa_value(self.body.block.args[0])
        printer.print_string(" from ")
        printer.print_ssa_value(self.first)
        printer.print_string(f" at_most {self.rounds.value.data}")
        printer.print_string("" if self.must_accept is None else " must_accept")
        printer.print_string(" : ")
        printer.print_attribute(self.first.type)
        print_body(printer, self)

    @classmethod
    def parse(cls, parser: Parser) -> RefineOp:
        argument = parser.parse_argument(expect_type=False)
        parser.parse_keyword("from")
        first = parser.parse_unresolved_operand()
        parser.parse_keyword("at_most")
        rounds = parser.parse_integer(allow_boolean=False)
        must_accept = parser.parse_optional_keyword("must_accept") is not None
        parser.parse_punctuation(":")
        value_type = parser.parse_type()
        value = parser.resolve_operand(first, value_type)
        attributes, body = parse_body(parser, argument.resolve(value_type))
        op = cls(value, rounds, body, must_accept=must_accept)
        op.attributes.update(attributes)
        return op

    def verify_(self) -> None:
        verify_limits(self, "rounds")
        got: list[Attribute] = [argument.type for argument in self.body.block.args]
        if got != [self.first.type]:
            shown = ", ".join(map(str, got)) or "none"
            raise VerifyException(f"the region must take one {self.first.type}, but got {shown}")
        given = last_of(self.body, AcceptOp).operands[0].type
        for found in (given, self.result.type):
            if found != self.first.type:
                raise VerifyException(
                    f"a refinement of {self.first.type} must accept and return that type, "
                    f"but got {given} and {self.result.type}"
                )
