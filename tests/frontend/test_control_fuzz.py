"""Random functions with control flow: all ways to run them agree, and few are refused."""

from __future__ import annotations

from collections import Counter

import pytest

import ember_mlir as ember

from .random_functions import function_of
from .ways import differences

SEEDS = range(120)
COMPILED = range(120, 132)
INPUTS: tuple[list[str], ...] = ([], ["d1", "d2", "yes"])


def outcome(seed: int, *, compiled: bool) -> str:
    """Whether a random function is captured, which must agree with a plain call then."""
    function = function_of(seed)
    for docs in INPUTS:
        try:
            found = differences(function, ("où", docs), seeds=range(3), compiled=compiled)
        except ember.CaptureError as error:
            # What is refused says what to do, and is no mistake of this package.
            refusal = str(error)
            assert "; " in refusal
            assert "mistake" not in refusal
            return "refused"
        assert not found, "\n".join([f"random function {seed} on {docs}", *found])
    return "captured"


def test_random_functions_mean_what_python_means() -> None:
    found = Counter(outcome(seed, compiled=False) for seed in SEEDS)
    assert found["refused"] <= len(SEEDS) // 4, found


@pytest.mark.parametrize("seed", COMPILED)
def test_random_functions_compiled(seed: int) -> None:
    outcome(seed, compiled=True)
