"""Random functions with dicts, sets, tables and errors: all ways to run them agree."""

from __future__ import annotations

import pytest

from .fuzzing import MANY, TOGETHER, captured, starts
from .random_containers import function_of


@pytest.mark.parametrize("start", starts(MANY))
def test_random_containers_mean_what_python_means(start: int) -> None:
    # More is refused here: what is in a dict that is not known often is of no one type.
    assert captured(function_of, range(start, start + TOGETHER), compiled=False) >= 1


@pytest.mark.parametrize("seed", range(1_000_000, 1_000_000 + MANY // 5))
def test_random_containers_compiled(seed: int) -> None:
    captured(function_of, [seed], compiled=True)
