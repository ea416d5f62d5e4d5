"""Running a program: from an `exec` module and its inputs to outputs and a bill."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from time import perf_counter

from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Attribute

from ember_mlir.background import run_sync
from ember_mlir.dialects.exec import FrameOp
from ember_mlir.dialects.exec.nesting import entry_frames, frames_of
from ember_mlir.dialects.names import argument_names, entry_name
from ember_mlir.entry import find_entry
from ember_mlir.errors import EmberError, InputError, Interrupted
from ember_mlir.inputs import Value
from ember_mlir.providers.bill import Bill
from ember_mlir.providers.session import Session
from ember_mlir.runtime.arguments import Argument, check, in_order
from ember_mlir.runtime.core import Engine
from ember_mlir.runtime.decode import decode
from ember_mlir.runtime.drivers.asyncio_driver import AsyncioDriver
from ember_mlir.runtime.drivers.functions import FunctionRunner
from ember_mlir.runtime.drivers.virtual_driver import VirtualDriver, simulated
from ember_mlir.runtime.drivers.virtual_loop import run_virtually
from ember_mlir.runtime.frames import TOKEN, FrameTable, Slot
from ember_mlir.runtime.functions import Functions
from ember_mlir.runtime.lanes import Lane, open_lanes, total
from ember_mlir.runtime.lists import plain, shared, slot_maker
from ember_mlir.runtime.tables import Program, capped
from ember_mlir.runtime.trace import Ring, Trace
from ember_mlir.runtime.traffic import Driver


@dataclass(frozen=True, slots=True)
class Run:
    """What came of a run: a value per result of the entry frame, and what it has cost.

    `seconds` is the time that it took, on the clock that it ran on; `trace` tells what
    was done when.
    """

    outputs: list[Value]
    bill: Bill
    seconds: float
    trace: Trace = field(default_factory=lambda: Trace(Ring()), repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A decoded program and its entry: made once, run many times, from any thread.

    `name` is what the tape is named after; `arguments` and `types` are the names and
    types of the inputs in order, and `makers` what turns them into what the engine holds.
    """

    program: Program
    entry: FrameTable
    name: str
    arguments: tuple[str, ...]
    types: tuple[Attribute, ...]
    makers: tuple[Callable[[Slot], Slot] | None, ...] = field(repr=False)


def prepare(module: ModuleOp, entry: str | None = None) -> Prepared:
    """Decode a verified `exec` module.

    Runs start at the frame with the symbol `entry`; without one, at the only frame that
    no instruction names, or at `@main`. Raises `InvalidIRError` for a module that
    cannot run and `InputError` if there is no such entry.
    """
    program = decode(module)
    frame = _entry(module, find_entry(module) if entry is None else entry)
    names, types = argument_names(frame), frame.function_type.inputs.data
    return Prepared(
        program=program,
        entry=program.frames[frame.sym_name.data],
        name=entry_name(frame),
        arguments=tuple(names),
        types=types,
        makers=tuple([slot_maker(found) for found in types]),
    )


def _entry(module: ModuleOp, symbol: str) -> FrameOp:
    entries = {frame.sym_name.data: frame for frame in entry_frames(module)}
    if symbol in entries:
        return entries[symbol]
    found = "is run by another frame" if symbol in frames_of(module) else "does not exist"
    listed = ", ".join(f"@{name}" for name in entries) or "none"
    raise InputError(
        f"a program must start at a frame that no other runs, but @{symbol} {found}; "
        f"there is {listed}"
    )


async def run_async(
    prepared: Prepared,
    inputs: Sequence[Argument],
    session: Session,
    tape: bytes | None = None,
    functions: Functions | None = None,
    workers: int | None = None,
    memory_mb: int | None = None,
) -> Run:
    """Run a program on the current event loop and the session's clock.

    `tape` overrides the session's seed; `functions` are those that the program applies. At
    most `workers` requests and functions are under way at once, if that is given, and those
    functions together have declared at most `memory_mb`.
    A failure cancels what is under way, waits until it has left, and is raised with the
    place of the request and the bill so far (`EmberError.bill`). On the virtual clock
    nothing is waited for.
    """
    if session.clock == "virtual":
        return _run_virtual(prepared, inputs, session, tape, functions, workers, memory_mb)
    started = Started(prepared, inputs, session, tape, functions, workers, memory_mb)
    return await _run_here(started)


def run(
    prepared: Prepared,
    inputs: Sequence[Argument],
    session: Session,
    tape: bytes | None = None,
    functions: Functions | None = None,
    workers: int | None = None,
    memory_mb: int | None = None,
) -> Run:
    """Run a program from synchronous code, also where an event loop is running.

    See `run_async`; on the real clock it runs on the background event loop. An interrupt
    (Ctrl-C) ends the run, and is raised as `Interrupted` with the bill so far.
    """
    if session.clock == "virtual":
        return _run_virtual(prepared, inputs, session, tape, functions, workers, memory_mb)
    started = Started(prepared, inputs, session, tape, functions, workers, memory_mb)
    try:
        return run_sync(_run_here(started))
    except KeyboardInterrupt as interrupt:
        raise started.interrupted() from interrupt


