"""Functions that programs call: nested, closures, lambdas, methods, recursion, async ones."""

# The programs here are as users write them: without types of lambdas and of empty lists.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial, reduce
from typing import Any

import pytest

import ember_mlir as ember
from ember_mlir import generate

from .ways import agree, captured_of, check, differences

LIMIT = 2


def refine(text: str, n: int = 2) -> str:
    for i in range(n):
        text = generate(f"refine {i} {text}")
        if text == "ok":
            return text
    return text


def tree(q: str, depth: int) -> str:
    if depth == 0:
        return generate(q)
    left, right = tree(q + "l", depth - 1), tree(q + "r", depth - 1)
    if left == right:
        return left
    return generate(f"merge {left} {right}")


def first_good(q: str, left: int) -> str | None:
    answer = generate(f"{left} {q}")
    if answer in ("yes", "ok"):
        return answer
    return first_good(q, left - 1) if left else None


class Judge:
    kind = "judge"

    def __init__(self, name: str, rubric: str = "r") -> None:
        self.name = name
        self.rubric = rubric
        self.asked = 0

    def score(self, text: str) -> int:
        if generate(f"{self.name} {self.rubric} {text}") in ("yes", "ok", "7"):
            return 1
        return 0

    def __call__(self, text: str) -> int:
        return self.score(text) + 1

    @property
    def verdict(self) -> str:
        return "good" if generate(f"verdict of {self.name}") in ("yes", "ok", "7") else "bad"

    @staticmethod
    def tagged(text: str) -> str:
        return generate("static " + text)

    @classmethod
    def named(cls, text: str) -> str:
        return cls.kind + generate("class " + text)


class Strict(Judge):
    kind = "strict"

    def __init__(self, name: str) -> None:
        super().__init__(name, "strict")

    def score(self, text: str) -> int:
        return super().score(text) * 2 + super().score(text + "!")


class Counter:
    def __init__(self) -> None:
        self.text = "a"
        self.n = 0

    def add(self, more: str) -> Counter:
        self.text = self.text + more
        self.n += 1
        return self


JUDGE = Judge("outside")


def helpers(q: str) -> object:
    return refine(generate(q)) + refine(q, n=1), refine(n=LIMIT, text="x")


def defaults_and_keywords(q: str) -> str:
    prefix = "P:"

    def ask(x: str, *, n: int = 2, suffix: str = ".") -> str:
        if x == "ok":
            return "done"
        return generate(f"{prefix}{x}{n}{suffix}")

    return ask(q) + ask(ask(q, suffix="!"), n=3)


def star_arguments(q: str) -> str:
    def f(*xs: str, sep: str = "-", **more: str) -> str:
        return sep.join(xs) + generate(f"{len(xs)} {sorted(more)} {more['z']}")

    return f(*[q, "b"], q, sep="+", **{"z": q})


def default_of_the_run(q: str) -> object:
    a = generate(q)

    def f(x: str = a) -> str:
        return x + "!"

    return f(), f("given")


def lambdas(q: str) -> object:
    f: Callable[..., str] = lambda x, k=2: generate(f"{x}{k}") if x != "no" else "never"  # noqa: E731
    both = [lambda s: s + "1", lambda s: s + "2"]
    return f(generate(q)) + "".join(h(q) for h in both), (lambda: q)()


def loop_variables_in_closures(q: str) -> object:
    late = [lambda: generate(f"{i} {q}") for i in range(3)]  # noqa: B023
    early = []
    for k in range(2):
        early.append(lambda k=k: generate(f"k{k}{q}"))
    return [f() for f in late], [g() for g in early]


def closure_reads_what_changes(q: str) -> object:
    note = "before"

    def read() -> str:
        return generate(note + q)

    first = read()
    note = "after"
    if first in ("yes", "ok", "7"):
        note = "in an arm"
    return first, read()


def closure_changes_a_list(q: str) -> object:
    log: list[str] = []

    def note(s: str) -> None:
        log.append(s)

    if generate(q) in ("yes", "ok", "7"):
        note("A")
    else:
        note("B")
        note("C")
    return log


def methods(q: str) -> object:
    judge = Judge("m1")
    total = judge.score(q) + JUDGE.score(q) + judge(q)
    return total, Judge.tagged(q), Strict.named(q), judge.verdict


def inherited(q: str) -> object:
    strict = Strict("s")
    return strict(q), strict.rubric, strict.tagged("t"), strict.verdict


def object_changed(q: str) -> object:
    counter = Counter()
    same = counter
    if generate(q) in ("yes", "ok", "7"):
        counter.add(generate("w")).add("!")
    return same.text, same.n


def recursion(q: str) -> str:
    return tree(q, 2)


def recursion_that_may_end_early(q: str) -> object:
    return first_good(q, 3)


def passed_functions(q: str) -> object:
    def twice(f: Callable[[str], str], x: str) -> str:
        return f(f(x))

    exclaimed = partial(refine, n=1)
    return twice(exclaimed, q), twice(lambda t: generate(t + "?"), q), twice(str.upper, q)


