"""JSON that fits a schema, with values from what is asked."""

from __future__ import annotations

from math import isfinite

from ember_mlir.errors import ParseError
from ember_mlir.grammars.json_nodes import (
    BooleanNode,
    ChoiceNode,
    IntegerNode,
    ListNode,
    Node,
    NumberNode,
    OptionalNode,
    RecordNode,
    TextNode,
)
from ember_mlir.grammars.json_texts import Json, write_json
from ember_mlir.grammars.json_values import JsonReader
from ember_mlir.providers.simulated.extraction import kind_named, matches
from ember_mlir.providers.simulated.grammar_members import Pick, Walker
from ember_mlir.providers.simulated.labels import best_label, named_label
from ember_mlir.providers.simulated.likeness import mood, overlap
from ember_mlir.providers.simulated.suggestions import Source, numbers_for, texts_for, words_of
from ember_mlir.providers.simulated.verdicts import NO, YES
from ember_mlir.providers.simulated.words import terms

_MANY = 5
_RARELY = 4
"""One in so many fields of no known kind is null where it may be."""


def json_value(node: Node, source: Source, pick: Pick) -> Json:
    """A value that fits `node`; fields of records are filled by their names."""
    return _Writer(source, pick).value(node, "answer")


class _Writer:
    def __init__(self, source: Source, pick: Pick) -> None:
        self.source = source
        self.pick = pick

    def value(self, node: Node, name: str) -> Json:
        match node:
            case RecordNode(fields):
                return {field: self.value(inner, field) for field, inner in fields}
            case ListNode():
                return self.list(node, name)
            case ChoiceNode(values):
                return self.choice(values, name)
            case BooleanNode():
                return self.boolean(name)
            case IntegerNode(least, most):
                return self.integer(least, most, name)
            case NumberNode():
                return self.number(name)
            case TextNode():
                return self.text(node, name)
            case OptionalNode(element):
                return None if self.is_nothing(element, name) else self.value(element, name)

    def is_nothing(self, node: Node, name: str) -> bool:
        """Whether a field that may be null is: the question has nothing of its kind."""
        kind = kind_named(name)
        if kind is not None and isinstance(node, TextNode | IntegerNode | NumberNode):
            return not matches(kind, self.source.body)
        return self.pick(_RARELY) == 0

    def list(self, node: ListNode, name: str) -> Json:
        """All that the question has of the kind, as many as there may be."""
        most = max(node.least, _MANY if node.most is None else min(node.most, _MANY))
        values: list[Json] = []
        match node.element:
            case TextNode() as element:
                kind = kind_named(name)
                found = matches(kind, self.source.body) if kind is not None else []
                values += [text for text in found or self.usual() if _fits(element, text)]
            case IntegerNode() | NumberNode() as element:
                read = _integer if isinstance(element, IntegerNode) else _number
                found = map(read, matches("number", self.source.body))
                values += [value for value in found if value is not None and _fits(element, value)]
            case _:
                values += [self.value(node.element, name)]
        values = values[:most]
        return values + [self.value(node.element, name) for _ in range(node.least - len(values))]

    def usual(self) -> list[str]:
        return [word for word in words_of(self.source) if not word[0].isdecimal()][:3]

    def choice(self, values: tuple[str, ...] | tuple[int, ...], name: str) -> Json:
        """The value that the answer names, else the one that fits the question best."""
        texts = tuple([value for value in values if isinstance(value, str)])
        if texts:
            return named_label(texts, self.source.answer) or best_label(texts, self.source.body)
        if isinstance(values[0], bool):
            return values[0]
        said = [_integer(number) for number in numbers_for(name, self.source)]
        return next((value for value in said if value in values), values[self.pick(len(values))])

    def boolean(self, name: str) -> bool:
        said = self.source.answer.strip(" .!").casefold()
        if said in YES | NO:
            return said in YES
        if overlap(terms(name), terms(self.source.body)):
            return True
        return mood(name) * mood(self.source.body) > 0

    def integer(self, least: int, most: int, name: str) -> int:
        for number in numbers_for(name, self.source):
            value = _integer(number)
            if value is not None and least <= value <= most:
                return value
        low = least if least > 0 else max(least, min(most, 0))
        return low + self.pick(min(most - low, 9) + 1)

    def number(self, name: str) -> float | int:
        found = [_number(number) for number in numbers_for(name, self.source)]
        return next((value for value in found if value is not None), self.pick(100) / 10)

    def text(self, node: TextNode, name: str) -> str:
        texts = texts_for(name, self.source)
        for text in texts:
            if _fits(node, text):
                return text
        if node.pattern is not None:
            return Walker(self.pick, words_of(self.source)).regex(node.pattern)
        # Only the length is wrong.
        text = texts[0][: node.most]
        return text + "." * (node.least - len(text))


def _fits(node: Node, value: Json) -> bool:
    try:
        JsonReader(node).read(write_json(value))
    except ParseError:
        return False
    return True


def _integer(number: str) -> int | None:
    return int(number) if number.lstrip("-").isascii() and number.lstrip("-").isdecimal() else None


def _number(number: str) -> float | int | None:
    whole = _integer(number)
    value = float(number)
    return whole if whole is not None else value if isfinite(value) else None


def spoiled(value: Json, pick: Pick) -> list[Json]:
    """Values that are nearly `value`: a field is missing, or one has another type."""
    if isinstance(value, dict) and value:
        names = list(value)
        name = names[pick(len(names))]
        without = {key: item for key, item in value.items() if key != name}
        return [without, {**value, name: _retyped(value[name])}, {**value, "note": "simulated"}]
    if isinstance(value, list):
        return [_retyped(value), {"items": value}, [*value, None]]
    return [_retyped(value), {"value": value}, [value]]


def _retyped(value: Json) -> Json:
    match value:
        case str():
            return [value]
        case bool():
            return "maybe"
        case int() | float():
            return f"about {value}"
        case list():
            return ", ".join(map(str, value))
        case None:
            return "unknown"
        case dict():
            return None
