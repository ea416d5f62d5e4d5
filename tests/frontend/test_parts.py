"""Records in lists of the run: a change of one is that of the list, or is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

import ember_mlir as ember
from ember_mlir import generate

from .ways import captured_of, check


@dataclass
class Row:
    name: str = ""
    count: int = 0


def by_an_index(q: str) -> object:
    rows = [Row(), Row()]
    rows[len(generate(q)) % 2].count += 1
    return rows


def by_a_key(q: str) -> object:
    rows = {"a": Row(), "b": Row()}
    rows["a" if generate(q) == "yes" else "b"].count += 1
    return rows


def of_dicts(q: str) -> object:
    rows = [{"n": 0}, {"n": 0}]
    rows[len(generate(q)) % 2]["n"] += 1
    return rows


def known_behind(q: str) -> object:
    rows = [Row(), Row()]
    one = rows[len(generate(q)) % 2]
    rows[0].count = 5
    return one


def in_a_loop(q: str, docs: list[str]) -> object:
    rows = [Row(generate(q + doc)) for doc in docs]
    for row in rows:
        row.count += 1
    return rows


def dicts_in_a_loop(q: str, docs: list[str]) -> object:
    rows = [{"n": generate(q + doc)} for doc in docs]
    for row in rows:
        row["n"] = "x"
    return rows


def numbered(q: str, docs: list[str]) -> object:
    rows = [Row(generate(q + doc)) for doc in docs]
    for number, row in enumerate(rows):
        row.count = number + 1
    return rows


def beside_others(q: str, docs: list[str]) -> object:
    rows = [Row(generate(q + doc)) for doc in docs]
    for row, doc in zip(rows, docs, strict=True):
        row.name = doc
    return rows


def of_tuples(q: str, docs: list[str]) -> object:
    rows = [(Row(generate(q + doc)), doc) for doc in docs]
    for row, doc in rows:
        row.name = doc
    return rows


def the_greatest(q: str, docs: list[str]) -> object:
    rows = [*[Row(generate(q + doc)) for doc in docs], Row("z")]
    best = max(rows, key=lambda row: row.name)
    best.count = 100
    return rows


def in_a_comprehension(q: str, docs: list[str]) -> object:
    rows = [Row(generate(q + doc)) for doc in docs]

    def more(row: Row) -> int:
        row.count += 5
        return row.count

    return rows, [more(row) for row in rows], ember.map(more, rows)


def the_last(q: str, docs: list[str]) -> object:
    rows: list[Row] = []
    for doc in docs:
        rows.append(Row(generate(q + doc)))
        rows[-1].count = 4
    return rows


def answered(q: str, docs: list[str]) -> object:
    rows = generate(q, schema=list[Row])
    for row in rows[:1]:
        row.count = len(docs)
    return rows


@pytest.mark.parametrize("function", [by_an_index, by_a_key, of_dicts, known_behind])
def test_a_change_that_the_list_would_not_see_is_refused(function: Callable[..., object]) -> None:
    with pytest.raises(ember.CaptureError, match="that is a part of another value by now"):
        captured_of(function, ["q"])


@pytest.mark.parametrize(
    "function",
    [
        *(in_a_loop, dicts_in_a_loop, numbered, beside_others, of_tuples),
        *(the_greatest, in_a_comprehension, the_last, answered),
    ],
)
def test_so_it_is_in_lists_of_any_length(function: Callable[..., object]) -> None:
    with pytest.raises(ember.CaptureError, match="that is a part of another value by now"):
        captured_of(function, ["q", ["a"]])


def new_ones(q: str, docs: list[str]) -> object:
    rows = [Row(generate(q + doc)) for doc in docs]
    made: list[Row] = []
    for number, row in enumerate(rows):
        one = Row(row.name, row.count)
        one.count += number
        made.append(one)
    return made, rows


@pytest.mark.parametrize("docs", [[], ["a"], ["a", "b", "c"]])
def test_new_ones_may_be_changed(docs: list[str]) -> None:
    check(new_ones, "q", docs, varied=bool(docs))
