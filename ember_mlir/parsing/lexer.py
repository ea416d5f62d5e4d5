"""Tokens, in time and memory linear in the text, and with errors that say what to write."""

from __future__ import annotations

import re
from typing import NoReturn

from xdsl.utils.exceptions import ParseError
from xdsl.utils.lexer import Input, Position, Span
from xdsl.utils.mlir_lexer import MLIRLexer, MLIRToken

from ember_mlir.limits import Limits


class LinearLexer(MLIRLexer):
    """A lexer of MLIR that no text can keep busy for long.

    xDSL's own patterns try every way to split a string that does not end, in
    exponential time, and remember every line of a long comment.
    """

    _unescaped_characters_regex = re.compile(r'"(?:[^"\\\n\v\f]++|\\(?:["nt\\]|[0-9A-Fa-f]{2}))*+"')
    _whitespace_regex = re.compile(r"(?:[ \t\n\r\v\f]++|//[^\n]*+)*+")
    _string_so_far = re.compile(r'"(?:[^"\\\n\v\f]++|\\(?:["nt\\]|[0-9A-Fa-f]{2}))*+')
    _point_or_exponent = re.compile(r"[eE][+-]?[0-9]+|\.")

    def __init__(self, text: Input[str], limits: Limits) -> None:
        super().__init__(text)
        self._limits = limits

    def lex(self) -> MLIRToken:
        self._consume_whitespace()
        start = self.pos
        character = self.input.at(start)
        if character == "." and (self.input.at(start + 1) or "").isdigit():
            self._refuse("a number must have a digit before its point, as in 0.5", start, 1)
        if character is not None and character.isnumeric() and not character.isascii():
            self._refuse(f"a digit must be one of 0 to 9, but got '{character}'", start, 1)
        return super().lex()

    def _lex_number(self, start_pos: Position) -> MLIRToken:
        token = super()._lex_number(start_pos)
        length = self.pos - start_pos
        if length > self._limits.digits:
            self._refuse(
                self._limits.problem("digits", "a number must have at most {} digits"), start_pos
            )
        rest = self._point_or_exponent.match(self.input.content, self.pos)
        if rest is not None:
            got = f"'{self.input.content[start_pos : rest.end()]}'"
            self._refuse(
                f"a number must be written as in 0.001 or 1.0e-3, but got {got}", start_pos
            )
        return token

    def _lex_prefixed_ident(self, start_pos: Position) -> MLIRToken:
        if self._suffix_id.match(self.input.content, self.pos) is None:
            self._refuse(
                "a name must be of ASCII letters, digits and $._-, "
                "but begins with another character",
                start_pos,
            )
        token = super()._lex_prefixed_ident(start_pos)
        if len(token.text) > self._limits.digits and token.text[1:].isdigit():
            self._refuse(
                self._limits.problem("digits", "a name must have at most {} digits"), start_pos
            )
        return token

    def _lex_string_literal(self, start_pos: Position) -> MLIRToken:
        if self._unescaped_characters_regex.match(self.input.content, start_pos) is None:
            self._refuse_string(start_pos)
        return super()._lex_string_literal(start_pos)

    def _refuse_string(self, start: Position) -> NoReturn:
        """Say why no string is written at `start`, and where that shows."""
        readable = self._string_so_far.match(self.input.content, start)
        assert readable is not None, "a string begins with a quote"
        end = readable.end()
        stopped_by = self.input.content[end : end + 1]
        if stopped_by == "\\":
            got = self.input.content[end : end + 2].rstrip("\n")
            self._refuse(
                r"""an escape must be \n, \t, \\, \" or two hexadecimal digits of a byte """
                rf"""as in \0D, but got '{got}'""",
                end,
            )
        if stopped_by in ("\v", "\f"):
            self._refuse(
                f"a control character in a text must be written \\{ord(stopped_by):02X}", end
            )
        self._refuse(
            "a text must end with '\"' on the line where it begins, but the quote is missing; "
            r"write a line break as \n",
            start,
        )

    def _refuse(self, message: str, start: Position, length: int | None = None) -> NoReturn:
        end = max(self.pos, start + 1) if length is None else start + length
        raise ParseError(Span(start, end, self.input), message)
