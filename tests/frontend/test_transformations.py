"""Transformations compose: of whatever order, on one tape they give the same."""

# What lambdas take, the calls of the programs say.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

import ember_mlir as ember
from ember_mlir import generate

from .conftest import Agree, Recording


def ask(word: str) -> str:
    return generate(f"Q: {word}", temperature=0.5)


def both(word: str, mark: str) -> str:
    return generate(f"{word}{mark}", temperature=0.5)


def merge(texts: list[str]) -> str:
    return generate(" + ".join(texts), temperature=0.5)


def step(state: str, item: str) -> tuple[str, str]:
    found = generate(f"{state} then {item}", temperature=0.5)
    return state + found, found


asked = ember.jit(ask)
asked_twice = ember.jit(asked)
over, over_asked = ember.vmap(ask), ember.vmap(asked)
marked = ember.vmap(ember.jit(both), axes={"mark": None})
merged, stepped = ember.jit(merge), ember.jit(step)
each_asked = ember.jit(lambda words: ember.map(asked, words))

WORDS = ["a", "b", "c"]


def answers(run: Callable[[], object]) -> tuple[object, list[str]]:
    """What a run gives, and all that it asks, on one tape."""
    provider = Recording()
    with ember.Session(provider=provider, seed=1):
        return run(), sorted(map(repr, provider.requests))


def test_vmap_of_a_program_is_a_program_of_vmap() -> None:
    outer, inner = ember.jit(ember.vmap(ask)), ember.vmap(ember.jit(ask))
    both_jitted = ember.jit(ember.vmap(ember.jit(ask)))
    found = answers(lambda: outer(WORDS))
    assert found == answers(lambda: inner(WORDS))
    assert found == answers(lambda: both_jitted(WORDS))
    assert found == answers(lambda: outer.eager(WORDS))
    assert len(found[1]) == len(WORDS)


def test_a_program_of_a_program_is_that_program() -> None:
    assert asked_twice is asked
    assert answers(lambda: asked_twice("a")) == answers(lambda: asked("a"))
    assert ember.jit(allow="exact")(asked).goals.allow == "exact"


def test_axes_are_named() -> None:
    @ember.jit(strict=True)
    def outer(words: list[str], mark: str) -> list[str]:
        return ember.vmap(both, axes={"mark": None})(words, mark=mark)

    found = [
        answers(lambda: ember.vmap(ember.jit(both), axes={"mark": None})(WORDS, "!"))[0],
        answers(lambda: marked(words_of(), mark="!"))[0],
        answers(lambda: marked(inputs={"word": WORDS, "mark": "!"}))[0],
        answers(lambda: ember.jit(marked)(WORDS, "!"))[0],
    ]
    assert [len(one) for one in found if isinstance(one, list)] == [3, 3, 3, 3]
    assert found[0] == found[1] == found[2] == found[3]
    assert answers(lambda: outer(WORDS, "!")) == answers(lambda: outer.eager(WORDS, "!"))


def words_of() -> list[str]:
    return [*WORDS]


def test_the_last_axis_is_named_alone() -> None:
    first = ember.vmap(ember.jit(both), axes={"word": None})
    assert len(first("a", ["!", "?"])) == 2


def in_vmap(words: list[str]) -> object:
    return over(words), over_asked(words), marked(words, "!")


def in_map(words: list[str]) -> object:
    return ember.map(ask, words), ember.map(asked, words), each_asked(words)


def in_reduce(words: list[str]) -> object:
    return ember.reduce(merge, words, arity=2), ember.reduce(merged, words, arity=2)


def in_scan(words: list[str]) -> object:
    return ember.scan(step, "s", words), ember.scan(stepped, "s", words)


def nested_vmap(words: list[str]) -> object:
    return ember.vmap(lambda word: over_asked([word, word + "!"]))(words)


def of_unknown_lists(words: list[str]) -> object:
    parts = generate(words[0]).split("x")
    return over_asked(parts), ember.map(asked, parts), ember.scan(stepped, "s", parts)


CASES = [in_vmap, in_map, in_reduce, in_scan, nested_vmap, of_unknown_lists]


@pytest.mark.parametrize("function", CASES)
def test_all_ways_agree(agree: Agree, function: Callable[..., object]) -> None:
    agree(function, WORDS)


@pytest.mark.parametrize("function", CASES)
def test_a_program_of_a_part_is_the_part(function: Callable[[list[str]], object]) -> None:
    program = ember.jit(strict=True)(function)
    assert answers(lambda: program(WORDS)) == answers(lambda: program.eager(WORDS))


def test_jit_of_each_is_jit_of_all() -> None:
    @ember.jit(strict=True)
    def by_function(words: list[str]) -> list[str]:
        return ember.map(ask, words)

    @ember.jit(strict=True)
    def by_program(words: list[str]) -> list[str]:
        return ember.map(asked, words)

    # The name of a program is a part of its text, and of the stamp that it has.
    texts = [re.sub(r'by_\w+|#llm.utf8"\w+"', "", one.ir()) for one in (by_function, by_program)]
    assert texts[0] == texts[1]


def test_the_rows_of_a_program_are_asked_for_at_once() -> None:
    inner = ember.vmap(ember.jit(ask))

    class Steady(Recording):
        def simulate(self, request: ember.Request) -> tuple[ember.Reply, float]:
            return ember.Reply(["yes"], 1, 1), 1.0

    program = ember.jit(inner)
    with ember.Session(provider=Steady(), clock="virtual"):
        program(WORDS)
    assert program.last_run is not None
    assert program.last_run.seconds == 1