def mapped_and_filtered(q: str) -> object:
    xs = list(map(lambda i: generate(f"{i}{q}"), range(3)))
    kept = ",".join(filter(lambda s: s != "no", xs))
    return xs, kept, reduce(lambda a, b: generate(a + b), xs), list(map(str.upper, xs))


def keys(q: str) -> object:
    xs = [generate(f"{i}{q}") for i in range(3)]
    return (
        max(xs, key=lambda x: len(generate("rate " + x))),
        sorted(xs, key=lambda x: (len(x), x)),
        min(xs, key=len),
    )


def chosen_function(q: str) -> object:
    tools: dict[str, Callable[[str], str]] = {
        "yes": lambda x: f"Y({x})",
        "no": lambda x: generate(f"N({x})"),
    }
    scratch = ""
    for step in range(3):
        action = generate(f"{q} {scratch} step {step}")
        if action == "ok":
            return scratch
        for name, tool in tools.items():
            if action == name:
                scratch += tool(action)
                break
        else:
            scratch += "?"
    return scratch + "end"


def evaluation_order(q: str) -> object:
    return (
        generate("1") + generate("2" + generate("3")) + f"{generate('4')}{generate('5' + q)}",
        " ".join([generate("6"), generate("7")]),
        {"a": generate("8"), "b": generate("9")}["a" if q else generate("never")],
    )


def shadowed_builtins(q: str) -> object:
    len = 3
    str = generate(q)

    def print(x: object) -> object:
        return x

    return len, str, print(str)


def deep_returns(q: str) -> object:
    def inner(x: str) -> tuple[str, int] | None:
        for i in range(2):
            a = generate(f"{i}{x}")
            if a == "bad":
                return None
            if a in ("yes", "ok"):
                return a, i
        return "end", -1

    found = inner(q)
    if found is None:
        return "nothing"
    return found


async def ask(text: str) -> str:
    return generate(text)


async def awaited(q: str) -> object:
    a, b = await asyncio.gather(ask("1" + q), ask("2" + q))
    if a == "yes":
        b = await ask(f"again {b}")
    cs = [await ask(f"c{i} {b}") for i in range(2)]
    ds = await asyncio.gather(*[ask(f"d{i}") for i in range(3)])
    return (await ask("t") if b == "no" else a), cs[0], ds[-1]


async def awaited_in_rounds(q: str) -> object:
    n = 0
    while await ask(f"{n}{q}") != "ok" and n < 3:
        n += 1
    return n


CASES: list[Callable[..., Any]] = [
    helpers,
    defaults_and_keywords,
    star_arguments,
    default_of_the_run,
    lambdas,
    loop_variables_in_closures,
    closure_reads_what_changes,
    closure_changes_a_list,
    methods,
    inherited,
    object_changed,
    recursion,
    recursion_that_may_end_early,
    passed_functions,
    mapped_and_filtered,
    keys,
    chosen_function,
    evaluation_order,
    shadowed_builtins,
    deep_returns,
    awaited,
    awaited_in_rounds,
]


@pytest.mark.parametrize("function", CASES, ids=lambda function: function.__name__)
def test_all_ways_agree(function: Callable[..., object]) -> None:
    check(function, "où")


def helper_in_rounds(docs: list[str]) -> object:
    judge = Judge("j")
    total = 0
    for d in docs:
        total += judge.score(refine(d, 1))
    return total


def object_in_rounds(docs: list[str]) -> object:
    counter = Counter()
    for d in docs:
        counter.add(generate(d))
    return counter.text, counter.n


def mapped_by_methods(docs: list[str]) -> object:
    judge = Judge("j")
    return list(map(judge.score, docs)), sorted(docs, key=lambda d: len(generate(d)))


@pytest.mark.parametrize("docs", [[], ["d1", "d2", "yes"]], ids=len)
@pytest.mark.parametrize("function", [helper_in_rounds, object_in_rounds, mapped_by_methods])
def test_all_ways_agree_on_lists(function: Callable[..., object], docs: list[str]) -> None:
    assert differences(function, (docs,)) == []


def test_recursion_without_a_bound() -> None:
    def endless(q: str) -> str:
        return q if generate(q) == "yes" else endless(q + "!")

    with pytest.raises(ember.CaptureError, match="recursion deeper"):
        captured_of(endless, ("q",))


def test_a_variable_of_the_function_around() -> None:
    def outer(q: str) -> int:
        n = 0

        def inc() -> None:
            nonlocal n
            n += 1

        if generate(q) == "yes":
            inc()
        return n

    assert agree(outer, "q") == {"0", "1"}


def test_a_function_inside_that_has_the_name_of_one_of_pythons() -> None:
    def outer(q: str) -> str:
        def vars(text: str, end: str = "") -> str:
            return generate(text) + end

        return vars(q, end="!")

    assert all(str(answer).endswith("!'") for answer in agree(outer, "q"))
