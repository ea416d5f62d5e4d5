"""What an answer must look like: a grammar in one of three spellings."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, Protocol

from ember_mlir.errors import InvalidIRError, ParseError
from ember_mlir.grammars.shapes import MAX_LARK, MAX_TEXT, Shape, Value

Spelling = Literal["json_schema", "regex", "lark"]
"""How the text of a grammar is to be read."""


class _Read(Protocol):
    """A grammar that has been checked."""

    @property
    def lark(self) -> str: ...

    @property
    def shape(self) -> Shape: ...

    def read(self, text: str) -> Value: ...


@dataclass(frozen=True, slots=True)
class Grammar:
    """What an answer must look like. Every spelling has one internal form, a Lark text.

    Nothing is checked when it is built: `check_grammar` does, and so does each property.

    >>> person = Grammar("regex", r"(?P<name>\\w+) is (?P<age>\\d+)")
    >>> person.parse("Ann is 7\\n")
    {'name': 'Ann', 'age': '7'}
    >>> print(person.lark)
    start: /\\w+/ " is " /\\d+/
    """

    spelling: Spelling
    text: str

    @property
    def lark(self) -> str:
        """The Lark text to give to a decoder; what fits it, `parse` accepts.

        Raises `InvalidIRError` if the grammar is not in the subset.
        """
        return _read(self.spelling, self.text).lark

    @property
    def shape(self) -> Shape:
        """What a value looks like; raises `InvalidIRError` as `lark` does."""
        return _read(self.spelling, self.text).shape

    def parse(self, text: str) -> Value:
        """The value of a text: of the `shape`, lists and records as `list` and `dict`.

        The text is data: nothing in it is read as a grammar or template. Raises
        `ParseError` if it does not fit, or needs more than a fixed number of steps to be
        read; `InvalidIRError` as `lark` does.
        """
        return _read(self.spelling, self.text).read(text)

    def accepts(self, text: str) -> bool:
        """Whether `parse` gives a value for the text."""
        try:
            self.parse(text)
        except ParseError:
            return False
        return True


def check_grammar(grammar: Grammar) -> None:
    """Raise `InvalidIRError` unless the grammar is in the subset that decoders accept.

    The message names what is not, and where: a line and column, a position, or a JSON
    pointer.

    >>> check_grammar(Grammar("lark", 'start: "yes" | "no"'))
    """
    _read(grammar.spelling, grammar.text)


@lru_cache(maxsize=256)
def _read(spelling: Spelling, text: str) -> _Read:
    limit = MAX_LARK if spelling == "lark" else MAX_TEXT
    if len(text) > limit:
        raise InvalidIRError(
            f"a {spelling} must have at most {limit} characters, but got {len(text)}; shorten it"
        )
    # Each spelling is slow to import, and few programs have more than one.
    match spelling:
        case "json_schema":
            from ember_mlir.grammars.json_spelling import read_json_grammar

            return read_json_grammar(text)
        case "regex":
            from ember_mlir.grammars.regex_spelling import read_regex_grammar

            return read_regex_grammar(text)
        case "lark":
            from ember_mlir.grammars.lark_spelling import read_lark_grammar

            return read_lark_grammar(text)
