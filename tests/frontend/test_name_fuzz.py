"""Random functions whose names may have no value: all ways to run them agree."""

from __future__ import annotations

import pytest

from .fuzzing import MANY, TOGETHER, captured, starts
from .random_names import function_of


@pytest.mark.parametrize("start", starts(2 * MANY))
def test_random_names_mean_what_python_means(start: int) -> None:
    assert captured(function_of, range(start, start + TOGETHER), compiled=False) >= TOGETHER // 4


@pytest.mark.parametrize("seed", range(1_000_000, 1_000_000 + MANY // 3))
def test_random_names_compiled(seed: int) -> None:
    captured(function_of, [seed], compiled=True)
