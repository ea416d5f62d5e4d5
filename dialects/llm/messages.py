"""Conversations: made of turns, and what is read out of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from xdsl.dialects.builtin import ArrayAttr
from xdsl.ir import SSAValue
from xdsl.irdl import (
    AttrSizedOperandSegments,
    operand_def,
    prop_def,
    result_def,
    traits_def,
    var_operand_def,
)
from xdsl.parser import Parser, UnresolvedOperand
from xdsl.printer import Printer
from xdsl.traits import Pure
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.operations import DialectOperation, op_definition
from ember_mlir.dialects.values import (
    MESSAGES,
    TEXT,
    Canonicalizes,
    ListType,
    MessagesType,
    RecordType,
    TextType,
    Turn,
    TurnAttr,
)
from ember_mlir.dialects.values.structures import ROLES

TOOL_CALL = RecordType.of([("id", TEXT), ("tool", TEXT), ("arguments", TEXT)])
"""A call that a model asks for: which, of which tool, with which arguments as JSON."""


@op_definition
class MessagesOp(DialectOperation):
    """A conversation: what stands `after`, then the turns that are written.

    The parts of a turn of the user are texts, and images given by address. The turn of a
    tool takes the identity of the call that it answers, and the answer. Texts are data:
    none can begin a turn.

    ```mlir
    %rule = llm.constant "Answer in one word."
    %question = llm.constant "What is on the picture?"
    %picture = llm.constant "https://example.com/cat.png"
    %asked = llm.messages system(%rule) user(%question, image %picture)
    %more = llm.messages after(%asked) assistant(%question) user(%rule)
    ```
    """

    name = "llm.messages"

    before = var_operand_def(MessagesType)
    parts = var_operand_def(TextType)
    turns = prop_def(ArrayAttr[TurnAttr])
    result = result_def(MessagesType)

    irdl_options = (AttrSizedOperandSegments(as_property=True),)
    traits = traits_def(Pure(), Canonicalizes())

    def __init__(
        self, turns: Sequence[Turn], parts: Sequence[SSAValue], before: Sequence[SSAValue] = ()
    ) -> None:
        super().__init__(
            operands=[before, parts],
            properties={"turns": ArrayAttr([TurnAttr(turn) for turn in turns])},
            result_types=[MESSAGES],
        )

    def turns_and_parts(self) -> Iterator[tuple[Turn, tuple[SSAValue, ...]]]:
        """Each turn with the values of its parts."""
        parts = iter(self.parts)
        for turn in self.turns.data:
            yield turn.data, tuple(islice(parts, len(turn.data.parts)))

    def print(self, printer: Printer) -> None:
        if self.before:
            printer.print_string(" after")
            with printer.in_parens():
                printer.print_list(self.before, printer.print_ssa_value)
        for turn, parts in self.turns_and_parts():
            printer.print_string(f" {turn.role}(")
            for index, (kind, part) in enumerate(zip(turn.parts, parts, strict=True)):
                printer.print_string(", " if index else "")
                printer.print_string("image " if kind == "image" else "")
                printer.print_ssa_value(part)
            printer.print_string(")")
        printer.print_op_attributes(self.attributes)

    @classmethod
    def parse(cls, parser: Parser) -> MessagesOp:
        before: Sequence[UnresolvedOperand] = ()
        if parser.parse_optional_keyword("after") is not None:
            before = parser.parse_comma_separated_list(
                parser.Delimiter.PAREN, parser.parse_unresolved_operand
            )
        turns: list[Turn] = []
        parts: list[UnresolvedOperand] = []

        def part() -> str:
            kind = "text" if parser.parse_optional_keyword("image") is None else "image"
            parts.append(parser.parse_unresolved_operand())
            return kind

        while (role := parser.parse_optional_keyword_in(set(ROLES))) is not None:
            kinds = parser.parse_comma_separated_list(parser.Delimiter.PAREN, part)
            turns.append(Turn(role, tuple(kinds)))
        attributes = parser.parse_optional_attr_dict()
        op = cls(
            turns,
            [parser.resolve_operand(value, TEXT) for value in parts],
            [parser.resolve_operand(value, MESSAGES) for value in before],
        )
        op.attributes.update(attributes)
        return op

    def verify_(self) -> None:
        expected = sum(len(turn.data.parts) for turn in self.turns.data)
        if expected != len(self.parts):
            raise VerifyException(
                f"the turns must have as many parts as there are texts, {len(self.parts)}, "
                f"but got {expected}"
            )
        if not self.turns.data and not self.before:
            raise VerifyException("a conversation must have at least 1 turn, but got none")


@op_definition
class ContentOp(DialectOperation):
    """The text of the last turn of a conversation; its text parts are joined by line breaks.

    Of a conversation without turns, which a function may give, it is the empty text.

    ```mlir
    %question = llm.constant "What is 2 + 2?"
    %asked = llm.messages user(%question)
    %same = llm.content %asked
    ```
    """

    name = "llm.content"

    messages = operand_def(MessagesType)
    result = result_def(TextType)

    traits = traits_def(Pure(), Canonicalizes())
    assembly_format = "$messages attr-dict"

    def __init__(self, messages: SSAValue) -> None:
        super().__init__(operands=[messages], result_types=[TEXT])


@op_definition
class ToolCallsOp(DialectOperation):
    """The calls that the last turn of a conversation asks for; none if it asks for none.

    Nothing is promised of the arguments: a model may write what is no JSON at all.

    ```mlir
    func.func @calls(%reply: !llm.messages)
        -> !llm.list<!llm.record<"id": !llm.text, "tool": !llm.text, "arguments": !llm.text>> {
      %calls = llm.tool_calls %reply
      func.return %calls
          : !llm.list<!llm.record<"id": !llm.text, "tool": !llm.text, "arguments": !llm.text>>
    }
    ```
    """

    name = "llm.tool_calls"

    messages = operand_def(MessagesType)
    result = result_def(ListType(TOOL_CALL))

    traits = traits_def(Pure())
    assembly_format = "$messages attr-dict"

    def __init__(self, messages: SSAValue) -> None:
        super().__init__(operands=[messages], result_types=[ListType(TOOL_CALL)])
