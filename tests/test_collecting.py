"""The collector runs seldom while something large is built, and then as before."""

from __future__ import annotations

import gc
from collections.abc import Generator

import pytest

from ember_mlir.collecting import seldom_collected


@pytest.fixture(autouse=True)
def thresholds() -> Generator[None]:
    """Leave the collector as it was."""
    before = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    yield
    gc.set_threshold(*before)


def test_it_is_as_before_when_the_last_one_is_done() -> None:
    with seldom_collected():
        with seldom_collected():
            assert gc.get_threshold()[0] > 100_000
        assert gc.get_threshold()[0] > 100_000
        assert gc.get_threshold()[1:] == (10, 10)
    assert gc.get_threshold() == (700, 10, 10)


def test_it_is_as_before_after_an_error() -> None:
    with pytest.raises(KeyError), seldom_collected():
        raise KeyError
    assert gc.get_threshold() == (700, 10, 10)


@pytest.mark.parametrize("first", [0, 5_000_000])
def test_one_that_is_off_or_runs_more_seldom_stays_so(first: int) -> None:
    gc.set_threshold(first, 10, 10)
    with seldom_collected():
        assert gc.get_threshold() == (first, 10, 10)
    assert gc.get_threshold() == (first, 10, 10)


def test_what_somebody_sets_meanwhile_stays() -> None:
    with seldom_collected():
        gc.set_threshold(1000, 5, 5)
    assert gc.get_threshold() == (1000, 5, 5)
