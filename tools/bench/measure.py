"""Measuring forms of the same work in turns, and showing what came of it as a table."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Coroutine, Iterable, Sequence
from importlib import import_module
from importlib.util import find_spec
from statistics import median
from time import perf_counter, process_time
from typing import NamedTuple

from ember_mlir.parsing import parse_module
from ember_mlir.passes.analysis.verification import verify_module
from ember_mlir.runtime.run import Prepared, prepare

LoopFactory = Callable[[], asyncio.AbstractEventLoop]

ROUNDS = 7
"""How often each form is timed; the first round of each warms up, and is not counted."""


class Time(NamedTuple):
    """Seconds on the wall and of this process's CPU."""

    wall: float
    cpu: float


class Spread(NamedTuple):
    """A median, and the least and the most of what it is the median of."""

    median: float
    least: float
    most: float

    def shown(self, unit: str = "", digits: int = 2) -> str:
        """As in `1.02x (0.99 to 1.10)`."""
        least, most = (f"{bound:.{digits}f}" for bound in (self.least, self.most))
        return f"{self.median:.{digits}f}{unit} ({least} to {most})"


Form = Callable[[], Coroutine[object, None, object]]
"""One way to do a piece of work, from the start; it checks what it has done."""


def loops() -> dict[str, LoopFactory]:
    """The event loops to measure on: that of asyncio, and uvloop's if it is installed."""
    found: dict[str, LoopFactory] = {"asyncio": asyncio.new_event_loop}
    if find_spec("uvloop") is not None:
        found["uvloop"] = import_module("uvloop").new_event_loop
    return found


def timed(form: Form, loop: LoopFactory) -> Time:
    """How long `form` takes on a fresh event loop, once garbage is gone."""
    with asyncio.Runner(loop_factory=loop) as runner:
        runner.get_loop()
        work = form()
        gc.collect()
        wall, cpu = perf_counter(), process_time()
        runner.run(work)
        return Time(perf_counter() - wall, process_time() - cpu)


def interleaved(
    forms: Sequence[Form], loop: LoopFactory = asyncio.new_event_loop, rounds: int = ROUNDS
) -> list[list[Time]]:
    """The times of each form, timed in turns so that the machine treats all alike."""
    times = [[timed(form, loop) for form in forms] for _ in range(rounds + 1)]
    return [list(column) for column in zip(*times[1:], strict=True)]


def spread(values: Iterable[float]) -> Spread:
    """The median of `values` and what it lies between."""
    found = list(values)
    return Spread(median(found), min(found), max(found))


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> Spread:
    """How many times as much ours is as theirs, round by round."""
    return spread(one / other for one, other in zip(ours, theirs, strict=True))


def prepared(text: str, name: str) -> Prepared:
    """Parse, verify and decode the `exec` text of a workload."""
    module = parse_module(text, name)
    verify_module(module)
    return prepare(module)


def table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table in Markdown, each row as soon as it is there."""
    print(f"\n### {title}\n\n{_row(head)}\n{_row(['---'] * len(head))}", flush=True)
    for row in rows:
        print(_row(row), flush=True)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
