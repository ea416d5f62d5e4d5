"""Pydantic models as schemas: the package does not import pydantic, but takes its classes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, Literal

import pydantic
import pytest
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, RootModel, field_validator

import ember_mlir as ember
from ember_mlir.frontend.schemas import schema_of

from .test_asked_again import Script
from .test_schemas import NULL, TEXT, told
from .ways import agree, captured_of, reference, root

Program = Callable[..., Any]


class Color(Enum):
    RED = "red"
    GREEN = "green"


@dataclass
class Place:
    city: str
    code: str | None

    def __post_init__(self) -> None:
        self.city = self.city.title()


class Customer(BaseModel):
    """Who has bought something."""

    name: str = Field(min_length=1, max_length=10, description="the full name")
    age: int | None = Field(default=None, ge=0, lt=150)
    color: Color = Color.RED
    tags: list[str] = []
    place: Place | None = None

    @field_validator("name")
    @classmethod
    def is_a_name(cls, name: str) -> str:
        if name == "bad":
            raise ValueError("no name")
        return name.upper()

    @property
    def label(self) -> str:
        return f"{self.name} ({self.age})"

    def greeting(self) -> str:
        return f"Hello, {self.name}!"


def customer(
    name: str, rest: str = '"age": 3, "color": "red", "tags": ["a"], "place": null'
) -> str:
    """The JSON of a customer."""
    return f'{{"name": "{name}", {rest}}}'


ANN = customer("Ann")
BOB = customer(
    "bob", '"age": null, "color": "green", "tags": [], "place": {"city": "rome", "code": null}'
)
CUSTOMERS = (ANN, BOB, customer("bad"), ANN.replace("Ann", "Cid").replace("3", "4"), "nobody")


def test_what_the_model_is_told_of_a_model() -> None:
    place = {
        "type": "object",
        "properties": {"city": TEXT, "code": {"anyOf": [TEXT, NULL]}},
        "required": ["city", "code"],
        "additionalProperties": False,
    }
    assert told(Customer) == {
        "type": "object",
        "properties": {
            "name": TEXT | {"minLength": 1, "maxLength": 10, "description": "the full name"},
            "age": {"anyOf": [{"type": "integer", "minimum": 0, "maximum": 149}, NULL]},
            "color": {"type": "string", "enum": ["red", "green"]},
            "tags": {"type": "array", "items": TEXT},
            "place": {"anyOf": [place, NULL]},
        },
        "required": ["name", "age", "color", "tags", "place"],
        "additionalProperties": False,
        "description": "Who has bought something.",
    }


WORD: Any = Annotated[str, Field(pattern="^[a-z]+$", max_length=5)]
WORD_SCHEMA = TEXT | {"pattern": "^[a-z]+$"}
INTEGER = {"type": "integer"}
YEAR: Any = Annotated[int, "a year", Field(ge=1900)]


def listed(items: object, **bounds: int) -> dict[str, object]:
    """The schema of a list."""
    return {"type": "array", "items": items, **bounds}


@pytest.mark.parametrize(
    ("kind", "said", "schema"),
    [
        (int, Field(gt=0, le=5), INTEGER | {"minimum": 1, "maximum": 5}),
        (int | None, Field(ge=1), {"anyOf": [INTEGER | {"minimum": 1}, NULL]}),
        (int, Field(multiple_of=2), INTEGER),
        (int, Field(ge=2**70), INTEGER),
        (float, Field(ge=0, le=1), {"type": "number"}),
        (str, Field(max_length=3), TEXT | {"maxLength": 3}),
        (str, Field(max_length=100_000), TEXT),
        (str, Field(pattern="^[0-9]{5}$"), TEXT | {"pattern": "^[0-9]{5}$"}),
        (str, Field(pattern="[0-9]"), TEXT),
        (str, Field(pattern="^a|b$"), TEXT),
        (WORD, Field(description="a word"), WORD_SCHEMA | {"description": "a word"}),
        (list[int], Field(min_length=1, max_length=3), listed(INTEGER, minItems=1, maxItems=3)),
        (list[WORD], Field(), listed(WORD_SCHEMA)),
        (
            list[WORD] | None,
            Field(max_length=2),
            {"anyOf": [listed(WORD_SCHEMA, maxItems=2), NULL]},
        ),
        (Literal["a", "b"], Field(), {"type": "string", "enum": ["a", "b"]}),
        (Literal[1, 2], Field(ge=2), INTEGER | {"enum": [1, 2]}),
        (YEAR, Field(), INTEGER | {"minimum": 1900, "description": "a year"}),
    ],
)
def test_what_is_said_of_a_field(kind: Any, said: Any, schema: dict[str, object]) -> None:
    model: Any = pydantic.create_model("Model", field=(kind, said))
    found: Any = told(model)
    assert found["properties"]["field"] == schema
    # A model is not described by the manual of its base.
    assert "description" not in found


def test_what_is_said_in_annotated_is_told_of_a_type_alone() -> None:
    assert told(YEAR) == INTEGER | {"minimum": 1900, "description": "a year"}
    assert told(list[YEAR]) == listed(INTEGER | {"minimum": 1900, "description": "a year"})
    assert ember.parse("1999", YEAR) == 1999


class Held(BaseModel):
    inner: Held | None


class Root(RootModel[list[int]]):
    pass


class Hidden(BaseModel):
    name: str
    _seen: int = 0


class Aliased(BaseModel):
    name: str = Field(validation_alias=AliasChoices("name", "title"))


class Dated(BaseModel):
    keys: dict[str, int]


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (Held, "'Held' must not hold itself to be a schema, but does"),
        (Root, "'Root' must have fields to be a schema, but is a root model; write the type that"),
        (Hidden, "'Hidden' must be nothing but its fields to be a schema, but has private attr"),
        (
            Aliased,
            "'Aliased.name' must have one name in JSON to be a schema, but its alias is a ch",
        ),
        (Dated, "the type of 'Dated.keys' must be one that an answer can spell, but got 'dict"),
        (BaseModel, "'BaseModel' must have fields to be a schema, but has none"),
    ],
)
def test_models_that_no_answer_can_be(kind: object, message: str) -> None:
    with pytest.raises(ember.InputError) as caught:
        schema_of(kind)
    assert message in caught.value.message


def itself(question: str) -> Customer:
    return ember.generate(question, schema=Customer)


def fields(question: str) -> str:
    one = ember.generate(question, schema=Customer)
    if one.age is None:
        return f"{one.name} {one.place} {one.tags or ['nothing']}"
    return f"{one.name} {one.age + 1} {one.color == Color.RED}"


def parts_of_none(question: str) -> str:
    one = ember.generate(question, schema=Customer)
    return one.place.city if one.place else one.label


def methods(question: str) -> object:
    one = ember.generate(question, schema=Customer)
    return one.greeting(), one.model_dump(), one.model_dump_json(), one.model_copy()


def listed_models(question: str, documents: list[str]) -> object:
    found = [ember.generate(question + document, schema=Customer) for document in documents]
    return [f"{one.name} {one.age}" for one in found], found


def best(question: str, documents: list[str]) -> Customer:
    found = ember.generate(question, schema=Customer)
    for document in documents:
        one = ember.generate(question + document, schema=Customer)
        if one.name > found.name:
            found = one
    return found


def chosen(question: str) -> object:
    first = ember.generate(question, schema=Customer)
    second = ember.generate(question + "!", schema=Customer)
    return first if first.color == second.color else second, first == second, f"{first}"


def made_here(question: str) -> Customer:
    one = ember.generate(question, schema=Customer)
    return Customer(name=one.name + "?", age=one.age, color=Color.GREEN)


def maybe(question: str) -> object:
    one = ember.generate(question, schema=Customer | None)
    return "nobody" if one is None else one.name


PROGRAMS: list[tuple[Program, tuple[object, ...]]] = [
    (itself, ()),
    (fields, ()),
    (parts_of_none, ()),
    (methods, ()),
    (chosen, ()),
    (made_here, ()),
    (maybe, ()),
    (listed_models, (["a", "b"],)),
    (best, (["a", "b"],)),
]


@pytest.mark.parametrize(
    ("program", "args"), PROGRAMS, ids=lambda one: getattr(one, "__name__", "")
)
def test_models(program: Program, args: Sequence[object]) -> None:
    answers = (*CUSTOMERS, ANN, BOB, customer("Dee"))
    assert len(agree(program, "Who?", *args, words=answers)) > 1


def names_of(question: str) -> list[str]:
    found = ember.generate(question, schema=list[Customer | None])
    return ember.map(lambda one: one.name if one is not None else "-", found)


def all_of(question: str) -> list[Customer | None]:
    return ember.parse(ember.generate(question), list[Customer | None])


@pytest.mark.parametrize("program", [names_of, all_of])
def test_models_in_lists(program: Program) -> None:
    answers = (f"[{ANN}, null]", f"[{BOB}]", "[]", f"[{customer('bad')}]")
    assert len(agree(program, "Who?", words=answers)) > 2


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow", str_strip_whitespace=True)

    name: str = Field(alias="fullName")
    count: int = 0

    def model_post_init(self, context: object, /) -> None:
        # Run twice it would count to two.
        object.__setattr__(self, "count", self.count + 1)


def test_a_compiled_result_is_the_same_model() -> None:
    text = '{"fullName": " Ann ", "count": 1}'
    value = ember.parse(text, Frozen)
    assert (value.name, value.count) == ("Ann", 2)

    @ember.jit(strict=True)
    def program(text: str) -> Frozen:
        return ember.parse(text, Frozen)

    with ember.Session(seed=1):
        compiled = program(text)
    assert compiled == value
    assert hash(compiled) == hash(value)
    assert repr(compiled) == repr(value)
    assert compiled.model_fields_set == value.model_fields_set
    assert compiled.model_dump_json(by_alias=True) == value.model_dump_json(by_alias=True)
    assert compiled.model_copy(update={"name": "Bob"}).name == "Bob"
    assert compiled.model_extra == value.model_extra == {}


def is_asked(question: str) -> str:
    return ember.generate(question, schema=Customer).name


@pytest.mark.parametrize(
    ("texts", "result"),
    [
        ((customer("bad"), ANN), "'ANN'"),
        ((customer("x" * 11), ANN.replace("3", "-1"), customer("bad"), ANN), "'ANN'"),
        ((customer("bad"),) * 3, "ValidationError"),
    ],
)
def test_what_a_validator_refuses_is_asked_for_again(texts: Sequence[str], result: str) -> None:
    captured = captured_of(is_asked, ["Who?"])
    program = ember.compile(is_asked, allow="exact")
    eager, compiled, interpreted = (Script(*texts) for _ in range(3))

    def run(provider: Script, call: Callable[[], object]) -> str:
        with ember.Session(provider=provider, seed=7):
            try:
                return repr(call())
            except (ValueError, ember.EmberError) as error:
                return type(root(error)).__name__

    assert run(eager, lambda: program.eager("Who?")) == result
    assert run(compiled, lambda: program("Who?")) == result
    assert run(interpreted, lambda: reference(captured, ["Who?"], 7, interpreted)) == result
    assert eager.requests == compiled.requests == interpreted.requests
    assert len({request.draws for request in eager.requests}) == len(texts)


def test_the_errors_of_a_validator_come_out() -> None:
    with pytest.raises(pydantic.ValidationError, match="no name"):
        ember.parse(customer("bad"), Customer)
    with ember.Session(provider=Script(*[customer("bad")] * 3)):
        with pytest.raises(pydantic.ValidationError, match="no name"):
            is_asked("Who?")


class Loose(BaseModel):
    model_config = ConfigDict(use_enum_values=True)

    color: Color


def test_a_model_that_holds_other_types_is_told() -> None:
    with pytest.raises(
        ember.InputError, match="must keep its types, but 'color' is a str; declare"
    ):
        ember.parse('{"color": "red"}', Loose)


def is_changed(question: str) -> Customer:
    one = ember.generate(question, schema=Customer)
    one.name = "Bob"
    return one


def is_made_of_more(question: str) -> str:
    return f"{Dated(keys={'a': len(question)})}"


@pytest.mark.parametrize(
    ("program", "message"),
    [
        (is_changed, "assignment to '.name' of a model is not captured yet; keep the new value"),
        (is_made_of_more, "an instance of the class 'Dated', of which the type of 'Dated.keys'"),
    ],
)
def test_what_is_not_captured(program: Program, message: str) -> None:
    with pytest.raises(ember.CaptureError) as error:
        captured_of(program, ["Who?"])
    assert message in error.value.message


@pydantic.dataclasses.dataclass
class Point:
    x: int
    y: int | None = Field(default=None, ge=0)


def point(question: str) -> object:
    one = ember.generate(question, schema=Point)
    return one, one.x + (one.y or 0)


def test_dataclasses_of_pydantic_check_what_they_are_given() -> None:
    answers = ('{"x": 1, "y": null}', '{"x": 2, "y": 3}', '{"x": 2, "y": -3}')
    assert len(agree(point, "Where?", words=answers, seeds=range(20))) == 3
    assert not schema_of(Point).is_right(answers[2])


def test_the_package_does_not_import_pydantic() -> None:
    program = (
        "import sys\nimport ember_mlir as ember\n"
        "ember.parse('{\"a\": null}', __import__('dataclasses').make_dataclass('A', "
        "[('a', int | None)]))\n"
        "assert 'pydantic' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


class Guest(BaseModel):
    name: str
    table: int = 3
    email: str | None = Field(default=None, alias="mail")


def passed_on(guest: Guest) -> object:
    other = Guest(name=ember.generate(guest.name), table=guest.table)
    third = Guest(name="k", mail=other.name)  # pyright: ignore[reportCallIssue]
    guests = (guest, other, third)
    told = [one.model_dump_json(exclude_unset=True) for one in guests]
    return told, guests, [sorted(one.model_fields_set) for one in guests]


@pytest.mark.parametrize(
    "guest", [{"name": "a"}, {"name": "a", "table": 3}, {"name": "a", "table": 4, "mail": None}]
)
def test_a_model_knows_what_it_has_been_given(guest: dict[str, Any]) -> None:
    found = Guest(**guest)
    assert len(agree(passed_on, found)) > 1

    def same(one: Guest) -> Guest:
        return one

    program = ember.compile(same, strict=True)
    with ember.Session(clock="virtual"):
        assert program(found).model_fields_set == found.model_fields_set == {*_fields(guest)}


def _fields(given: dict[str, Any]) -> list[str]:
    return [{"mail": "email"}.get(name, name) for name in given]
