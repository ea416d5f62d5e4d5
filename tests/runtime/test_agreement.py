"""One core under every driver: the same programs give the same answers, bills and traces.

Latencies lie on no grid, so that nothing that is independent happens at one moment: what
does is left to the event loop, which has an order of its own.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest

from ember_mlir.errors import ProgramError
from ember_mlir.parsing import parse_module
from ember_mlir.passes.analysis.verification import verify_module
from ember_mlir.providers import Reply, Request
from ember_mlir.providers.bill import Bill
from ember_mlir.providers.protocol import Outcome
from ember_mlir.providers.simulated import Fault, FaultMix, Scripted, Simulated
from ember_mlir.providers.simulated.chance import Chance, request_key
from ember_mlir.runtime.run import Prepared, prepare
from ember_mlir.runtime.trace import Span, Trace
from ember_mlir.testing.engines import EVERYWHERE, Watched, Where
from ember_mlir.testing.written import FUNCTIONS, WRITTEN, Written

ALL = pytest.mark.parametrize("written", WRITTEN, ids=lambda written: written.name)
SHARES = (0.0, 0.2, 0.5)
MICROSECOND = 1000


class OffGrid:
    """A provider that takes up to half a second longer than another, on every sending.

    Sendings of one request are told apart, so that no two events coincide.
    """

    def __init__(self, share: float, seed: int) -> None:
        mix = FaultMix.transient(share, seed)
        self.scripted = Scripted(Simulated(), mix if share else [Fault("ok")])

    def begin(self, now: Callable[[], float]) -> None:
        self.scripted.begin(now)

    def simulate(self, request: Request) -> tuple[Outcome, float]:
        outcome, seconds = self.scripted.simulate(request)
        chance = Chance(request_key(request))
        return outcome, seconds + chance.fraction(f"{self.scripted.sendings(request)}") / 2

    async def generate(self, request: Request) -> Reply:
        outcome, seconds = self.simulate(request)
        if seconds == float("inf"):
            await asyncio.get_running_loop().create_future()
        await asyncio.sleep(seconds)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


@dataclass(frozen=True)
class Seen:
    """All that can be seen of a run; times apart, because an event loop rounds them."""

    outcome: str
    bill: Bill
    seconds: float
    spans: list[Span]
    trace: str


@cache
def prepared(written: Written) -> Prepared:
    module = parse_module(written.text, written.name)
    verify_module(module)
    return prepare(module)


def seen(written: Written, where: Where, share: float, seed: int, file: Path | None = None) -> Seen:
    watched = Watched(
        prepared(written), written.inputs, OffGrid(share, seed), seed=seed, functions=FUNCTIONS
    )
    trace: Trace | None
    try:
        run = watched.run(where)
    except ProgramError as error:
        notes = sorted(getattr(error, "__notes__", []))
        outcome, bill, trace = f"{type(error).__name__}: {error} {notes}", error.bill, error.trace
    else:
        outcome, bill, trace = repr(run.outputs), run.bill, run.trace
    assert bill is not None
    assert trace is not None
    if file is not None:
        trace.write(str(file))
    written_trace = "" if file is None else file.read_text(encoding="utf-8")
    return Seen(outcome, bill, bill.seconds, trace.spans(), written_trace)


def untimed(span: Span) -> tuple[object, ...]:
    return (*span[:4], *span[7:])


def in_order(spans: list[Span]) -> list[Span]:
    """Spans by what they are of: those that end at one moment end in any order."""
    return sorted(spans, key=lambda span: (repr(untimed(span)), span.start))


@ALL
@pytest.mark.parametrize("share", SHARES)
def test_the_virtual_driver_does_what_asyncio_does(written: Written, share: float) -> None:
    for seed in range(2):
        heap, loop = (seen(written, where, share, seed) for where in EVERYWHERE[:2])
        assert heap.outcome == loop.outcome
        assert replace(heap.bill, seconds=0.0) == replace(loop.bill, seconds=0.0)
        assert heap.seconds == pytest.approx(loop.seconds, abs=1e-6)
        ours, others = in_order(heap.spans), in_order(loop.spans)
        assert [untimed(span) for span in ours] == [untimed(span) for span in others]
        for mine, other in zip(ours, others, strict=True):
            for name in ("queued", "start", "end"):
                assert abs(getattr(mine, name) - getattr(other, name)) <= MICROSECOND


@ALL
def test_the_same_run_twice_is_the_same_byte_for_byte(written: Written, tmp_path: Path) -> None:
    for where in EVERYWHERE[:2]:
        first, again = (seen(written, where, 0.2, 5, tmp_path / "trace.json") for _ in range(2))
        assert first == again
        assert first.trace


def digest() -> str:
    """All that can be seen of all programs, in short."""
    from hashlib import blake2b

    parts = [repr(seen(written, "heap", 0.2, 3)) for written in WRITTEN]
    return blake2b("".join(parts).encode(), digest_size=16).hexdigest()


def test_nothing_depends_on_the_seed_of_hashes() -> None:
    code = f"""
import importlib.util
spec = importlib.util.spec_from_file_location("agreement", {__file__!r})
module = importlib.util.module_from_spec(spec)
import sys
sys.modules["agreement"] = module
spec.loader.exec_module(module)
print(module.digest())
"""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            stdout=subprocess.PIPE,
            encoding="utf-8",
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
        )
        for seed in (0, 1, 77)
    ]
    found = [process.communicate(timeout=100)[0].strip() for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert found == [digest()] * 3
