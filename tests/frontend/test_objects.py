"""Sets, dicts and objects that are known only when the program runs, and may not be changed."""

# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

import ember_mlir as ember
from ember_mlir import generate

from .ways import captured_of, check


def same(q: str) -> object:
    answers = [generate(f"{i} {q}") for i in range(3)]
    if len({a.strip() for a in answers}) == 1:
        return answers[0]
    return sorted({*answers, "x"})


def with_spread(q: str) -> object:
    words = generate(q).split(", ")
    return sorted({"x", *words, *["y"]}), len({*words})


def display(q: str) -> object:
    a, b = generate("1" + q), generate("2" + q)
    return len({a, b}), a in {b, "ok"}, {a: 1, b: 2}


def of_a_list(q: str) -> object:
    words = generate(q).split(", ")
    lengths = {word: len(word) for word in words}
    return lengths, sorted({word.lower() for word in words}), len(set(words))


def looked_up(q: str) -> object:
    labels = {generate(f"{i} {q}"): i for i in range(3)}
    found = labels.get(generate("which " + q), -1)
    return found, [f"{key}: {value}" for key, value in labels.items()], "yes" in labels


@pytest.mark.parametrize(
    "function",
    [same, with_spread, display, of_a_list, looked_up],
    ids=lambda function: function.__name__,
)
def test_all_ways_agree(function: Callable[..., object]) -> None:
    check(function, "q")


def listed(q: str) -> Any:
    return json.loads(json.dumps([generate(q)]))


def appended(q: str) -> object:
    a, b = listed(q), listed(q)
    a.append("x")
    return len(a), len(b)


def stored(q: str) -> object:
    a = listed(q)
    a[0] = "x"
    return a


def deleted(q: str) -> object:
    a = listed(q)
    del a[0]
    return a


def added(q: str) -> object:
    a: Any = listed(q)
    a.extend(["x"])
    return a


@pytest.mark.parametrize(
    "function",
    [appended, stored, deleted, added],
    ids=lambda function: function.__name__,
)
def test_what_may_be_shared_is_not_changed(function: Callable[..., object]) -> None:
    with pytest.raises(ember.CaptureError, match="make one inside"):
        captured_of(function, "q")


def added_in_place(q: str) -> object:
    a: Any = json.loads(json.dumps({generate(q): 1}))
    a |= {"x": 2}
    return a


def extended_in_place(q: str) -> object:
    a = listed(q)
    a += ["x"]
    return a


@pytest.mark.parametrize("function", [added_in_place, extended_in_place])
def test_what_changes_in_place_is_an_error(function: Callable[..., object]) -> None:
    program = ember.compile(function, strict=True)
    with pytest.raises(ember.ProgramError, match="make one inside"):
        program("q")


def summed(q: str) -> object:
    total = json.loads("1.5")
    for row in json.loads(json.dumps([["a", 1], [generate(q), 2.5]])):
        name, price = row
        total += price
        total *= len(name)
    return total


def unpacked(q: str) -> object:
    rows = json.loads(json.dumps([["a", 1], [generate(q), 2]]))
    first, second = rows
    return [f"{name}: {price}" for name, price in rows], first, second[0]


@pytest.mark.parametrize("function", [summed, unpacked])
def test_numbers_and_rows_of_objects(function: Callable[..., object]) -> None:
    check(function, "q")


def joined_objects(q: str) -> object:
    groups = json.loads(json.dumps({"a": [generate(q), "end"]}))
    return ember.join(groups["a"], separator=" | ")


def voted_objects(q: str) -> object:
    return ember.vote(json.loads(json.dumps([generate(q), generate(q + "?"), "yes"])))


@pytest.mark.parametrize("function", [joined_objects, voted_objects])
def test_objects_that_turn_out_to_be_lists_of_texts(function: Callable[..., object]) -> None:
    check(function, "q")


def joined_numbers(q: str) -> object:
    return ember.join(json.loads(json.dumps([generate(q), 2])))


def test_objects_that_turn_out_not_to_be() -> None:
    program = ember.compile(joined_numbers, strict=True)
    said = "the items of a join must be a list of texts, but got an int in it"
    for run in (program, program.eager):
        with ember.Session(), pytest.raises(ember.InputError, match=said):
            run("q")
