"""What is changed in comprehensions, in keys, in tests of loops and in folds."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple

import pytest

import ember_mlir as ember
from ember_mlir import generate

from .ways import agree, differences, operations

LISTS: tuple[list[str], ...] = (["a", "bb", "c"], [], ["x"])


class Log:
    def __init__(self) -> None:
        self.said: list[str] = []
        self.count = 0

    def ask(self, x: str) -> str:
        self.said.append(generate(x))
        self.count += 1
        return self.said[-1]


# Comprehensions


def asked(xs: list[str]) -> object:
    log = Log()
    return [log.ask(x) for x in xs], log.said, log.count


def asked_twice(xs: list[str]) -> object:
    log = Log()
    return [log.ask(x) + "!" for x in xs if log.ask(x + "?") != "no"], log.said


def asked_for_pairs(xs: list[str]) -> object:
    log = Log()
    flat = [log.ask(x + y) for x in xs for y in xs]
    rows = [[log.ask(x + y) for x in xs] for y in ("a", "b")]
    numbered = [(number, log.ask(x)) for number, x in enumerate(xs)]
    return flat, rows, numbered, [log.ask(x + y) for x, y in zip(xs, xs, strict=True)], log.said


def of_other_kinds(xs: list[str]) -> object:
    log = Log()
    entries = {x: log.ask(x) for x in xs}
    found = {log.ask(x) for x in xs}
    return entries, sorted(found), " ".join(log.ask(x) for x in xs), log.said


def talked(xs: list[str]) -> list[str]:
    talk = ember.chat("Be short.")
    return [talk(x) for x in xs]


def new_ones(xs: list[str]) -> list[str]:
    seen: set[str] = set()
    answers = [generate(x) for x in xs]
    return [x for x in answers if not (x in seen or seen.add(x))]  # type: ignore[func-returns-value]


def with_keys(xs: list[str]) -> object:
    log = Log()
    mapped = list(map(log.ask, xs))
    ordered = sorted(xs, key=lambda x: log.ask(x + "k"))
    greatest = max(xs, key=lambda x: (log.ask(x + "m"), x), default=None)
    kept = list(filter(lambda x: log.ask(x) != "no", xs))
    return mapped, ordered, greatest, kept, log.said


@pytest.mark.parametrize(
    "function",
    [asked, asked_twice, asked_for_pairs, of_other_kinds, talked, new_ones, with_keys],
    ids=lambda function: function.__name__,
)
def test_comprehensions_that_change_something(function: Callable[..., object]) -> None:
    assert len(agree(function, LISTS[0])) > 1
    for xs in LISTS[1:]:
        agree(function, xs)


def test_a_list_that_a_comprehension_runs_through_stays() -> None:
    def growing(xs: list[str]) -> object:
        todo = [generate(x) for x in xs]
        return [todo.append("x") for _ in todo if len(todo) < 6], todo  # type: ignore[func-returns-value]

    program = ember.compile(growing, strict=True)
    with (
        ember.Session(clock="virtual"),
        pytest.raises(ember.CaptureError, match="changed while"),
    ):
        program(["a"])


def test_what_changes_nothing_is_a_map() -> None:
    def plain(xs: list[str]) -> list[str]:
        return [generate(x) for x in xs]

    found = operations(plain, ["a"])
    assert (found["ensemble.map"], found["scf.for"]) == (1, 0)
    assert operations(asked, ["a"])["scf.for"] == 1


# Tests of loops


def until_yes(q: str) -> object:
    talk, rounds = ember.chat("s"), 0
    while talk(f"{q}{rounds}") != "yes" and rounds < 4:
        rounds += 1
    return rounds, len(talk.conversation)


def until_left(q: str) -> object:
    log, rounds = Log(), 0
    while log.ask(f"{q}{rounds}") != "yes":
        rounds += 1
        if rounds > 3 or log.said[-1] == "bad":
            break
    else:
        return "else", log.said
    return rounds, log.said


def until_seen(q: str) -> object:
    log = Log()
    seen: set[str] = set()
    while log.ask(q) not in seen and log.count < 5:
        seen.add(log.said[-1])
        q += "!"
    return log.count, log.said, sorted(seen)


def until_empty(q: str) -> object:
    todo = [*generate(q).split(","), "a", "b"]
    length = 0
    while todo.pop() != "7" and todo:
        length += len(generate(str(length)))
    return length, todo


def nothing_but_a_test(q: str) -> int:
    log = Log()
    while log.ask(f"{q}{log.count}") != "yes" and log.count < 6:
        pass
    return log.count


def loop_in_loop(q: str) -> object:
    log = Log()
    out: list[str] = []
    for x in generate(q).split(","):
        while log.ask(f"{q}{x}{len(out)}") == "no" and len(out) < 5:
            out.append(x)
    return out, log.said


@pytest.mark.parametrize(
    "function",
    [until_yes, until_left, until_seen, until_empty, nothing_but_a_test, loop_in_loop],
    ids=lambda function: function.__name__,
)
def test_tests_that_change_something(function: Callable[..., object]) -> None:
    assert len(agree(function, "hi") | agree(function, "ho")) > 1


# Taken apart, and folded


def taken_apart(xs: list[str]) -> object:
    first, *rest = [generate(x) for x in xs]
    *start, last = [*xs, generate("z")]
    start.append(last)
    out = [(one, more) for one, *more in [["k", "l"], ["m"]]]
    for one, *more in [generate(x).split(",") for x in xs]:
        out.append((one, more))
    a, (b, *c), *d = ["p", [generate("q"), "r", "s"], generate("t"), "u"]
    return first, rest, start, out, a, b, c, d


def in_the_middle(xs: list[str]) -> object:
    first, *between, last = [generate(x) for x in xs]
    head, *tail = generate("b")
    return first, between, last, head, tail


def removed(xs: list[str]) -> object:
    left = ["yes", "no", "ok"]
    for x in xs:
        answer = generate(x)
        if answer in left:
            left.remove(answer)
    answers = [generate(x) for x in xs]
    answers.remove("yes")
    answers.reverse()
    return left, answers


def folded(xs: list[str]) -> object:
    log = Log()
    text = reduce(lambda so_far, x: generate(f"{so_far}+{x}"), xs, "start")
    number = reduce(operator.add, [len(generate(x)) for x in xs], 0)
    answers = reduce(lambda so_far, x: [*so_far, generate(x)], xs, list[str]())
    return text, number, answers, reduce(lambda so_far, x: log.ask(so_far + x), xs, "s"), log.said


def folded_alone(xs: list[str]) -> str:
    return reduce(lambda so_far, x: generate(f"{so_far}+{x}"), xs)


@pytest.mark.parametrize(
    "function",
    [taken_apart, in_the_middle, removed, folded, folded_alone],
    ids=lambda function: function.__name__,
)
def test_lists_of_any_length(function: Callable[..., object]) -> None:
    results = [agree(function, xs) for xs in LISTS]
    assert any(len(found) > 1 for found in results)


@ember.associative
def merged(first: str, second: str) -> str:
    return generate(f"merge {first} and {second}")


def in_any_order(xs: list[str]) -> str:
    return reduce(merged, xs, "s") + reduce(merged, ["a", "b", *xs])


def test_an_associative_fold_is_a_tree() -> None:
    assert operations(in_any_order, ["a"])["ensemble.reduce"] == 2
    assert operations(folded_alone, ["a"])["ensemble.reduce"] == 0
    found: set[str] = set()
    for xs in (*LISTS, [*"abcdefghij"]):
        told = differences(in_any_order, [xs])
        # As it is written, Python goes from the first to the last.
        assert not [one for one in told if "plain" not in one]
        found.update(told)
    assert found


def test_a_fold_has_an_element() -> None:
    def tree(xs: list[str]) -> str:
        return reduce(merged, xs)

    program = ember.compile(tree, strict=True)
    with ember.Session(seed=1, clock="virtual"):
        assert program(["a"]) == "a"
        with pytest.raises(TypeError, match="of empty iterable with no initial value"):
            program([])
        program([*"abcdefgh"])
        assert program.last_run is not None
        assert program.last_run.calls == 7


class Rated(NamedTuple):
    name: str
    points: int


@dataclass
class Rating:
    name: str
    points: int

    def beats(self, other: Rating) -> bool:
        return self.points > other.points


def best_record(xs: list[str]) -> object:
    best: Rating | None = None
    for x in xs:
        found = Rating(x, len(generate(x)))
        if best is None or found.beats(best):
            best = found
    return best.name if best is not None else "none"


def best_tuple(xs: list[str]) -> object:
    best: Rated | None = None
    for x in xs:
        found = Rated(x, len(generate(x)))
        if best is None or found.points > best.points:
            best = found
    return best


@pytest.mark.parametrize("function", [best_record, best_tuple])
def test_the_best_of_none_or_more(function: Callable[..., object]) -> None:
    assert len(agree(function, LISTS[0])) > 1
    for xs in LISTS[1:]:
        agree(function, xs)


def in_an_operand(xs: list[str]) -> object:
    out: list[str] = []
    for x in xs:
        if generate(x) == "yes" or out.append(x):  # type: ignore[func-returns-value]
            out.append("!")
    asked = [x for x in xs if generate(x + "?") == "no" and not out.append(x)]  # type: ignore[func-returns-value]
    return asked, out


def test_operands_that_change_something() -> None:
    assert len(agree(in_an_operand, LISTS[0])) > 1
    for xs in LISTS[1:]:
        agree(in_an_operand, xs)
