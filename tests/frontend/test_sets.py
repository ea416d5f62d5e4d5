"""Sets that captured code makes and changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

import ember_mlir as ember
from ember_mlir import generate

from .ways import agree

LISTS: tuple[list[str], ...] = (["a", "bb", "c"], [], ["x"])


def without_repeats(xs: list[str]) -> list[str]:
    seen: set[str] = set()
    out: list[str] = []
    for x in xs:
        answer = generate(x)
        if answer in seen:
            continue
        seen.add(answer)
        out.append(answer)
    return out


def over_known(xs: list[str]) -> tuple[int, list[str]]:
    seen: set[str] = set()
    for x in ("a", "b", "c"):
        seen.add(generate(x))
    return len(seen), sorted(seen)


def operators(xs: list[str]) -> object:
    a = {generate(x) for x in xs}
    b = {generate(x + "!") for x in xs}
    return sorted(a & b), sorted(a | b), sorted(a - b), sorted(a ^ b), a <= b, a == b, len(a)


def methods(xs: list[str]) -> object:
    a = set([generate(x) for x in xs])
    b = {"yes", "no"}
    c = a.copy()
    c.add("c")
    return sorted(a.union(b)), sorted(b.difference(a)), a.issubset(b), sorted(c), "c" in a


def in_place(xs: list[str]) -> object:
    a, b = {"yes", "no", "ok"}, {"yes", "z"}
    for x in xs:
        a.discard(generate(x))
        b |= {x, generate(x + "?")}
    a.update(["u"], {"v"}, "wx")
    b -= {"z"}
    b &= {"yes", "no", "a"}
    a ^= {"u", "k"}
    return sorted(a), sorted(b), f"{len(a)}", bool(b), max(a)


def taken_away(xs: list[str]) -> list[str]:
    left = {"yes", "no", "ok", "7", "A, B", "bad"}
    for x in xs:
        left.remove(generate(x))
    return sorted(left)


def order(xs: list[str]) -> object:
    found: set[str] = set()
    for number in range(40):
        found.add(generate(f"{number}") + str(number))
        if number % 7 == 3:
            found.discard(f"yes{number}")
            found.discard(f"no{number - 1}")
    return list(found), [x + "!" for x in found]


def under_conditions(xs: list[str]) -> list[str]:
    found = {"a"}
    if generate("a") == "yes":
        found.add("b")
    else:
        found.discard("a")
    if len(xs) > 1:
        found.clear()
    return sorted(found)


def of_tuples(xs: list[str]) -> object:
    found: set[tuple[str, int]] = set()
    for x in xs:
        found.add((generate(x), 1))
    found.update([("a", 2)])
    return sorted(found), ("yes", 1) in found


def of_numbers(xs: list[str]) -> object:
    found = {1, 2}
    for x in xs:
        found.add(len(generate(x)))
    found -= {2}
    return found, sum(found), 3 in found, 3 not in found


def gone_through(xs: list[str]) -> object:
    asked = [generate(answer) for answer in sorted({generate(x) for x in xs})]
    length = 0
    for x in {"p", "q", *xs}:
        length += len(generate(x))
    return asked, length


class Seen:
    def __init__(self) -> None:
        self.all: set[str] = set()
        self.by = {"a": {"k"}}

    def is_new(self, x: str) -> bool:
        if x in self.all:
            return False
        self.all.add(x)
        self.by["a"].add(x)
        return True


def note(found: set[str], x: str) -> None:
    found.add(generate(x))


def handed_on(xs: list[str]) -> object:
    seen, count = Seen(), 0
    found: set[str] = set()
    for x in xs:
        note(found, x)
        if seen.is_new(generate(x)):
            count += 1
    return count, sorted(seen.all), seen.by, found


@pytest.mark.parametrize(
    "function",
    [
        *(without_repeats, over_known, operators, methods, in_place, taken_away, order),
        *(under_conditions, of_tuples, of_numbers, gone_through, handed_on),
    ],
    ids=lambda function: function.__name__,
)
def test_sets(function: Callable[..., object]) -> None:
    results = [agree(function, xs) for xs in LISTS]
    assert any(len(found) > 1 for found in results)


def test_a_set_that_is_returned_is_a_new_one() -> None:
    def letters(q: str) -> set[str]:
        return {q, "a", "b"} if q else {"a"}

    program = ember.compile(letters, strict=True)
    with ember.Session(clock="virtual"):
        first, second = program("x"), program("x")
        assert first == second == {"a", "b", "x"}
        first.clear()
        assert program("x") == second
        none = program("")
        none.add("c")
        assert program("") == {"a"}


def either(xs: list[str]) -> object:
    a, b = {"a"}, {"b"}
    c = a if generate("a") == "yes" else b
    c.add("x")
    return a, b


def put_away(xs: list[str]) -> object:
    a = {"a"}
    rows = [a]
    for x in xs:
        rows.append({x})
    a.add("x")
    return rows


def any_one(xs: list[str]) -> str:
    found = {"a", generate("a")}
    return found.pop()


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (either, r"set.add\(\) of a set whose elements are known only when the program runs"),
        (put_away, r"set.add\(\) of a set that is a part of another value by now"),
        (any_one, r"set.pop\(\), which takes any element, is not captured yet; take one of sort"),
    ],
)
def test_what_is_refused(function: Callable[..., object], message: str) -> None:
    program = ember.compile(function, strict=True)
    with ember.Session(clock="virtual"), pytest.raises(ember.CaptureError, match=message):
        program(["a"])


@dataclass
class State:
    notes: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)


def of_a_dataclass(xs: list[str]) -> object:
    state, other = State(), State()
    for x in xs:
        state.seen.add(generate(x))
    return sorted(state.seen), other.seen


def test_sets_of_dataclasses() -> None:
    assert len(agree(of_a_dataclass, LISTS[0])) > 1
    agree(of_a_dataclass, [])
