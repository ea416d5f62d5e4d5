"""Functions and objects from a table, by a key that is known only when the program runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import ember_mlir as ember
from ember_mlir import generate

from .ways import agree, captured_of, differences


class Speaker:
    def __init__(self, name: str, style: str) -> None:
        self.name = name
        self.style = style
        self.said: list[str] = []

    @property
    def title(self) -> str:
        return self.name.title()

    def reply(self, text: str, *, suffix: str = "") -> str:
        answer = generate(f"{self.style}: {text}{suffix}")
        self.said.append(answer)
        return answer


class Quiet(Speaker):
    def reply(self, text: str, *, suffix: str = "") -> str:
        del text, suffix
        return self.name


def solve(q: str) -> str:
    return generate(f"Solve {q}")


def rhyme(q: str) -> str:
    return generate(f"Rhyme {q}").upper()


TABLE: dict[str, Callable[[str], str]] = {"yes": solve, "no": rhyme}


def methods_of_objects(q: str) -> str:
    speakers = {"yes": Speaker("ann", "short"), "no": Quiet("bob", "long")}
    return speakers[generate(q)].reply(q, suffix="!")


def changes_of_objects(q: str) -> object:
    speakers = [Speaker("ann", "short"), Speaker("bob", "long")]
    for number in range(3):
        speaker = speakers[len(generate(f"{q} {number}")) % 2]
        speaker.reply(q)
        if speaker.name == "ann":
            speaker.reply(f"{speaker.title} again")
    return [one.said for one in speakers]


def attributes_of_objects(q: str) -> str:
    speakers = {one.name: one for one in (Speaker("yes", "short"), Speaker("no", "long"))}
    chosen = speakers[generate(q)]
    return f"{chosen.name} {chosen.title} {chosen.style}"


def handled_lookups(q: str) -> str:
    kind = generate(q)
    try:
        chosen = TABLE[kind]
    except KeyError as error:
        return f"no {error}"
    return chosen(q)


def handled_positions(q: str) -> str:
    size = len(generate(q)) - 2
    try:
        chosen = [solve, rhyme][size]
    except IndexError:
        return "too long"
    return chosen(q)


def looked_up_or_none(q: str) -> str:
    tool = TABLE.get(generate(q))
    return tool(q) if tool else "no tool"


def looked_up_and_compared(q: str) -> str:
    tool = TABLE.get(generate(q).strip())
    if tool is None:
        return "no tool"
    first = tool(q)
    return first + tool(first)


def looked_up_and_called(q: str) -> str:
    return TABLE.get(generate(q), None)(q)  # pyright: ignore[reportOptionalCall]


def looked_up_objects(q: str) -> str:
    speakers = {"yes": Speaker("ann", "short")}
    found = speakers.get(generate(q))
    if found is None:
        return "nobody"
    return found.reply(found.name)


def attributes_of_nobody(q: str) -> str:
    speakers = {"yes": Speaker("ann", "short")}
    return speakers.get(generate(q)).name  # pyright: ignore[reportOptionalMemberAccess]


@pytest.mark.parametrize(
    "function",
    [
        methods_of_objects,
        changes_of_objects,
        attributes_of_objects,
        handled_lookups,
        handled_positions,
        looked_up_or_none,
        looked_up_and_compared,
        looked_up_and_called,
        looked_up_objects,
        attributes_of_nobody,
    ],
)
def test_all_ways_agree(function: Any) -> None:
    assert len(agree(function, "hello", seeds=range(12), words=("yes", "no", "other"))) > 1


def compared_objects(q: str) -> bool:
    speakers = {"yes": Speaker("ann", "short"), "no": Speaker("bob", "long")}
    return speakers[generate(q)] == speakers["yes"]


def same_objects(q: str) -> bool:
    speakers = {"yes": Speaker("ann", "short"), "no": Speaker("bob", "long")}
    return speakers[generate(q)] is speakers["yes"]


def changed_objects(q: str) -> str:
    speakers = {"yes": Speaker("ann", "short"), "no": Speaker("bob", "long")}
    speakers[generate(q)].style = "new"
    return speakers["yes"].style


@pytest.mark.parametrize("function", [compared_objects, same_objects, changed_objects])
def test_what_is_refused(function: Any) -> None:
    with pytest.raises(ember.CaptureError, match="is not captured yet"):
        captured_of(function, ("q",))


def test_an_object_from_outside_may_be_chosen() -> None:
    outside = {"yes": Speaker("ann", "short"), "no": Speaker("bob", "long")}

    def names(q: str) -> str:
        return outside[generate(q)].style

    assert not differences(names, ["q"])
