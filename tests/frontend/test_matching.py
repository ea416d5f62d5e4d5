"""`match` on what a model has answered."""

# The programs here are as users write them: what no pattern fits goes on behind the `match`.
# pyright: reportMatchNotExhaustive=false, reportUnnecessaryComparison=false

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import pytest

import ember_mlir as ember
from ember_mlir import generate

from .ways import agree, captured_of, check

LIMIT = 2


@dataclass
class Point:
    x: str
    y: int = 0


class Kinds:
    GOOD = "yes"


def values(q: str) -> object:
    a = generate(q)
    match a:
        case "yes" | "ok":
            return generate("positive")
        case "no":
            r = "negative"
        case Kinds.GOOD:
            r = "never"
        case _:
            r = "other"
    return r


def guards(q: str) -> object:
    a = generate(q)
    match a:
        case str(x) if x.startswith("y"):
            return generate(x)
        case x if len(x) > LIMIT:
            return x, "long"
        case "":
            return "empty"
    return x, "rest"


def sequences(q: str) -> object:
    match (generate(q), 1):
        case ("yes" | "ok", n):
            return "positive", n
        case (a, 2):
            return a
        case (a, 1) if a != "no":
            return a, "one"
        case [a, b]:
            return a, b
    return None


def nested(q: str) -> object:
    match [generate(q), ("k", generate("2" + q))]:
        case ["yes", _]:
            return "first"
        case [first, ("k", "no" | "ok" as second)]:
            return first, second
        case [_, (_, second)]:
            return second
    return None


def mappings(q: str) -> object:
    match {"kind": generate(q), "size": 3}:
        case {"kind": "yes", "size": n}:
            return n
        case {"kind": kind, "missing": _}:
            return kind
        case {"kind": kind}:
            return kind, "k"
    return None


def classes(q: str) -> object:
    match Point(generate(q), len(generate("n" + q))):
        case Point(x="yes"):
            return "x"
        case Point("no" | "ok", y):
            return y
        case Point(x, y) if y > LIMIT:
            return x, y
        case Point() as p:
            return p
    return None


def singletons(q: str) -> object:
    best = None
    if generate(q) in ("yes", "ok", "7"):
        best = "found"
    match best:
        case None:
            return "none"
        case text:
            return text


def a_name_of_a_case_that_does_not_fit(q: str) -> object:
    x = "before"
    match (generate(q), "second"):
        case ("yes" | "ok" | "7", x):
            pass
        case ("no", _):
            return x, "no"
    return x


def in_rounds(q: str) -> object:
    log: list[str] = []
    for i in range(3):
        match generate(f"{i}{q}"):
            case "bad" | "":
                continue
            case "ok":
                break
            case text:
                log.append(text)
    else:
        log.append("all")
    return log


def numbers(q: str) -> object:
    match len(generate(q)):
        case 0:
            return "none"
        case 1 | 2:
            return "short"
        case int(n) if n < 4:
            return n
    return "long"


@pytest.mark.parametrize(
    "function",
    [
        values,
        guards,
        sequences,
        nested,
        mappings,
        classes,
        singletons,
        a_name_of_a_case_that_does_not_fit,
        in_rounds,
        numbers,
    ],
    ids=lambda function: function.__name__,
)
def test_all_ways_agree(function: Callable[..., object]) -> None:
    check(function, "où")


def star(q: str) -> object:
    match generate(q).split(","):
        case [first, *rest]:
            return first, rest
    return None


def names_in_alternatives(q: str) -> object:
    match (generate(q), 1):
        case ("yes", x) | ("no", x):
            return x
    return None


@pytest.mark.parametrize(
    ("function", "message"),
    [(star, "in a pattern"), (names_in_alternatives, "a name inside of '|' patterns")],
)
def test_what_is_refused(function: Callable[..., object], message: str) -> None:
    with pytest.raises(ember.CaptureError, match=message):
        captured_of(function, ("q",))


def commands(q: str) -> str:
    match generate(q).split():
        case ["yes"] | ["no"]:
            return "word"
        case ["A,", name]:
            return generate(f"who is {name}?")
        case [one]:
            return one + "!"
        case []:
            return "nothing"
        case _:
            return "other"


def tuple_of_a_spread(q: str) -> object:
    return (q, *generate(q).split())


def test_lists_that_are_not_known() -> None:
    check(commands, "q")


def test_a_tuple_of_any_length_is_refused() -> None:
    with pytest.raises(ember.CaptureError, match="a loop over"):
        captured_of(tuple_of_a_spread, ("q",))


class Side(Enum):
    LEFT = "left"
    RIGHT = "right"


@dataclass
class Answer:
    sure: bool
    text: str


def matched_by_is(q: str) -> str:
    match Answer(generate(q) == "yes", generate(q + "?")):
        case Answer(sure=True, text="no"):
            return "surely not"
        case Answer(sure=False):
            return "unsure"
        case Answer(text=text):
            return text


def compared_by_is(q: str) -> list[bool]:
    side = Side.LEFT if "yes" in generate(q) else Side.RIGHT
    flag = generate(q + "!") == "no"
    maybe = flag if "ok" in generate(q + "?") else None
    one = json.loads("true") if flag else generate(q)
    return [
        *(side is Side.LEFT, side is not Side.RIGHT, flag is True, flag is not False),
        *(maybe is True, maybe is False, generate(q) is True, one is True, flag is Side.LEFT),
    ]


@pytest.mark.parametrize("function", [matched_by_is, compared_by_is])
def test_true_false_and_members_are_compared_by_is(function: Callable[..., object]) -> None:
    check(function, "q")


@dataclass
class Placed:
    side: Side
    sure: bool


def answered_by_is(q: str) -> object:
    found = generate(q, schema=Placed)
    match found:
        case Placed(side=Side.LEFT, sure=True):
            return "surely left"
        case Placed(sure=False):
            return found.side is Side.RIGHT, found.side is not Side.LEFT, found.side == Side.LEFT
        case _:
            return found.side


def test_members_that_are_answered_are_compared_by_is() -> None:
    pairs = [(side, sure) for side in ("left", "right") for sure in ("true", "false")]
    words = [f'{{"side": "{side}", "sure": {sure}}}' for side, sure in pairs]
    assert len(agree(answered_by_is, "q", words=words, seeds=range(8))) > 2
