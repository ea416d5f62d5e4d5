"""What type checkers know of the public interface: `make check` runs one over this file.

The functions are called by nobody: `assert_type` is checked where it stands.
"""

# What must be an error is ignored where it stands, and an ignored one that is none is told.
# pyright: reportUnnecessaryTypeIgnoreComment=error

from __future__ import annotations

import re
from dataclasses import dataclass
from inspect import signature
from typing import assert_type

import pytest

import ember_mlir as ember
from ember_mlir.compilation import ProgramOptions
from ember_mlir.frontend.operations.asking import Settings


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


def what_operations_take() -> None:
    ember.generate("a", system="b", images=["c"], model="small", temperature=0.5, top_p=0.5)
    ember.generate("a", stop=["b"], max_tokens=5, seed=1, extra={"b": 1}, schema=int, images=[b""])
    ember.generate("a", system=1)  # pyright: ignore[reportArgumentType]
    ember.generate("a", sytem="b")  # pyright: ignore[reportCallIssue]


def what_programs_take() -> None:
    ember.jit(allow="exact", optimize_for="cost", speculate=True, passes=["canonicalize"])
    ember.jit(without=["merge-calls"], strict=True, check=True, sample_input="a")
    assert_type(ember.compile(len, allow="exact", strict=True)([]), int)
    ember.jit(optimize_for="speed")  # pyright: ignore[reportArgumentType]
    ember.compile(len, alow="exact")  # pyright: ignore[reportCallIssue]


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


def test_options_are_those_that_are_declared() -> None:
    for function, declared, own in (
        (ember.compile, ProgramOptions, {"function"}),
        (ember.generate, Settings, {"prompt", "schema", "retries", "tools"}),
    ):
        assert {*signature(function).parameters} == {*declared.__annotations__} | own
        # Each is told of where people look for it.
        for option in declared.__annotations__:
            assert f"`{option}`" in (function.__doc__ or ""), option
    for option in ProgramOptions.__annotations__:
        assert f"`{option}`" in (ember.jit.__doc__ or ""), option
    with pytest.raises(TypeError, match="unexpected keyword argument 'alow'"):
        ember.jit(alow="exact")(len)  # pyright: ignore


def test_operations_are_what_they_are_declared() -> None:
    assert callable(ember.generate)
    assert ember.parse("[1]", list[int]) == [1]
