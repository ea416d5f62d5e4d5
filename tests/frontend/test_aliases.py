"""Lists and objects that may be one or another: what cannot be told is refused, never wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

import ember_mlir as ember
from ember_mlir import generate

from .ways import captured_of


@dataclass
class State:
    text: str
    score: int = 0


OUTSIDE = ["outside"]
TABLE: dict[str, int] = {}


def chosen_then_changed(docs: list[str]) -> object:
    first, second = ["1"], ["2"]
    chosen = first if generate(str(len(docs))) == "yes" else second
    chosen.append("changed")
    return first, second


def changed_after_it_was_chosen(docs: list[str]) -> object:
    first, second = ["1"], ["2"]
    chosen = first if generate(str(len(docs))) == "yes" else second
    first.append("changed")
    return chosen


def changed_after_it_was_put_into_another(docs: list[str]) -> object:
    rows: list[list[str]] = []
    for d in docs:
        row = [d]
        rows.append(row)
        row.append(generate(d))
    return rows


def element_changed(docs: list[str]) -> object:
    rows = [generate(d).split(",") for d in docs]
    rows[0].append("changed")
    return rows


def greatest_changed(docs: list[str]) -> object:
    rows = [["a"], [generate(str(len(docs)))]]
    longest = max(rows, key=lambda row: len(row[0]))
    longest.append("changed")
    return rows


def argument_changed(docs: list[str]) -> object:
    docs.append("changed")
    return docs


def argument_changed_in_place(docs: list[str]) -> object:
    same = docs
    same += ["changed"]
    return docs


def outside_list_changed(docs: list[str]) -> object:
    if generate(str(len(docs))) == "yes":
        OUTSIDE.append("q")
    return OUTSIDE


def outside_dict_changed(docs: list[str]) -> object:
    if generate(str(len(docs))) == "yes":
        TABLE["k"] = 1
    return TABLE.get("k")


def one_object_or_another_changed(docs: list[str]) -> object:
    s, t = State("s"), State("t")
    chosen = s if generate(str(len(docs))) == "yes" else t
    chosen.score = 3
    return s, t


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (chosen_then_changed, "changed under another name"),
        (changed_after_it_was_chosen, "changed under another name"),
        (changed_after_it_was_put_into_another, "part of another value by now"),
        (element_changed, "make one inside"),
        (greatest_changed, "make one inside"),
        (argument_changed, "make one inside"),
        (argument_changed_in_place, "a change in place of"),
        (outside_list_changed, "from outside"),
        (outside_dict_changed, "from outside"),
        (one_object_or_another_changed, "may be one or another here"),
    ],
    ids=lambda found: found if isinstance(found, str) else found.__name__,
)
def test_what_is_refused(function: Callable[..., object], message: str) -> None:
    with pytest.raises(ember.CaptureError, match=message):
        captured_of(function, (["a", "b"],))
