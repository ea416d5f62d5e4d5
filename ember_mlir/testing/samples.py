"""Small values of every type: for inputs, for constants, and for what functions return."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hypothesis import strategies as st
from xdsl.dialects.builtin import Float64Type, IntegerType, TensorType, f64, i1, i64
from xdsl.ir import Attribute

from ember_mlir.dialects.llm.messages import TOOL_CALL
from ember_mlir.dialects.values import (
    EMBEDDING,
    MESSAGES,
    TEXT,
    TEXTS,
    ListType,
    MessagesType,
    ObjectType,
    RecordType,
    TextType,
    type_of_shape,
)
from ember_mlir.grammars import Grammar
from ember_mlir.providers import Image, Message, ToolCall
from ember_mlir.semantics import Value

WORDS = (
    "a",
    "",
    "Yes",
    " yes\n",
    "7",
    "{0}",
    "{{x}} }{",
    'say "hi"',
    "back\\slash",
    "日本 été 😀",
    "tab\tbell\x07",
    "true",
    "ada@example.com or +49 30 1234567",
    "[EMAIL_1]",
    "2.5",
    "ß",
    "long " * 300,
)
"""Texts that tell mistakes apart: of all scripts, with braces, quotes, and what is masked."""

INTEGERS = (0, 1, 2, -1, 3, 2**63 - 1, -(2**63))
NUMBERS = (0.0, 1.0, 0.1, -0.0, 2.5, 1e300, float("inf"), float("nan"))
WRITTEN_NUMBERS = ("0.0", "1.0", "0.1", "-0.0", "2.5", "1.0e300", "0x7FF0000000000000")


class Fitting(NamedTuple):
    """A grammar, and texts that fit it."""

    grammar: Grammar
    texts: Sequence[str]

    @property
    def type(self) -> Attribute:
        """The type of what it reads."""
        return type_of_shape(self.grammar.shape)


_PERSON = (
    '{"type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer"}}}'
)
_LIST = '{"type": "array", "items": {"type": "integer"}, "maxItems": 3}'
_NULLABLE = '{"type": ["string", "null"]}'
_KNOWN = (
    '{"type": "object", "properties": {"email": {"anyOf": [{"type": "string"}, {"type": "null"}]}, '
    '"ages": {"type": "array", "items": {"anyOf": [{"type": "integer"}, {"type": "null"}]}}}}'
)
_CHOICE = '{"enum": ["yes", "non", "{0}"]}'

GRAMMARS = (
    Fitting(Grammar("regex", "[0-9]+"), ("7", "42 ")),
    Fitting(Grammar("regex", "(?P<word>[a-z]+)!(?P<rest>.*)"), ("a!", "hi!日本 {0}")),
    Fitting(Grammar("json_schema", '{"type": "integer"}'), ("0", "-3", "12")),
    Fitting(Grammar("json_schema", '{"type": "boolean"}'), ("true", "false")),
    Fitting(Grammar("json_schema", '{"type": "number"}'), ("2.5", "-1")),
    Fitting(Grammar("json_schema", _CHOICE), ('"yes"', '"{0}"')),
    Fitting(Grammar("json_schema", _LIST), ("[]", "[1, 2]", "[3]")),
    Fitting(Grammar("json_schema", _PERSON), ('{"name": "Ada {0}", "age": 36}',)),
    Fitting(Grammar("json_schema", _NULLABLE), ("null", '"Ada {0}"')),
    Fitting(Grammar("json_schema", _KNOWN), ('{"email": null, "ages": [null, 3]}',)),
    Fitting(Grammar("lark", 'start: "yes" | "no"'), ("yes", "no")),
    Fitting(Grammar("lark", 'start: name ":" age\nname: /[a-z]+/\nage: /[0-9]+/'), ("ada:36",)),
)
"""Grammars in all spellings, of all shapes."""

SCALARS: Sequence[Attribute] = (TEXT, i1, i64, f64)
RECORDS: Sequence[Attribute] = (
    RecordType.of([("name", TEXT), ("age", i64)]),
    RecordType.of([("π {0}", ListType(TEXT)), ("ok", i1), ("at", f64)]),
    RecordType.of([]),
    TOOL_CALL,
)
TYPES: Sequence[Attribute] = (
    *[TEXT] * 8,
    *[TEXTS] * 6,
    *SCALARS,
    ListType(i64),
    ListType(f64),
    ListType(TEXTS),
    MESSAGES,
    EMBEDDING,
    *RECORDS,
    ListType(EMBEDDING),
    ListType(ListType(f64)),
    ListType(RECORDS[0]),
    ListType(i1),
    ListType(MESSAGES),
    ObjectType(),
    ListType(TOOL_CALL),
    *(fitting.type for fitting in GRAMMARS if isinstance(fitting.type, RecordType)),
)
"""The types that random programs compute with; those that stand more often are taken so."""


def sample(found: Attribute, number: int) -> Value:
    """A value of a type: always the same for a number."""
    match found:
        case TextType():
            return WORDS[number % len(WORDS)]
        case IntegerType():
            whole = INTEGERS[number % len(INTEGERS)]
            return bool(number % 2) if found == i1 else whole
        case Float64Type():
            return NUMBERS[number % len(NUMBERS)]
        case ListType():
            return [sample(found.element, number // 3 + i) for i in range(number % 4)]
        case RecordType():
            return {name: sample(kind, number // 2) for name, kind in found.fields.items()}
        case MessagesType():
            return conversation(number)
        case TensorType():
            # Rarely of another length, so that comparing fails.
            return (*[float(number // 7**i % 7) for i in range(3)], *((1.0,) * (number % 5 == 4)))
        case _:
            return ("object", number % 3)


def conversation(number: int) -> tuple[Message, ...]:
    """Some conversation: always the same for a number."""
    words = [WORDS[(number + i) % len(WORDS)] for i in range(3)]
    turns = (
        Message("system", (words[0],)),
        Message("user", (words[1], Image("https://example.com/é.png"), words[2])),
        Message("assistant", (words[0],), (ToolCall("1", "search", '{"q": "日本"}'),)),
        Message("tool", (words[2],), tool_call_id="1"),
    )
    return turns[: 1 + number % 4]


def samples(found: Attribute) -> st.SearchStrategy[Value]:
    """Values of a type, for inputs."""
    return st.integers(0, 99).map(lambda number: sample(found, number))
