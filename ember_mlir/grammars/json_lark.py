"""Writes the Lark text whose language is the JSON that fits a schema.

It is what a decoder is given: fields stand in the schema's order, between parts there are
at most 16 signs of white space, and integers without bounds have at most 18 digits. Each
text of this language is accepted by `json_values`. It can be parsed with one token of
look-ahead (LALR).
"""

from __future__ import annotations

import json

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
from ember_mlir.grammars.regex_nodes import (
    SURROGATES,
    CharacterSet,
    Choice,
    Group,
    Regex,
    Repeat,
    Sequence,
    complement,
    literal,
    merged,
)
from ember_mlir.grammars.regex_writing import write_literal, write_regex

_SPACE = "_ws: _WS?\n_WS: /[ \\n\\r\\t]{1,16}/\n"
_INTEGER = "-?(?:0|[1-9][0-9]{0,17})"
_NUMBER = "-?(?:0|[1-9][0-9]{0,17})(?:\\.[0-9]{1,18})?(?:[eE][\\-+]?[0-9]{1,2})?"
_ESCAPES = {
    8: "\\b",
    9: "\\t",
    10: "\\n",
    12: "\\f",
    13: "\\r",
    34: '\\"',
    92: "\\\\",
}
_SPECIAL = ((0, 31), (34, 34), (92, 92), SURROGATES)
_PLAIN = complement(_SPECIAL)
# Half of a surrogate pair is no character.
_CODE = '[\\"\\\\\\/bfnrt]|u(?:[0-9a-ce-fA-CE-F][0-9a-fA-F]|[dD][0-7])[0-9a-fA-F]{2}'
_LETTER = f'(?:[^\\"\\\\\\x00-\\x1f]|\\\\(?:{_CODE}))'


def write_schema(node: Node) -> str:
    """The Lark text of a schema's tree."""
    writer = _Writer()
    start = writer.rule(node)
    return "".join([f"start: _ws {start} _ws\n", *writer.lines, _SPACE])


class _Writer:
    """Gives equal types one rule."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._names: dict[str, str] = {}

    def rule(self, node: Node) -> str:
        """The name of a rule or terminal that fits a type."""
        match node:
            case RecordNode(fields):
                return self._named("object", self._record(fields))
            case ListNode():
                return self._named("array", self._list(node))
            case ChoiceNode(values):
                texts = [write_literal(json.dumps(value, ensure_ascii=False)) for value in values]
                return self._named("choice", " | ".join(texts))
            case BooleanNode():
                return self._named("boolean", '"true" | "false"')
            case OptionalNode(element):
                return self._named("optional", f'"null" | {self.rule(element)}')
            case _:
                return self._named(_TERMINALS[type(node)], f"/{_regex(node)}/")

    def _named(self, kind: str, body: str) -> str:
        if body not in self._names:
            count = sum(name.startswith(kind) for name in self._names.values())
            self._names[body] = kind if count == 0 else f"{kind}_{count + 1}"
            self.lines.append(f"{self._names[body]}: {body}\n")
        return self._names[body]

    def _record(self, fields: tuple[tuple[str, Node], ...]) -> str:
        written = [
            f"{write_literal(json.dumps(name, ensure_ascii=False))} _ws "
            f'":" _ws {self.rule(field)} _ws'
            for name, field in fields
        ]
        return f'"{{" _ws {f" {_COMMA} ".join(written)} "}}"'

    def _list(self, node: ListNode) -> str:
        if node.most == 0:
            return '"[" _ws "]"'
        element = f"{self.rule(node.element)} _ws"
        more = _more(max(node.least, 1), node.most)
        items = f"{element} ({_COMMA} {element}){more}" if more else element
        return f'"[" _ws {items} "]"' if node.least else f'"[" _ws ({items})? "]"'


_COMMA = '"," _ws'
_TERMINALS: dict[type[Node], str] = {TextNode: "TEXT", IntegerNode: "INTEGER", NumberNode: "NUMBER"}


def _more(least: int, most: int | None) -> str:
    """How often elements after the first stand there, as a Lark repetition; "" for never."""
    if most is None:
        return "*" if least == 1 else "+" if least == 2 else f" ~ {least - 1}"
    if most == 1:
        return ""
    return f" ~ {least - 1}..{most - 1}"


def _regex(node: TextNode | IntegerNode | NumberNode) -> str:
    match node:
        case NumberNode():
            return _NUMBER
        case IntegerNode(least, most):
            return (
                _INTEGER
                if (least, most) == (LEAST_INTEGER, GREATEST_INTEGER)
                else _within(least, most)
            )
        case TextNode():
            if node.pattern is None:
                return f'\\"{_LETTER}{_times(node)}\\"'
            encoded = _encoded(node.pattern)
            return write_regex(Sequence((literal('"'), encoded, literal('"'))))


def _times(node: TextNode) -> str:
    if node.most is None:
        return "*" if node.least == 0 else f"{{{node.least},}}"
    return f"{{{node.least},{node.most}}}"


def _within(least: int, most: int) -> str:
    """A regex of the integers from `least` to `most`, digit by digit."""
    parts: list[str] = []
    if least < 0:
        parts += [f"-{part}" for part in _digits(max(-most, 1), -least)]
    if most >= 0:
        parts += _digits(max(least, 0), most)
    return "|".join(parts)


def _digits(least: int, most: int) -> list[str]:
    """Regexes of the numbers from `least` to `most`, neither of them negative."""
    found: list[str] = []
    while least <= most:
        # The widest block of numbers that share a beginning: 30 to 79 is [3-7][0-9].
        width = 1
        while least % (width * 10) == 0 and least + width * 10 - 1 <= most and least > 0:
            width *= 10
        first, end = divmod(least, width * 10)[0], least // width % 10
        last = min(9, end + (most + 1 - least) // width - 1)
        head = str(first) if first else ""
        ones = str(end) if end == last else f"[{end}-{last}]"
        zeros = len(str(width)) - 1
        tail = "[0-9]" * zeros if zeros < 2 else f"[0-9]{{{zeros}}}"
        found.append(f"{head}{ones}{tail}")
        least += (last - end + 1) * width
    return found


def _encoded(node: Regex) -> Regex:
    """The JSON writings of what fits: signs that JSON escapes are escaped."""
    match node:
        case CharacterSet():
            return _encoded_letters(node)
        case Sequence(parts):
            return Sequence(tuple(map(_encoded, parts)))
        case Choice(parts):
            return Choice(tuple(map(_encoded, parts)))
        case Repeat(part, low, high):
            return Repeat(_encoded(part), low, high)
        case Group(_, part):
            return _encoded(part)


def _encoded_letters(letters: CharacterSet) -> Regex:
    ranges = complement(letters.ranges) if letters.negated else letters.ranges
    plain = merged(
        [
            (max(low, first), min(high, last))
            for low, high in ranges
            for first, last in _PLAIN
            if max(low, first) <= min(high, last)
        ]
    )
    parts: list[Regex] = [CharacterSet(plain)] if plain else []
    for point in (*range(32), 34, 92):
        if any(low <= point <= high for low, high in ranges):
            parts.append(literal(_ESCAPES.get(point, f"\\u{point:04x}")))
    return parts[0] if len(parts) == 1 else Choice(tuple(parts))
