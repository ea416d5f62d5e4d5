"""The forms in which a workload is timed: by hand, and by the engine; each checks itself."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from ember_mlir.providers import Session
from ember_mlir.runtime.run import run_async
from ember_mlir.runtime.trace import NEWEST
from ember_mlir.tools.bench.fakes import Ask, Fake, Guarded
from ember_mlir.tools.bench.measure import Form, LoopFactory, Time, interleaved, prepared
from ember_mlir.tools.bench.texts import Features
from ember_mlir.tools.bench.workloads import NONE, Workload


class Compared(NamedTuple):
    """The times of the four forms of a workload, round by round."""

    by_hand: list[Time]
    guarded: list[Time]
    off: list[Time]
    on: list[Time]


def compare(workload: Workload, loop: LoopFactory, rounds: int) -> Compared:
    """Time by hand, by hand with the engine's features, and the engine without and with them."""
    expected = outputs_of(workload)
    forms = (
        by_hand(workload, expected, guarded=False),
        by_hand(workload, expected, guarded=True),
        by_engine(workload, expected, "off"),
        by_engine(workload, expected, "on"),
    )
    return Compared(*interleaved(forms, loop, rounds))


def outputs_of(workload: Workload) -> list[object]:
    """What every form of a workload must return."""
    return asyncio.run(workload.by_hand(Fake(NONE).answer))


def by_hand(workload: Workload, expected: list[object], *, guarded: bool) -> Form:
    """The workload as a person writes it, its calls bare or `guarded` as the engine's are."""

    async def form() -> None:
        fake = Fake(workload.latency)
        ask: Ask = Guarded(fake, workload.cap).answer if guarded else fake.answer
        check(workload, fake, await workload.by_hand(ask), expected)

    return form


def by_engine(workload: Workload, expected: list[object], features: Features) -> Form:
    """The workload on the engine, parsed and decoded here once; features are traced."""
    program = prepared(workload.text(features), workload.name)
    spans = NEWEST if features == "on" else 0

    async def form() -> None:
        fake = Fake(workload.latency)
        session = Session(fake, spans=spans)
        outputs = (await run_async(program, workload.inputs, session)).outputs
        check(workload, fake, outputs, expected)

    return form


def check(workload: Workload, fake: Fake, outputs: object, expected: list[object]) -> None:
    """Insist that a form has made all calls, and come to the right answer."""
    assert fake.calls == workload.calls, f"{workload.name} made {fake.calls} calls"
    assert outputs == expected, f"{workload.name} came to another answer"
