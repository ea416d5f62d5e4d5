"""The demo: three texts, two runs that agree, and the compiled one in less time."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

DEMO = Path(__file__).parents[2] / "docs" / "examples" / "demo.py"


def test_the_demo_shows_all_levels_and_compares_both_runs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    runpy.run_path(str(DEMO), run_name="__main__")
    shown = capsys.readouterr().out
    for op in ("ensemble.sample 5 of @small", "sched.fanout times 5", "exec.fanout @answer.drafts"):
        assert op in shown
    rows = {words[0]: words[1:] for line in shown.splitlines()[-6:] if (words := line.split())}
    assert rows["(simulated)"] == ["eager", "compiled"]
    assert rows["answer"] == ["1161", "1161"]
    assert rows["calls"] == ["5", "5"]
    for name in ("tokens", "dollars"):
        assert rows[name][0] == rows[name][1] != "0"
    eager, compiled = map(float, rows["seconds"])
    assert 0 < compiled < eager
