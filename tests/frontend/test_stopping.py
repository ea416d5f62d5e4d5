"""`any`, `all` and `next` of a generator expression stop at the first element that decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import ember_mlir as ember
from ember_mlir import generate

from .ways import Words, agree, operations

LISTS: tuple[list[str], ...] = (["a", "bb", "c"], [], ["x"])


def any_yes(xs: list[str]) -> bool:
    return any(generate(x) == "yes" for x in xs)


def all_with_o(xs: list[str]) -> str:
    if all("o" in generate(x) or "a" in x for x in xs):
        return "all"
    return "not all"


def any_of_known(xs: list[str]) -> tuple[bool, str | None]:
    found = next((x for x in ("a", "b", "c") if generate(x) == "yes"), None)
    return any(generate(x) == "yes" for x in ("a", "b", "c")), found


def first_yes(xs: list[str]) -> str | None:
    return next((x for x in xs if generate(x) == "yes"), None)


def first_answer(xs: list[str]) -> str:
    return next((generate(x + "?") for x in xs if generate(x) == "yes"), "none")


def first_named(xs: list[str]) -> str:
    return next((answer for x in xs if "o" in (answer := generate(x))), "none")


def first_of_all(xs: list[str]) -> str:
    return next((generate(x) for x in xs), "nothing")


def nested(xs: list[str]) -> bool:
    return any(
        generate(x + y) == "yes" for x in xs if x != "a" for y in generate(x).split(",") if y
    )


def all_that_are_kept(xs: list[str]) -> bool:
    return all(generate(x) != "yes" for x in xs if generate(x + "?") != "no" if x != "bb")


def pairs(xs: list[str]) -> tuple[bool, bool]:
    same = all(a == b for a, b in zip(xs, xs, strict=True))
    return any(generate(f"{i}{x}") == "yes" for i, x in enumerate(xs)), same


def in_branches(xs: list[str]) -> list[str]:
    out: list[str] = []
    for x in xs:
        if (x and any(generate(f"{x} {y}") == "yes" for y in xs)) or all(generate(y) for y in out):
            out.append(x)
    return out


def for_each(xs: list[str]) -> list[bool]:
    return [any(generate(f"{x} {y}") == "yes" for y in xs) for x in xs]


def in_a_lambda(xs: list[str]) -> tuple[bool, list[bool]]:
    asks: Callable[[str], bool] = lambda q: any(generate(q + y) == "yes" for y in xs)  # noqa: E731
    return asks("u"), list(map(asks, xs))


class Log:
    def __init__(self) -> None:
        self.said: list[str] = []

    def ask(self, x: str) -> str:
        self.said.append(generate(x))
        return self.said[-1]


def with_state(xs: list[str]) -> tuple[bool, list[str]]:
    log = Log()
    return any(log.ask(x) == "yes" for x in xs), log.said


def in_a_talk(xs: list[str]) -> tuple[str | None, int]:
    talk = ember.chat("s")
    return next((said for x in xs if "o" in (said := talk(x))), None), len(talk.conversation)


def with_a_name_of_its_own(xs: list[str]) -> list[str]:
    any: Callable[[Any], list[str]] = lambda items: [*items]  # noqa: E731
    return any(generate(x) for x in xs)


def caught(xs: list[str]) -> str:
    try:
        return next(x for x in xs if generate(x) == "yes")
    except StopIteration:
        return "none"


async def awaited(xs: list[str]) -> bool:
    return any(generate(x) == "yes" for x in xs)


@pytest.mark.parametrize(
    "function",
    [
        *(any_yes, all_with_o, any_of_known, first_yes, first_answer, first_named, first_of_all),
        *(nested, all_that_are_kept, pairs, in_branches, for_each, in_a_lambda, with_state),
        *(in_a_talk, with_a_name_of_its_own, caught, awaited),
    ],
    ids=lambda function: function.__name__,
)
def test_what_decides_is_the_last_that_is_asked(function: Callable[..., object]) -> None:
    results = [agree(function, xs) for xs in LISTS]
    assert any(len(found) > 1 for found in results)


@pytest.mark.parametrize(("word", "calls"), [("yes", 1), ("no", 3)])
def test_no_more_is_asked_than_python_asks(word: str, calls: int) -> None:
    def listed(xs: list[str]) -> bool:
        return any([generate(x) == "yes" for x in xs])

    for function, expected in ((any_yes, calls), (listed, 3)):
        program = ember.compile(function, strict=True)
        with ember.Session(provider=Words(0, draws=False, words=(word,)), seed=1):
            assert program(LISTS[0]) is (word == "yes")
        assert program.last_run is not None
        assert program.last_run.calls == expected


def with_b(xs: list[str]) -> tuple[bool, bool, str | None]:
    first = next((x for x in xs if "b" in x), None)
    return any(x.strip().startswith("b") for x in xs), all(x for x in xs), first


def above_three(xs: list[str]) -> bool:
    return any(int(x) > 3 for x in xs)


def test_what_asks_nothing_and_cannot_fail_is_a_map() -> None:
    found = operations(with_b, ["a", "b"])
    assert (found["ensemble.map"], found["scf.for"]) == (3, 0)
    for xs in LISTS:
        agree(with_b, xs)


def test_what_comes_behind_cannot_fail() -> None:
    assert operations(above_three, ["5"])["scf.for"] == 1
    assert agree(above_three, ["5", "no"]) == {"True"}
    assert agree(above_three, ["no", "5"]) == {"ValueError"}
    assert agree(above_three, []) == {"False"}


def left_early_and_read_again(xs: list[str]) -> object:
    pairs = zip(("a", "b", "c"), ("c", "d", "e"), strict=True)
    found = any(generate(a) == "no" for a, _ in pairs)
    return found, [*pairs]


def left_by_break(xs: list[str]) -> object:
    pairs = zip(("a", "b", "c"), ("c", "d", "e"), strict=True)
    for a, _ in pairs:
        if generate(a) == "no":
            break
    return list(pairs)


@pytest.mark.parametrize("function", [left_early_and_read_again, left_by_break])
def test_nobody_knows_what_an_iterator_gives_behind(function: Callable[..., object]) -> None:
    message = r"the iterator zip\(\) behind a loop that may have left it early is not captured"
    with ember.Session(clock="virtual"), pytest.raises(ember.CaptureError, match=message):
        ember.compile(function, strict=True)(["a"])


def first_of_pairs(xs: list[str]) -> str:
    pairs = [*enumerate(zip(xs, xs, strict=True))]
    return next((f"{i}{x}{y}" for i, (x, y) in pairs if generate(x + y) == "yes"), xs[0])


def first_of_two_loops(xs: list[str]) -> str | None:
    return next(
        (x + y for x in xs if generate(x) != "no" for y in xs if generate(x + y) == "yes"), None
    )


def first_that_two_loops_name(xs: list[str]) -> str:
    return next((x + r for x in xs for y in xs if "o" in (r := generate(x + y))), generate("none"))


def any_between(xs: list[str]) -> bool:
    return any(generate(a + c) == "yes" for a, *_, c in [[x, x, x + "3"] for x in xs])


@pytest.mark.parametrize(
    "function", [first_of_pairs, first_of_two_loops, first_that_two_loops_name, any_between]
)
def test_nothing_more_is_asked(function: Callable[..., object]) -> None:
    for xs in LISTS:
        agree(function, xs)


def default_that_is_asked_for_first(xs: list[str]) -> str:
    return next((x for x in sorted(xs) if generate(x) == "yes"), generate("none"))


def test_a_default_that_asks_before() -> None:
    with ember.Session(clock="virtual"), pytest.raises(ember.CaptureError, match="give it a name"):
        ember.compile(default_that_is_asked_for_first, strict=True)(["a"])
