"""Running a program: from an `exec` module and its inputs to outputs and a bill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter

from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Attribute

from ember_mlir.dialects.exec import FrameOp
from ember_mlir.dialects.exec.nesting import entry_frames, frames_of
from ember_mlir.dialects.names import argument_names, entry_name
from ember_mlir.entry import find_entry, parameters_of
from ember_mlir.errors import EmberError, InputError
from ember_mlir.inputs import Parameter, Value
from ember_mlir.providers.bill import Bill
from ember_mlir.providers.session import Session
from ember_mlir.runtime.arguments import Argument, check, in_order
from ember_mlir.runtime.background import run_sync
from ember_mlir.runtime.core import Driver, Engine
from ember_mlir.runtime.decode import decode
from ember_mlir.runtime.drivers.asyncio_driver import AsyncioDriver
from ember_mlir.runtime.drivers.virtual_driver import VirtualDriver
from ember_mlir.runtime.frames import FrameTable, Slot
from ember_mlir.runtime.lists import from_slot, to_slot
from ember_mlir.runtime.tables import Program


@dataclass(frozen=True, slots=True)
class Run:
    """What came of a run: a value per result of the entry frame, and what it has cost.

    `seconds` is the time that it took, on the clock that it ran on.
    """

    outputs: list[Value]
    bill: Bill
    seconds: float


@dataclass(frozen=True, slots=True)
class Prepared:
    """A decoded program and its entry: made once, run many times, from any thread.

    `name` is what the tape is named after; `arguments` and `types` are the names and
    types of the inputs in order, and `parameters` the two together.
    """

    program: Program
    entry: FrameTable
    name: str
    arguments: tuple[str, ...]
    types: tuple[Attribute, ...]
    parameters: tuple[Parameter, ...]


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
        parameters=tuple(parameters_of(names, types)),
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
    prepared: Prepared, inputs: Sequence[Argument], session: Session, tape: bytes | None = None
) -> Run:
    """Run a program on the current event loop and the session's clock.

    `tape` overrides the session's seed. A failure cancels what is under way, waits until
    it has left, and is raised with the place of the request and the bill so far
    (`EmberError.bill`). On the virtual clock nothing is waited for.
    """
    if session.clock == "virtual":
        return _run_virtual(prepared, inputs, session, tape)
    driver = AsyncioDriver()
    engine, arguments = _start(prepared, inputs, session, driver, tape)
    start = perf_counter()
    try:
        await driver.run(engine, prepared.entry, arguments)
        outputs = engine.outputs()
    except EmberError as error:
        error.bill = engine.bill(perf_counter() - start)
        raise
    return _result(engine, outputs, perf_counter() - start)


def run(
    prepared: Prepared, inputs: Sequence[Argument], session: Session, tape: bytes | None = None
) -> Run:
    """Run a program from synchronous code, also where an event loop is running.

    See `run_async`; on the real clock it runs on the background event loop.
    """
    if session.clock == "virtual":
        return _run_virtual(prepared, inputs, session, tape)
    return run_sync(run_async(prepared, inputs, session, tape))


def run_module(module: ModuleOp, inputs: Mapping[str, Argument], session: Session) -> Run:
    """Run a verified `exec` module whose inputs are given by name.

    Raises `InputError` for inputs that are missing, unknown, or of the wrong type.
    """
    prepared = prepare(module)
    return run(prepared, in_order(prepared.parameters, inputs), session)


def _run_virtual(
    prepared: Prepared, inputs: Sequence[Argument], session: Session, tape: bytes | None
) -> Run:
    driver = VirtualDriver()
    engine, arguments = _start(prepared, inputs, session, driver, tape)
    try:
        driver.run(engine, prepared.entry, arguments)
        outputs = engine.outputs()
    except EmberError as error:
        error.bill = engine.bill(driver.seconds)
        raise
    return _result(engine, outputs, driver.seconds)


def _start(
    prepared: Prepared,
    inputs: Sequence[Argument],
    session: Session,
    driver: Driver,
    tape: bytes | None,
) -> tuple[Engine, list[Slot]]:
    check(prepared.parameters, inputs)
    engine = Engine(
        prepared.program,
        driver,
        session.provider_for,
        session.tape(prepared.name) if tape is None else tape,
        session.progress,
    )
    return engine, [to_slot(value) for value in inputs]


def _result(engine: Engine, outputs: list[Slot], seconds: float) -> Run:
    return Run([from_slot(value) for value in outputs], engine.bill(seconds), seconds)
