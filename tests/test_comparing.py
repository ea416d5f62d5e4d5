"""Runs that are checked against an eager run on the same answers."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

import ember_mlir as ember
from ember_mlir import generate
from ember_mlir.comparing import is_same
from ember_mlir.frontend import operators
from ember_mlir.frontend.results import Hole

from .frontend.ways import Words


class Answers(Words):
    """Answers that depend on all of a request."""

    def __init__(self, seed: int = 0) -> None:
        super().__init__(seed, draws=True)


@dataclass
class Note:
    text: str
    size: int


@ember.pure
def shout(text: str) -> str:
    return text.upper()


called: list[str] = []


@ember.tool
def saved(text: str) -> str:
    called.append(text)
    return text


@ember.idempotent
def stored(text: str) -> str:
    called.append(text)
    return text


def votes(q: str) -> str:
    return ember.vote(ember.sample(q, 5, temperature=0.7))


def branches(q: str) -> object:
    first = generate(q)
    if "o" in first:
        return first, generate(f"again {q}")
    return [Note(generate(word), len(word)) for word in (q, first)]


def maps(q: str) -> object:
    parts = generate(q).split(" ")
    return [shout(generate(part)) for part in parts], ember.reduce("".join, parts)


def falls_back(q: str) -> str:
    try:
        return generate(f"FAIL {q}")
    except Exception:
        return generate(q)


def wastes(q: str) -> str:
    generate(f"wasted {q}")
    ember.parse(generate(f"unread {q}"), int)
    return generate(q)


def raises(q: str) -> str:
    found = generate(q)
    if found == "nobody says that":
        raise ValueError(found)
    return found


def embeds(q: str) -> object:
    return ember.generate(q, max_tokens=3), {"a": len(q)}


async def waits(q: str) -> str:
    return generate(q)


CASES = [votes, branches, maps, falls_back, wastes, raises, embeds]


@pytest.mark.parametrize("function", CASES)
def test_what_is_right_passes_and_is_asked_for_once(function: Callable[[str], object]) -> None:
    checked, plain = ember.compile(function, check=True), ember.compile(function, allow="exact")
    for seed in range(6):
        providers = Answers(seed), Answers(seed)
        with ember.Session(provider=providers[0], seed=seed):
            found = checked("q")
        with ember.Session(provider=providers[1], seed=seed):
            assert is_same(found, plain("q"))
        assert sorted(map(repr, providers[0].requests)) == sorted(map(repr, providers[1].requests))


def test_a_session_without_a_seed_is_checked_on_its_own_tape() -> None:
    with ember.Session(provider=Answers()):
        ember.compile(votes, check=True)("q")
    with ember.Session(clock="virtual"):
        ember.compile(votes, check=True)("q")


@pytest.fixture
def wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """A compiler that reads wrong texts out of its runs."""
    right: Callable[..., object] = Hole.rebuild

    def rebuild(hole: Hole, outputs: Any) -> object:
        found = right(hole, outputs)
        return f"{found}!" if isinstance(found, str) else found

    monkeypatch.setattr(Hole, "rebuild", rebuild)


@pytest.mark.usefixtures("wrong")
def test_a_difference_is_told() -> None:
    program = ember.compile(raises, check=True)
    with ember.Session(provider=Answers(), seed=3), pytest.raises(ember.MismatchError) as caught:
        program("q")
    message = caught.value.message
    assert message.startswith("'raises' must give the same compiled as eagerly, but on the same")
    assert "compiled, and eagerly gives '" in message
    assert "the seed 3" in message
    location = caught.value.location
    assert location is not None
    assert location.line == raises.__code__.co_firstlineno
    with ember.Session(provider=Answers(), seed=3):
        assert ember.compile(raises)("q").endswith("!")


def test_an_error_of_the_eager_run_alone_is_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    def adds(q: str) -> str:
        return generate(q) + "!"

    program = ember.compile(adds, check=True, sample_input="q")

    def fails(*_: object) -> object:
        raise TypeError("it does not add")

    monkeypatch.setitem(operators.FUNCTIONS, "+", fails)
    with ember.Session(provider=Answers(), seed=3), pytest.raises(ember.MismatchError) as caught:
        program("q")
    assert "eagerly raises TypeError('it does not add')" in caught.value.message
    assert type(caught.value.__cause__) is TypeError


@pytest.mark.usefixtures("wrong")
def test_the_environment_asks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBER_DEBUG", "compare")
    program = ember.jit(raises)
    with ember.Session(provider=Answers(), seed=3), pytest.raises(ember.MismatchError):
        program("q")
    monkeypatch.delenv("EMBER_DEBUG")
    assert not ember.jit(raises).goals.check


@pytest.mark.parametrize("function", [saved, stored])
def test_what_does_something_is_not_done_twice(function: Callable[[str], str]) -> None:
    def acts(q: str) -> str:
        return function(generate(q))

    called.clear()
    program = ember.compile(acts, check=True, strict=True)
    with ember.Session(provider=Answers(), seed=1):
        with pytest.warns(ember.ComparisonWarning, match="runs of 'acts' are not compared, as it"):
            program("q")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            program("q")
    assert len(called) == 2


def test_a_checked_program_keeps_what_it_means() -> None:
    program = ember.compile(votes, allow="meaning", check=True)
    assert "sample" in program.ir() or "generate" in program.ir()
    with ember.Session(provider=Answers(), seed=1):
        assert program("q") == program.eager("q")


def test_an_async_program_is_checked() -> None:
    import asyncio

    with ember.Session(provider=Answers(), seed=1):
        assert isinstance(asyncio.run(ember.compile(waits, check=True).acall("q")), str)


class Broken(Answers):
    """A provider that has errors of its own."""

    async def generate(self, request: ember.Request, /) -> ember.Reply:
        if "FAIL" in (request.prompt or ""):
            raise ValueError("broken")
        return await super().generate(request)


def test_an_error_of_a_provider_is_what_it_was() -> None:
    def falls_back_on_one(q: str) -> str:
        try:
            return generate(f"FAIL {q}")
        except ember.ProviderError:
            return generate(q)

    with ember.Session(provider=Broken(), seed=1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ember.CaptureWarning)
        assert isinstance(ember.compile(falls_back_on_one, check=True)("q"), str)


def test_a_failed_run_raises_what_it_raises() -> None:
    def fails(q: str) -> str:
        return generate(f"FAIL {q}")

    with ember.Session(provider=Answers(), seed=1), pytest.raises(ember.ProviderError):
        ember.compile(fails, check=True)("q")


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("a", "a", True),
        (1, 1.0, False),
        (float("nan"), float("nan"), True),
        (-0.0, 0.0, False),
        ([1, [2]], [1, [2]], True),
        ([1], (1,), False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, False),
        (Note("a", 1), Note("a", 1), True),
        (Note("a", 1), Note("a", True), False),
        (None, None, True),
    ],
)
def test_results_are_the_same_with_their_types(first: object, second: object, same: bool) -> None:
    assert is_same(first, second) is same
