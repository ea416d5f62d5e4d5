"""What is read from a list of the run is a part of it: a change of it alone would be lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import ember_mlir as ember
from ember_mlir import generate

from .ways import check


def in_a_loop(q: str) -> object:
    rows = [{"a": part} for part in generate(q).split("x")]
    for row in rows:
        row["a"] = "z"
    return [row["a"] for row in rows]


def in_an_arm(q: str) -> object:
    rows = [{"a": part} for part in generate(q).split("x")]
    for row in rows:
        if "y" in row["a"]:
            row["a"] = "z"
    return [row["a"] for row in rows]


def by_an_index(q: str) -> object:
    rows = [{"a": part} for part in generate(q).split("x")]
    rows[0]["a"] = "k"
    return [row["a"] for row in rows]


def in_a_map(q: str) -> object:
    rows = [{"a": part} for part in generate(q).split("x")]

    def change(row: dict[str, str]) -> str:
        row["a"] = "k"
        return "v"

    return ember.map(change, rows), [row["a"] for row in rows]


def in_a_comprehension(q: str) -> object:
    rows = [{"a": part} for part in generate(q).split("x")]
    return [row.update(a="t") for row in rows], [row["a"] for row in rows]


def numbered(q: str) -> object:
    rows = [{"a": part} for part in generate(q).split("x")]
    for number, row in enumerate(rows):
        row["a"] = str(number)
    return [row["a"] for row in rows]


CHANGES = [in_a_loop, in_an_arm, by_an_index, in_a_map, in_a_comprehension, numbered]


@pytest.mark.parametrize("function", CHANGES)
def test_a_change_is_refused(function: Callable[[str], object]) -> None:
    with pytest.raises(ember.CaptureError, match="that is a part of another value by now"):
        ember.compile(function, strict=True)("q")


def copied(q: str) -> object:
    rows = [{"a": part} for part in generate(q).split("x")]
    changed: list[str] = []
    for row in rows:
        own = {"a": row["a"], "b": ""}
        own["b"] = own["a"].upper()
        changed.append(own["b"])
    return changed, [row["a"] for row in rows]


def test_a_copy_may_be_changed() -> None:
    check(copied, "q")
