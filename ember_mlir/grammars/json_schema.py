"""Reads JSON schemas of the subset that decoders and providers accept alike.

In the subset, by `type`:

- `object`: `properties` (all required, in their order), `required` (all of them or
  left out), `additionalProperties` false or left out;
- `array`: `items`, `minItems`, `maxItems`;
- `string`: `minLength` and `maxLength`, or `pattern` (`^...$`, ECMA's `\\d \\w \\s`);
- `integer`: `minimum`, `maximum` (64 bits);
- `number`, `boolean`;
- `enum` of texts or of integers, `const` a text, an integer or a boolean;
- `$ref` to `#/$defs/<name>` or `#/definitions/<name>`, without recursion;
- null or one of these: `anyOf` of a type and `{"type": "null"}`, in any order, or a `type`
  that is listed with `"null"`, as `["string", "null"]`.

`title`, `description`, `$comment`, `default`, `examples` and `$schema` mean nothing.
Anything else is an `InvalidIRError` with its JSON pointer.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ember_mlir.errors import InvalidIRError
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
from ember_mlir.grammars.regex_nodes import Choice, size
from ember_mlir.grammars.regex_syntax import ECMA, parse_regex, strip_anchors
from ember_mlir.grammars.shapes import MAX_DEPTH, MAX_REPETITIONS, MAX_SIZE
from ember_mlir.semantics import abridged

MAX_NODES = 1000
"""The most types that a schema may have once its references are written out."""

_IGNORED = {"title", "description", "$comment", "default", "examples", "$schema"}
_DEFINITIONS = ("$defs", "definitions")
_KEYWORDS: dict[str, set[str]] = {
    "object": {"properties", "required", "additionalProperties"},
    "array": {"items", "minItems", "maxItems"},
    "string": {"minLength", "maxLength", "pattern"},
    "integer": {"minimum", "maximum"},
    "number": set(),
    "boolean": set(),
}
_CASES = "write an object with all fields, and an enum that says which case it is"
_FIXES = dict.fromkeys(("oneOf", "anyOf", "allOf", "not", "if"), _CASES) | {
    "format": 'leave it out, or write a "pattern"',
    "patternProperties": "list the properties",
    "prefixItems": "write an object with a field for each",
    "uniqueItems": "leave it out, and test the list in the program",
    "exclusiveMinimum": 'write an integer with "minimum"',
    "exclusiveMaximum": 'write an integer with "maximum"',
    "$id": "leave it out",
}


def read_schema(text: str) -> Node:
    """The tree of a JSON schema; raises `InvalidIRError` if it is not in the subset."""
    try:
        # A type takes two levels of JSON where it is a property, and its lists one more.
        schema = read_json(text, 2 * MAX_DEPTH + 2)
    except JsonProblem as problem:
        raise InvalidIRError(f"a json_schema {problem}; correct the schema") from None
    return _Reader(schema).node(schema, "#")


def _error(rule: str, pointer: str, fix: str) -> InvalidIRError:
    return InvalidIRError(f"a json_schema must {rule} at {abridged(pointer, 200)}; {fix}")


@dataclass(slots=True)
class _Reader:
    root: Json
    open: list[str] = field(default_factory=list[str])
    nodes: int = 0
    symbols: int = 0

    def node(self, schema: Json, pointer: str) -> Node:
        self._count(pointer)
        if not isinstance(schema, dict):
            raise _error(
                f"have an object for each type, but got {_shown(schema)}",
                pointer,
                'write {"type": "string"} or another type',
            )
        self.open.append(pointer)
        if len(self.open) > MAX_DEPTH:
            raise _error(f"nest at most {MAX_DEPTH} types", pointer, "write it flatter")
        given = {key: schema[key] for key in schema if key not in _IGNORED}
        if pointer == "#":
            given = {key: given[key] for key in given if key not in _DEFINITIONS}
        found = self._given(given, pointer)
        self.open.pop()
        return found

    def _count(self, pointer: str) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise _error(
                f"have at most {MAX_NODES} types with its references written out",
                pointer,
                "split it",
            )

    def _given(self, given: dict[str, Json], pointer: str) -> Node:
        for special in ("$ref", "const", "enum"):
            if special in given:
                beside = set[str]() if special == "$ref" else {"type"}
                _check_keywords(given, {special} | beside, pointer)
                return self._special(special, given, pointer)
        if (either := _either(given.get("anyOf"))) is not None:
            _check_keywords(given, {"anyOf"}, pointer)
            return self._optional(*either, pointer)
        if (bare := _without_null(given.get("type"))) is not None:
            return _or_null(self._given({**given, "type": bare}, pointer))
        kind = given.get("type")
        if not isinstance(kind, str) or kind not in _KEYWORDS:
            _check_keywords(given, {"type"}, pointer)
            raise _error(
                f"have one type out of {', '.join(_KEYWORDS)}, but got "
                f"{_shown(kind) if 'type' in given else 'none'}",
                pointer,
                'write "type": "string" or another',
            )
        _check_keywords(given, {"type"} | _KEYWORDS[kind], pointer)
        return self._typed(kind, given, pointer)

    def _special(self, keyword: str, given: dict[str, Json], pointer: str) -> Node:
        written = given[keyword]
        if keyword == "$ref":
            return self._reference(written, pointer)
        node = _choice(keyword, written, f"{pointer}/{keyword}")
        kind = given.get("type")
        own = _type_of(node.values[0])
        if "type" in given and kind != own and (kind, own) != ("number", "integer"):
            raise _error(
                f'have a type that its {keyword} fits, but got {_shown(kind)} for "{own}"',
                f"{pointer}/type",
                "leave the type out",
            )
        self._spend(sum(len(str(value)) + 3 for value in node.values), pointer)
        return node

    def _optional(self, index: int, element: Json, pointer: str) -> Node:
        self._spend(5, pointer)
        return _or_null(self.node(element, f"{pointer}/anyOf/{index}"))

    def _reference(self, written: Json, pointer: str) -> Node:
        pointer = f"{pointer}/$ref"
        for place in _DEFINITIONS:
            prefix = f"#/{place}/"
            if isinstance(written, str) and written.startswith(prefix):
                name = written.removeprefix(prefix).replace("~1", "/").replace("~0", "~")
                return self._definition(place, name, written, pointer)
        raise _error(
            f"refer to #/$defs/<name> only, but got {_shown(written)}",
            pointer,
            "copy what it refers to into $defs",
        )

    def _definition(self, place: str, name: str, target: str, pointer: str) -> Node:
        if target in self.open:
            raise _error(
                f"not refer to a type from within itself, but got {_shown(target)}",
                pointer,
                "write out as many levels as there can be",
            )
        definitions = self.root.get(place) if isinstance(self.root, dict) else None
        if not isinstance(definitions, dict) or name not in definitions:
            raise _error(
                f"refer to a type that it defines, but got {_shown(target)}",
                pointer,
                f"define it in {place}",
            )
        return self.node(definitions[name], target)

    def _typed(self, kind: str, given: dict[str, Json], pointer: str) -> Node:
        match kind:
            case "object":
                return self._record(given, pointer)
            case "array":
                return self._list(given, pointer)
            case "string":
                return self._text(given, pointer)
            case "integer":
                least, most = _bounds(given, ("minimum", "maximum"), _INTEGERS, pointer)
                return IntegerNode(least, most)
            case "number":
                return NumberNode()
            case _:
                return BooleanNode()

    def _record(self, given: dict[str, Json], pointer: str) -> Node:
        properties = given.get("properties")
        if not isinstance(properties, dict) or not properties or "" in properties:
            raise _error(
                "have at least one property, and a name for each",
                f"{pointer}/properties",
                "list the fields",
            )
        _check_required(given.get("required", list[Json](properties)), properties, pointer)
        if given.get("additionalProperties", False) is not False:
            raise _error(
                "allow no other properties",
                f"{pointer}/additionalProperties",
                "write false, or leave it out",
            )
        self._spend(sum(map(len, properties)) + 5 * len(properties), pointer)
        return RecordNode(
            tuple(
                (name, self.node(schema, f"{pointer}/properties/{_escaped(name)}"))
                for name, schema in properties.items()
            )
        )

    def _list(self, given: dict[str, Json], pointer: str) -> Node:
        if "items" not in given:
            raise _error("say what the elements of an array are", pointer, 'write "items"')
        least, most = _bounds(given, ("minItems", "maxItems"), _LENGTHS, pointer)
        limit = None if "maxItems" not in given else most
        self._spend(5 * max(least, limit or 0) + 10, pointer)
        element = self.node(given["items"], f"{pointer}/items")
        return ListNode(element, least, limit)

    def _text(self, given: dict[str, Json], pointer: str) -> Node:
        least, most = _bounds(given, ("minLength", "maxLength"), _LENGTHS, pointer)
        if "pattern" in given:
            return self._pattern(given, f"{pointer}/pattern")
        limit = None if "maxLength" not in given else most
        self._spend(_LETTER_SYMBOLS * max(least, limit or 0, 1), pointer)
        return TextNode(least, limit)

    def _pattern(self, given: dict[str, Json], pointer: str) -> Node:
        written = given["pattern"]
        if "minLength" in given or "maxLength" in given:
            raise _error(
                "have a pattern or bounds of length, not both",
                pointer,
                "write {m,n} in the pattern",
            )
        body = strip_anchors(written) if isinstance(written, str) else ""
        if not isinstance(written, str) or len(written) != len(body) + 2:
            raise _error(
                f"have a pattern for the whole text, but got {_shown(written)}",
                pointer,
                'write "^...$"',
            )
        regex = parse_regex(body, ECMA, at=f" of {abridged(pointer, 200)}")
        if isinstance(regex, Choice):
            raise _error("have | in a group of the pattern", pointer, 'write "^(?:...|...)$"')
        self._spend(_LETTER_SYMBOLS * size(regex), pointer)
        return TextNode(pattern=regex, written=written)

    def _spend(self, symbols: int, pointer: str) -> None:
        self.symbols += symbols
        if self.symbols > MAX_SIZE:
            raise _error(
                f"have at most {MAX_SIZE} symbols with its repetitions written out",
                pointer,
                "lower the bounds",
            )


def _either(written: Json) -> tuple[int, Json] | None:
    """The index and type of what `anyOf` has beside null, if it is those two."""
    if not isinstance(written, list) or len(written) != 2:
        return None
    for null, index in ((0, 1), (1, 0)):
        if _is_null(written[null]) and not _is_null(written[index]):
            return index, written[index]
    return None


def _is_null(written: Json) -> bool:
    if not isinstance(written, dict):
        return False
    return {key: written[key] for key in written if key not in _IGNORED} == {"type": "null"}


def _without_null(kind: Json) -> str | None:
    """The type that stands with null in a list of two, if `kind` is one."""
    if isinstance(kind, list) and len(kind) == 2:
        others = [one for one in kind if isinstance(one, str) and one in _KEYWORDS]
        if "null" in kind and others:
            return others[0]
    return None


def _or_null(node: Node) -> OptionalNode:
    return node if isinstance(node, OptionalNode) else OptionalNode(node)


_LETTER_SYMBOLS = 20
"""About how many symbols of the Lark form one character of a string takes."""

_INTEGERS = (LEAST_INTEGER, GREATEST_INTEGER)
_LENGTHS = (0, MAX_REPETITIONS)


def _bounds(
    given: dict[str, Json], keywords: tuple[str, str], limits: tuple[int, int], pointer: str
) -> tuple[int, int]:
    least, most = (
        _bound(given.get(keyword, limit), limits, f"{pointer}/{keyword}")
        for keyword, limit in zip(keywords, limits, strict=True)
    )
    if least > most:
        raise _error(
            f"have {keywords[0]} up to {keywords[1]}, but got {least} and {most}",
            pointer,
            "swap them",
        )
    return least, most


def _bound(written: Json, limits: tuple[int, int], pointer: str) -> int:
    least, most = limits
    if isinstance(written, int) and not isinstance(written, bool) and least <= written <= most:
        return written
    raise _error(
        f"have an integer from {least} to {most}, but got {_shown(written)}",
        pointer,
        "leave it out for no bound",
    )


_KINDS = {
    "const": ((str, int, bool), "a text, an integer or a boolean"),
    "enum": ((str, int), "a list of texts, or of integers"),
}


def _choice(keyword: str, written: Json, pointer: str) -> ChoiceNode:
    kinds, rule = _KINDS[keyword]
    values = [written] if keyword == "const" else written
    for kind in kinds:
        if isinstance(values, list) and values and all(type(value) is kind for value in values):
            texts = tuple(value for value in values if isinstance(value, str))
            numbers = tuple(value for value in values if isinstance(value, int))
            _check_values(texts or numbers, pointer)
            return ChoiceNode(texts or numbers)
    raise _error(f'have {rule} as "{keyword}", but got {_shown(written)}', pointer, "write one")


def _check_values(values: tuple[str, ...] | tuple[int, ...], pointer: str) -> None:
    for value in values:
        if isinstance(value, int) and not LEAST_INTEGER <= value <= GREATEST_INTEGER:
            raise _error(f"have integers of 64 bits, but got {value}", pointer, "write a text")
    if len(set(values)) < len(values):
        raise _error("have each value of an enum once", pointer, "remove what is there twice")


def _check_required(required: Json, properties: dict[str, Json], pointer: str) -> None:
    listed = required if isinstance(required, list) else []
    for name in properties:
        if name not in listed:
            raise _error(
                f"require all properties, but {_shown(name)} is left out",
                f"{pointer}/required",
                "list it, and let its text be empty when it is not known",
            )
    for name in listed:
        if name not in properties.keys() or listed.count(name) > 1:
            raise _error(
                f"require each property once, but got {_shown(name)}",
                f"{pointer}/required",
                "list the names of the properties, or leave it out",
            )


def _check_keywords(given: dict[str, Json], known: set[str], pointer: str) -> None:
    for keyword in given:
        if keyword not in known:
            fix = _FIXES.get(keyword, f"use {', '.join(sorted(known))} only, or leave it out")
            raise _error(f'not use the keyword "{abridged(keyword)}"', pointer, fix)


def _type_of(value: str | int) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "string" if isinstance(value, str) else "integer"


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _shown(value: Json) -> str:
    return abridged(write_json(value))
