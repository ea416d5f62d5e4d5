"""The spelling `json_schema`: what fits, and what the value is."""

from __future__ import annotations

import json

import pytest

from ember_mlir.errors import ParseError
from ember_mlir.grammars import Grammar, ListShape, OptionalShape, RecordShape, Value

Schema = dict[str, object]

PERSON: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Person",
    "type": "object",
    "properties": {
        "name": {"type": "string", "description": "the full name", "maxLength": 5},
        "age": {"type": "integer", "minimum": 0, "maximum": 150},
        "tags": {"type": "array", "items": {"enum": ["a", "b"]}, "minItems": 1, "maxItems": 2},
    },
    "required": ["age", "name", "tags"],
    "additionalProperties": False,
}
ANN = '{"name": "Ann", "age": 7, "tags": ["b"]}'


def grammar(schema: object) -> Grammar:
    return Grammar("json_schema", json.dumps(schema))


def test_a_record_has_its_fields_in_the_order_of_the_schema() -> None:
    assert grammar(PERSON).shape == RecordShape(
        (("name", "text"), ("age", "integer"), ("tags", ListShape("text")))
    )
    found = grammar(PERSON).parse('{"tags": ["b"], "age": 7, "name": "Ann"}')
    assert found == {"name": "Ann", "age": 7, "tags": ["b"]}
    assert isinstance(found, dict)
    assert list(found) == ["name", "age", "tags"]


@pytest.mark.parametrize(
    "answer",
    [
        f"  {ANN}\n",
        f"```json\n{ANN}\n```",
        f"```\n{ANN}\n```",
        f"Here you are:\n\n  ```JSON\r\n{ANN}\r\n  ```\nAnything else?",
    ],
)
def test_one_fenced_block_is_read(answer: str) -> None:
    assert grammar(PERSON).parse(answer) == json.loads(ANN)


@pytest.mark.parametrize(
    "answer",
    [
        f"Here: {ANN}",
        f"```python\n{ANN}\n```",
        f"```json\n{ANN}\n```\n```json\n{ANN}\n```",
        f"```json\n{ANN}",
        f"```json {ANN} ```",
    ],
)
def test_no_other_prose_is_read(answer: str) -> None:
    assert not grammar(PERSON).accepts(answer)


NULL: Schema = {"type": "null"}
NULLABLE: Schema = {"anyOf": [{"type": "string"}, NULL]}
FITTING: list[tuple[Schema, list[Value], list[object]]] = [
    ({"type": "string"}, ["", 'é\n"\\😀'], [1, None, [], {}]),
    ({"type": "string", "minLength": 1, "maxLength": 2}, ["a", "😀😀"], ["", "abc"]),
    ({"type": "string", "minLength": 2}, ["ab", "a" * 2000], ["a"]),
    (
        {"type": "string", "pattern": '^[A-Z"\\n]{2}\\d$'},
        ["AB1", '"\n1'],
        ["AB", "xAB1", "AB\u0661"],
    ),
    ({"type": "integer"}, [0, -7, 2**63 - 1, -(2**63)], [1.0, True, "1", 2**63]),
    ({"type": "integer", "minimum": -3, "maximum": 12}, [-3, 0, 12], [-4, 13]),
    ({"type": "number"}, [1, -2.5, 1e300], [True, "1", None]),
    ({"type": "boolean"}, [True, False], [0, "true", None]),
    ({"enum": ["a", 'b"']}, ["a", 'b"'], ["c", 1]),
    ({"type": "integer", "enum": [1, 2]}, [1], [3, True, "1"]),
    ({"const": 1}, [1], [True, 1.0, 2]),
    ({"const": True}, [True], [1, False]),
    ({"type": "string", "const": "x"}, ["x"], ["y"]),
    ({"type": "array", "items": {"type": "integer"}}, [[], [1, 2, 3]], [["1"], {}, 1]),
    ({"type": "array", "items": {"type": "integer"}, "maxItems": 0}, [[]], [[1]]),
    ({"type": "array", "items": {"type": "integer"}, "minItems": 2}, [[1, 2]], [[1]]),
    ({"$ref": "#/$defs/a~1b", "$defs": {"a/b": {"type": "boolean"}}}, [True], [1]),
    ({"$ref": "#/definitions/c", "definitions": {"c": {"type": "boolean"}}}, [True], [1]),
    ({"anyOf": [{"type": "string"}, NULL]}, [None, "", "null"], [1, [], False]),
    ({"anyOf": [NULL, {"type": "integer", "minimum": 1}]}, [None, 1], [0, "1"]),
    ({"type": ["null", "string"], "maxLength": 1}, [None, "a"], ["ab", 0]),
    ({"type": ["number", "null"]}, [None, 1.5], ["x"]),
    (
        {"type": ["array", "null"], "items": {"type": ["boolean", "null"]}},
        [None, [True, None]],
        [1],
    ),
    ({"type": ["object", "null"], "properties": {"a": NULLABLE}}, [None, {"a": None}], [{}]),
    ({"anyOf": [{"enum": ["null", "b"]}, NULL]}, [None, "null", "b"], ["c"]),
    ({"anyOf": [{"const": 1}, NULL], "default": None, "title": "One"}, [None, 1], [True, 0]),
    (
        {"anyOf": [{"$ref": "#/$defs/a"}, NULL | {"title": "None"}], "$defs": {"a": NULLABLE}},
        [None, "x"],
        [1],
    ),
]


