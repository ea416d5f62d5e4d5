"""Types as schemas: what the model is told, how values are read, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import InitVar, dataclass, field, make_dataclass
from enum import Enum, Flag, IntEnum, StrEnum, auto
from typing import Annotated, Any, Literal, Optional, Union

import pytest

import ember_mlir as ember
from ember_mlir.errors import ParseError
from ember_mlir.frontend.schemas import parameters_of, schema_of


class Color(Enum):
    RED = "red"
    GREEN = "green"


class Level(IntEnum):
    LOW = 1
    HIGH = 5


class Word(StrEnum):
    YES = "yes"
    NO = "no"


@dataclass
class Address:
    """Where somebody lives."""

    city: str
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    name: str = field(metadata={"description": "the full name"})
    age: Annotated[int | None, "in years"]
    tags: list[str]
    color: Color
    home: Address | None
    others: list[Address | None] = field(default_factory=list)


NULL = {"type": "null"}
TEXT = {"type": "string"}
ADDRESS = {
    "type": "object",
    "properties": {"city": TEXT, "code": {"anyOf": [TEXT, NULL]}},
    "required": ["city", "code"],
    "additionalProperties": False,
    "description": "Where somebody lives.",
}
PERSON = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "description": "the full name"},
        "age": {"anyOf": [{"type": "integer"}, NULL], "description": "in years"},
        "tags": {"type": "array", "items": TEXT},
        "color": {"type": "string", "enum": ["red", "green"]},
        "home": {"anyOf": [ADDRESS, NULL]},
        "others": {"type": "array", "items": {"anyOf": [ADDRESS, NULL]}},
    },
    "required": ["name", "age", "tags", "color", "home", "others"],
    "additionalProperties": False,
}
ROME = '{"city": "Rome", "code": null}'


def told(kind: object) -> object:
    """The JSON schema that a model is told of a type."""
    return json.loads(schema_of(kind).grammar.text)


@pytest.mark.parametrize(
    ("kind", "schema"),
    [
        (str, TEXT),
        (str | None, {"anyOf": [TEXT, NULL]}),
        (None | str, {"anyOf": [TEXT, NULL]}),
        (Optional[int], {"anyOf": [{"type": "integer"}, NULL]}),  # noqa: UP045
        (Union[float, None], {"anyOf": [{"type": "number"}, NULL]}),  # noqa: UP007
        (list[bool | None], {"type": "array", "items": {"anyOf": [{"type": "boolean"}, NULL]}}),
        (list[str] | None, {"anyOf": [{"type": "array", "items": TEXT}, NULL]}),
        (Sequence[str], {"type": "array", "items": TEXT}),
        (Literal["b", "a"], {"type": "string", "enum": ["b", "a"]}),
        (Literal["a", "b"], {"type": "string", "enum": ["a", "b"]}),
        (Literal[1, 2], {"type": "integer", "enum": [1, 2]}),
        (Literal["a", None], {"anyOf": [{"type": "string", "enum": ["a"]}, NULL]}),
        (Literal["a", None] | None, {"anyOf": [{"type": "string", "enum": ["a"]}, NULL]}),
        (Color, {"type": "string", "enum": ["red", "green"]}),
        (Level | None, {"anyOf": [{"type": "integer", "enum": [1, 5]}, NULL]}),
        (Annotated[int, "a year"], {"type": "integer", "description": "a year"}),
        (Person, PERSON),
        (list[Address], {"type": "array", "items": ADDRESS}),
    ],
)
def test_what_the_model_is_told(kind: object, schema: object) -> None:
    assert told(kind) == schema


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (str | None, "null", None),
        (str | None, '"null"', "null"),
        (list[int | None], "[1, null]", [1, None]),
        (float | None, "1", 1.0),
        (Color, '"red"', Color.RED),
        (Level | None, "5", Level.HIGH),
        (list[Word | None], '["no", null]', [Word.NO, None]),
        (Literal["a", None], "null", None),
        (Address | None, "null", None),
        (Address | None, ROME, Address("Rome")),
        (
            list[Person],
            f'[{{"name": "Ann", "age": null, "tags": [], "color": "green", "home": {ROME}, '
            f'"others": [null, {ROME}]}}]',
            [Person("Ann", None, [], Color.GREEN, Address("Rome"), [None, Address("Rome")])],
        ),
    ],
)
def test_what_is_read(kind: Any, text: str, value: object) -> None:
    read = ember.parse(text, kind)
    assert read == value
    assert type(read) is type(value)
    assert repr(read) == repr(value)

    @ember.jit(strict=True)
    def program(text: str) -> object:
        return ember.parse(text, kind)

    with ember.Session(seed=1):
        compiled = program(text)
    assert repr(compiled) == repr(value)
    assert compiled == value


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        (str | None, "1", "it must be a string or null, but got 1"),
        (Color | None, '"blue"', 'it must be one of "red", "green" or null, but got "blue"'),
        (Address, '{"city": "Rome"}', "it must have the field 'code', but got"),
        (Address, '{"city": null, "code": null}', "the field 'city' must be a string, but got"),
    ],
)
def test_what_does_not_fit(kind: Any, text: str, message: str) -> None:
    with pytest.raises(ParseError) as caught:
        ember.parse(text, kind)
    assert message in caught.value.message


@dataclass
class Tree:
    name: str
    children: list[Tree]


@dataclass
class Chain:
    next: Chain | None


class Mixed(Enum):
    A = "a"
    B = 2


class Flags(Flag):
    A = auto()
    B = auto()


class Wide(Enum):
    A = 2**63


class Nothing(Enum):
    pass


@dataclass
class Empty:
    pass


@dataclass
class Extra:
    name: str
    scale: InitVar[int]


@dataclass
class Unset:
    name: str
    length: int = field(init=False)


@dataclass(init=False)
class Own:
    name: str

    def __init__(self, text: str) -> None:
        self.name = text


CANNOT = "the type of schema must be one that an answer can spell, but got "
MEMBERS = "the values of the enum of schema must be all texts or all whole numbers, but those of "
ITSELF = "must not hold itself to be a schema, but does; write as many levels as there can be"


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (dict[str, int], f"{CANNOT}'dict[str, int]'; write a dataclass with a field for each key"),
        (dict, f"{CANNOT}'dict'; write a dataclass with a field for each key, or a list of one"),
        (
            tuple[int, str],
            f"{CANNOT}'tuple[int, str]'; write a dataclass with a field for each, or",
        ),
        (set[str], f"{CANNOT}'set[str]'; write list[…], and make a set of it in the program"),
        (frozenset[str], f"{CANNOT}'frozenset[str]'; write list[…]"),
        (int | str, f"{CANNOT}'int | str'; give each case a field that may be None"),
        (int | str | None, f"{CANNOT}'int | str | None'; give each case a field"),
        (Union[int, str], "; give each case a field that may be None, as in 'n"),  # noqa: UP007
        (type(None), f"{CANNOT}'NoneType'; use str, int, float, bool, Literal, enums, list"),
        (object, f"{CANNOT}'object'; use str, int"),
        (bytes, f"{CANNOT}'bytes'; use str, int"),
        (list, f"{CANNOT}'list'; use str, int"),
        ("Person", f"{CANNOT}'Person'; use str, int"),
        (Literal[True], "the choices of schema must be all texts or all whole numbers"),
        (Literal["a", 1], "the choices of schema must be all texts or all whole numbers, but are"),
        (Mixed, f"{MEMBERS}'Mixed' are not; write Literal['red', 'green']"),
        (Flags, f"{MEMBERS}'Flags' are not"),
        (Wide, f"{MEMBERS}'Wide' are not"),
        (Nothing, f"{MEMBERS}'Nothing' are not"),
        (Empty, "'Empty' must have fields to be a schema, but has none"),
        (Tree, f"'Tree' {ITSELF}"),
        (Chain, f"'Chain' {ITSELF}"),
        (Extra, "'Extra' must be made of its fields alone to be a schema, but takes (name, scale)"),
        (Own, "'Own' must be made of its fields alone to be a schema, but takes (text); leave out"),
        (Unset, "'Unset.length' must have a value, but nobody sets it; set it in __post_init__"),
    ],
)
def test_what_no_answer_can_be(kind: object, message: str) -> None:
    with pytest.raises(ember.InputError) as caught:
        schema_of(kind)
    assert message in caught.value.message
    with pytest.raises(ember.InputError):
        ember.generate("What?", schema=kind)


def test_a_field_is_named_where_its_type_cannot_be() -> None:
    @dataclass
    class Visit:
        when: complex

    with pytest.raises(ember.InputError, match=r"the type of 'Visit\.when' must be one that an "):
        schema_of(Visit)


def test_names_that_cannot_be_read_are_told() -> None:
    local = make_dataclass("Local", [("name", "Unknown")])
    with pytest.raises(ember.InputError, match="the fields of 'Local' must be annotated with"):
        schema_of(local)


def test_a_schema_that_is_too_large_is_told() -> None:
    kind: Any = str
    for _ in range(70):
        kind = list[kind]
    with pytest.raises(ember.InputError, match="cannot be used: a json_schema must nest at most"):
        schema_of(kind)


def test_tools_take_what_may_be_none_and_enums() -> None:
    def paint(color: Color, size: int | None) -> str:
        return f"{color} {size}"

    parameters, _ = parameters_of(paint)
    assert parameters["properties"] == {
        "color": {"type": "string", "enum": ["red", "green"]},
        "size": {"anyOf": [{"type": "integer"}, NULL]},
    }


@dataclass
class Range:
    low: int
    high: int | None
    width: int = field(init=False, default=-1)

    def __post_init__(self) -> None:
        if self.high is not None and self.high < self.low:
            raise ValueError(f"{self.low} is more than {self.high}")
        self.low = abs(self.low)
        self.width = (self.high or 0) - self.low


@dataclass
class Ranges:
    name: str
    all: list[Range | None]
    main: Range


def test_what_a_class_sets_itself_is_not_asked_for() -> None:
    assert told(Range) == {
        "type": "object",
        "properties": {
            "low": {"type": "integer"},
            "high": {"anyOf": [{"type": "integer"}, NULL]},
        },
        "required": ["low", "high"],
        "additionalProperties": False,
    }


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Range, '{"low": -1, "high": 3}', Range(-1, 3)),
        (Range | None, "null", None),
        (
            Ranges,
            '{"name": "a", "all": [null, {"low": 1, "high": null}], "main": {"low": 2, "high": 2}}',
            Ranges("a", [None, Range(1, None)], Range(2, 2)),
        ),
    ],
)
def test_what_a_class_makes_of_an_answer_is_its_value(kind: Any, text: str, value: object) -> None:
    assert ember.parse(text, kind) == value

    @ember.jit(strict=True)
    def program(text: str) -> object:
        return ember.parse(text, kind)

    with ember.Session(seed=1):
        compiled = program(text)
    assert compiled == value
    assert repr(compiled) == repr(value)


def test_what_a_class_refuses_comes_out_of_parse() -> None:
    with pytest.raises(ValueError, match=r"^5 is more than 3$"):
        ember.parse('{"low": 5, "high": 3}', Range)
    assert not schema_of(list[Range]).is_right('[{"low": 5, "high": 3}]')
    assert schema_of(list[Range]).is_right('[{"low": 3, "high": 5}]')
    assert not schema_of(list[Range]).is_right("[1]")


def changing(change: Callable[[Any], None]) -> type[object]:
    """A class whose instances change what they were given."""

    @dataclass
    class Changed:
        name: str
        level: Level | None
        ranges: list[Range]

        def __post_init__(self) -> None:
            change(self)

    Changed.__annotations__ |= {"name": str, "level": Level | None, "ranges": list[Range]}
    return Changed


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("name", 1, "'name' is an int"),
        ("name", None, "'name' is None"),
        ("level", 1, "'level' is an int"),
        ("ranges", (), "'ranges' is a tuple"),
        ("ranges", [None], "'ranges[0]' is None"),
        ("ranges", [Address("Rome")], "'ranges[0]' is an Address"),
    ],
)
def test_a_class_must_keep_the_types_of_its_fields(name: str, value: object, message: str) -> None:
    kind = changing(lambda one: setattr(one, name, value))
    with pytest.raises(ember.InputError) as caught:
        ember.parse('{"name": "a", "level": null, "ranges": []}', kind)
    assert caught.value.message == (
        f"what a class makes of an answer must keep its types, but {message}; "
        "declare the field with that type, or leave its value as it is"
    )