def run_module(module: ModuleOp, inputs: Mapping[str, Argument], session: Session) -> Run:
    """Run a verified `exec` module whose inputs are given by name.

    Raises `InputError` for inputs that are missing, unknown, or of the wrong type.
    """
    prepared = prepare(module)
    return run(prepared, in_order(prepared.arguments, prepared.types, inputs), session)


class Started:
    """A run that can be started: its engine, and the inputs as the engine holds them.

    `clock` tells for how many seconds it has run, on the clock that it runs on.
    """

    def __init__(
        self,
        prepared: Prepared,
        inputs: Sequence[Argument],
        session: Session,
        tape: bytes | None,
        functions: Functions | None,
        workers: int | None = None,
        memory_mb: int | None = None,
    ) -> None:
        check(prepared.arguments, prepared.types, inputs)
        self.prepared = prepared
        self.session = session
        began = perf_counter()
        self.clock: Callable[[], float] = lambda: perf_counter() - began
        self.runner = FunctionRunner(functions or {}, memory_mb)
        self.ring = Ring(session.spans)
        self.workers = workers
        *tables, last = [capped(table, workers) for table in prepared.program.lanes]
        self.models = open_lanes(tables, session.provider_for)
        self.lanes = self.models
        if prepared.program.functions:
            self.lanes = [*self.models, Lane(last, self.runner)]
        self.tape = session.tape(prepared.name) if tape is None else tape
        self.arguments = [
            value if make is None else shared(make(value))
            for make, value in zip(prepared.makers, inputs, strict=True)
        ]

    def engine(self, driver: Driver) -> Engine:
        """The engine of the run."""
        return Engine(
            driver,
            self.lanes,
            self.tape,
            window=self.prepared.program.window,
            progress=self.session.progress,
            ring=self.ring if self.session.spans else None,
        )

    def bill(self, seconds: float) -> Bill:
        """What the run has cost so far; `seconds` is how long it has taken."""
        return total(self.models, seconds)

    def result(self, engine: Engine, seconds: float) -> Run:
        """What has come of the run; raises what has ended it, with the bill."""
        try:
            outputs = [_plain(value) for value in engine.outputs()]
        except EmberError as error:
            error.bill = self.bill(seconds)
            error.trace = self.trace
            error.finished = engine.finished_values()
            raise
        finally:
            engine.close()
        return Run(outputs, self.bill(seconds), seconds, self.trace)

    @property
    def trace(self) -> Trace:
        """What was done so far."""
        return Trace(self.ring, [lane.table for lane in self.models])

    def interrupted(self) -> Interrupted:
        """What an interrupt is raised as."""
        return Interrupted(self.bill(self.clock()), self.trace)


def _plain(value: Slot) -> Slot:
    """A result as it leaves the engine; a token has no value."""
    return None if value is TOKEN else plain(value)


async def _run_here(started: Started) -> Run:
    """Run on the current event loop, on its clock."""
    driver = AsyncioDriver(started.workers)
    engine = started.engine(driver)
    loop = asyncio.get_running_loop()
    began = loop.time()
    started.clock = lambda: loop.time() - began
    await driver.run(engine, started.prepared.entry, started.arguments)
    return started.result(engine, started.clock())


def _run_virtual(
    prepared: Prepared,
    inputs: Sequence[Argument],
    session: Session,
    tape: bytes | None,
    functions: Functions | None,
    workers: int | None,
    memory_mb: int | None,
) -> Run:
    """Run on a clock that jumps: by ourselves, or on an event loop if something awaits."""
    started = Started(prepared, inputs, session, tape, functions, workers, memory_mb)
    try:
        return _run_on_loop(started) if started.runner.has_async else _run_on_heap(started)
    except KeyboardInterrupt as interrupt:
        raise started.interrupted() from interrupt


def _run_on_heap(started: Started) -> Run:
    """Run on the virtual clock by ourselves."""
    driver = VirtualDriver(started.workers)
    engine = started.engine(driver)
    started.clock = lambda: driver.seconds
    driver.run(engine, started.prepared.entry, started.arguments)
    return started.result(engine, driver.seconds)


def _run_on_loop(started: Started) -> Run:
    """Run on the virtual clock of an event loop, in a thread if there is one in this."""
    for lane in started.lanes:
        simulated(lane)
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return run_virtually(_run_here(started))
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(copy_context().run, run_virtually, _run_here(started)).result()
