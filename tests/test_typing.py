"""What type checkers know of the public interface: `make check` runs one over this file.

The functions are called by nobody: `assert_type` is checked where it stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import assert_type

import ember_mlir as ember


@dataclass
class Person:
    name: str
    age: int


class Shout(ember.Operator[str, str]):
    def forward(self, text: str) -> str:
        return ember.generate(f"Shout: {text}")


class Count(ember.Operator[str, int]):
    def forward(self, text: str) -> int:
        return len(text)


@ember.jit
def answer(question: str, tries: int = 3) -> str:
    return ember.vote(ember.sample(question, tries))


@ember.jit(allow="exact", strict=True)
async def answer_later(question: str) -> list[str]:
    return [ember.generate(question)]


class Panel:
    @ember.jit
    def ask(self, question: str) -> str:
        return ember.generate(question)


def what_operations_give() -> None:
    assert_type(ember.generate("a"), str)
    assert_type(ember.generate([{"role": "user", "content": "a"}], temperature=0.5), str)
    assert_type(ember.generate("a", schema=Person), Person)
    assert_type(ember.generate("a", schema=int, retries=1), int)
    assert_type(ember.generate("a", schema=list[Person], system="b"), list[Person])
    turn = ember.generate("a", tools=[what_operations_give])
    assert_type(turn, ember.Turn)
    assert_type(turn.text, str)
    assert_type(turn.tool_calls, list[ember.ToolCall])
    assert_type(ember.sample("a", 3), list[str])
    assert_type(ember.vote(["a"]), str)
    assert_type(ember.join(["a"], ", "), str)
    assert_type(ember.parse("1", int), int)
    assert_type(ember.parse("{}", Person), Person)
    assert_type(ember.parse("a", re.compile("(?P<b>a)")), dict[str, str])
    assert_type(ember.embed("a"), tuple[float, ...])
    assert_type(ember.embed(["a"]), list[tuple[float, ...]])
    assert_type(ember.score("a", ["b"]), list[float])
    assert_type(ember.score(["a"], ["b"]), list[list[float]])
    assert_type(ember.nearest((1.0,), [(1.0,)], 1), list[int])
    assert_type(ember.top_k("a", ["b"], 1), list[str])
    assert_type(ember.redact("a", "email").restore("b"), str)
    assert_type(ember.chat("a")("b"), str)
    assert_type(ember.agent([what_operations_give])("a"), str)


def what_programs_give() -> None:
    assert_type(answer("a"), str)
    assert_type(answer("a", tries=5), str)
    assert_type(answer.eager("a"), str)
    assert_type(Panel().ask("a"), str)
    assert_type(ember.map(answer, ["a"]), list[str])


async def what_async_programs_give() -> None:
    assert_type(await answer_later("a"), list[str])


def what_operators_give() -> None:
    assert_type(Shout()("a"), str)
    assert_type(ember.compose(Shout(), Count())("a"), int)
    assert_type((Shout() >> Count())("a"), int)
    assert_type(ember.Ensemble(3)("a"), list[str])


def test_operations_are_what_they_are_declared() -> None:
    assert callable(ember.generate)
    assert ember.parse("[1]", list[int]) == [1]
