"""Which JSON schemas and which JSON texts are refused, and what the messages say."""

from __future__ import annotations

import json

import pytest

from ember_mlir.errors import InvalidIRError, ParseError
from ember_mlir.grammars import Grammar, check_grammar

Schema = dict[str, object]


def grammar(schema: object) -> Grammar:
    return Grammar("json_schema", json.dumps(schema))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nope", 'must be JSON, but got "nope" at line 1, column 1'),
        ("[1,", "must be JSON, but got its end at line 1, column 4"),
        ("[1] x", 'must be JSON, but got "x" at line 1, column 5'),
        ("[NaN]", "must have finite numbers, but got NaN"),
        ("[-Infinity]", "must have finite numbers, but got -Infinity"),
        ("[1e999]", "must have finite numbers, but got 1e999"),
        ("9" * 5000, "must have integers of 64 bits, but got one of 5000 digits"),
        ('{"a": 1, "a": 2}', 'must have each key once, but got "a" twice'),
        ('["\\ud800"]', "must have whole characters, but got half of a surrogate pair"),
    ],
)
def test_json_is_read_strictly(text: str, message: str) -> None:
    with pytest.raises(ParseError) as caught:
        grammar({"type": "array", "items": {"type": "number"}}).parse(text)
    assert caught.value.message == f"the text {message}; ask again, or give the model the schema"
    with pytest.raises(InvalidIRError) as refused:
        check_grammar(Grammar("json_schema", text))
    assert refused.value.message == f"a json_schema {message}; correct the schema"


@pytest.mark.parametrize("text", ["[" * 50_000, "[" * 131 + "]" * 131])
def test_json_nests_within_limits(text: str) -> None:
    with pytest.raises(ParseError, match="the text must nest at most 64 lists, but nests more; "):
        grammar({"type": "boolean"}).parse(text)
    with pytest.raises(InvalidIRError, match="a json_schema must nest at most 130 lists, but"):
        check_grammar(Grammar("json_schema", text))


def nested(depth: int) -> Schema:
    schema: Schema = {"type": "boolean"}
    for _ in range(depth):
        schema = {"type": "array", "items": schema}
    return schema


BOMB: Schema = {
    "$ref": "#/$defs/d0",
    "$defs": {
        f"d{n}": {"type": "object", "properties": {k: {"$ref": f"#/$defs/d{n + 1}"} for k in "ab"}}
        for n in range(30)
    }
    | {"d30": {"type": "boolean"}},
}
TEXT: Schema = {"type": "string"}
NULL: Schema = {"type": "null"}
ANY_OF = 'not use the keyword "anyOf"'
CASES = "write an object with all fields, and an enum that says which case it is"


def field(schema: object) -> Schema:
    return {"type": "object", "properties": {"x": schema}}


