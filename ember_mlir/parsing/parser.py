"""The parser: xDSL's, which also remembers places and names, and which no text overruns."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import TypeVar

from xdsl.context import Context
from xdsl.dialects.builtin import (
    AnyFloat,
    ComplexType,
    DenseResourceAttr,
    FileLineColLoc,
    IndexType,
    IntAttr,
    IntegerType,
    LocationAttr,
    ModuleOp,
    NameLoc,
    RankedStructure,
    StringAttr,
)
from xdsl.ir import (
    Attribute,
    AttributeInvT,
    Block,
    BlockArgument,
    Operation,
    Region,
    SSAValue,
    TypeAttribute,
)
from xdsl.ir.affine import AffineMap, AffineSet
from xdsl.parser import AttrParser, Parser, UnresolvedOperand
from xdsl.parser.generic_parser import ParserState
from xdsl.utils.exceptions import DiagnosticException, ParseError
from xdsl.utils.lexer import Input, Span
from xdsl.utils.mlir_lexer import MLIRTokenKind

from ember_mlir.dialects.wording import sentence
from ember_mlir.errors import EmberError, InvalidIRError, SourceLocation
from ember_mlir.limits import Limits
from ember_mlir.parsing.affine import BoundedAffineParser
from ember_mlir.parsing.aliases import Aliases
from ember_mlir.parsing.lexer import LinearLexer
from ember_mlir.parsing.messages import load_all, suggestion
from ember_mlir.parsing.scopes import ScopedValues

_T = TypeVar("_T")


class BoundedParser(Parser):
    """A parser that keeps to `Limits`, in time linear in the text."""

    def __init__(self, ctx: Context, text: str, name: str, limits: Limits) -> None:
        super().__init__(ctx, "", name)
        self._parser_state = ParserState(LinearLexer(Input(text, name), limits))
        self._limits = limits
        self._operation_count = 0
        # Where the regions, types and attributes around the current token began.
        self._nested_at: list[int] = []
        self._depth = 0
        self.ssa_values = ScopedValues()
        self.attribute_aliases = Aliases(limits, self.raise_error)

    def _nested(self, parse: Callable[[], _T]) -> _T:
        """What `parse` returns, one level deeper than what is around the current token."""
        position = self.pos
        # What begins where something else does is the same thing, by another name.
        deeper = not self._nested_at or self._nested_at[-1] != position
        self._depth += deeper
        if self._depth > self._limits.depth:
            rule = "regions, types, attributes and locations must nest at most {} deep"
            self.raise_error(self._limits.problem("depth", rule))
        self._nested_at.append(position)
        try:
            return parse()
        finally:
            self._nested_at.pop()
            self._depth -= deeper

    def parse_optional_region(
        self, arguments: Iterable[Parser.Argument] | None = None
    ) -> Region | None:
        parse = super().parse_optional_region
        return self._nested(lambda: parse(arguments))

    def parse_optional_attribute(self) -> Attribute | None:
        return self._nested(super().parse_optional_attribute)

    def parse_optional_type(self) -> TypeAttribute | None:
        return self._nested(super().parse_optional_type)

    def _parse_location(self) -> LocationAttr:
        return self._nested(super()._parse_location)

    def _parse_tensor_literal(self) -> tuple[list[AttrParser._TensorLiteralElement], list[int]]:
        return self._nested(super()._parse_tensor_literal)

    def parse_affine_map(self) -> AffineMap:
        return BoundedAffineParser(self._parser_state, self._limits).parse_affine_map()

    def parse_affine_set(self) -> AffineSet:
        return BoundedAffineParser(self._parser_state, self._limits).parse_affine_set()

    def _parse_builtin_dense_resource_attr(self) -> DenseResourceAttr:
        self.raise_error("an attribute must hold its elements, but a resource is elsewhere")

    def _parse_file_metadata_dictionary(self) -> None:
        self.raise_error("a text must be a module alone, but here are data of another kind")

    def parse_operation(self) -> Operation:
        self._operation_count += 1
        if self._operation_count > self._limits.operations:
            self.raise_error(
                self._limits.problem("operations", "a text must have at most {} operations")
            )
        return super().parse_operation()

    def _parse_optional_integer_or_float_type(self) -> TypeAttribute | None:
        written = self._builtin_integer_type_regex.match(self._current_token.text)
        if written is not None and (
            len(written[1]) > self._limits.digits or int(written[1]) > self._limits.width
        ):
            self.raise_error(
                self._limits.problem("width", "an integer type must have at most {} bits")
            )
        return super()._parse_optional_integer_or_float_type()

    def _parse_dense_literal_type(
        self,
    ) -> RankedStructure[IntegerType | IndexType | AnyFloat | ComplexType]:
        start = self.pos
        found = super()._parse_dense_literal_type()
        if math.prod(found.get_shape()) > self._limits.elements:
            message = self._limits.problem(
                "elements", "a dense attribute must have at most {} elements"
            )
            self.raise_error(message, start)
        return found


class LocatingParser(BoundedParser):
    """A parser that remembers where everything was written, and under which name."""

    def __init__(
        self, ctx: Context, text: str, name: str, limits: Limits, first_line: int = 1
    ) -> None:
        self._file = StringAttr(name)
        self._first_line = first_line
        self._line_starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
        # Where the operations around the current token began, and their names.
        self._operations: list[tuple[int, str]] = []
        self._first_uses: dict[str, Span[str]] = {}
        self._defined: dict[SSAValue, SSAValue] = {}
        self._end_of_written_location = -1
        self._last_operation: Operation | None = None
        super().__init__(ctx, text, name, limits)

    def place(self, position: int) -> SourceLocation:
        """The line and column of a position in the text, in characters from 1."""
        line = bisect_right(self._line_starts, position) - 1
        column = position - self._line_starts[line] + 1
        return SourceLocation(self._file.data, line + self._first_line, column)

    def refusal(self, error: Exception) -> InvalidIRError:
        """What `error`, raised while an operation was read, says about that operation."""
        position, name = self._operations[-1] if self._operations else (self.pos, "")
        located = None
        match error:
            case EmberError():
                message, located = error.message, error.location
            case DiagnosticException():
                message = sentence(str(error))
            case _:
                # What xDSL or a dialect did not expect; it shows where the reading stopped.
                position = self.pos
                reason = f"{type(error).__name__} {' '.join(str(error).split())}".rstrip()
                message = f"must be written in its documented form, but is not here ({reason})"
        said = f"'{name}' {message}" if name else message
        return InvalidIRError(said, location=located or self.place(position))

    def parse_module(self, allow_implicit_module: bool = True) -> ModuleOp:
        if self._current_token.kind == MLIRTokenKind.EOF:
            module = ModuleOp([])
        else:
            module = self._parse_defined_module(allow_implicit_module)
        self._use_definitions()
        if not module.body.blocks:
            # What the generic format says of an empty module.
            module.body.add_block(Block())
        if module is not self._last_operation:
            module.location = self._location(0)
        return module

    def _parse_defined_module(self, allow_implicit_module: bool) -> ModuleOp:
        try:
            return super().parse_module(allow_implicit_module)
        except ParseError:
            missing = next(iter(self.forward_ssa_references), None)
            if missing is None or self._operations or self.pos < len(self.lexer.input):
                raise
            message = f"%{missing} must be defined in this region or around it, but it is not"
            self.raise_error(message, self._first_uses[missing])

    def _use_definitions(self) -> None:
        """Put values where they were used before they were defined, once per user."""
        users = dict.fromkeys(use.operation for value in self._defined for use in value.uses)
        for user in users:
            user.operands = [self._defined.get(operand, operand) for operand in user.operands]

    def parse_operation(self) -> Operation:
        self._operations.append((self.pos, ""))
        op = super().parse_operation()
        beginning, _ = self._operations.pop()
        # The location is the last thing that an operation's text can say.
        if self._end_of_written_location != self.pos:
            op.location = self._location(beginning)
        self._last_operation = op
        if not self._operations:
            self._depth = 0
        return op

    def parse_optional_location(self) -> LocationAttr | None:
        location = super().parse_optional_location()
        if location is not None:
            self._end_of_written_location = self.pos
        return location

    def parse_optional_str_literal(self) -> str | None:
        if self._current_token.kind != MLIRTokenKind.BYTES_LIT:
            return super().parse_optional_str_literal()
        # xDSL prints "é" as "\C3\A9", which its lexer then takes for bytes.
        literal = self._current_token
        octets = self.parse_bytes_literal()
        try:
            return octets.decode()
        except UnicodeDecodeError:
            self.raise_error("a text must be valid UTF-8, but its escapes are not", literal.span)

    def resolve_operand(
        self, operand: UnresolvedOperand, type: AttributeInvT
    ) -> SSAValue[AttributeInvT]:
        if operand.operand_name not in self.ssa_values:
            self._first_uses.setdefault(operand.operand_name, operand.span)
        return super().resolve_operand(operand, type)

    def parse_optional_region(
        self, arguments: Iterable[Parser.Argument] | None = None
    ) -> Region | None:
        if arguments is not None:
            arguments = [self._named(argument) for argument in arguments]
        return super().parse_optional_region(arguments)

    def _parse_optional_block_arg_list(self, block: Block) -> Block | None:
        if self._current_token.kind != MLIRTokenKind.L_PAREN:
            return None
        written = self.parse_comma_separated_list(self.Delimiter.PAREN, self._parse_block_argument)
        # A block takes new arguments one by one, and copies those it has for each.
        block._args = tuple(  # pyright: ignore[reportPrivateUsage]
            BlockArgument(argument.type, block, index, self._name_location(argument))
            for index, argument in enumerate(written)
        )
        for argument, value in zip(written, block.args, strict=True):
            self._register_ssa_definition(argument.name.text[1:], (value,), argument.name)
        return block

    def _parse_block_argument(self) -> Parser.Argument:
        name = self._parse_token(MLIRTokenKind.PERCENT_IDENT, "block argument expected").span
        self.parse_punctuation(":")
        found = self.parse_type()
        return Parser.Argument(name, found, self.parse_optional_location())

    def _get_op_by_name(self, name: str) -> type[Operation]:
        found = self.ctx.get_optional_op(name, dialect_stack=self._parser_state.dialect_stack)
        if found is None:
            load_all(self.ctx)
            near = suggestion(name, [op.name for op in self.ctx.loaded_ops])
            self.raise_error(f"there is no operation '{name}'{near}", self._operations[-1][0])
        self._operations[-1] = (self._operations[-1][0], found.name)
        if len(self._operations) == 1 and found is ModuleOp:
            # The module around all is printed even where it was not written.
            self._depth = -1
        return found

    def _parse_op_result_list(self) -> list[tuple[Span, int]]:
        results = super()._parse_op_result_list()
        # As in MLIR, an operation begins at its name, after the names of its results.
        self._operations[-1] = (self.pos, "")
        return results

    def _register_ssa_definition(
        self, name: str, values: Sequence[SSAValue], span: Span[str]
    ) -> None:
        used = self.forward_ssa_references.pop(name, {})
        super()._register_ssa_definition(name, values, span)
        for index, placeholder in used.items():
            if index >= len(values):
                message = f"%{name} must have a value #{index}, which is used, but has"
                self.raise_error(f"{message} {len(values)} values", span)
            if placeholder.type != values[index].type:
                message = f"%{name} must be {placeholder.type}, as it is used above, but is"
                self.raise_error(f"{message} {values[index].type}", span)
            self._defined[placeholder] = values[index]

    def _named(self, argument: Parser.Argument) -> Parser.Argument:
        return Parser.Argument(argument.name, argument.type, self._name_location(argument))

    def _name_location(self, argument: Parser.Argument) -> LocationAttr:
        # xDSL keeps neither numbers nor a trailing `_1` in a value's own name.
        if isinstance(argument.location, NameLoc):
            return argument.location
        place = argument.location or self._location(argument.name.start)
        return NameLoc(StringAttr(argument.name.text[1:]), place)

    def _location(self, position: int) -> FileLineColLoc:
        place = self.place(position)
        return FileLineColLoc(self._file, IntAttr(place.line), IntAttr(place.column))
