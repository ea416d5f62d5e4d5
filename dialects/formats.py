"""Pieces of assembly format that several dialects share.

Each is a custom directive, used as `custom<Name>($property)`, or a helper for the few
operations whose syntax binds names and therefore is written by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from xdsl.dialects.builtin import IntegerAttr, i64
from xdsl.ir import Attribute, Operation, Region, SSAValue
from xdsl.irdl import IRDLOperation
from xdsl.irdl.declarative_assembly_format import (
    AttributeVariable,
    CustomDirective,
    ParsingState,
    PrintingState,
    irdl_custom_directive,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.values import (
    DecimalAttr,
    DrawAttr,
    SourceAttr,
    format_source,
    is_greedy,
    parse_decimal,
    parse_source,
    repetitions_around,
)
from ember_mlir.errors import InvalidIRError, SourceLocation
from ember_mlir.semantics import max_tokens_problem, parse_template, temperature_problem

SAMPLING = "(`temperature` custom<Number>($temperature)^)? (`max_tokens` $max_tokens^)?"
"""The sampling parameters of every kind of request."""

PRICES = (
    "(`usd_per_million` custom<Number>($input_usd_per_million)^ `in` "
    "custom<Number>($output_usd_per_million) `out`)?"
)
"""The prices of a model or lane; without them a price is unknown, not zero."""


@irdl_custom_directive
class Number(CustomDirective):
    """A decimal number without brackets: `0.7`."""

    value: AttributeVariable

    def parse(self, parser: Parser, state: ParsingState) -> None:
        self.value.set(state, DecimalAttr(parse_decimal(parser)))

    def print(self, printer: Printer, state: PrintingState, op: IRDLOperation) -> None:
        value = self.value.get(op)
        if isinstance(value, DecimalAttr):
            state.print_whitespace(printer)
            printer.print_string(f"{value.data:f}")

    def is_present(self, op: IRDLOperation) -> bool:
        return self.value.is_present(op)

    def is_anchorable(self) -> bool:
        return True


@irdl_custom_directive
class Site(CustomDirective):
    """`draw <0[*]>` of a sampled request, `site <0[*]>` of a greedy one, or nothing."""

    value: AttributeVariable

    def parse(self, parser: Parser, state: ParsingState) -> None:
        start = parser.pos
        word = parser.parse_optional_keyword("draw") or parser.parse_optional_keyword("site")
        if word is None:
            return
        temperature = state.properties.get("temperature")
        expected = "site" if temperature == DecimalAttr(Decimal(0)) else "draw"
        if word != expected:
            kind = "greedy" if expected == "site" else "sampled"
            parser.raise_error(
                f"the identity of a {kind} call must be written '{expected}', but got '{word}'",
                start,
                parser.pos,
            )
        self.value.set(state, DrawAttr(DrawAttr.parse_parameter(parser)))

    def print(self, printer: Printer, state: PrintingState, op: IRDLOperation) -> None:
        draw = self.value.get(op)
        if isinstance(draw, DrawAttr):
            state.print_whitespace(printer)
            printer.print_string("site " if is_greedy(op) else "draw ")
            draw.print_parameter(printer)

    def is_optional_like(self) -> bool:
        return True


@irdl_custom_directive
class Source(CustomDirective):
    """`at "app.py":12:5`; where it is not written, the place in the text itself."""

    value: AttributeVariable

    def parse(self, parser: Parser, state: ParsingState) -> None:
        if parser.parse_optional_keyword("at") is not None:
            source = parse_source(parser)
        else:
            source = _place_in_text(parser)
        self.value.set(state, SourceAttr(source))

    def print(self, printer: Printer, state: PrintingState, op: IRDLOperation) -> None:
        source = self.value.get(op)
        if isinstance(source, SourceAttr):
            state.print_whitespace(printer)
            printer.print_string(f"at {format_source(source.data)}")

    def is_optional_like(self) -> bool:
        return True


def _place_in_text(parser: Parser) -> SourceLocation:
    text = parser.lexer.input
    # The operation ends before the current token; only its line is worth having.
    end = max(parser.pos - 1, 0)
    while end > 0 and text.content[end].isspace():
        end -= 1
    return SourceLocation(text.name, text.content.count("\n", 0, end) + 1, 1)


def integer(value: int) -> IntegerAttr:
    """A count, limit or arity as an attribute."""
    return IntegerAttr(value, i64)


def request_properties(
    *,
    temperature: Decimal | None,
    max_tokens: int | None,
    draw: DrawAttr | None,
) -> dict[str, Attribute | None]:
    """The properties that every kind of request has beside its model."""
    return {
        "temperature": None if temperature is None else DecimalAttr(temperature),
        "max_tokens": None if max_tokens is None else integer(max_tokens),
        "draw": draw,
    }


def verify_sampling(op: Operation) -> None:
    """Check that the sampling parameters of a request are in range."""
    temperature = op.properties.get("temperature")
    problem = None
    if isinstance(temperature, DecimalAttr):
        problem = temperature_problem(temperature.data)
    max_tokens = op.properties.get("max_tokens")
    if problem is None and isinstance(max_tokens, IntegerAttr):
        problem = max_tokens_problem(max_tokens.value.data)
    if problem is not None:
        raise VerifyException(problem)


def verify_draw(op: Operation, own: int = 0) -> None:
    """Check that a draw has one dynamic index per region that repeats.

    `own` counts the repetitions of the request itself, as of `ensemble.sample`.
    """
    draw = op.properties.get("draw")
    if not isinstance(draw, DrawAttr):
        return
    expected = repetitions_around(op) + own
    if draw.dynamic_indices != expected:
        raise VerifyException(
            f"a draw must have one '*' per enclosing region that repeats, here {expected}, "
            f"but got {draw.dynamic_indices}"
        )


def verify_template(template: str, operands: int) -> None:
    """Check that a template is well formed and uses each of its operands."""
    try:
        pieces = parse_template(template)
    except InvalidIRError as error:
        raise VerifyException(error.message) from error
    holes = {piece for piece in pieces if isinstance(piece, int)}
    if holes != set(range(operands)):
        raise VerifyException(
            f"a template must use the holes 0 to {operands - 1} of its {operands} operands, "
            f"but got {sorted(holes)}"
            if operands
            else f"a template without operands must have no holes, but got {sorted(holes)}"
        )


# Operations that bind the argument of their region: `op %x in %items ... do { }`.


def print_binding(printer: Printer, op: Operation, items: SSAValue) -> None:
    """Print ` %x in %items`, where `%x` is the argument of the region of `op`."""
    printer.print_string(" ")
    # `print_block_argument` would add a location that `parse_argument` cannot read.
    printer.print_ssa_value(op.regions[0].block.args[0])
    printer.print_string(" in ")
    printer.print_ssa_value(items)


def print_body(printer: Printer, op: Operation) -> None:
    """Print ` do { … }`, preceded by the discardable attributes if there are any."""
    printer.print_op_attributes(op.attributes, print_keyword=True)
    printer.print_string(" do ")
    printer.print_region(op.regions[0], print_entry_block_args=False)


def parse_body(parser: Parser, *arguments: Parser.Argument) -> tuple[dict[str, Attribute], Region]:
    """Read what `print_body` prints."""
    found = parser.parse_optional_attr_dict_with_keyword()
    parser.parse_keyword("do")
    return dict(found.data) if found else {}, parser.parse_region(arguments)


def parse_list_binding(
    parser: Parser, between: Callable[[], int | None]
) -> tuple[Parser.UnresolvedArgument, SSAValue, Attribute, int | None]:
    """Read `%x in %items <between> : type`: (argument, items, their type, between)."""
    argument = parser.parse_argument(expect_type=False)
    parser.parse_keyword("in")
    items = parser.parse_unresolved_operand()
    extra = between()
    parser.parse_punctuation(":")
    items_type = parser.parse_type()
    return argument, parser.resolve_operand(items, items_type), items_type, extra


def parse_arity(parser: Parser) -> int:
    """Read `by 4`."""
    parser.parse_keyword("by")
    return parser.parse_integer(allow_boolean=False, allow_negative=False)


def verify_arity(arity: int) -> None:
    """Check that a reduction makes its list shorter."""
    if arity < 2:
        raise VerifyException(f"the arity of a reduction must be at least 2, but got {arity}")
