"""Time the engine against asyncio written by hand: `python -m ember_mlir.tools.bench.engine`.

All forms of a workload run in turns in one process, each on a loop of its own, and each
checks its answer and its number of calls. Shown are medians with what they lie between.
`--peers` adds LangChain and LangGraph (see requirements-peers.txt).
"""

from __future__ import annotations

import asyncio
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ember_mlir.tools.bench import constructs, extremes, peers
from ember_mlir.tools.bench.fakes import always, between, mostly
from ember_mlir.tools.bench.forms import compare
from ember_mlir.tools.bench.measure import ROUNDS, Time, interleaved, loops, ratio, spread, table
from ember_mlir.tools.bench.workloads import (
    NONE,
    Workload,
    chain,
    ensemble,
    layered,
    tree,
    two_chains,
    wide_map,
)


class Targets(NamedTuple):
    """CPU in µs per call at most, with features off and on."""

    off: float
    on: float


# Latencies of workloads lie off whole milliseconds, to which the system's timers round up.
WAITING: Sequence[tuple[Workload, float, float | None]] = (
    (ensemble(5, always(0.1003)), 1.05, None),
    (wide_map(100, 256, always(0.0105)), 1.05, None),
    (wide_map(1000, 256, always(0.0105)), 1.05, None),
    (wide_map(10_000, 256, always(0.0105)), 1.05, None),
    (layered(50, 20, between(0.001, 0.02)), 1.05, 1.06),
    (two_chains(100, (2, 4), mostly(0.0105, 0.1005)), 1.05, None),
)
"""Workloads whose calls take time, with the targets: to asyncio, and to the critical path."""

OVERHEAD: Sequence[tuple[Workload, Targets]] = (
    (wide_map(100, 256, NONE, leaf=True), Targets(5, 10)),
    (wide_map(1000, 256, NONE, leaf=True), Targets(5, 10)),
    (wide_map(10_000, 256, NONE, leaf=True), Targets(5, 10)),
    (wide_map(1000, 256, NONE), Targets(6.5, 10)),
    (wide_map(10_000, 256, NONE), Targets(6.5, 10)),
    (chain(1000, NONE), Targets(5, 10)),
    (layered(50, 20, NONE), Targets(6.5, 10)),
    (tree(1024, NONE, 1024), Targets(5, 10)),
    (tree(1024, NONE, 256), Targets(5, 10)),
)
"""Workloads whose calls take no time: what is left is the overhead."""

TABLES = ("waiting", "overhead", "constructs", "extremes")

TURNS = 10_000


def main() -> None:
    """Print the tables that are asked for."""
    parser = ArgumentParser("engine", description="Time the engine against asyncio by hand.")
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="N", help="rounds per form")
    parser.add_argument("--deep", action="store_true", help="parse texts of 100 000 frames, too")
    parser.add_argument("--peers", action="store_true", help="compare with LangChain and LangGraph")
    parser.add_argument("tables", nargs="*", metavar="TABLE", help=f"only: {', '.join(TABLES)}")
    options = parser.parse_args()
    if unknown := [name for name in options.tables if name not in TABLES]:
        parser.error(f"there is no table '{unknown[0]}'; there is {', '.join(TABLES)}")
    if options.rounds < 1:
        parser.error(f"--rounds must be at least 1, but is {options.rounds}")
    if options.peers and (missing := peers.missing()):
        parser.error(f"{' and '.join(missing)} must be installed; run {peers.INSTALL}")
    for name in options.tables or TABLES:
        if name == "waiting":
            _show_waiting(options.rounds)
        elif name == "overhead":
            _show_overhead(options.rounds)
        elif name == "constructs":
            constructs.show(options.rounds)
        else:
            extremes.show(options.rounds, deep=options.deep)
    if options.peers:
        peers.show(options.rounds)


def _show_waiting(rounds: int) -> None:
    head = ("workload", "loop", "calls", "by hand", "engine off", "engine on", "target")
    head = (*head, "on : critical path", "target")
    table("Calls that take time: wall clock, as a ratio to asyncio by hand", head, _waiting(rounds))


def _waiting(rounds: int) -> Iterator[Sequence[str]]:
    for workload, target, critical_target in WAITING:
        for name, loop in loops().items():
            times = compare(workload, loop, rounds)
            by_hand = [time.wall for time in times.by_hand]
            row = [workload.name, name, str(workload.calls)]
            row.append(spread(wall * 1e3 for wall in by_hand).shown(" ms", 1))
            for engine in (times.off, times.on):
                row.append(ratio([time.wall for time in engine], by_hand).shown("x"))
            row.append(f"≤ {target}x")
            yield [*row, *_critical(workload, times.on, critical_target)]


def _critical(workload: Workload, engine: list[Time], target: float | None) -> list[str]:
    if workload.critical is None:
        return ["", ""]
    found = spread(time.wall / workload.critical for time in engine)
    return [found.shown("x"), "" if target is None else f"≤ {target}x"]


def _show_overhead(rounds: int) -> None:
    head = ("workload", "loop", "by hand", "engine off", "target", "engine on", "target")
    head = (*head, "same features by hand", "on : these", "target")
    table("Calls that take no time: CPU in µs per call", head, _overhead(rounds))


def _overhead(rounds: int) -> Iterator[Sequence[str]]:
    for name, loop in loops().items():
        (times,) = interleaved([_turns], loop, rounds)
        turn = spread(time.cpu * 1e6 / TURNS for time in times)
        yield ("one turn of the event loop", name, turn.shown(), *[""] * 7)
    for workload, targets in OVERHEAD:
        for name, loop in loops().items():
            times = compare(workload, loop, rounds)
            by_hand, guarded, off, on = (_per_call(form, workload.calls) for form in times)
            yield (
                workload.name,
                name,
                spread(by_hand).shown(),
                spread(off).shown(),
                f"≤ {targets.off}",
                spread(on).shown(),
                f"≤ {targets.on}",
                spread(guarded).shown(),
                ratio(on, guarded).shown("x"),
                "≤ 0.5x",
            )


async def _turns() -> None:
    """What every call costs, whoever makes it."""
    for _ in range(TURNS):
        await asyncio.sleep(0)


def _per_call(times: list[Time], calls: int) -> list[float]:
    return [time.cpu * 1e6 / calls for time in times]


if __name__ == "__main__":
    main()
