"""Programs as people write them: each is captured, and compiled it gives what Python gives."""

from __future__ import annotations

import warnings

import pytest

import ember_mlir as ember

from .refused import REFUSED
from .ways import CORPUS, ran
from .written import Written

SEEDS = range(8)


def test_there_are_enough_programs() -> None:
    names = [written.name for written in CORPUS]
    assert len(names) == len({*names}) >= 100
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


@pytest.mark.parametrize("written", [pytest.param(one, id=one.name) for one in REFUSED])
def test_what_is_not_captured_runs_as_written(written: Written) -> None:
    with pytest.raises(ember.CaptureError):
        ran(ember.compile(written.function, strict=True), written.inputs[0], 0)
    program = ember.compile(written.function, allow="exact")
    outcomes: set[str] = set()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ember.CaptureWarning)
        for args in written.inputs:
            for seed in SEEDS:
                plain, compiled = [
                    ran(run, args, seed, draws=False) for run in (written.function, program)
                ]
                assert compiled.shown == plain.shown, f"seed {seed}, arguments {args}"
                outcomes.add(plain.shown)
    assert len(outcomes) > 2, outcomes
