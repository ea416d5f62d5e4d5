"""Programs that ask for values of types: all ways to run one agree, whatever is answered."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any

import pytest

import ember_mlir as ember

from .ways import agree, captured_of

Program = Callable[..., Any]


class Color(Enum):
    RED = "red"
    GREEN = "green"


class Word(StrEnum):
    RED = "red"
    GREEN = "green"


@dataclass
class Address:
    city: str
    code: str | None = None

    @property
    def label(self) -> str:
        return f"{self.code} {self.city}" if self.code else self.city

    def asked_of(self, question: str) -> str:
        return ember.generate(f"{question} {self.city}")

    def moved(self, city: str) -> None:
        self.city = city


@dataclass
class Person:
    name: str
    email: str | None
    tags: list[str]
    color: Color | None
    home: Address | None


def person(
    name: str,
    email: str | None = None,
    tags: Sequence[str] = (),
    color: str | None = None,
    home: tuple[str, str | None] | None = None,
) -> str:
    """The JSON of a person."""
    where = None if home is None else {"city": home[0], "code": home[1]}
    fields = {"name": name, "email": email, "tags": [*tags], "color": color, "home": where}
    return json.dumps(fields)


PEOPLE = (
    person("Ann"),
    person("Bob", "b@x", ["a", "b"], "green", ("Rome", None)),
    person("Cid", "", ["x"], "red", ("Bonn", "5")),
    person("Dee", "d@x", [], "red"),
    "nobody",
)


def shown(question: str) -> str:
    one = ember.generate(question, schema=Person)
    return f"{one.name} {one.email} {one.tags} {one.color} {one.home} {one.home!r:>9} {one}"


def returned_early(question: str) -> str:
    one = ember.generate(question, schema=Person)
    if one.email is None:
        return "no email"
    return one.email + "!"


def with_another(question: str) -> tuple[str, str]:
    one = ember.generate(question, schema=Person)
    return one.email or "none", (one.email and one.email.upper()) or "NONE"


def of_what_may_be_none(question: str) -> str:
    one = ember.generate(question, schema=Person)
    if one.home is not None:
        return f"{one.home.city} {one.home.code or '-'}"
    return "nowhere"


def methods_of_what_may_be_none(question: str) -> object:
    one = ember.generate(question, schema=Person)
    if one.home is None:
        return one.color
    return one.home.label, one.home.asked_of(question)


def for_each_tag(question: str) -> list[str]:
    one = ember.generate(question, schema=Person)
    answers: list[str] = []
    for tag in one.tags:
        answers.append(ember.generate(f"{one.name} {tag}"))
    return answers


def itself(question: str) -> Person:
    return ember.generate(question, schema=Person)


def a_part(question: str) -> object:
    one = ember.generate(question, schema=Person)
    return one.home, one.color


def changed(question: str) -> Person:
    one = ember.generate(question, schema=Person)
    one.email = one.email or "none"
    if one.color is None:
        one.color = Color.RED
    return one


@ember.pure
def looked_up(name: str) -> object:
    return Address("Oslo") if name in ("Ann", "Dee") else None


def of_one_kind_or_another(question: str) -> object:
    one = ember.generate(question, schema=Person)
    home = one.home if one.tags else looked_up(one.name)
    homes = [one.home, looked_up(one.name)]
    one.color = Color.RED if one.email else one.color
    return home, homes, one


def another_home(question: str) -> str:
    home = ember.generate(question, schema=Person).home or Address("Oslo")
    return home.city


def compared(question: str) -> list[bool]:
    one = ember.generate(question, schema=Person)
    return [
        one.home == Address("Rome"),
        one.email == "b@x",
        one.email != None,  # noqa: E711
        not one.email,
        one.email is not None and "@" in one.email,
        one.color == Color.RED,
        one.color in (Color.RED, Color.GREEN),
    ]


def optional(question: str) -> str:
    one = ember.generate(question, schema=Person | None)
    return "none" if one is None else one.name


def caught(question: str) -> str:
    try:
        return ember.generate(question, schema=Person).name
    except Exception:
        return "failed"


def several(question: str) -> object:
    people = [ember.generate(f"{question} {number}", schema=Person) for number in range(3)]
    return [one for one in people if one.email], [one.home for one in people]


def longest(question: str) -> Person:
    best = ember.generate(question, schema=Person)
    for number in range(3):
        one = ember.generate(f"{question} {number}", schema=Person)
        if len(one.tags) > len(best.tags):
            best = one
    return best


PERSON_PROGRAMS: list[Program] = [
    shown,
    returned_early,
    with_another,
    of_what_may_be_none,
    methods_of_what_may_be_none,
    for_each_tag,
    itself,
    a_part,
    changed,
    another_home,
    of_one_kind_or_another,
    compared,
    optional,
    caught,
    several,
    longest,
]


@pytest.mark.parametrize("program", PERSON_PROGRAMS, ids=lambda program: program.__name__)
def test_records(program: Program) -> None:
    assert len(agree(program, "Who?", words=PEOPLE)) > 1


def test_a_field_of_none_is_an_error_of_the_program() -> None:
    words = (person("Ann", "a@x"), person("Bob", None), person("Cid", "c@x", home=("Bonn", "1")))

    def city(question: str) -> object:
        one = ember.generate(question, schema=Person)
        home: Any = one.home
        return home.city if one.email else "?"

    assert agree(city, "Who?", words=words) == {"AttributeError", "'?'", "'Bonn'"}


def is_the_member(question: str) -> bool:
    return ember.generate(question, schema=Color) is Color.RED


def test_a_member_is_compared_by_is() -> None:
    words = [f'"{color.value}"' for color in Color]
    assert agree(is_the_member, "Which?", words=words) == {"True", "False"}


def a_method(question: str) -> str:
    return ember.generate(question, schema=Word).upper()


def no_field(question: str) -> str:
    found: Any = ember.generate(question, schema=Person).home
    return f"{found.street}"


def part_is_set(question: str) -> object:
    found: Any = ember.generate(question, schema=Person)
    found.home.city = "Rome"
    return found


def is_moved(question: str) -> object:
    one = ember.generate(question, schema=Person)
    if one.home is not None:
        one.home.moved("Rome")
    return one


def two_types(question: str) -> object:
    found = ember.generate(question, schema=Word)
    return "red" if found == Word.GREEN else found


@pytest.mark.parametrize(
    ("program", "message"),
    [
        (a_method, "'.upper' of a value that is known only when the program runs is not captured"),
        (no_field, "'.street' of a value that is known only when the program runs is not captured"),
        (part_is_set, "assignment to '.city' of a value that is known only when the program runs"),
        (is_moved, "assignment to '.city' of an Address that is a part of another value by now is"),
        (two_types, "which may be of one type or another here, as a result is not captured yet"),
    ],
)
def test_what_is_not_captured(program: Program, message: str) -> None:
    with pytest.raises(ember.CaptureError) as error:
        captured_of(program, ["Which?"])
    assert message in error.value.message
