"""Text to module and back: MLIR with source locations and UTF-8 throughout.

xDSL's own parser leaves locations unknown, forgets how arguments were called, and reads
back as bytes what its printer made of non-ASCII text. Here every operation knows its
place in the text, every argument its name, and every failure is an `InvalidIRError`
that says where.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from io import StringIO
from itertools import accumulate

from xdsl.context import Context
from xdsl.dialects import get_all_dialects
from xdsl.dialects.builtin import (
    FileLineColLoc,
    IntAttr,
    LocationAttr,
    ModuleOp,
    NameLoc,
    StringAttr,
    UnknownLoc,
)
from xdsl.ir import AttributeInvT, BlockArgument, Operation, Region, SSAValue
from xdsl.parser import Parser, UnresolvedOperand
from xdsl.parser.generic_parser import ParserState
from xdsl.printer import Printer
from xdsl.utils.exceptions import MultipleSpansParseError, ParseError
from xdsl.utils.lexer import Input, Span
from xdsl.utils.mlir_lexer import MLIRLexer, MLIRTokenKind

from ember_mlir.dialects.values import quote
from ember_mlir.errors import EmberError, InvalidIRError, SourceLocation
from ember_mlir.universe import DIALECTS

CORE_DIALECTS = ("builtin", "func", "arith", "scf")
"""The dialects of xDSL that programs may use beside ours."""

_NUMBERED_NAME = re.compile(r"([A-Za-z$._-][A-Za-z0-9$._-]*)_([1-9][0-9]*)")


def make_context() -> Context:
    """A context that knows Ember's dialects and the core ones, and loads each on first use."""
    core = get_all_dialects()
    ctx = Context()
    for name in CORE_DIALECTS:
        ctx.register_dialect(name, core[name])
    for name, load in DIALECTS.items():
        ctx.register_dialect(name, load)
    return ctx


def parse_module(text: str, name: str = "<input>", *, ctx: Context | None = None) -> ModuleOp:
    """The module that `text` says; a text of comments only is an empty module.

    `name` is the file that locations and errors name. The module is not verified: see
    `ember_mlir.passes.analysis.verification.verify_module`.

    Raises `InvalidIRError`, with the place in the text.

    >>> from ember_mlir.dialects.locations import source_of
    >>> module = parse_module('llm.model @small from "simulated"', "models.mlir")
    >>> [str(source_of(op)) for op in module.ops]
    ['models.mlir:1:1']
    """
    try:
        parser = LocatingParser(make_context() if ctx is None else ctx, text, name)
    except ParseError as error:
        raise _located(error) from error
    try:
        return parser.parse_module()
    except ParseError as error:
        raise _located(error) from error
    except RecursionError as error:
        message = "regions must not nest so deeply; move the inner ones to a function"
        raise InvalidIRError(message, location=parser.place(parser.pos)) from error
    except Exception as error:
        # A dialect may refuse what it reads with any exception; the text is at fault.
        raise parser.refusal(error) from error


def print_module(module: Operation, *, generic: bool = False, locations: bool = False) -> str:
    """The text of `module`, ending in a newline; `parse_module` reads it back.

    `generic` prints all operations in the generic format; `locations` prints where each
    comes from.

    >>> print(print_module(parse_module('llm.model @m from "日本"')), end="")
    builtin.module {
      llm.model @m from "日本"
    }
    """
    stream = StringIO()
    Utf8Printer(stream, print_generic_format=generic, print_debuginfo=locations).print_op(module)
    return stream.getvalue() + "\n"


class Utf8Printer(Printer):
    """A printer that writes characters of any script, and arguments' names, as they were."""

    def print_string_literal(self, string: str) -> None:
        self.print_string(quote(string))

    def print_ssa_value(self, value: SSAValue) -> str:
        if value not in self._ssa_values and isinstance(value, BlockArgument):
            location = value.location
            if isinstance(location, NameLoc) and self._claim(location.desc.data):
                self._ssa_values[value] = location.desc.data
        return super().print_ssa_value(value)

    def _claim(self, name: str) -> bool:
        """Whether `name` is free; if it is, no other value of this scope will get it."""
        if name.isdigit() and name == str(int(name)):
            if int(name) < self._next_valid_name_id[-1]:
                return False
            self._next_valid_name_id[-1] = int(name) + 1
            return True
        # `%x_2` is also what the third value called `x` is printed as.
        numbered = _NUMBERED_NAME.fullmatch(name)
        if numbered is None or self.ssa_names.get(numbered[1], 0) > int(numbered[2]):
            return False
        self.ssa_names[numbered[1]] = int(numbered[2]) + 1
        return True


class LinearLexer(MLIRLexer):
    """A lexer that gives up at once on a string that does not end.

    xDSL's own pattern tries every way to split such a string, in exponential time.
    """

    _unescaped_characters_regex = re.compile(r'"(?:[^"\\\n\v\f]++|\\(?:["nt\\]|[0-9A-Fa-f]{2}))*+"')