@pytest.mark.parametrize(("schema", "values", "others"), FITTING)
def test_what_fits(schema: Schema, values: list[Value], others: list[object]) -> None:
    for value in values:
        assert grammar(schema).parse(json.dumps(value)) == value
        assert grammar(schema).parse(json.dumps(value, ensure_ascii=False)) == value
    for other in others:
        assert not grammar(schema).accepts(json.dumps(other)), other


def test_values_have_the_type_of_their_shape() -> None:
    one = grammar({"type": "number"}).parse("1")
    assert isinstance(one, float)
    assert grammar({"const": True}).shape == "boolean"
    assert grammar({"enum": [1]}).shape == "integer"
    assert grammar({"const": "x"}).shape == "text"
    assert [grammar({"type": kind}).shape for kind in ("number", "boolean", "integer")] == [
        "number",
        "boolean",
        "integer",
    ]


def test_what_may_be_null_has_a_shape_of_its_own() -> None:
    assert grammar(NULLABLE).shape == OptionalShape("text")
    assert grammar({"anyOf": [NULLABLE, NULL]}).shape == OptionalShape("text")
    lists = grammar({"type": ["array", "null"], "items": NULLABLE})
    assert lists.shape == OptionalShape(ListShape(OptionalShape("text")))
    assert str(lists.shape) == "list<text or null> or null"
    assert grammar({"anyOf": [NULL, {"type": "string"}]}).lark == grammar(NULLABLE).lark
    one = grammar({"type": ["number", "null"]}).parse("1")
    assert isinstance(one, float)


LIST: Schema = {"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 2}


@pytest.mark.parametrize(
    ("schema", "text", "message"),
    [
        (PERSON, ANN.replace("7", '"old"'), "the field 'age' must be an integer, but got \"old\""),
        (
            PERSON,
            ANN.replace("7", "200"),
            "the field 'age' must be at least 0 and at most 150, but got 200",
        ),
        (
            PERSON,
            ANN.replace("Ann", "Annabel"),
            "the field 'name' must have 0 to 5 characters, but got \"Annabel\"",
        ),
        (
            PERSON,
            ANN.replace('"b"', '"c"'),
            'the field \'tags[0]\' must be one of "a", "b", but got "c"',
        ),
        (
            PERSON,
            ANN.replace('["b"]', "[]"),
            "the field 'tags' must have 1 to 2 elements, but got []",
        ),
        (
            PERSON,
            ANN.replace("name", "nom"),
            'it must have the field \'name\', but got {"nom": "Ann", "age": 7, "tags": ["b"]}',
        ),
        (
            PERSON,
            ANN.replace("{", '{"x": 1, '),
            'it must have no fields but name, age, tags, but got {"x": 1}',
        ),
        (PERSON, "[" + "1, " * 100 + "1]", "it must be an object, but got [1, 1, 1"),
        ({"type": "string"}, "1", "it must be a string, but got 1"),
        ({"type": "number"}, "null", "it must be a number, but got null"),
        ({"type": "boolean"}, "0", "it must be true or false, but got 0"),
        (LIST, "{}", "it must be an array, but got {}"),
        (LIST, '[1, "x"]', "the field '[1]' must be an integer, but got \"x\""),
        ({"type": "string", "pattern": "^a$"}, '"b"', 'it must fit ^a$, but got "b"'),
        ({"type": "string", "minLength": 2}, '""', "it must have at least 2 characters"),
        (
            {"type": "array", "items": {"const": 1}, "minItems": 1, "maxItems": 1},
            "[]",
            "it must have 1 elements",
        ),
        ({"const": "x"}, '"y"', 'it must be "x", but got "y"'),
        ({"type": "integer", "minimum": 1}, "0", "it must be at least 1, but got 0"),
        ({"type": "integer", "maximum": 1}, "2", "it must be at most 1, but got 2"),
        (NULLABLE, "1", "it must be a string or null, but got 1"),
        (
            {"type": "object", "properties": {"a": NULLABLE}},
            '{"a": []}',
            "the field 'a' must be a string or null, but got []",
        ),
        (
            {"anyOf": [{"enum": ["a", "b"]}, NULL]},
            '"c"',
            'it must be one of "a", "b" or null, but got "c"',
        ),
        ({"type": ["integer", "null"], "minimum": 1}, "0", "it must be at least 1, but got 0"),
        (
            {"type": ["array", "null"], "items": {"type": "string"}},
            "[null]",
            "the field '[0]' must be a string, but got null",
        ),
        ({"type": "integer"}, str(2**63), "it must be an integer of 64 bits, but got 922337203685"),
    ],
)
def test_messages_name_the_field(schema: Schema, text: str, message: str) -> None:
    with pytest.raises(ParseError) as caught:
        grammar(schema).parse(text)
    start = "the text must fit the json_schema: "
    assert caught.value.message.startswith(start + message)
    assert caught.value.message.endswith("; ask again, or give the model the schema")
