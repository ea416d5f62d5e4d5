"""Functions that are taken from tables by what a model says."""

# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Callable

import pytest

import ember_mlir as ember
from ember_mlir import generate

from .ways import captured_of, check


def first(q: str) -> str:
    return generate("A " + q)


def second(q: str) -> str:
    return generate("B " + q) + generate("C " + q)


def failing(q: str) -> str:
    raise ValueError(q)


class Third(ember.Operator[str, str]):
    def forward(self, text: str) -> str:
        return generate("third " + text)


TABLE: dict[str, Callable[[str], str]] = {"yes": first, "no": second, "ok": first}
LIST = [first, second, Third()]
FAILING = {"yes": first, "no": failing}
MIXED: dict[str, Callable[[str], str]] = {"yes": first, "no": str.upper}


def by_key(q: str) -> str:
    return TABLE[generate(q)](q)


def by_key_or_other(q: str) -> object:
    label = generate(q).lower()
    expert = TABLE.get(label, Third())
    return label, expert(q)


def by_number(q: str) -> str:
    return LIST[len(generate(q)) % 3](q)


def by_number_from_the_end(q: str) -> str:
    return LIST[len(generate(q)) - 4](q)


def by_key_that_may_fail(q: str) -> str:
    try:
        return FAILING[generate(q)](q)
    except Exception:
        return "failed"


def in_rounds(q: str) -> object:
    said: list[str] = []
    for _ in range(3):
        said.append(TABLE.get(generate(f"{q} {len(said)}"), first)(q))
    return said


class Agent:
    def __init__(self) -> None:
        self.log: list[str] = []
        self.actions = {"yes": self.act, "no": self.wait}

    def act(self, q: str) -> str:
        self.log.append("act")
        return generate("act " + q)

    def wait(self, q: str) -> str:
        self.log.append("wait " + q)
        return "waited"

    def run(self, q: str) -> object:
        label = generate(q)
        if label in self.actions:
            return self.actions[label](q), self.log
        return "none", self.log


def methods(q: str) -> object:
    return Agent().run(q)


def that_may_be_none(q: str) -> str:
    found = TABLE.get(generate(q))
    return "none" if found is None else found(q)


@pytest.mark.parametrize(
    "function",
    [
        by_key,
        by_key_or_other,
        by_number,
        by_number_from_the_end,
        by_key_that_may_fail,
        in_rounds,
        methods,
        that_may_be_none,
    ],
    ids=lambda function: function.__name__,
)
def test_all_ways_agree(function: Callable[..., object]) -> None:
    check(function, "q")


def of_a_mixed_table(q: str) -> str:
    return MIXED[generate(q)](q)


def its_truth(q: str) -> str:
    return str(bool(TABLE[generate(q)]))


def compared(q: str) -> bool:
    return TABLE[generate(q)] == first


def identical(q: str) -> bool:
    return TABLE[generate(q)] is first


def printed(q: str) -> str:
    return f"{TABLE[generate(q)]}"


def given_to_a_function(q: str) -> str:
    return repr(TABLE[generate(q)])


def mapped(docs: list[str]) -> list[str]:
    return ember.map(TABLE[generate("q")], docs)


@pytest.mark.parametrize(
    "function",
    [
        of_a_mixed_table,
        its_truth,
        compared,
        identical,
        printed,
        given_to_a_function,
    ],
    ids=lambda function: function.__name__,
)
def test_what_is_refused(function: Callable[..., object]) -> None:
    with pytest.raises(ember.CaptureError, match="is not captured yet"):
        captured_of(function, "q")


def test_it_is_no_function_to_map() -> None:
    with pytest.raises((ember.CaptureError, ember.InputError), match="function"):
        captured_of(mapped, (["a"],))
