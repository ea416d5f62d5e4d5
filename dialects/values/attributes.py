"""Attributes that all levels share: texts, decimals, draws, labels and sources."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

from xdsl.ir import Data
from xdsl.irdl import irdl_attr_definition
from xdsl.parser import AttrParser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException

from ember_mlir.errors import SourceLocation

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}


def quote(text: str) -> str:
    """`text` as a literal that xDSL's lexer reads back.

    Only quotes, backslashes and control characters are escaped; all other characters,
    of whatever script, stand for themselves.

    >>> print(quote('日本 "x"'))
    "日本 \\"x\\""
    """
    if text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return '"' + "".join([_escape(character) for character in text]) + '"'


def _escape(character: str) -> str:
    if (known := _ESCAPES.get(character)) is not None:
        return known
    code = ord(character)
    return f"\\{code:02X}" if code < 32 or code == 127 else character


def parse_quoted(parser: AttrParser) -> str:
    """Read a string literal, whether or not its escapes are ASCII."""
    start = parser.pos
    # The lexer calls a literal with an escape above 7F bytes, not a string.
    if (octets := parser.parse_optional_bytes_literal()) is not None:
        try:
            return octets.decode()
        except UnicodeDecodeError:
            parser.raise_error(
                "a text must be valid UTF-8, but its escapes are not", start, parser.pos
            )
    return parser.parse_str_literal()


@irdl_attr_definition
class Utf8Attr(Data[str]):
    """A string of any Unicode characters, printed as they are.

    It stands wherever a user's text may: prompts, names of arguments, files. (The
    builtin string attribute prints UTF-8 as byte escapes, which do not parse back.)
    """

    name = "llm.utf8"

    @classmethod
    def parse_parameter(cls, parser: AttrParser) -> str:
        return parse_quoted(parser)

    def print_parameter(self, printer: Printer) -> None:
        printer.print_string(quote(self.data))


@irdl_attr_definition
class DecimalAttr(Data[Decimal]):
    """An exact decimal number, such as a price or a temperature: `#llm.decimal<0.7>`."""

    name = "llm.decimal"

    @classmethod
    def parse_parameter(cls, parser: AttrParser) -> Decimal:
        with parser.in_angle_brackets():
            return parse_decimal(parser)

    def print_parameter(self, printer: Printer) -> None:
        printer.print_string(f"<{self.data:f}>")


def parse_decimal(parser: AttrParser) -> Decimal:
    """Read a decimal number exactly as it is written."""
    start = parser.pos
    parser.parse_number()
    written = parser.lexer.input.slice(start, parser.pos)
    assert written is not None
    try:
        value = Decimal(written.split("//")[0].strip())
    except ArithmeticError:
        parser.raise_error(
            f"a decimal number must be written as in 0.7, but got '{written}'", start, parser.pos
        )
    if abs(value.adjusted()) > 30:
        parser.raise_error(
            "a decimal number must have at most 30 digits on either side", start, parser.pos
        )
    return value


class Draw(NamedTuple):
    """The identity of a random draw: where it is made, and in which repetition.

    `chain` is the call sites from the entry function to the request. `indices` has one
    index per enclosing region that repeats, outermost first; `None` prints as `*` and
    takes the dynamic index.
    """

    chain: tuple[int, ...]
    indices: tuple[int | None, ...] = ()

    @property
    def members(self) -> tuple[Draw, ...]:
        """All draws that stand here: this one."""
        return (self,)

    def at(self, dynamic: Sequence[int]) -> tuple[tuple[int, ...], list[int]]:
        """The chain and the indices of a run, of which `dynamic` are the dynamic ones.

        >>> Draw((4, 3), (None, 0)).at([2])
        ((4, 3), [2, 0])
        """
        found = iter(dynamic)
        return self.chain, [next(found) if i is None else i for i in self.indices]


class DrawList(NamedTuple):
    """The draws of several members: the innermost dynamic index says which is the member's."""

    members: tuple[Draw, ...]

    def at(self, dynamic: Sequence[int]) -> tuple[tuple[int, ...], list[int]]:
        """The chain and the indices of a run, of which `dynamic` are the dynamic ones.

        >>> DrawList((Draw((0,), (None,)), Draw((4,), (7, None)))).at([2, 1])
        ((4,), [7, 2])
        """
        return self.members[dynamic[-1]].at(dynamic[:-1])


