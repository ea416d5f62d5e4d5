"""Mistakes of this package are told as such, and never taken for errors of a program."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import ember_mlir as ember
from ember_mlir import generate
from ember_mlir.frontend import layouts

from .ways import captured_of


def in_an_arm(q: str) -> int:
    found = generate(q)
    return int(found) if found == "7" else 0


def in_an_attempt(q: str) -> object:
    try:
        found = len(generate(q))
    except Exception:
        found = 0
    return found


def in_a_loop(q: str, docs: list[str]) -> int:
    total = 0
    for doc in docs:
        if generate(q + doc) == "yes":
            total += 1
    return total


@pytest.mark.parametrize("function", [in_an_arm, in_an_attempt, in_a_loop])
def test_a_mistake_at_capture_is_no_error_of_the_program(
    function: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    args = ["q", ["a"]][: function.__code__.co_argcount]
    captured_of(function, args)
    types = layouts.Leaf.type

    def without_numbers(leaf: layouts.Leaf) -> object:
        found = types.fget
        assert found is not None
        return found(leaf if leaf.name in ("str", "bool") else layouts.Leaf("missing"))

    monkeypatch.setattr(layouts.Leaf, "type", property(without_numbers))
    message = "a reason that is a mistake of Ember MLIR; report it"
    with pytest.raises(ember.CaptureError, match=message):
        captured_of(function, args)


def test_errors_of_known_values_are_those_of_the_program() -> None:
    def function(q: str) -> str:
        items: list[str] = []
        if generate(q) == "yes":
            items.pop()
        return q

    assert "raise_IndexError" in str(captured_of(function, ["q"]).module)
