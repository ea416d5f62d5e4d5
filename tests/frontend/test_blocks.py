"""`with` for what does nothing to values, and `nonlocal` in functions inside."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext

import pytest

import ember_mlir as ember
from ember_mlir import generate

from .ways import agree

LISTS: tuple[list[str], ...] = (["a", "bb", "c"], [], ["x"])


def entered(xs: list[str]) -> object:
    with nullcontext():
        a = generate("a")
    with nullcontext("v") as v, nullcontext(a) as b:
        c = generate(b + v)
    return [c, *[generate(x + c) for x in xs]]


def left_early(xs: list[str]) -> object:
    with nullcontext():
        for x in xs:
            if generate(x) == "yes":
                return x
        if generate("q") == "ok":
            return "ok"
    return "none"


def in_a_loop(xs: list[str]) -> list[str]:
    out: list[str] = []
    for x in xs:
        with nullcontext(x) as y:
            answer = generate(y)
            if answer == "yes":
                continue
            if answer == "bad":
                break
            out.append(answer)
        out.append("after")
    return out


def with_options(xs: list[str]) -> list[str | None]:
    with ember.execution_options(max_workers=2, scheduler="sequential") as options:
        if generate("a") == "yes":
            return [options.scheduler]
        return [generate(x) for x in xs]


# Functions that assign to what is outside of them


def counted(xs: list[str]) -> object:
    count = 0

    def ask(x: str) -> str:
        nonlocal count
        count += 1
        return generate(x)

    return [ask(x) for x in xs if ask(x + "?") != "no"], count


def best_of(xs: list[str], left: int = 2) -> object:
    best = "k"

    def keep(x: str) -> None:
        nonlocal best, left
        answer = generate(x)
        if len(answer) > len(best):
            best = answer
        else:
            left -= 1

    for x in xs:
        keep(x)
    while left > 0:
        keep(f"k{left}")
        left -= 1
    best += "!"
    return best, left, [best + x for x in xs]


def in_one_inside_another(xs: list[str]) -> object:
    total: int = 0

    def outer(x: str) -> list[int]:
        def inner(y: str) -> int:
            nonlocal total
            total += len(generate(y))
            return total

        return [inner(x), inner(x + "?")]

    rows = [outer(x) for x in xs]
    (total, other) = (total + 1, 5)
    return rows, total, other


def made_twice(xs: list[str]) -> object:
    def counter() -> Callable[[], int]:
        number = 0

        def step() -> int:
            nonlocal number
            number += 1
            return number

        return step

    a, b = counter(), counter()
    if generate("p") == "yes":
        a()
    for x in xs:
        a()
        if generate(x) == "no":
            b()
    return a(), b()


@pytest.mark.parametrize(
    "function",
    [
        *(entered, left_early, in_a_loop, with_options),
        *(counted, best_of, in_one_inside_another, made_twice),
    ],
    ids=lambda function: function.__name__,
)
def test_blocks_and_variables(function: Callable[..., object]) -> None:
    results = [agree(function, xs) for xs in LISTS]
    assert any(len(found) > 1 for found in results)


@ember.jit
def asking(x: str) -> str:
    return generate(x)


def program_in_options(q: str) -> str:
    with ember.execution_options(budget_usd=1):
        return asking(q)


def shadowed(q: str) -> object:
    count = 0

    def more() -> None:
        nonlocal count
        count += 1

    more()
    return [count for count in (1, 2)], (lambda count: count)(q), count


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (program_in_options, "a program that is called where other options hold is not captured"),
        (shadowed, "another variable called 'count' is not captured yet; choose another name"),
    ],
)
def test_what_is_refused(function: Callable[..., object], message: str) -> None:
    with ember.Session(clock="virtual"), pytest.raises(ember.CaptureError, match=message):
        ember.compile(function, strict=True)("a")


def test_options_are_checked() -> None:
    def ask(q: str) -> str:
        with ember.execution_options(max_workers=0):
            return generate(q)

    with ember.Session(clock="virtual"), pytest.raises(ember.InputError, match="max_workers"):
        ember.compile(ask)("a")
