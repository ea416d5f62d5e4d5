"""The last calls of a long program take as much work to capture and compile as the first."""

from __future__ import annotations

import sys
from types import FrameType

import pytest

from ember_mlir.tools.bench.frontend import SHAPES, compiled


def calls_for(text: str) -> int:
    """How many functions of Python are called to capture, compile and decode a program."""
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        del frame, argument
        calls += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        compiled(text)
    finally:
        sys.setprofile(before)
    return calls


@pytest.mark.parametrize("name", SHAPES)
def test_the_work_grows_as_the_program_does(name: str) -> None:
    write, calls_of = SHAPES[name]
    compiled(write(calls_of(10)))
    counts = [calls_for(write(calls_of(size))) for size in (10, 30, 180, 200)]
    first, last = counts[1] - counts[0], counts[3] - counts[2]
    assert last <= 1.05 * first
