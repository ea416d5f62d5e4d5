"""Attributes that say how a text is built: the grammar of an answer, a conversation's turn."""

from __future__ import annotations

from typing import NamedTuple, get_args

from xdsl.ir import Data
from xdsl.irdl import irdl_attr_definition
from xdsl.parser import AttrParser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.values.attributes import parse_quoted, quote
from ember_mlir.errors import InvalidIRError
from ember_mlir.grammars import Grammar, Spelling, check_grammar

SPELLINGS: tuple[Spelling, ...] = get_args(Spelling)


@irdl_attr_definition
class GrammarAttr(Data[Grammar]):
    """What a text must look like: `#llm.grammar<json_schema "…">`, `regex` or `lark`.

    All spellings have one meaning, a Lark grammar of the subset that constrained
    decoders accept too; what lies outside of it does not verify.
    """

    name = "llm.grammar"

    @classmethod
    def parse_parameter(cls, parser: AttrParser) -> Grammar:
        with parser.in_angle_brackets():
            return parse_grammar(parser)

    def print_parameter(self, printer: Printer) -> None:
        printer.print_string(f"<{format_grammar(self.data)}>")

    def verify(self) -> None:
        try:
            check_grammar(self.data)
        except InvalidIRError as error:
            raise VerifyException(error.message) from error


def parse_grammar(parser: AttrParser) -> Grammar:
    """Read a spelling and its text, as `regex "[0-9]+"`."""
    start = parser.pos
    word = parser.parse_identifier()
    spelling: Spelling | None = next((known for known in SPELLINGS if known == word), None)
    if spelling is None:
        parser.raise_error(
            f"a grammar must be spelled {', '.join(SPELLINGS)}, but got '{word}'",
            start,
            parser.pos,
        )
    start = parser.pos
    grammar = Grammar(spelling, parse_quoted(parser))
    try:
        check_grammar(grammar)
    except InvalidIRError as error:
        parser.raise_error(error.message, start, parser.pos)
    return grammar


def format_grammar(grammar: Grammar) -> str:
    """A grammar as `parse_grammar` reads it."""
    return f"{grammar.spelling} {quote(grammar.text)}"


ROLES = ("system", "user", "assistant", "tool")
PARTS = ("text", "image")


class Turn(NamedTuple):
    """One turn of a conversation: who speaks, and what kind each of its parts is.

    The turn of a tool has two texts: the identity of the call that it answers, and the
    answer.
    """

    role: str
    parts: tuple[str, ...] = ("text",)


@irdl_attr_definition
class TurnAttr(Data[Turn]):
    """Who speaks in a turn, and what its parts are: `#llm.turn<user text image>`.

    The speaker is `system`, `user`, `assistant` or `tool`, a part `text` or `image`. The
    system has one text, the user alone shows images, and a tool has two texts: the identity
    of the call that it answers, and the answer.
    """

    name = "llm.turn"

    @classmethod
    def parse_parameter(cls, parser: AttrParser) -> Turn:
        with parser.in_angle_brackets():
            role = parser.parse_identifier()
            parts: list[str] = []
            while (part := parser.parse_optional_identifier()) is not None:
                parts.append(part)
            return Turn(role, tuple(parts))

    def print_parameter(self, printer: Printer) -> None:
        printer.print_string(f"<{' '.join([self.data.role, *self.data.parts])}>")

    def verify(self) -> None:
        role, parts = self.data
        if role not in ROLES:
            raise VerifyException(f"a role must be one of {', '.join(ROLES)}, but got '{role}'")
        if unknown := [part for part in parts if part not in PARTS]:
            raise VerifyException(f"a part must be a text or an image, but got '{unknown[0]}'")
        if not parts:
            raise VerifyException(f"a turn of the {role} must have at least 1 part, but got none")
        if "image" in parts and role != "user":
            raise VerifyException(f"an image must stand in a turn of the user, but got '{role}'")
        if role == "tool" and parts != ("text", "text"):
            raise VerifyException(
                "a turn of a tool must have 2 texts, the identity of a call and its answer, "
                f"but got {len(parts)}"
            )
        if role == "system" and len(parts) > 1:
            raise VerifyException(f"a turn of the system must be one text, but got {len(parts)}")
