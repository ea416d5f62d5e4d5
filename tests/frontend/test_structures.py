"""Arguments that are made of parts: dicts, dataclasses, tuples, models, and lists of them."""

# What parameters without an annotation are, the calls say.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false
# pyright: reportMissingParameterType=false

from __future__ import annotations

import warnings
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from enum import Enum
from types import FunctionType
from typing import Any, Optional

import pytest
from pydantic import BaseModel, ConfigDict, PrivateAttr

import ember_mlir as ember
from ember_mlir import generate
from ember_mlir.frontend.signature import Signature

from .ways import Words, check, operations


@dataclass(frozen=True)
class Author:
    name: str
    age: int = 3


@dataclass
class Document:
    title: str
    text: str
    author: Author
    tags: list[str] = field(default_factory=list[str])
    source: str | None = None

    def shown(self) -> str:
        return f"{self.title} by {self.author.name}"


class Person(BaseModel):
    name: str
    friends: list[str] = []
    score: float = 0.5


class Secretive(BaseModel):
    """A model that has more than its fields."""

    model_config = ConfigDict(extra="allow")
    name: str
    _secret: str = PrivateAttr(default="")

    def tell(self, secret: str) -> Secretive:
        self._secret = secret
        return self


class Color(Enum):
    RED = 1


@dataclass
class Painted:
    color: Color


DOCUMENT = Document("T", "text", Author("Ann"), ["x", "y"])
OTHER = Document("U", "more", Author("Bob", 7), [], "web")


def fields_of(document: Document) -> object:
    note = generate(f"{document.shown()}: {document.text} {document.source}")
    return note, document.author.age, [generate(tag) for tag in document.tags]


def each_document(documents: list[Document]) -> list[str]:
    return [generate(f"{one.title}{one.source}{one.author.age}") for one in documents]


def by_keys(row: dict[str, str]) -> str:
    return generate(", ".join([f"{key}={value}" for key, value in row.items()]))


def rows(items: list[dict[str, str]]) -> object:
    found: list[str] = []
    for item in items:
        if "yes" in generate(item["question"]):
            found.append(item["answer"])
    return found, len(items)


def untyped_rows(items) -> object:  # type: ignore[no-untyped-def]
    return [generate(item["question"]) for item in items]


def pair(value: tuple[str, int]) -> object:
    text, number = value
    return generate(f"{text}{number}"), number + 1


def pairs(values: list[tuple[str, float]]) -> object:
    return [(generate(text), number * 2) for text, number in values]


def person(one: Person) -> object:
    return generate(one.name), one.score, [generate(friend) for friend in one.friends]


def people(all: list[Person]) -> list[str]:
    return [generate(f"{one.name} {one.score}") for one in all]


def numbers(values: list[int]) -> object:
    return generate(str(sum(values))), values[0]


def maybe(values: list[Optional[str]]) -> list[str]:  # noqa: UP045
    return [generate(f"{value}" + ("!" if value is None else "")) for value in values]


def either(value: str | list[str]) -> object:
    return generate(value) if isinstance(value, str) else [generate(one) for one in value]


def handed_on(document: Document) -> Document:
    return document


def any_number(*texts: str, mark: str = "!", **named: str) -> object:
    return [generate(text + mark) for text in texts], named


def first_and_others(first: str, /, second: str = "s", *others: str) -> object:
    return generate(first), second, [generate(other) for other in others]


ROW = {"question": "a", "answer": "b"}
CASES: list[tuple[Callable[..., object], object]] = [
    (fields_of, DOCUMENT),
    (fields_of, OTHER),
    (each_document, [DOCUMENT, OTHER]),
    (each_document, []),
    (by_keys, ROW),
    (rows, [ROW, {"question": "c", "answer": "d"}]),
    (untyped_rows, [ROW]),
    (pair, ("a", 2)),
    (pairs, [("a", 2.5), ("b", -0.0)]),
    (person, Person(name="Ann", friends=["Bob"])),
    (people, [Person(name="Ann"), Person(name="Bob", score=2)]),
    (numbers, [4, 5]),
    (maybe, ["a", None]),
    (either, "a"),
    (either, ["a", "b"]),
]


@pytest.mark.parametrize(("function", "given"), CASES)
def test_all_ways_agree(function: Callable[..., object], given: object) -> None:
    check(function, given, varied=given != [])


def key(function: Callable[..., object], given: object) -> Hashable:
    assert isinstance(function, FunctionType)
    return Signature(function).bind((given,), {}).key


@pytest.mark.parametrize(
    ("function", "first", "second"),
    [
        (fields_of, DOCUMENT, OTHER),
        (each_document, [DOCUMENT], [OTHER, OTHER]),
        (by_keys, ROW, {"question": "x", "answer": "y"}),
        (rows, [ROW], [ROW, ROW]),
        (pair, ("a", 1), ("b", 2)),
        (people, [Person(name="Ann")], [Person(name="Bob", friends=["x"])]),
        (numbers, [1], [2, 3]),
        (maybe, ["a"], [None, "b"]),
    ],
)
def test_a_plan_is_made_for_a_structure(
    function: Callable[..., object], first: object, second: object
) -> None:
    assert key(function, first) == key(function, second)


