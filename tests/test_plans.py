"""The plans that a program keeps: when there is one, and when another is made."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import FunctionType

import pytest

import ember_mlir as ember
from ember_mlir.plans import MOST_OF_A_KEY, CacheInfo, PlanCache

PREFIX = "Q"


class Switch:
    """A plan that holds as long as it is told to."""

    def __init__(self, name: str = "", on: bool = True) -> None:
        self.name = name
        self.on = on

    def holds(self) -> bool:
        return self.on


def info(hits: int, misses: int, currsize: int, maxsize: int = 64) -> CacheInfo:
    return CacheInfo(hits, misses, maxsize, currsize)


# The cache by itself


def test_a_plan_that_no_longer_holds_is_made_again_and_kept_beside() -> None:
    plans = PlanCache[Switch](8)
    first, second = Switch("first"), Switch("second")
    assert plans.get_or_make("key", lambda: first) is first
    first.on = False
    assert plans.get_or_make("key", lambda: second) is second
    first.on, second.on = True, False
    # What it was made from is as it was once more.
    assert plans.get_or_make("key", Switch) is first
    assert plans.info() == info(1, 2, 2, maxsize=8)


def test_a_key_has_a_few_plans_at_most() -> None:
    plans = PlanCache[Switch](64)
    for _ in range(MOST_OF_A_KEY + 3):
        plans.get_or_make("key", Switch).on = False
    assert plans.info() == info(0, MOST_OF_A_KEY + 3, MOST_OF_A_KEY)


def test_those_of_the_key_not_used_for_longest_go_first() -> None:
    plans = PlanCache[Switch](3)
    a, b = (plans.get_or_make(key, Switch) for key in "ab")
    plans.get_or_make("c", Switch)
    assert plans.get_or_make("a", Switch) is a
    plans.get_or_make("d", Switch)
    assert plans.get_or_make("a", Switch) is a
    assert plans.get_or_make("b", Switch) is not b
    assert plans.info() == info(2, 5, 3, maxsize=3)


@pytest.mark.parametrize("maxsize", [1, 2, 5])
def test_there_are_never_more_than_the_bound(maxsize: int) -> None:
    plans = PlanCache[Switch](maxsize)
    for number in range(20):
        plans.get_or_make(number % 7, Switch).on = number % 3 > 0
        assert plans.info().currsize <= maxsize
    assert plans.info().currsize == maxsize


def test_what_fails_is_tried_again() -> None:
    plans = PlanCache[Switch](8)

    def fail() -> Switch:
        raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            plans.get_or_make("key", fail)
    assert plans.info() == info(0, 0, 0, maxsize=8)
    plans.get_or_make("key", Switch)
    assert plans.info() == info(0, 1, 1, maxsize=8)


def test_threads_that_ask_at_once_get_one_plan() -> None:
    plans, gate = PlanCache[Switch](8), threading.Barrier(8)
    made: list[Switch] = []

    def make() -> Switch:
        made.append(Switch())
        return made[-1]

    def work(_: int) -> Switch:
        gate.wait()
        return plans.get_or_make("key", make)

    with ThreadPoolExecutor(8) as pool:
        found = {id(plan) for plan in pool.map(work, range(8))}
    assert found == {id(made[0])}
    assert len(made) == 1
    assert plans.info() == info(7, 1, 1, maxsize=8)


def test_threads_lose_no_plans_of_different_keys() -> None:
    plans, gate = PlanCache[Switch](64), threading.Barrier(8)

    def work(number: int) -> None:
        gate.wait()
        for key in range(40):
            assert plans.get_or_make(key, lambda key=key: Switch(f"{key}")).name == f"{key}"
            plans.get_or_make((number, key % 3), Switch)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert plans.info() == info(8 * 80 - 64, 64, 64)


def test_who_makes_a_plan_keeps_nobody_from_those_that_there_are() -> None:
    plans, entered, leave = PlanCache[Switch](8), threading.Event(), threading.Event()
    known = plans.get_or_make("known", Switch)

    def slow() -> Switch:
        entered.set()
        assert leave.wait(60)
        return Switch("slow")

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(plans.get_or_make, "slow", slow)
        assert entered.wait(60)
        # Both of these would never end if they waited.
        assert plans.get_or_make("known", Switch) is known
        assert plans.get_or_make("other", lambda: Switch("other")).name == "other"
        leave.set()
        assert waiting.result(60).name == "slow"


def test_a_plan_may_be_made_for_the_sake_of_another() -> None:
    plans = PlanCache[Switch](8)

    def outer() -> Switch:
        return Switch(plans.get_or_make("inner", lambda: Switch("inner")).name + "+")

    assert plans.get_or_make("outer", outer).name == "inner+"
    assert plans.info() == info(0, 2, 2, maxsize=8)


def test_threads_that_need_the_plans_of_one_another_do_not_wait_for_ever() -> None:
    one, other, gate = PlanCache[Switch](8), PlanCache[Switch](8), threading.Barrier(2)

    def work(mine: PlanCache[Switch], theirs: PlanCache[Switch]) -> Switch:
        def make() -> Switch:
            gate.wait(60)
            return theirs.get_or_make("key", Switch)

        return mine.get_or_make("key", make)

    with ThreadPoolExecutor(2) as pool:
        found = [pool.submit(work, one, other), pool.submit(work, other, one)]
        assert all(each.result(60).on for each in found)


# The cache of a program


def asked(program: Callable[..., object], *args: object, **kwargs: object) -> object:
    with ember.Session(seed=1, clock="virtual"):
        return program(*args, **kwargs)


def test_a_new_input_is_a_hit_and_another_static_argument_a_miss() -> None:
    @ember.jit
    def program(q: str, times: int = 2) -> list[str]:
        return ember.sample(q, times)

    assert program.cache_info() == info(0, 0, 0)
    for q, times in (("a", 2), ("b", 2), ("a", 3), ("c", 3)):
        asked(program, q, times)
    assert program.cache_info() == info(2, 2, 2)
    # However an argument is given, it is the same one.
    asked(program, "a")
    asked(program, times=3, q="a")
    assert program.cache_info() == info(4, 2, 2)


def test_another_type_of_input_is_a_miss() -> None:
    def same(value: object) -> object:
        return value

    program = ember.jit(same)
    assert asked(program, ["a"]) == ["a"]
    assert program.cache_info() == info(0, 1, 1)
    other = ember.compile(same, strict=True)
    assert other.cache_info() == info(0, 0, 0)
    assert asked(other, 3) == 3
    assert asked(other, 4) == 4
    assert asked(other, 3) == 3
    assert other.cache_info() == info(1, 2, 2)
    assert asked(other, True) is True
    assert asked(other, 1) == 1
    assert other.cache_info() == info(1, 4, 4)


def redefine(function: Callable[..., object], template: Callable[..., object]) -> None:
    assert isinstance(function, FunctionType)
    assert isinstance(template, FunctionType)
    function.__code__ = template.__code__


def test_other_code_is_a_miss() -> None:
    def before(q: str) -> str:
        return f"before {q}"

    def after(q: str) -> str:
        return f"after {q}"

    program = ember.jit(before)
    assert asked(program, "a") == "before a"
    redefine(before, after)
    assert asked(program, "a") == "after a"
    assert program.cache_info() == info(0, 2, 2)
    assert asked(program, "b") == "after b"
    assert program.cache_info() == info(1, 2, 2)


def test_what_was_read_from_outside_is_a_miss_when_it_has_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Style:
        mark = "!"

    style, word = Style(), "one"

    @ember.jit(strict=True)
    def program(q: str) -> str:
        return f"{PREFIX}: {q} {word}{style.mark}"

    assert asked(program, "a") == "Q: a one!"
    monkeypatch.setitem(globals(), "PREFIX", "R")
    assert asked(program, "a") == "R: a one!"
    word = "two"
    assert asked(program, "a") == "R: a two!"
    style.mark = "?"
    assert asked(program, "a") == "R: a two?"
    assert program.cache_info() == info(0, 4, 4)
    style.mark, word = "!", "one"
    monkeypatch.setitem(globals(), "PREFIX", "Q")
    assert asked(program, "b") == "Q: b one!"
    assert program.cache_info() == info(1, 4, 4)


def test_a_default_of_a_helper_that_has_changed_is_a_miss() -> None:
    def helper(q: str, mark: str = "!", *, end: str = ".") -> str:
        return f"{q}{mark}{end}"

    @ember.jit(strict=True)
    def program(q: str) -> str:
        return helper(q)

    assert asked(program, "a") == "a!."
    helper.__defaults__ = ("?",)
    assert asked(program, "a") == "a?."
    assert helper.__kwdefaults__ is not None
    helper.__kwdefaults__["end"] = ""
    assert asked(program, "a") == "a?"
    helper.__kwdefaults__ = {"end": ";"}
    assert asked(program, "a") == "a?;"
    assert asked(program, "b") == "b?;"
    assert program.cache_info() == info(1, 4, 4)


def test_what_is_not_captured_is_remembered_until_there_is_other_code() -> None:
    def program(q: str) -> str:
        # A key that is made of an answer.
        return {ember.generate(q): q}.popitem()[1]

    def other(q: str) -> str:
        return q + "!"

    made = ember.jit(program)
    with pytest.warns(ember.CaptureWarning, match="until then it runs as it is written"):
        assert asked(made, "a") == "a"
    assert asked(made, "b") == "b"
    assert made.cache_info() == info(1, 1, 1)
    # Whoever asks what it compiles to is told each time why it does not.
    for _ in range(2):
        with pytest.raises(ember.CaptureError):
            made.ir()
    redefine(program, other)
    assert asked(made, "b") == "b!"


def test_a_function_that_cannot_be_read_is_told_once() -> None:
    def program(q: str) -> str:
        with open(__file__, encoding="utf-8"):
            return q

    def other(q: str) -> str:
        return q + "!"

    made, gate = ember.jit(program), threading.Barrier(4)

    def work(_: int) -> object:
        gate.wait()
        return asked(made, "a")

    with (
        pytest.warns(ember.CaptureWarning, match="a 'with' block") as caught,
        ThreadPoolExecutor(4) as pool,
    ):
        assert [*pool.map(work, range(4))] == ["a"] * 4
    assert len(caught) == 1
    redefine(program, other)
    assert asked(made, "b") == "b!"


def test_plans_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ember_mlir.program.MAX_PLANS", 3)

    @ember.jit
    def program(n: int) -> int:
        return n

    assert [program(n) for n in (1, 2, 3, 4, 5, 1, 5)] == [1, 2, 3, 4, 5, 1, 5]
    assert program.cache_info() == info(1, 6, 3, maxsize=3)


def test_threads_that_call_a_program_first_at_once_capture_it_once() -> None:
    @ember.jit(strict=True)
    def program(q: str, times: int = 1) -> list[str]:
        return [ember.generate(f"{q} {i}") for i in range(times)]

    gate = threading.Barrier(6)

    def work(number: int) -> object:
        gate.wait()
        return asked(program, "q", number % 2 + 1)

    with ThreadPoolExecutor(6) as pool:
        answers = [*pool.map(work, range(6))]
    assert answers == [answers[0], answers[1]] * 3
    assert program.cache_info() == info(4, 2, 2)


def test_programs_of_methods_count_for_each_object() -> None:
    class Named:
        def __init__(self, name: str) -> None:
            self.name = name

        @ember.jit
        def greet(self, q: str) -> str:
            return f"{self.name} {q}"

    ada, bob = Named("Ada"), Named("Bob")
    greetings = [asked(each.greet, "x") for each in (ada, ada, bob)]
    assert greetings == ["Ada x", "Ada x", "Bob x"]
    assert ada.greet.cache_info() == info(1, 1, 1)
    assert bob.greet.cache_info() == info(0, 1, 1)