REFUSED: list[tuple[object, str]] = [
    (field({"oneOf": []}), f'not use the keyword "oneOf" at #/properties/x; {CASES}'),
    (
        {"type": "string", "format": "date"},
        'not use the keyword "format" at #; leave it out, or write a "pattern"',
    ),
    (
        {"type": "number", "minimum": 1},
        'not use the keyword "minimum" at #; use type only, or leave it out',
    ),
    (
        {"type": "string", "x": 1},
        'not use the keyword "x" at #; use maxLength, minLength, '
        "pattern, type only, or leave it out",
    ),
    ({"enum": ["a"], "minLength": 1}, 'not use the keyword "minLength" at #'),
    ({"$ref": "#/$defs/a", "type": "string"}, 'not use the keyword "type" at #'),
    (field({"$defs": {}, "type": "string"}), 'not use the keyword "$defs" at #/properties/x'),
    (
        {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
        'not use the keyword "uniqueItems"',
    ),
    (
        {"type": ["string", "integer"]},
        "have one type out of object, array, string, integer, number, "
        'boolean, but got ["string", "integer"] at #; write "type": "string" or another',
    ),
    ({"type": ["string", "null", "null"]}, 'but got ["string", "null", "null"] at #; write'),
    ({"type": ["null", "null"]}, 'but got ["null", "null"] at #; write "type": "string"'),
    ({"type": ["null"]}, 'but got ["null"] at #; write "type": "string" or another'),
    ({"type": ["null", "text"]}, 'but got ["null", "text"] at #; write "type": "string"'),
    ({"type": "null"}, 'but got "null" at #; write "type": "string" or another'),
    (
        {"type": ["string", "null"], "minimum": 1},
        'not use the keyword "minimum" at #; use maxLength, minLength, pattern, type only',
    ),
    (
        {"type": ["string", "null"], "enum": ["a"]},
        'have a type that its enum fits, but got ["string", "null"] for "string" at #/type',
    ),
    ({"enum": ["a", None]}, 'have a list of texts, or of integers as "enum", but got ["a", null]'),
    (field({"anyOf": [TEXT, {"type": "integer"}]}), f"{ANY_OF} at #/properties/x; {CASES}"),
    ({"anyOf": [TEXT]}, f"{ANY_OF} at #; {CASES}"),
    ({"anyOf": [NULL, NULL]}, f"{ANY_OF} at #; {CASES}"),
    ({"anyOf": [TEXT, {"type": "integer"}, NULL]}, f"{ANY_OF} at #; {CASES}"),
    ({"anyOf": TEXT}, f"{ANY_OF} at #; {CASES}"),
    ({"anyOf": [TEXT, {"type": "null", "const": None}]}, f"{ANY_OF} at #; {CASES}"),
    ({"anyOf": [TEXT, NULL], "type": "string"}, 'not use the keyword "type" at #; use anyOf only'),
    ({"anyOf": [NULL, field({})]}, "but got none at #/anyOf/1/properties/x; write"),
    ({"anyOf": [NULL, True]}, "have an object for each type, but got true at #/anyOf/1"),
    ({}, "have one type out of object, array, string, integer, number, boolean, but got none"),
    (True, "have an object for each type, but got true at #"),
    (field([]), "have an object for each type, but got [] at #/properties/x"),
    ({"type": "object"}, "have at least one property, and a name for each at #/properties"),
    ({"type": "object", "properties": {}}, "have at least one property"),
    ({"type": "object", "properties": {"": {}}}, "have at least one property"),
    (
        field({"type": "boolean"}) | {"required": []},
        'require all properties, but "x" is left out '
        "at #/required; list it, and let its text be empty when it is not known",
    ),
    (field({"type": "boolean"}) | {"required": "x"}, 'require all properties, but "x" is left'),
    (
        field({"type": "boolean"}) | {"required": ["x", "y"]},
        'require each property once, but got "y" at #/required',
    ),
    (field({"type": "boolean"}) | {"required": ["x", "x"]}, "require each property once"),
    (
        field({"type": "boolean"}) | {"additionalProperties": True},
        "allow no other properties at #/additionalProperties; write false, or leave it out",
    ),
    ({"type": "array"}, 'say what the elements of an array are at #; write "items"'),
    (
        {"type": "array", "items": {"type": "boolean"}, "minItems": -1},
        "have an integer from 0 to 1000, but got -1 at #/minItems; leave it out for no bound",
    ),
    ({"type": "string", "maxLength": 1001}, "have an integer from 0 to 1000, but got 1001"),
    ({"type": "string", "maxLength": True}, "have an integer from 0 to 1000, but got true"),
    (
        {"type": "integer", "minimum": 2, "maximum": 1},
        "have minimum up to maximum, but got 2 and 1 at #; swap them",
    ),
    (
        {"type": "string", "pattern": "^a$", "maxLength": 3},
        "have a pattern or bounds of length, not both at #/pattern",
    ),
    (
        {"type": "string", "pattern": "a"},
        'have a pattern for the whole text, but got "a" at #/pattern; write "^...$"',
    ),
    ({"type": "string", "pattern": "^a\\$"}, "have a pattern for the whole text"),
    ({"type": "string", "pattern": 1}, "have a pattern for the whole text, but got 1"),
    ({"type": "string", "pattern": "^a|b$"}, "have | in a group of the pattern at #/pattern"),
    (
        {"enum": []},
        'have a list of texts, or of integers as "enum", but got []',
    ),
    ({"enum": ["a", 1]}, "have a list of texts, or of integers"),
    ({"enum": [True]}, "have a list of texts, or of integers"),
    ({"enum": ["a", "a"]}, "have each value of an enum once at #/enum"),
    ({"const": None}, 'have a text, an integer or a boolean as "const", but got null'),
    ({"const": 2**63}, "have integers of 64 bits, but got 9223372036854775808 at #/const"),
    (
        {"const": "a", "type": "integer"},
        'have a type that its const fits, but got "integer" for '
        '"string" at #/type; leave the type out',
    ),
    (
        {"$ref": "https://example.org/x"},
        "refer to #/$defs/<name> only, but got "
        '"https://example.org/x" at #/$ref; copy what it refers to into $defs',
    ),
    ({"$ref": 1}, "refer to #/$defs/<name> only, but got 1"),
    ({"$ref": "#/$defs/a"}, 'refer to a type that it defines, but got "#/$defs/a" at #/$ref'),
    (
        {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}},
        "not refer to a type from "
        'within itself, but got "#/$defs/a" at #/$defs/a/$ref; write out as many levels',
    ),
    (nested(64), "nest at most 64 types at #/items/items"),
    (BOMB, "have at most 1000 types with its references written out"),
    (
        {
            "type": "object",
            "properties": {f"x{n}": {"type": "string", "maxLength": 990 + n} for n in range(11)},
        },
        "have at most 200000 symbols with its repetitions written out at #/properties/x10; lower",
    ),
]


@pytest.mark.parametrize(("schema", "message"), REFUSED)
def test_what_is_not_in_the_subset(schema: object, message: str) -> None:
    with pytest.raises(InvalidIRError) as caught:
        check_grammar(grammar(schema))
    assert caught.value.message.startswith("a json_schema must ")
    assert message in caught.value.message


def test_a_pattern_that_is_not_in_the_subset_is_named() -> None:
    with pytest.raises(InvalidIRError) as caught:
        check_grammar(grammar(field({"type": "string", "pattern": "^(?!a)b$"})))
    assert 'a "pattern" must not look around' in caught.value.message
    assert "at position 1 of #/properties/x/pattern; use (?:...)" in caught.value.message


def nullable(schema: Schema, depth: int) -> Schema:
    for _ in range(depth):
        schema = {"anyOf": [schema, NULL]}
    return schema


def test_null_takes_a_level_of_its_own() -> None:
    deep = grammar(nullable({"type": ["boolean", "null"]}, 63))
    assert [deep.parse(text) for text in ("null", "true")] == [None, True]
    with pytest.raises(InvalidIRError, match="nest at most 64 types at #/anyOf/0/anyOf/0"):
        check_grammar(grammar(nullable({"type": "boolean"}, 64)))
    holds_itself = {"$ref": "#/$defs/a", "$defs": {"a": nullable({"$ref": "#/$defs/a"}, 1)}}
    with pytest.raises(InvalidIRError, match="not refer to a type from within itself"):
        check_grammar(grammar(holds_itself))


def test_deep_schemas_are_read() -> None:
    deep = grammar(nested(63))
    assert deep.accepts("[" * 63 + "]" * 63)
    check_grammar(Grammar("lark", deep.lark))
