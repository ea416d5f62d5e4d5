"""Compiled programs against the same by hand: never more calls, tokens or seconds."""

from __future__ import annotations

import pytest

from ember_mlir.tools.bench import corpus
from ember_mlir.tools.bench.corpus import Rivalry, dearer, measure

from .rivalries import RIVALRIES
from .rivals import RIVALS

SEEDS = range(4)


def test_there_are_enough_rivals() -> None:
    assert len(RIVALRIES) == len(RIVALS) >= 10


@pytest.mark.parametrize("rivalry", [pytest.param(one, id=one.name) for one in RIVALRIES])
def test_no_rival_wins(rivalry: Rivalry) -> None:
    pairs = measure(rivalry, SEEDS)
    assert [*dearer(rivalry.name, pairs)] == []
    # By hand something was done, so that there was something to be measured against.
    assert all(pair.by_hand.calls > 0 and pair.by_hand.seconds > 0 for pair in pairs)


def test_what_is_dearer_is_told() -> None:
    (pair,) = measure(RIVALRIES[0], range(1))[:1]
    more = pair.by_hand._replace(calls=pair.by_hand.calls + 1)
    (line,) = dearer("it", [pair, pair._replace(compiled=more)])
    assert "must take at most 1.02x of the calls by hand" in line


def test_the_table_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert corpus.main(["model_cascade", "--seeds", "1"]) == 0
    assert "| model_cascade | 2 |" in capsys.readouterr().out
    assert corpus.main(["no_such_program"]) != 0
    assert "there is no rival 'no_such_program'" in capsys.readouterr().err
