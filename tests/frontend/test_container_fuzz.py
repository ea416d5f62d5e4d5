"""Random functions with dicts, sets, tables and errors: all ways to run them agree."""

from __future__ import annotations

from collections import Counter

import pytest

import ember_mlir as ember

from .random_containers import function_of
from .ways import differences

SEEDS = range(40)
COMPILED = range(40, 52)
INPUTS: tuple[list[str], ...] = ([], ["d1", "d2", "yes"])


def outcome(seed: int, *, compiled: bool) -> str:
    """Whether a random function is captured, which must agree with a plain call then."""
    function = function_of(seed)
    for docs in INPUTS:
        try:
            found = differences(function, ("où", docs), seeds=range(3), compiled=compiled)
        except ember.CaptureError as error:
            refusal = str(error)
            assert "mistake" not in refusal
            return "refused"
        assert not found, "\n".join([f"random containers {seed} on {docs}", *found])
    return "captured"


def test_random_containers_mean_what_python_means() -> None:
    found = Counter(outcome(seed, compiled=False) for seed in SEEDS)
    assert found["captured"] >= len(SEEDS) // 4, found


@pytest.mark.parametrize("seed", COMPILED)
def test_random_containers_compiled(seed: int) -> None:
    outcome(seed, compiled=True)
