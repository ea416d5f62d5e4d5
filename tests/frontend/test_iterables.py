"""Loops over texts and objects, and what itertools makes of lists."""

# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import asyncio
import itertools
import json
import re
from collections.abc import Callable, Iterator

import pytest

import ember_mlir as ember
from ember_mlir import generate

from .ways import captured_of, check

WORDS = ("yes", "no", "ok", "7", "A, B", '["a", "b"]', '{"x": 1, "y": "z"}', "")


def digits(q: str) -> str:
    return "".join(c for c in generate(q) if c.isdigit()) + "!"


def characters(q: str) -> object:
    seen: list[str] = []
    for c in generate(q):
        if c in seen:
            break
        seen.append(c.upper())
    return seen


def characters_of_the_input(q: str) -> list[str]:
    return [c + generate("1") for c in q]


def elements_of_json(q: str) -> object:
    found: list[str] = []
    for item in json.loads(json.dumps([q, generate(q), [1]])):
        found.append(f"<{item}>")
    return found


def keys_of_json(q: str) -> object:
    data = json.loads('{"a": "' + generate(q).replace('"', "") + '"}')
    return [f"{key}={data[key]}" for key in data]


def matches(q: str) -> list[str]:
    return [match.group() for match in re.finditer(r"\w", generate(q))]


def pairs(q: str) -> object:
    drafts = [generate(f"{i} {q}") for i in range(3)]
    wins: list[str] = []
    for left, right in itertools.combinations(drafts, 2):
        wins.append(left if generate(f"{left} or {right}?") == "yes" else right)
    return wins


def pairs_of_words(q: str) -> object:
    words = generate(q).split(", ")
    return [f"{a}-{b}" for a, b in itertools.combinations(words, 2)], [
        a + b + generate("x") for a, b in itertools.pairwise([*words, "end"])
    ]


def products(q: str) -> object:
    words = generate(q).split(", ")
    rows = [f"{a}{n}" for a, n in itertools.product(words, [1, 2])]
    return rows, [*itertools.chain(words, ["z"])], [w for w in itertools.islice(words, 1)]


def orders(q: str) -> object:
    words = generate(q).split(", ")
    return ["".join(order) for order in itertools.permutations(words)], [
        a + b for a, b in itertools.permutations(words, 2)
    ]


@pytest.mark.parametrize(
    "function",
    [
        digits,
        characters,
        elements_of_json,
        keys_of_json,
        matches,
        pairs,
        pairs_of_words,
        products,
        orders,
        characters_of_the_input,
    ],
    ids=lambda function: function.__name__,
)
def test_all_ways_agree(function: Callable[..., object]) -> None:
    check(function, "où")


def test_what_is_no_iterable() -> None:
    def number(q: str) -> list[object]:
        return [one for one in json.loads("1" + generate(q)[:0])]

    check(number, "q", varied=False)


class Own:
    def __iter__(self) -> Iterator[str]:
        yield generate("own")


@ember.tool
def made() -> object:
    return Own()


def test_what_runs_code_of_its_own_is_an_error() -> None:
    def own(q: str) -> list[str]:
        found: object = made()
        assert isinstance(found, Own) or q
        return [one + generate(q) for one in found]  # pyright: ignore

    captured_of(own, ("q",))
    with pytest.raises(ember.ProgramError, match="make a list of it first"):
        ember.compile(own, strict=True)("q")


async def asked(number: int, word: str) -> str:
    answer = generate(f"{number} {word}")
    return f"{word}: {answer}" if answer != "no" else word


async def gathered(q: str) -> object:
    words = generate(q).split(", ")
    found = await asyncio.gather(*[asked(n, word) for n, word in enumerate(words)])
    return len(found), found


async def gathered_of_a_generator(q: str) -> str:
    words = generate(q).split(", ")
    return ", ".join(await asyncio.gather(*(asked(0, word) for word in words if word)))


@pytest.mark.parametrize("function", [gathered, gathered_of_a_generator])
def test_gather_of_a_list_that_is_not_known(function: Callable[..., object]) -> None:
    check(function, "q")


async def awaited_one_by_one(q: str) -> object:
    waiting = [asked(0, word) for word in generate(q).split(", ")]
    return [await one for one in waiting]


async def gathered_with_others(q: str) -> object:
    words = generate(q).split(", ")
    return await asyncio.gather(asked(1, q), *[asked(0, word) for word in words])


def spread_in_another_call(q: str) -> str:
    return "{} {}".format(*generate(q).split(", "))


@pytest.mark.parametrize("function", [awaited_one_by_one, gathered_with_others])
def test_coroutines_in_lists(function: Callable[..., object]) -> None:
    check(function, "q")


def test_a_spread_that_is_refused() -> None:
    with pytest.raises(ember.CaptureError, match="is not captured yet"):
        captured_of(spread_in_another_call, ("q",))
