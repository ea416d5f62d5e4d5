"""Programs as people write them: each is captured, and compiled it gives what Python gives."""

from __future__ import annotations

import pytest

import ember_mlir as ember

from .ways import CORPUS, ran
from .written import Written

SEEDS = range(8)


def test_there_are_enough_programs() -> None:
    names = [written.name for written in CORPUS]
    assert len(names) == len({*names}) >= 40
    assert all(len(written.inputs) >= 2 for written in CORPUS)
    assert all(written.function.__doc__ for written in CORPUS)


@pytest.mark.parametrize("written", [pytest.param(one, id=one.name) for one in CORPUS])
def test_compiled_is_eager(written: Written) -> None:
    program = ember.compile(written.function, allow="exact", strict=True)
    outcomes: set[str] = set()
    for args in written.inputs:
        for seed in SEEDS:
            eager, compiled = ran(program.eager, args, seed), ran(program, args, seed)
            assert compiled.shown == eager.shown, f"seed {seed}, arguments {args}"
            # What the program does not need may be left out; nothing else may be asked.
            assert eager.failed or compiled.asked <= eager.asked, f"seed {seed}, arguments {args}"
            outcomes.add(eager.shown)
    # Or else the answers do not matter, and nothing was shown.
    assert len(outcomes) > 2, outcomes
