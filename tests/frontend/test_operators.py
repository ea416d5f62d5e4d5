"""Operators, and functions made of functions: captured as what they are made of."""

# What lambdas take, the calls of the programs say.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false

from __future__ import annotations

from collections.abc import Callable

import pytest

import ember_mlir as ember
from ember_mlir import generate

from .conftest import Agree


class Draft(ember.Operator[str, str]):
    def __init__(self, style: str) -> None:
        self.style = style

    def forward(self, question: str) -> str:
        return generate(f"{self.style}: {question}", temperature=0.5)


class Panel(ember.Operator[str, str]):
    def __init__(self, shared: Draft) -> None:
        self.drafts = [shared, Draft("long"), shared]

    def forward(self, question: str) -> str:
        return ember.join([draft(question) for draft in self.drafts], " | ")


class Whole(ember.Operator[str, str]):
    def __init__(self) -> None:
        self.panel = Panel(Draft("short"))

    def forward(self, question: str) -> str:
        return generate(self.panel(inputs={"question": question}))


whole = Whole()
crowd = ember.compose(ember.Ensemble(num_units=3, temperature=0.8), ember.MostCommon())
chain = Draft("a") >> Draft("b") >> Draft("c")
refine = ember.Refine("Improve:", lambda text: "⟨0" in text, rounds=3)
judge = ember.Judge("Which is right?", model_name="large")


def nested(q: str) -> str:
    return whole(q)


def made_inside(q: str) -> str:
    return Panel(Draft(f"style of {q}"))(q)


def composed(q: str) -> object:
    return crowd(q), chain(q), judge([q, "no"])


def refined(q: str) -> str:
    return refine(generate(q))


def rows(q: str) -> object:
    each = ember.vmap(lambda word, mark: generate(f"{word}{mark}{q}"), axes={"mark": None})
    return each(["a", "b"], mark="!")


def rows_of_unknown(q: str) -> object:
    parts = generate(q).split("x")
    each = ember.vmap(lambda first, second: generate(f"{first}{second}"))
    return each(parts, [part + "?" for part in parts])


def scanned(q: str) -> object:
    parts = generate(q).split("x")
    return ember.scan(lambda n, part: (n + len(part), generate(f"{n}{part}")), 0, parts)


CASES = [nested, made_inside, composed, refined, rows, rows_of_unknown, scanned]


@pytest.mark.parametrize("function", CASES)
def test_all_ways_agree(agree_on_results: Agree, function: Callable[..., object]) -> None:
    agree_on_results(function, "question")


def test_an_attribute_that_has_changed_is_captured_again() -> None:
    draft = Draft("old")
    program = ember.compile(lambda q: draft(q), strict=True)
    with ember.Session(seed=1, clock="virtual"):
        program("q")
        assert '"old: {0}"' in program.ir()
        draft.style = "new"
        program("q")
        assert '"new: {0}"' in program.ir()


def test_a_shared_operator_draws_for_each_use() -> None:
    program = ember.compile(nested, strict=True)
    with ember.Session(seed=1, clock="virtual"):
        program("q")
    assert program.last_run is not None
    assert program.last_run.calls == 4


def test_axes_are_checked() -> None:
    with pytest.raises(ember.InputError, match="for one of the arguments 'word', but got 1"):
        ember.vmap(lambda word: word, axes={"word": 1})


def test_lists_of_different_lengths_are_an_error() -> None:
    with pytest.raises(ValueError, match="argument 2 is longer"):
        ember.vmap(lambda a, b: a + b)(["a"], ["b", "c"])
