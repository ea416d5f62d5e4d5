"""Trying random functions: how many there are, and whether all ways to run one agree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import settings

import ember_mlir as ember

from .ways import differences

MANY = settings().max_examples
"""How many random functions are tried: a few, or with `--hypothesis-profile=fuzz` many."""

TOGETHER = 20
"""How many are tried in one test."""

INPUTS: tuple[list[str], ...] = ([], ["d1", "d2", "yes"])

Make = Callable[[int], Callable[..., Any]]


def starts(count: int) -> range:
    """The first seeds of so many tests."""
    return range(0, TOGETHER * max(1, count // TOGETHER), TOGETHER)


def captured(make: Make, seeds: Sequence[int], *, compiled: bool) -> int:
    """How many of some random functions are captured; each of them must mean what Python means."""
    return sum(is_captured(make, seed, compiled=compiled) for seed in seeds)


def is_captured(make: Make, seed: int, *, compiled: bool) -> bool:
    """Whether a random function is captured, which must agree with a plain call then."""
    function = make(seed)
    for docs in INPUTS:
        try:
            found = differences(function, ("où", docs), seeds=range(3), compiled=compiled)
        except ember.CaptureError as error:
            # What is refused says what to do, and is no mistake of this package.
            refusal = str(error)
            assert "; " in refusal
            assert "mistake" not in refusal
            return False
        assert not found, "\n".join([f"random function {seed} on {docs}", *found])
    return True
