"""Custom directives of assembly formats."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar, Protocol, runtime_checkable

from xdsl.dialects.builtin import ArrayAttr, SymbolRefAttr, UnitAttr, f64
from xdsl.ir import Attribute
from xdsl.irdl import IRDLOperation
from xdsl.irdl.declarative_assembly_format import (
    AttributeVariable,
    CustomDirective,
    OperandVariable,
    OptionalOperandVariable,
    ParsingState,
    PrintingState,
    TypeDirective,
    irdl_custom_directive,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.utils.hints import isa

from ember_mlir.dialects.formats.regions import parse_on_error, print_on_error
from ember_mlir.dialects.values import (
    EMBEDDING,
    TEXT,
    AsksModel,
    DecimalAttr,
    DrawAttr,
    DrawsFromTape,
    GrammarAttr,
    ListType,
    SourceAttr,
    Utf8Attr,
    format_source,
    is_greedy,
    parse_decimal,
    parse_quoted,
    parse_source,
    quote,
)
from ember_mlir.dialects.values.structures import format_grammar, parse_grammar
from ember_mlir.errors import SourceLocation


class AttributeDirective(CustomDirective):
    """A directive of one property, present where the property is."""

    value: AttributeVariable

    def is_present(self, op: IRDLOperation) -> bool:
        return self.value.is_present(op)

    def is_anchorable(self) -> bool:
        return True


@irdl_custom_directive
class Number(AttributeDirective):
    """A decimal number without brackets: `0.7`."""

    value: AttributeVariable

    def parse(self, parser: Parser, state: ParsingState) -> None:
        self.value.set(state, DecimalAttr(parse_decimal(parser)))

    def print(self, printer: Printer, state: PrintingState, op: IRDLOperation) -> None:
        value = self.value.get(op)
        if isinstance(value, DecimalAttr):
            state.print_whitespace(printer)
            printer.print_string(f"{value.data:f}")


@irdl_custom_directive
class Stop(AttributeDirective):
    r"""Texts that end an answer: `["\n", "END"]`."""

    value: AttributeVariable

    def parse(self, parser: Parser, state: ParsingState) -> None:
        texts = parser.parse_comma_separated_list(
            parser.Delimiter.SQUARE, lambda: Utf8Attr(parse_quoted(parser))
        )
        self.value.set(state, ArrayAttr(texts))

    def print(self, printer: Printer, state: PrintingState, op: IRDLOperation) -> None:
        value = self.value.get(op)
        if isa(value, ArrayAttr[Utf8Attr]):
            state.print_whitespace(printer)
            printer.print_string(f"[{', '.join([quote(text.data) for text in value])}]")


@irdl_custom_directive
class Quoted(AttributeDirective):
    """A text in quotes: `"{}"`."""

    value: AttributeVariable

    def parse(self, parser: Parser, state: ParsingState) -> None:
        self.value.set(state, Utf8Attr(parse_quoted(parser)))

    def print(self, printer: Printer, state: PrintingState, op: IRDLOperation) -> None:
        value = self.value.get(op)
        if isinstance(value, Utf8Attr):
            state.print_whitespace(printer)
            printer.print_string(quote(value.data))


@irdl_custom_directive
class OneOrMore(AttributeDirective):
    """Symbols: `[@search, @time]`."""

    value: AttributeVariable

    def parse(self, parser: Parser, state: ParsingState) -> None:
        def symbol() -> Attribute:
            return SymbolRefAttr(parser.parse_symbol_name())

        found = parser.parse_comma_separated_list(parser.Delimiter.SQUARE, symbol)
        self.value.set(state, ArrayAttr(found))

    def print(self, printer: Printer, state: PrintingState, op: IRDLOperation) -> None:
        value = self.value.get(op)
        if isa(value, ArrayAttr[Attribute]):
            state.print_whitespace(printer)
            with printer.in_square_brackets():
                printer.print_list(value, printer.print_attribute)


@irdl_custom_directive
class As(AttributeDirective):
    """A grammar without brackets: `json_schema "…"`."""

    value: AttributeVariable

    def parse(self, parser: Parser, state: ParsingState) -> None:
        self.value.set(state, GrammarAttr(parse_grammar(parser)))

    def print(self, printer: Printer, state: PrintingState, op: IRDLOperation) -> None:
        value = self.value.get(op)
        if isinstance(value, GrammarAttr):
            state.print_whitespace(printer)
            printer.print_string(format_grammar(value.data))


@irdl_custom_directive
class Prompt(CustomDirective):
    """`(%p)` for a text, `(%m : !llm.messages)` for anything else."""

    operand: OperandVariable
    type: TypeDirective

    def parse(self, parser: Parser, state: ParsingState) -> None:
        with parser.in_parens():
            self.operand.parse(parser, state)
            typed = parser.parse_optional_punctuation(":") is not None
            self.type.set(state, (parser.parse_type() if typed else TEXT,))

    def print(self, printer: Printer, state: PrintingState, op: IRDLOperation) -> None:
        value = self.operand.get(op)
        with printer.in_parens():
            printer.print_ssa_value(value)
            if value.type != TEXT:
                printer.print_string(" : ")
                printer.print_attribute(value.type)
        state.last_was_punctuation, state.should_emit_space = False, True


class TypeUnless(CustomDirective):
    """Nothing for the usual type of a result, `-> !llm.messages` for another."""

    USUAL: ClassVar[Attribute]
    type: TypeDirective

    def parse(self, parser: Parser, state: ParsingState) -> None:
        typed = parser.parse_optional_punctuation("->") is not None
        self.type.set(state, (parser.parse_type() if typed else self.USUAL,))

    def print(self, printer: Printer, state: PrintingState, op: IRDLOperation) -> None:
        (found,) = self.type.get(op)
        if found != self.USUAL:
            state.print_whitespace(printer)
            printer.print_string("-> ")
            printer.print_attribute(found)

    def is_optional_like(self) -> bool:
        return True


@irdl_custom_directive
class TextUnless(TypeUnless):
    """Nothing for a text, `-> !llm.messages` for anything else."""

    USUAL: ClassVar[Attribute] = TEXT
    type: TypeDirective


@irdl_custom_directive
class EmbeddingUnless(TypeUnless):
    """Nothing for an embedding, `-> !llm.list<tensor<?xf32>>` for a list of them."""

    USUAL: ClassVar[Attribute] = EMBEDDING
    type: TypeDirective


@irdl_custom_directive
class ScoresUnless(TypeUnless):
    """Nothing for the scores of a text, `-> !llm.list<!llm.list<f64>>` for those of several."""

    USUAL: ClassVar[Attribute] = ListType(f64)
    type: TypeDirective


@irdl_custom_directive
class OnError(CustomDirective):
    """`on_error drop`, `on_error use %value`, or nothing, which raises the error."""

    drop: AttributeVariable
    default: OptionalOperandVariable

    def parse(self, parser: Parser, state: ParsingState) -> None:
        drop, default = parse_on_error(parser)
        if drop:
            self.drop.set(state, UnitAttr())
        self.default.set(state, default)

    def print(self, printer: Printer, state: PrintingState, op: IRDLOperation) -> None:
        print_on_error(printer, self.drop.is_present(op), self.default.get(op))

    def is_optional_like(self) -> bool:
        return True


@irdl_custom_directive
class Site(CustomDirective):
    """`draw <0[*]>` of a sampled request, `site <0[*]>` of a greedy one, or nothing.

    What several members ask may list one for each: `draw [<0>, <4/1>]`.
    """

    value: AttributeVariable

    def parse(self, parser: Parser, state: ParsingState) -> None:
        start = parser.pos
        word = parser.parse_optional_keyword("draw") or parser.parse_optional_keyword("site")
        if word is None:
            return
        asks = state.op_type.has_trait(AsksModel)
        nothing_drawn = asks and not state.op_type.has_trait(DrawsFromTape)
        greedy = state.properties.get("temperature") == DecimalAttr(Decimal(0))
        expected = "site" if greedy or nothing_drawn else "draw"
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


@runtime_checkable
class LocatesPositions(Protocol):
    """A parser that knows the lines of its text, so that it need not count them again."""

    def place(self, position: int) -> SourceLocation: ...


def _place_in_text(parser: Parser) -> SourceLocation:
    text = parser.lexer.input
    # The operation ends before the current token; only its line is worth having.
    end = max(parser.pos - 1, 0)
    while end > 0 and text.content[end].isspace():
        end -= 1
    if isinstance(parser, LocatesPositions):
        return parser.place(end)._replace(column=1)
    return SourceLocation(text.name, text.content.count("\n", 0, end) + 1, 1)
