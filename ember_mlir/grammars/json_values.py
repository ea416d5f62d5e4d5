"""Reads the value of an answer that must fit a JSON schema.

The answer is one JSON text with white space around it, or holds exactly one block
between lines of three back-ticks (with or without `json`), whatever stands around it:
models that nothing constrains often write so. Fields may stand in any order; a value has
them in the schema's.
"""

from __future__ import annotations

import math

from ember_mlir.errors import ParseError
from ember_mlir.grammars.automaton import Automaton, Work
from ember_mlir.grammars.json_nodes import (
    GREATEST_INTEGER,
    LEAST_INTEGER,
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
from ember_mlir.grammars.json_texts import Json, JsonProblem, read_json, write_json
from ember_mlir.grammars.regex_nodes import Regex
from ember_mlir.grammars.shapes import Value
from ember_mlir.semantics import abridged

_FENCE = "```"


class JsonReader:
    """Reads values that fit a tree; safe to share between threads."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._patterns: dict[Regex, Automaton] = {}

    def read(self, text: str) -> Value:
        """The value of an answer; raises `ParseError` if it does not fit."""
        content = _content(text.strip())
        try:
            written = read_json(content)
        except JsonProblem as problem:
            raise _error(f"the text {problem}") from None
        return self._value(self._node, written, "", Work())

    def _value(self, node: Node, written: Json, path: str, work: Work, or_null: str = "") -> Value:
        match node:
            case OptionalNode(element):
                if written is None:
                    return None
                return self._value(element, written, path, work, " or null")
            case TextNode() if isinstance(written, str):
                return self._text(node, written, path, work)
            case ChoiceNode(values):
                return _choice(values, written, path, or_null)
            case IntegerNode() if isinstance(written, int) and not isinstance(written, bool):
                return _integer(node, written, path)
            case NumberNode() if isinstance(written, (int, float)) and not isinstance(
                written, bool
            ):
                return _number(written)
            case BooleanNode() if isinstance(written, bool):
                return written
            case ListNode() if isinstance(written, list):
                return self._list(node, written, path, work)
            case RecordNode() if isinstance(written, dict):
                return self._record(node, written, path, work)
            case _:
                raise _misfit(path, _KINDS[type(node)] + or_null, written)

    def _text(self, node: TextNode, written: str, path: str, work: Work) -> str:
        if not node.least <= len(written) <= (math.inf if node.most is None else node.most):
            raise _misfit(path, f"have {_span(node.least, node.most)} characters", written)
        if node.pattern is not None:
            automaton = self._patterns.get(node.pattern)
            if automaton is None:
                automaton = self._patterns[node.pattern] = Automaton(node.pattern)
            if not automaton.fits(written, work):
                raise _misfit(path, f"fit {abridged(node.written, 40)}", written)
        return written

    def _list(self, node: ListNode, written: list[Json], path: str, work: Work) -> list[Value]:
        if not node.least <= len(written) <= (math.inf if node.most is None else node.most):
            raise _misfit(path, f"have {_span(node.least, node.most)} elements", written)
        return [
            self._value(node.element, item, f"{path}[{index}]", work)
            for index, item in enumerate(written)
        ]

    def _record(
        self, node: RecordNode, written: dict[str, Json], path: str, work: Work
    ) -> dict[str, Value]:
        names = [name for name, _ in node.fields]
        for name in names:
            if name not in written:
                raise _misfit(path, f"have the field '{abridged(name, 40)}'", written)
        for name in written:
            if name not in names:
                known = abridged(", ".join(names))
                raise _misfit(path, f"have no fields but {known}", {name: written[name]})
        return {
            name: self._value(field, written[name], f"{path}.{name}" if path else name, work)
            for name, field in node.fields
        }


_KINDS: dict[type[Node], str] = {
    TextNode: "be a string",
    IntegerNode: "be an integer",
    NumberNode: "be a number",
    BooleanNode: "be true or false",
    ListNode: "be an array",
    RecordNode: "be an object",
}


def _choice(
    values: tuple[str, ...] | tuple[int, ...], written: Json, path: str, or_null: str
) -> Value:
    for value in values:
        # True equals 1, and is not the same.
        if type(written) is type(value) and written == value:
            return value
    listed = abridged(", ".join(map(write_json, values)), 80)
    raise _misfit(path, f"be {'one of ' * (len(values) > 1)}{listed}{or_null}", written)


def _integer(node: IntegerNode, written: int, path: str) -> int:
    if node.least <= written <= node.most:
        return written
    if not LEAST_INTEGER <= written <= GREATEST_INTEGER:
        raise _misfit(path, "be an integer of 64 bits", written)
    least = "" if node.least == LEAST_INTEGER else f"at least {node.least}"
    most = "" if node.most == GREATEST_INTEGER else f"at most {node.most}"
    raise _misfit(path, f"be {' and '.join(filter(None, (least, most)))}", written)


def _number(written: float) -> float:
    # Integers have at most 20 digits here, which any float can approach.
    return float(written)


def _span(least: int, most: int | None) -> str:
    if most is None:
        return f"at least {least}"
    return f"{least}" if least == most else f"{least} to {most}"


def _content(text: str) -> str:
    """What stands between the only two fences of an answer, or the answer."""
    lines = text.split("\n")
    fences = [index for index, line in enumerate(lines) if line.lstrip().startswith(_FENCE)]
    if len(fences) != 2:
        return text
    opening, closing = (lines[index].strip() for index in fences)
    if opening.casefold() not in {_FENCE, f"{_FENCE}json"} or closing != _FENCE:
        return text
    return "\n".join(lines[fences[0] + 1 : fences[1]])


def _misfit(path: str, rule: str, written: Json) -> ParseError:
    what = f"the field '{abridged(path)}'" if path else "it"
    return _error(
        f"the text must fit the json_schema: {what} must {rule}, "
        f"but got {abridged(write_json(written))}"
    )


def _error(problem: str) -> ParseError:
    return ParseError(f"{problem}; ask again, or give the model the schema")