class LocatingParser(Parser):
    """A parser that remembers where everything was written, and under which name."""

    def __init__(self, ctx: Context, text: str, name: str) -> None:
        super().__init__(ctx, "", name)
        self._parser_state = ParserState(LinearLexer(Input(text, name)))
        self._file = StringAttr(name)
        self._line_starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
        # Where the operations around the current token began, and their names.
        self._operations: list[tuple[int, str]] = []
        self._first_uses: dict[str, Span[str]] = {}
        self._end_of_written_location = -1

    def place(self, position: int) -> SourceLocation:
        """The line and column of a position in the text, in characters from 1."""
        line = bisect_right(self._line_starts, position) - 1
        return SourceLocation(self._file.data, line + 1, position - self._line_starts[line] + 1)

    def refusal(self, error: Exception) -> InvalidIRError:
        """What `error`, raised while an operation was read, says about that operation."""
        message = error.message if isinstance(error, EmberError) else _sentence(str(error))
        position, name = self._operations[-1] if self._operations else (self.pos, "")
        located = error.location if isinstance(error, EmberError) else None
        said = f"'{name}' {message}" if name else message
        return InvalidIRError(said, location=located or self.place(position))

    def parse_module(self, allow_implicit_module: bool = True) -> ModuleOp:
        if self._current_token.kind == MLIRTokenKind.EOF:
            module = ModuleOp([])
        else:
            module = self._parse_defined_module(allow_implicit_module)
        if isinstance(module.location, UnknownLoc) and self._end_of_written_location != self.pos:
            module.location = self._location(0)
        return module

    def parse_operation(self) -> Operation:
        self._operations.append((self.pos, ""))
        op = super().parse_operation()
        beginning, _ = self._operations.pop()
        # The location is the last thing that an operation's text can say.
        if self._end_of_written_location != self.pos:
            op.location = self._location(beginning)
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

    def _parse_defined_module(self, allow_implicit_module: bool) -> ModuleOp:
        try:
            return super().parse_module(allow_implicit_module)
        except ParseError:
            missing = next(iter(self.forward_ssa_references), None)
            if missing is None or self._operations or self.pos < len(self.lexer.input):
                raise
            message = f"%{missing} must be defined in this region or around it, but it is not"
            self.raise_error(message, self._first_uses[missing])

    def _get_op_by_name(self, name: str) -> type[Operation]:
        found = self.ctx.get_optional_op(name, dialect_stack=self._parser_state.dialect_stack)
        if found is None:
            near = get_close_matches(name, [op.name for op in self.ctx.loaded_ops], n=1)
            advice = f"; did you mean '{near[0]}'" if near else ""
            self.raise_error(f"there is no operation '{name}'{advice}", self._operations[-1][0])
        self._operations[-1] = (self._operations[-1][0], found.name)
        return found

    def _parse_op_result_list(self) -> list[tuple[Span, int]]:
        results = super()._parse_op_result_list()
        # As in MLIR, an operation begins at its name, after the names of its results.
        self._operations[-1] = (self.pos, "")
        return results

    def _register_ssa_definition(
        self, name: str, values: Sequence[SSAValue], span: Span[str]
    ) -> None:
        super()._register_ssa_definition(name, values, span)
        for value in values:
            if isinstance(value, BlockArgument):
                value.location = self._name_location(span, value.location)

    def _named(self, argument: Parser.Argument) -> Parser.Argument:
        location = self._name_location(argument.name, argument.location or UnknownLoc())
        return Parser.Argument(argument.name, argument.type, location)

    def _name_location(self, name: Span[str], written: LocationAttr) -> LocationAttr:
        # xDSL keeps neither numbers nor a trailing `_1` in a value's own name.
        if isinstance(written, NameLoc):
            return written
        place = self._location(name.start) if isinstance(written, UnknownLoc) else written
        return NameLoc(StringAttr(name.text[1:]), place)

    def _location(self, position: int) -> FileLineColLoc:
        place = self.place(position)
        return FileLineColLoc(self._file, IntAttr(place.line), IntAttr(place.column))


_CLEARER = {
    "Expected suffix identifier after {first_char}": (
        "a name must be of ASCII letters, digits and $._-, but begins with another character"
    ),
    " in block definition": "a region must go on with an operation or end with '}'",
}
"""For messages of xDSL that do not say what is wrong."""


def _located(error: ParseError) -> InvalidIRError:
    found = error.span.get_location()
    message = _CLEARER.get(error.msg) or _sentence(error.msg)
    if isinstance(error, MultipleSpansParseError) and error.refs:
        first = error.refs[0][0].get_location()
        message += f"; see line {first.line}, column {first.col}"
    return InvalidIRError(message, location=SourceLocation(*found))


def _sentence(message: str) -> str:
    """`message` of xDSL in the form of our errors: lower case, one line, no full stop."""
    line = " ".join(message.split()).rstrip(".!")
    capitalised = line[:1].isupper() and line[1:2].islower()
    return line[:1].lower() + line[1:] if capitalised else line
