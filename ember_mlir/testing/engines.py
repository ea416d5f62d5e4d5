"""Runs of the engine that are watched: on each kind of clock, and nothing left behind."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine, Mapping, Sequence
from typing import Literal, TypeVar, get_args

from xdsl.dialects.builtin import ModuleOp

from ember_mlir.errors import ProgramError
from ember_mlir.providers import Request
from ember_mlir.providers.session import Progress, Session
from ember_mlir.runtime.arguments import Argument
from ember_mlir.runtime.calls import Call
from ember_mlir.runtime.core import Engine
from ember_mlir.runtime.drivers.asyncio_driver import AsyncioDriver
from ember_mlir.runtime.drivers.virtual_driver import VirtualDriver
from ember_mlir.runtime.drivers.virtual_loop import run_virtually
from ember_mlir.runtime.functions import Function
from ember_mlir.runtime.run import Prepared, Run, Started, prepare
from ember_mlir.runtime.scopes import Budget
from ember_mlir.runtime.traffic import Driver
from ember_mlir.testing.answers import Dice
from ember_mlir.testing.outcomes import Effects, Outcome
from ember_mlir.testing.programs import Program

T = TypeVar("T")

Where = Literal["heap", "virtual loop", "loop"]
"""What an engine runs on: the virtual driver, asyncio on a virtual clock, or asyncio."""

EVERYWHERE: Sequence[Where] = get_args(Where)


class WatchedEngine(Engine):
    """An engine that keeps what it has reserved, so that it can be looked at in the end.

    `most_live` is how many bodies of one instruction were ever live at once.
    """

    budgets: dict[Budget, None]
    most_live: int

    def __init__(self, driver: Driver, started: Started, window: int) -> None:
        session = started.session
        super().__init__(
            driver,
            started.lanes,
            started.tape,
            window=window,
            progress=session.progress,
            ring=started.ring if session.spans else None,
        )
        self.budgets = {}
        self.most_live = 0

    def _afford(self, call: Call, budget: Budget) -> bool:
        around: Budget | None = budget
        while around is not None:
            self.budgets[around] = None
            around = around.around
        return super()._afford(call, budget)

    def _send(self, call: Call) -> None:
        live = max((window.live for window in self._windows.values()), default=0)
        self.most_live = max(self.most_live, live)
        super()._send(call)

    def check_idle(self) -> None:
        """Check that all counts of what is under way, waits, or is reserved are zero."""
        assert self.is_idle
        assert (self.scope.busy, self.scope.calls()) == (0, [])
        for lane in self.lanes:
            assert (lane.used, lane.probing, lane.expiring, lane.first()) == (0, 0, {}, None)
        for budget in self.budgets:
            assert (budget.held, budget.spent <= budget.limit) == (0, True)
            assert all(call.scope.dead for call in budget.waiting)
        if self.finished:
            # A run that has failed as a whole keeps nothing, but has not counted it back.
            assert [window.live for window in self._windows.values()] == [0] * len(self._windows)


class Watched:
    """One run of a program, and the engine that has run it.

    `run` returns what came of it or raises what has ended it; both only after nothing of
    it was left.
    """

    engine: WatchedEngine

    def __init__(
        self,
        prepared: Prepared,
        inputs: Sequence[Argument],
        provider: object,
        *,
        seed: int = 7,
        functions: Mapping[str, Function] | None = None,
        progress: Progress | None = None,
        spans: int = 65_536,
        window: int | None = None,
    ) -> None:
        session = Session(
            provider,  # pyright: ignore[reportArgumentType]
            seed=seed,
            progress=progress,
            spans=spans,
        )
        self.started = Started(prepared, inputs, session, None, functions)
        self.window = prepared.program.window if window is None else window

    def run(self, where: Where) -> Run:
        """Run to the end, and check that nothing is left."""
        match where:
            case "heap":
                driver = VirtualDriver()
                self.engine = WatchedEngine(driver, self.started, self.window)
                driver.run(self.engine, self.started.prepared.entry, self.started.arguments)
                return self._result(driver.seconds)
            case "virtual loop":
                return run_virtually(self.on_loop())
            case "loop":
                return asyncio.run(self.on_loop())

    async def on_loop(self) -> Run:
        """Run on the current event loop, and check that no task is left."""
        driver = AsyncioDriver()
        self.engine = WatchedEngine(driver, self.started, self.window)
        loop = asyncio.get_running_loop()
        began, before = loop.time(), asyncio.all_tasks()
        try:
            await driver.run(self.engine, self.started.prepared.entry, self.started.arguments)
        finally:
            assert asyncio.all_tasks() == before
            self.engine.check_idle()
        return self._result(loop.time() - began)

    def _result(self, seconds: float) -> Run:
        self.engine.check_idle()
        return self.started.result(self.engine, seconds)


def on_engine(
    module: ModuleOp,
    program: Program,
    seed: int,
    faults: int = 0,
    victim: Request | None = None,
    where: Where = "heap",
) -> tuple[Outcome, list[str]]:
    """What the engine makes of an `exec` module, and with which messages calls were refused."""
    dice, effects = Dice(faults, victim), Effects(program.functions, faults)
    results: str | None = None
    error: tuple[str, str] | None = None
    inputs = list(program.inputs.values())
    run = Watched(prepare(module), inputs, dice, seed=seed, functions=effects.functions)
    try:
        results = repr(run.run(where).outputs)
    except ProgramError as found:
        error = (type(found).__name__, found.message)
    refused = [refusal.message for refusal in dice.refused]
    return Outcome(results, error, Counter(dice.requests), tuple(effects.calls)), refused


def run_watched(where: Where, coroutine: Coroutine[object, None, T]) -> T:
    """Run a coroutine on the loop that is meant by `where`."""
    return run_virtually(coroutine) if where == "virtual loop" else asyncio.run(coroutine)
