"""JSON schemas as trees: only what is in the subset can be said."""

from __future__ import annotations

from dataclasses import dataclass

from ember_mlir.grammars.regex_nodes import Regex
from ember_mlir.grammars.shapes import ListShape, OptionalShape, RecordShape, Shape

LEAST_INTEGER = -(2**63)
GREATEST_INTEGER = 2**63 - 1


@dataclass(frozen=True, slots=True)
class TextNode:
    """A string of `least` to `most` characters (None: any number) that fits `pattern`."""

    least: int = 0
    most: int | None = None
    pattern: Regex | None = None
    written: str = ""
    """The pattern as it was written, for messages."""


@dataclass(frozen=True, slots=True)
class ChoiceNode:
    """One of the values, which are all texts, all integers, or all booleans."""

    values: tuple[str, ...] | tuple[int, ...]


@dataclass(frozen=True, slots=True)
class IntegerNode:
    """A whole number within bounds, written without a fraction or exponent."""

    least: int = LEAST_INTEGER
    most: int = GREATEST_INTEGER


@dataclass(frozen=True, slots=True)
class NumberNode:
    """A finite number."""


@dataclass(frozen=True, slots=True)
class BooleanNode:
    """True or false."""


@dataclass(frozen=True, slots=True)
class ListNode:
    """`least` to `most` elements (None: any number)."""

    element: Node
    least: int = 0
    most: int | None = None


@dataclass(frozen=True, slots=True)
class RecordNode:
    """All of the fields and no others."""

    fields: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class OptionalNode:
    """Null, or what `element` means, which is not itself optional."""

    element: Some


Some = TextNode | ChoiceNode | IntegerNode | NumberNode | BooleanNode | ListNode | RecordNode
"""What is not null."""

Node = Some | OptionalNode
"""What a JSON schema of the subset asks for."""


def shape_of(node: Node) -> Shape:
    """What a value that fits looks like."""
    match node:
        case TextNode():
            return "text"
        case ChoiceNode(values):
            first = values[0]
            return (
                "text"
                if isinstance(first, str)
                else "boolean"
                if isinstance(first, bool)
                else "integer"
            )
        case IntegerNode():
            return "integer"
        case NumberNode():
            return "number"
        case BooleanNode():
            return "boolean"
        case ListNode(element):
            return ListShape(shape_of(element))
        case RecordNode(fields):
            return RecordShape(tuple((name, shape_of(field)) for name, field in fields))
        case OptionalNode(element):
            return OptionalShape(shape_of(element))
