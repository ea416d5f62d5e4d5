"""Programs that ask for values of types: all ways to run one agree, whatever is answered."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from enum import Enum, IntEnum, StrEnum
from typing import Any, Literal, Optional

import pytest

import ember_mlir as ember
from ember_mlir.errors import ParseError

from .ways import agree, captured_of, reference, root

Program = Callable[..., Any]


class Color(Enum):
    RED = "red"
    GREEN = "green"


class Level(IntEnum):
    LOW = 1
    HIGH = 5


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


@dataclass(frozen=True)
class Item:
    name: str
    score: int | None
    color: Color | None


@dataclass
class Clean:
    """A name that is not empty, as it is written in a list."""

    name: str
    size: int | None

    def __post_init__(self) -> None:
        if self.name == "bad":
            raise ValueError(f"{self.name!r} is no name")
        self.name = self.name.strip().title()


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
ITEMS = (
    "[]",
    '[{"name": "a", "score": null, "color": "red"}, {"name": "b", "score": 3, "color": null}]',
    '[{"name": "c", "score": 1, "color": "green"}]',
    '[{"name": "d", "score": 1, "color": "green"}, {"name": "", "score": 0, "color": null}]',
)
CLEAN = (
    '{"name": "ann ", "size": 1}',
    '{"name": "bob", "size": null}',
    '{"name": "bad", "size": 2}',
    '{"name": "cid", "size": 0}',
    "nothing",
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


def items(question: str) -> list[Item]:
    return ember.generate(question, schema=list[Item])


def names(question: str) -> list[str]:
    return [f"{item.name}: {item.score}" for item in items(question)]


def red_ones(question: str) -> list[Item]:
    found: list[Item] = []
    for item in items(question):
        if item.color == Color.RED:
            found.append(item)
    return found


def greatest(question: str) -> str:
    best: Item | None = None
    for item in items(question):
        if best is None or (item.score or 0) > (best.score or 0):
            best = item
    return "none" if best is None else best.name


def greatest_itself(question: str) -> object:
    return max(items(question), key=lambda item: item.score or 0, default=None)


def total(question: str) -> int:
    found = 0
    for item in items(question):
        if item.score is None:
            continue
        found += item.score
    return found


def mapped(question: str) -> list[str]:
    found = items(question)
    return ember.map(lambda item: ember.generate(f"{item.name} {item.color}"), found)


def first(question: str) -> Item | None:
    found = items(question)
    return found[0] if found else None


def ordered(question: str) -> object:
    found = items(question)
    return sorted(found, key=lambda item: item.name, reverse=True), any(i.score for i in found)


def copied(question: str) -> object:
    found = items(question)
    return [replace(item, name="x") for item in found], [asdict(item) for item in found]


def matched(question: str) -> list[str]:
    found: list[str] = []
    for item in items(question):
        match item:
            case Item(color=Color.RED):
                found.append("red")
            case Item(score=None):
                found.append("unknown")
            case _:
                found.append(item.color.value if item.color else "-")
    return found


def looked_for(question: str) -> object:
    found = items(question)
    colors = [item.color for item in found]
    one = Item("c", 1, Color.GREEN)
    return found == [one], one in found, Color.RED in colors, colors.count(None), colors


def until_known(question: str) -> object:
    found = items(question)
    index, score = 0, None
    while index < len(found) and score is None:
        score = found[index].score
        index += 1
    return score, index


ITEM_PROGRAMS: list[Program] = [
    items,
    names,
    red_ones,
    greatest,
    greatest_itself,
    total,
    mapped,
    first,
    ordered,
    copied,
    matched,
    looked_for,
    until_known,
]


@pytest.mark.parametrize("program", ITEM_PROGRAMS, ids=lambda program: program.__name__)
def test_lists_of_records(program: Program) -> None:
    assert len(agree(program, "What?", words=ITEMS)) > 1


def color(question: str) -> object:
    found = ember.generate(question, schema=Color)
    return found, found.value, found.name, f"{found} {found!r} {found.value}", str(found)


def color_branches(question: str) -> object:
    found = ember.generate(question, schema=Color)
    other = Color.RED if found == Color.GREEN else found
    match found:
        case Color.RED:
            return "red", other, found != Color.RED
        case Color.GREEN:
            return "green", other, {Color.RED: 1, Color.GREEN: 2}[found]


def color_or_none(question: str) -> object:
    found = ember.generate(question, schema=Color | None)
    return found or Color.RED, found is None, [found, Color.RED, None]


def words(question: str) -> object:
    found = ember.generate(question, schema=Word)
    known = Word.RED if found == Word.GREEN else found
    return found == "red", found == Word.RED, f"{found} {found.value}", known, found


def levels(question: str) -> object:
    found = ember.generate(question, schema=Level)
    return found.value + 1, found + 1, found > 1, found == 1, found == Level.LOW, f"{found}"


@pytest.mark.parametrize(
    ("program", "answers"),
    [
        (color, ('"red"', '"green"')),
        (color_branches, ('"red"', '"green"')),
        (color_or_none, ("null", '"green"')),
        (words, ('"red"', '"green"')),
        (levels, ("1", "5")),
    ],
)
def test_enums(program: Program, answers: Sequence[str]) -> None:
    assert len(agree(program, "Which?", words=answers)) == 2


def written_here(question: str) -> object:
    numbers: list[int | None] | None = ember.generate(question, schema=list[int | None] | None)
    return [number for number in numbers or [] if number], numbers is None


def literals(question: str) -> object:
    word = ember.generate(question, schema=Literal["a", "b"])
    other = ember.generate(question + "?", schema=Optional[Literal["a", "b"]])  # noqa: UP045
    return word, other or "c", word == other


@pytest.mark.parametrize(
    ("program", "answers"),
    [
        (written_here, ("[]", "null", "[1, null, 0]")),
        (literals, ('"a"', '"b"', "null")),
    ],
)
def test_types_that_a_program_writes_itself(program: Program, answers: Sequence[str]) -> None:
    assert len(agree(program, "Which?", words=answers)) > 2


def is_the_member(question: str) -> bool:
    return ember.generate(question, schema=Color) is Color.RED


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
        (is_the_member, "'is' between two values is not captured yet; compare with '=='"),
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


def cleaned(question: str) -> object:
    found = ember.generate(question, schema=Clean)
    return found, f"{found.name} {found.size}" if found.size is not None else found.name


def cleaned_list(question: str) -> object:
    found = [ember.generate(f"{question} {name}", schema=Clean) for name in "ab"]
    return [one.name for one in found], found


def cleaned_in_a_loop(question: str, documents: list[str]) -> list[str]:
    found: list[str] = []
    for document in documents:
        one = ember.generate(f"{question} {document}", schema=Clean)
        if one.size:
            found.append(one.name)
    return found


def read_only(question: str) -> str:
    return ember.parse(ember.generate(question), Clean).name


@pytest.mark.parametrize(
    ("program", "args"),
    [
        (cleaned, ("Who?",)),
        (cleaned_list, ("Who?",)),
        (cleaned_in_a_loop, ("Who?", ["a", "b"])),
        (read_only, ("Who?",)),
    ],
)
def test_classes_that_refuse_what_was_read(program: Program, args: Sequence[object]) -> None:
    assert len(agree(program, *args, words=CLEAN, seeds=range(8))) > 1


class Script:
    """Answers the texts one after the other, and remembers what it was asked."""

    def __init__(self, *texts: str) -> None:
        self.requests: list[ember.Request] = []
        self._texts = texts

    async def generate(self, request: ember.Request, /) -> ember.Reply:
        self.requests.append(request)
        return ember.Reply([self._texts[len(self.requests) - 1]], 1, 1)


def is_clean(question: str) -> str:
    return ember.generate(question, schema=Clean).name


BAD = '{"name": "bad", "size": 1}'
GOOD = '{"name": "good", "size": null}'


@pytest.mark.parametrize(
    ("texts", "result"),
    [
        ((GOOD,), "'Good'"),
        ((BAD, GOOD), "'Good'"),
        (("no JSON", BAD, "[]", GOOD), "'Good'"),
        ((BAD, BAD, GOOD), "'Good'"),
        ((BAD, BAD, BAD), "ValueError"),
        (("no JSON", "[]", "{}"), "ParseError"),
        ((BAD, "no JSON", "[]", "{}"), "ParseError"),
    ],
)
def test_what_is_not_right_is_asked_for_again(texts: Sequence[str], result: str) -> None:
    captured = captured_of(is_clean, ["Who?"])
    program = ember.compile(is_clean, allow="exact")
    plain, eager, compiled, interpreted = (Script(*texts) for _ in range(4))

    def run(provider: Script, call: Callable[[], object]) -> str:
        with ember.Session(provider=provider, seed=7):
            try:
                return repr(call())
            except (ValueError, ParseError, ember.EmberError) as error:
                return type(root(error)).__name__

    assert run(plain, lambda: is_clean("Who?")) == result
    assert run(eager, lambda: program.eager("Who?")) == result
    assert run(compiled, lambda: program("Who?")) == result
    assert run(interpreted, lambda: reference(captured, ["Who?"], 7, interpreted)) == result
    for provider in (plain, eager, compiled, interpreted):
        assert len(provider.requests) == len(texts)
        # Another draw is another answer: equal requests could be answered from one.
        assert len({request.draws for request in provider.requests}) == len(texts)
    assert eager.requests == compiled.requests == interpreted.requests


def test_how_often_it_is_asked_for_again_is_said() -> None:
    def once(question: str) -> str:
        return ember.generate(question, schema=Clean, retries=0).name

    def greedy(question: str) -> str:
        return ember.generate(question, schema=Clean, temperature=0).name

    for function in (once, greedy):
        provider = Script(BAD)
        with ember.Session(provider=provider), pytest.raises(ValueError, match="'bad' is no name"):
            function("Who?")
        assert len(provider.requests) == 1
        assert captured_of(function, ["Who?"])


def test_tools_are_given_what_classes_make() -> None:
    given: list[object] = []

    def greet(who: Clean, color: Color | None) -> str:
        given.append((who, color))
        return f"Hello, {who.name}!"

    def call(number: int, who: str) -> ember.Message:
        arguments = f'{{"who": {who}, "color": "red"}}'
        return ember.Message(
            "assistant", (), (ember.ToolCall(f"call{number}", "greet", arguments),)
        )

    class Model:
        def __init__(self) -> None:
            self.told: list[str] = []
            self._turns: list[ember.Message | str] = [call(1, BAD), call(2, GOOD), "done"]

        async def generate(self, request: ember.Request, /) -> ember.Reply:
            assert request.messages is not None
            self.told.append(str(request.messages[-1].text))
            return ember.Reply([self._turns.pop(0)], 1, 1)

    model = Model()
    with ember.Session(provider=model, seed=1):
        assert ember.agent([ember.tool(greet)])("Greet somebody.") == "done"
    assert given == [(Clean("good", None), Color.RED)]
    assert model.told[1:] == [
        "The arguments of 'greet' must fit its schema, but do not.",
        "Hello, Good!",
    ]


def test_the_simulated_provider_answers_with_null_at_times() -> None:
    found: set[bool] = set()
    for number in range(12):
        with ember.Session(seed=number, clock="virtual"):
            one = ember.generate("Who is it? Ann Lee, 34.", schema=Item, model="large")
        found.add(one.color is None)
        assert isinstance(one, Item)
    assert found == {True, False}
