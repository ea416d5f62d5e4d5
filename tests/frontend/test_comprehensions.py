"""Comprehensions and generator expressions over what is known and what is not."""

# The programs here are as users write them: without the types of empty lists.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Callable

import pytest

import ember_mlir as ember
from ember_mlir import generate

from .ways import captured_of, check, differences, operations


def known_with_a_test(q: str) -> object:
    drafts = [generate(f"draft {i} {q}") for i in range(4)]
    good = [d for d in drafts if d != "bad"]
    return len(good), " | ".join(good), [d for d in drafts if 1]


def calls_in_a_test(q: str) -> object:
    return [i for i in range(4) if generate(f"keep {i} {q}") in ("yes", "ok", "7")]


def two_tests(q: str) -> object:
    drafts = [generate(f"{i}{q}") for i in range(4)]
    return [d for d in drafts if d if d != "bad" and len(d) > 1]


def known_inside(q: str) -> object:
    rows = [[generate(f"{x}{y}{q}") for y in "ab"] for x in "cd"]
    return rows, [y for row in rows for y in row if y != "no"], [len(row) for row in rows]


def dicts_and_sets(q: str) -> object:
    table = {name: generate(f"{name}{q}") for name in ("a", "b")}
    sizes = {len(name) for name in table}
    return table, sizes, {k: v for k, v in table.items() if k != "b"}


def generators(q: str) -> object:
    texts = [generate(f"{i}{q}") for i in range(3)]
    return (
        ", ".join(t.upper() for t in texts),
        sum(len(t) for t in texts),
        max(len(t) for t in texts),
        any(t == "ok" for t in texts),
        all(len(t) > 0 for t in texts),
        tuple(t + "!" for t in texts),
        sorted(t for t in texts if t),
    )


def targets(q: str) -> object:
    pairs = [("a", q), ("b", generate(q))]
    return [f"{k}={v}" for k, v in pairs], [i for i, (k, _) in enumerate(pairs) if k != "a"]


def shadowed(q: str) -> object:
    x = "outer"
    inner = [x for x in (q, generate(q))]
    return x, inner


def ternaries_inside(q: str) -> object:
    return [a if (a := generate(f"{i}{q}")) != "no" else "none" for i in range(3)]


@pytest.mark.parametrize(
    "function",
    [
        known_with_a_test,
        calls_in_a_test,
        two_tests,
        known_inside,
        dicts_and_sets,
        generators,
        targets,
        shadowed,
        ternaries_inside,
    ],
    ids=lambda function: function.__name__,
)
def test_all_ways_agree(function: Callable[..., object]) -> None:
    check(function, "où")


def mapped(docs: list[str]) -> object:
    return [generate(f"s {d}") for d in docs]


def filtered(docs: list[str]) -> object:
    return [d for d in docs if generate(d) in ("yes", "ok", "7")]


def mapped_and_filtered(docs: list[str]) -> object:
    return [generate(d + "!") for d in docs if len(d) > 2 or generate(d) == "no"]


def twice(docs: list[str]) -> object:
    a = [generate(f"s {d}") for d in docs]
    b = [x.upper() for x in a if x != "no"]
    return a, b, [generate(f"k {i} {x}") for i in range(2) for x in b]


def of_a_comprehension(docs: list[str]) -> object:
    return [x + "!" for x in [generate(d) for d in docs] if x]


def of_lists_in_lists(docs: list[str]) -> object:
    groups = [generate(d).split(", ") for d in docs]
    return groups, [[x.upper() for x in g] for g in groups], [x for g in groups for x in g if x]


def of_products(docs: list[str]) -> object:
    return [(d, e) for d in docs for e in docs if d != e], [d + e for d in docs for e in "ab"]


def of_tuples(docs: list[str]) -> object:
    pairs = [(d, len(generate(d))) for d in docs]
    return pairs, [d for d, n in pairs if n > 1], sorted(pairs, key=lambda p: (p[1], p[0]))


def enumerated(docs: list[str]) -> object:
    return (
        [f"{i}{d}" for i, d in enumerate(docs, 1)],
        [a + b for a, b in zip(docs, docs[1:], strict=False)],  # noqa: RUF007
        [d for d in reversed(docs)],
        [docs[i] for i in range(len(docs))],
    )


def reduced(docs: list[str]) -> object:
    texts = [generate(d) for d in docs]
    return (
        sum(len(t) for t in texts),
        any(t == "ok" for t in texts),
        all(t for t in texts),
        "+".join(f"<{t}>" for t in texts),
        max([len(t) for t in texts], default=0),
        len([t for t in texts if t]),
        sorted(texts),
        sorted(texts, key=len, reverse=True),
        max(texts, key=len, default="none"),
    )


def with_outer_values(docs: list[str]) -> object:
    start = generate("start")
    n = len(start)
    return [f"{start} {d} {n}" for d in docs if d != start]


def in_a_loop(docs: list[str]) -> object:
    out = []
    for d in docs:
        out.append([generate(d + e) for e in docs if e != d])
    return out


def in_an_arm(docs: list[str]) -> object:
    if generate("all?") in ("yes", "ok", "7"):
        return [d.upper() for d in docs]
    return [d for d in docs if d > "d1"]


OVER_LISTS: list[Callable[..., object]] = [
    mapped,
    filtered,
    mapped_and_filtered,
    twice,
    of_a_comprehension,
    of_lists_in_lists,
    of_products,
    of_tuples,
    enumerated,
    reduced,
    with_outer_values,
    in_a_loop,
    in_an_arm,
]


@pytest.mark.parametrize("docs", [[], ["one"], ["d1", "yes", "d3"]], ids=len)
@pytest.mark.parametrize("function", OVER_LISTS, ids=lambda function: function.__name__)
def test_all_ways_agree_on_lists(function: Callable[..., object], docs: list[str]) -> None:
    assert differences(function, (docs,)) == []


def test_comprehensions_are_maps() -> None:
    assert operations(mapped, ["d"])["ensemble.map"] == 1
    assert operations(known_inside, "q")["ensemble.map"] == 0


def accumulating(docs: list[str]) -> object:
    total = ""
    return [total := total + d for d in docs]


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (accumulating, "':=' of 'total' where it may not be evaluated, or more than once"),
    ],
    ids=["accumulating"],
)
def test_what_is_refused(function: Callable[..., object], message: str) -> None:
    with pytest.raises(ember.CaptureError, match=message):
        captured_of(function, (["a", "b"],))
