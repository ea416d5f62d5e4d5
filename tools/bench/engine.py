"""Time the engine against asyncio written by hand: `python -m ember_mlir.tools.bench.engine`.

Both forms of a workload run in turns in one process, each on a loop of its own; what is
shown are medians, and ratios of the engine to the form written by hand.
"""

from __future__ import annotations

import asyncio
import gc
from statistics import median
from time import perf_counter, process_time
from typing import NamedTuple

from ember_mlir.parsing import parse_module
from ember_mlir.providers import Session
from ember_mlir.runtime.run import Prepared, prepare, run_async
from ember_mlir.tools.bench.workloads import WORKLOADS, ByHand, Fake, Workload

ROUNDS = 7


class Time(NamedTuple):
    """Seconds on the wall and of this process's CPU."""

    wall: float
    cpu: float


def main() -> None:
    """Print a line per workload."""
    print("workload    calls   wall ms   ratio   CPU us/call   by hand   ratio")
    for workload in WORKLOADS:
        print(_line(workload, *_compare(workload)))


def _compare(workload: Workload) -> tuple[list[Time], list[Time]]:
    prepared = prepare(parse_module(workload.text, workload.name))
    engine: list[Time] = []
    by_hand: list[Time] = []
    for _ in range(ROUNDS + 1):
        by_hand.append(_timed(workload, workload.by_hand))
        engine.append(_timed(workload, lambda fake: _run(prepared, workload, fake)))
    # The first round of each warms up.
    return engine[1:], by_hand[1:]


async def _run(prepared: Prepared, workload: Workload, fake: Fake) -> object:
    return (await run_async(prepared, list(workload.inputs.values()), Session(fake))).outputs


def _timed(workload: Workload, form: ByHand) -> Time:
    fake = Fake(workload.seconds)
    with asyncio.Runner() as runner:
        runner.get_loop()
        gc.collect()
        wall, cpu = perf_counter(), process_time()
        runner.run(form(fake))
        time = Time(perf_counter() - wall, process_time() - cpu)
    assert fake.calls == workload.calls, "both forms must make all calls"
    return time


def _line(workload: Workload, engine: list[Time], by_hand: list[Time]) -> str:
    pairs = list(zip(engine, by_hand, strict=True))
    wall = median(time.wall for time in engine)
    cpu = median(time.cpu for time in engine) / workload.calls
    bare = median(time.cpu for time in by_hand) / workload.calls
    return (
        f"{workload.name:<10} {workload.calls:>6} {wall * 1e3:>9.1f} "
        f"{median(a.wall / b.wall for a, b in pairs):>6.3f}x {cpu * 1e6:>13.2f} {bare * 1e6:>9.2f} "
        f"{median(a.cpu / b.cpu for a, b in pairs):>6.2f}x"
    )


if __name__ == "__main__":
    main()
