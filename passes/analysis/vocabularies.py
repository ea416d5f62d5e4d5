"""Which texts an answer can be, as far as its grammar says.

An answer that a grammar is asked for fits it, or the call fails. It is the text that the
model wrote: white space may stand around what fits, and around JSON more than that. What is
parsed from a text is a value of the grammar and nothing else.
"""

from __future__ import annotations

from collections.abc import Set
from typing import NamedTuple

from xdsl.ir import SSAValue

from ember_mlir.dialects.ensemble import BestOp, JudgeOp, SampleOp, VoteOp
from ember_mlir.dialects.llm import GenerateOp, GetOp, ParseOp
from ember_mlir.dialects.values import TextType
from ember_mlir.errors import ParseError
from ember_mlir.grammars import Grammar
from ember_mlir.grammars.few_texts import few_texts
from ember_mlir.grammars.json_nodes import ChoiceNode
from ember_mlir.grammars.json_schema import read_schema
from ember_mlir.grammars.json_texts import write_json


class Vocabulary(NamedTuple):
    """What a text fits: as a model wrote it, or as it was `parsed`."""

    grammar: Grammar
    parsed: bool

    def has(self, text: str) -> bool:
        """Whether `text` is one that may be.

        >>> yes_or_no = Grammar("lark", 'start: "yes" | "no"')
        >>> [Vocabulary(yes_or_no, False).has(text) for text in ("yes", " yes", "Yes")]
        [True, True, False]
        >>> [Vocabulary(yes_or_no, True).has(text) for text in ("yes", " yes", "Yes")]
        [True, False, False]
        """
        if not self.parsed:
            return self.grammar.accepts(text)
        written = write_json(text) if self.grammar.spelling == "json_schema" else text
        try:
            return self.grammar.parse(written) == text
        except ParseError:
            return False

    def has_within(self, part: str) -> bool:
        """Whether `part` may stand in one.

        >>> yes_or_no = Vocabulary(Grammar("lark", 'start: "yes" | "no"'), False)
        >>> [yes_or_no.has_within(part) for part in ("es", "s ", "yes no", " ")]
        [True, True, False, True]
        """
        if self.grammar.spelling == "json_schema" and not self.parsed:
            # Around JSON, and in what it escapes, there may be anything.
            return True
        words = words_of(self.grammar)
        return words is None or any(part.strip() in word for word in words)


def vocabulary_of(value: SSAValue) -> Vocabulary | None:
    """What the text `value` is known to fit, if anything."""
    owner = value.owner
    if isinstance(owner, ParseOp) and isinstance(value.type, TextType):
        return Vocabulary(owner.grammar.data, parsed=True)
    if isinstance(owner, VoteOp | BestOp | JudgeOp):
        owner = owner.answers.owner
    elif isinstance(owner, GetOp):
        owner = owner.items.owner
    if isinstance(owner, SampleOp) and owner.default is not None:
        # What stands in for an answer need not look like one.
        return None
    if isinstance(owner, SampleOp | GenerateOp) and owner.grammar is not None:
        return Vocabulary(owner.grammar.data, parsed=False)
    return None


def words_of(grammar: Grammar) -> Set[str] | None:
    """The texts that are values of a grammar, without outer white space, where they are few.

    >>> sorted(words_of(Grammar("json_schema", '{"enum": ["yes", "no"]}')) or ())
    ['no', 'yes']
    """
    if grammar.spelling != "json_schema":
        return few_texts(grammar)
    node = read_schema(grammar.text)
    values = node.values if isinstance(node, ChoiceNode) else ()
    texts = {value.strip() for value in values if isinstance(value, str)}
    return texts or None