@irdl_attr_definition
class DrawAttr(Data[Draw | DrawList]):
    """The draw of a request, or the site of a greedy one: `#llm.draw<4/3[*, 0]>`.

    Of a request that several members make, it may list the draw of each:
    `#llm.draw[<0>, <4/1>, <7[2]>]`. Then the innermost dynamic index picks one of them.
    """

    name = "llm.draw"

    @classmethod
    def parse_parameter(cls, parser: AttrParser) -> Draw | DrawList:
        start = parser.pos
        listed = parser.parse_optional_comma_separated_list(
            parser.Delimiter.SQUARE, lambda: _parse_draw(parser)
        )
        if listed is None:
            return _parse_draw(parser)
        if problem := _list_problem(listed):
            parser.raise_error(problem, start, parser.pos)
        return DrawList(tuple(listed))

    def print_parameter(self, printer: Printer) -> None:
        shown = ", ".join([_written_draw(draw) for draw in self.data.members])
        printer.print_string(f"[{shown}]" if isinstance(self.data, DrawList) else shown)

    @property
    def dynamic_indices(self) -> int:
        """How many indices are known only at run time; which of a list it is, is one."""
        listed = isinstance(self.data, DrawList)
        return self.data.members[0].indices.count(None) + listed

    def verify(self) -> None:
        if isinstance(self.data, DrawList) and (problem := _list_problem(self.data.members)):
            raise VerifyException(problem)


def _parse_draw(parser: AttrParser) -> Draw:
    with parser.in_angle_brackets():
        chain = [parse_natural(parser)]
        while parser.parse_optional_punctuation("/") is not None:
            chain.append(parse_natural(parser))
        indices = parser.parse_optional_comma_separated_list(
            parser.Delimiter.SQUARE, lambda: _index(parser)
        )
        return Draw(tuple(chain), tuple(indices or ()))


def _written_draw(draw: Draw) -> str:
    chain = "/".join(map(str, draw.chain))
    indices = ", ".join("*" if i is None else str(i) for i in draw.indices)
    return f"<{chain}[{indices}]>" if indices else f"<{chain}>"


def _list_problem(draws: Sequence[Draw]) -> str | None:
    if not draws:
        return "a list of draws must have at least 1 draw, but got none"
    dynamic = sorted({draw.indices.count(None) for draw in draws})
    if len(dynamic) > 1:
        return f"draws in a list must have one number of '*', but got {dynamic[0]} and {dynamic[1]}"
    return None


def parse_natural(parser: AttrParser) -> int:
    """Read a whole number that is not negative."""
    return parser.parse_integer(allow_boolean=False, allow_negative=False)


def _index(parser: AttrParser) -> int | None:
    if parser.parse_optional_punctuation("*") is not None:
        return None
    return parse_natural(parser)


Label = Literal["public", "internal", "confidential", "pii"]
LABELS: tuple[Label, ...] = ("public", "internal", "confidential", "pii")
"""The lattice of sensitivity, from what all may see to what few may."""


@irdl_attr_definition
class LabelAttr(Data[str]):
    """How sensitive a value is: `public`, `internal`, `confidential` or `pii`.

    They stand in the order from what all may see to what few may: `#llm.label"internal"`.
    """

    name = "llm.label"

    @classmethod
    def parse_parameter(cls, parser: AttrParser) -> str:
        start = parser.pos
        label = parse_quoted(parser)
        if label not in LABELS:
            parser.raise_error(_label_rule(label), start, parser.pos)
        return label

    def print_parameter(self, printer: Printer) -> None:
        printer.print_string(quote(self.data))

    def verify(self) -> None:
        if self.data not in LABELS:
            raise VerifyException(_label_rule(self.data))


def _label_rule(got: str) -> str:
    return f"a label must be one of {', '.join(LABELS)}, but got '{got}'"


@irdl_attr_definition
class SourceAttr(Data[SourceLocation]):
    """A place in the user's source: `#llm.source<"app.py":12:5>`."""

    name = "llm.source"

    @classmethod
    def parse_parameter(cls, parser: AttrParser) -> SourceLocation:
        with parser.in_angle_brackets():
            return parse_source(parser)

    def print_parameter(self, printer: Printer) -> None:
        printer.print_string(f"<{format_source(self.data)}>")


def parse_source(parser: AttrParser) -> SourceLocation:
    """Read `"file":line:column`."""
    file = parse_quoted(parser)
    parser.parse_punctuation(":")
    line = parse_natural(parser)
    parser.parse_punctuation(":")
    return SourceLocation(file, line, parse_natural(parser))


def format_source(source: SourceLocation) -> str:
    """`"file":line:column`, as `parse_source` reads it."""
    return f"{quote(source.file)}:{source.line}:{source.column}"