def test_another_structure_has_another_plan() -> None:
    assert key(by_keys, {"a": "x"}) != key(by_keys, {"b": "x"})
    assert key(by_keys, {"a": "x"}) != key(by_keys, {"a": 1})
    assert key(by_keys, {"a": "x", "b": "y"}) != key(by_keys, {"b": "y", "a": "x"})
    assert key(either, "a") != key(either, ["a"])


def test_one_program_takes_several_structures() -> None:
    program = ember.compile(by_keys, strict=True)
    with ember.Session(seed=1, clock="virtual"):
        for row in ({"a": "b"}, ROW, {"a": "c"}, {}):
            assert program(row) == program.eager(row)


def test_lists_of_parts_are_mapped() -> None:
    assert operations(each_document, [DOCUMENT])["ensemble.map"] == 1
    assert operations(untyped_rows, [ROW])["ensemble.map"] == 1


def test_what_is_annotated_has_a_text_before_any_call() -> None:
    assert "llm.record" in ember.compile(each_document, strict=True).ir()
    with pytest.raises(ember.CaptureError, match="needs the type of its argument 'row'"):
        ember.compile(by_keys, strict=True).ir()


def test_an_empty_list_says_as_much_as_its_annotation() -> None:
    assert key(each_document, []) == key(each_document, [DOCUMENT])


def test_an_int_for_a_float_stays_an_int() -> None:
    program = ember.compile(pairs, strict=True)
    with ember.Session(seed=1, clock="virtual"):
        assert repr(program([("a", 2)])) == repr(program.eager([("a", 2)]))


def test_what_the_caller_holds_is_not_changed() -> None:
    def change(row: dict[str, str]) -> str:
        row["a"] = generate(row["a"])
        return row["a"]

    def change_document(document: Document) -> str:
        document.title = generate(document.title)
        return document.title

    cases: list[tuple[Callable[..., object], object]] = [
        (change, {"a": "x"}),
        (change_document, DOCUMENT),
    ]
    for function, given in cases:
        with pytest.raises(ember.CaptureError, match="is a part of another value by now"):
            ember.compile(function, strict=True)(given)


def test_a_structure_is_handed_on_as_it_was_at_the_call() -> None:
    given = Document("T", "text", Author("Ann"), ["x"])
    found = ember.compile(handed_on, strict=True)(given)
    assert found == given
    given.tags.append("y")
    assert found.tags == ["x"]


@dataclass
class Special(Document):
    pass


def test_a_subclass_is_what_it_is() -> None:
    given = Special("T", "text", Author("Ann"), ["x"])
    found = ember.compile(handed_on, strict=True)(given)
    assert type(found) is Special


@pytest.mark.parametrize(
    ("function", "given", "message"),
    [
        (each_document, ["a"], "must be list[Document], but got a list"),
        (each_document, DOCUMENT, "must be list[Document], but got"),
        (pair, ("a", "b"), "must be tuple[str, int], but got a tuple"),
        (maybe, [1], "must be list[str | None], but got a list"),
        (numbers, [1.5], "must be list[int], but got a list"),
        (numbers, ["\ud800"], "must be list[int]"),
        (by_keys, {"a": "\ud800"}, "a text must be Unicode that UTF-8 can express"),
    ],
)
def test_what_does_not_fit_is_told(
    function: Callable[..., Any], given: object, message: str
) -> None:
    program = ember.compile(function)
    for run in (program, program.eager):
        with pytest.raises(ember.InputError) as raised:
            run(given)
        assert message in raised.value.message


def painted(one: Painted) -> Color:
    return one.color


def test_what_no_program_can_hold_runs_as_it_is_written() -> None:
    program = ember.compile(painted)
    with pytest.warns(ember.CaptureWarning, match="argument 'one' of 'painted', which is"):
        assert program(Painted(Color.RED)) is Color.RED


def test_what_is_refused_is_refused_for_its_kind_alone() -> None:
    program = ember.compile(numbers)
    with ember.Session(clock="virtual"):
        with pytest.warns(ember.CaptureWarning, match="argument 'values' of 'numbers'"):
            program([2**70])
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            program([3])
            assert program.last_run is not None
            assert program.last_run.spans
            program([2**71])
            assert not program.last_run.spans


@pytest.mark.parametrize(
    ("function", "args", "kwargs"),
    [
        (any_number, (), {}),
        (any_number, ("a", "b"), {}),
        (any_number, ("a",), {"mark": "?", "c": "d"}),
        (first_and_others, ("a",), {}),
        (first_and_others, ("a", "b"), {}),
        (first_and_others, ("a", "b", "c", "d"), {}),
        (first_and_others, ("a",), {"second": "b"}),
    ],
)
def test_any_number_of_arguments(
    function: Callable[..., object], args: tuple[str, ...], kwargs: dict[str, str]
) -> None:
    program = ember.compile(function, strict=True)
    for seed in range(3):
        found: list[str] = []
        for run in (function, program, program.eager):
            with ember.Session(provider=Words(seed, draws=False)):
                found.append(repr(run(*args, **kwargs)))
        assert len({*found}) == 1


def secretive(one: Secretive) -> Secretive:
    return one


@pytest.mark.parametrize(
    "given",
    [Secretive.model_validate({"name": "a", "more": "b"}), Secretive(name="a").tell("b")],
)
def test_a_model_with_more_than_its_fields_runs_as_it_is_written(given: Secretive) -> None:
    program = ember.compile(secretive)
    with pytest.warns(ember.CaptureWarning, match="argument 'one' of 'secretive'"):
        assert program(given) == given
