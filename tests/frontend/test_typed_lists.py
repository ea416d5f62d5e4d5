"""Lists of records, enums, and types that a program writes itself: all ways agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from enum import IntEnum
from typing import Literal, Optional

import pytest

import ember_mlir as ember

from .test_typed_answers import Color, Program, Word
from .ways import agree


class Level(IntEnum):
    LOW = 1
    HIGH = 5


@dataclass(frozen=True)
class Item:
    name: str
    score: int | None
    color: Color | None


ITEMS = (
    "[]",
    '[{"name": "a", "score": null, "color": "red"}, {"name": "b", "score": 3, "color": null}]',
    '[{"name": "c", "score": 1, "color": "green"}]',
    '[{"name": "d", "score": 1, "color": "green"}, {"name": "", "score": 0, "color": null}]',
)


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


def test_the_simulated_provider_answers_with_null_at_times() -> None:
    found: set[bool] = set()
    for number in range(12):
        with ember.Session(seed=number, clock="virtual"):
            one = ember.generate("Who is it? Ann Lee, 34.", schema=Item, model="large")
        found.add(one.color is None)
        assert isinstance(one, Item)
    assert found == {True, False}
