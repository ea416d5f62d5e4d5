"""Answers that a class refuses are asked for again, with another draw, in all ways alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest

import ember_mlir as ember
from ember_mlir.errors import ParseError

from .test_typed_answers import Color, Program
from .ways import agree, captured_of, reference, root


@dataclass
class Clean:
    """A name that is not empty, as it is written in a list."""

    name: str
    size: int | None

    def __post_init__(self) -> None:
        if self.name == "bad":
            raise ValueError(f"{self.name!r} is no name")
        self.name = self.name.strip().title()


CLEAN = (
    '{"name": "ann ", "size": 1}',
    '{"name": "bob", "size": null}',
    '{"name": "bad", "size": 2}',
    '{"name": "cid", "size": 0}',
    "nothing",
)


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
