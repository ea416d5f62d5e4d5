"""The benchmark of growth measures every phase on every shape; it asserts no time."""

from __future__ import annotations

import gc
import sys

import pytest

from ember_mlir.tools.bench import scale
from ember_mlir.tools.bench.shapes import SHAPES


@pytest.fixture(autouse=True)
def _no_collection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not clear up before each phase: that is for figures, and the heap of tests is large."""
    monkeypatch.setattr(gc, "collect", lambda: 0)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_phase_is_measured(shape: str) -> None:
    measured = dict(scale.phases(SHAPES[shape](12)))
    assert {"parse", "verify", "print", "clone", "decode", *scale.PASSES} <= measured.keys()
    assert min(measured.values()) >= 0


def test_a_line_per_phase_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def small(_: int) -> str:
        return SHAPES["one list of n"](8)

    monkeypatch.setattr(scale, "SHAPES", {"small": small})
    monkeypatch.setattr(sys, "argv", ["scale", "--quick"])
    scale.main()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["shape", "phase", "us", "per", "op", "10000"]
    assert [line.split()[1] for line in lines[1:4]] == ["parse", "verify", "print"]
    assert all(line.endswith("x") for line in lines[1:])
