"""The rows of operations that run frames, cancel them, or wait."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from xdsl.dialects.builtin import SymbolRefAttr
from xdsl.ir import SSAValue

from ember_mlir.dialects import exec as ops
from ember_mlir.dialects.formats.errors import names_of
from ember_mlir.dialects.locations import location_of
from ember_mlir.runtime.decode.rows import rows_of
from ember_mlir.runtime.decode.symbols import duration, whole
from ember_mlir.runtime.instructions import bodies, control

if TYPE_CHECKING:
    from ember_mlir.runtime.decode.frames import FrameDecoder


@rows_of(ops.FanoutOp)
def _fanout(frame: FrameDecoder, op: ops.FanoutOp) -> None:
    handle = frame.new_slot()
    inputs = () if op.items is None else frame.read((op.items,))
    row = bodies.Members(
        inputs,
        frame.define(op.result),
        handle,
        tables=(frame.symbols.table(op.frame),),
        takes=len(op.captures),
        count=whole(op.count),
        repeats=True,
        in_order=op.in_order is not None,
        drop=op.drop is not None,
        has_default=op.default is not None,
        location=location_of(op),
    )
    frame.add(row)
    _captures(frame, handle, op.captures)
    _default(frame, handle, op.default)


@rows_of(ops.ParallelOp)
def _parallel(frame: FrameDecoder, op: ops.ParallelOp) -> None:
    handle = frame.new_slot()
    row = bodies.Members(
        (),
        frame.define(op.result),
        handle,
        tables=frame.symbols.tables(op.frames.data),
        takes=len(op.captures),
        count=len(op.frames.data),
        repeats=False,
        drop=op.drop is not None,
        has_default=op.default is not None,
        location=location_of(op),
    )
    frame.add(row)
    _captures(frame, handle, op.captures)
    _default(frame, handle, op.default)


@rows_of(ops.ReduceOp)
def _reduce(frame: FrameDecoder, op: ops.ReduceOp) -> None:
    handle = frame.new_slot()
    row = bodies.Reduce(
        frame.read((op.items,)),
        frame.define(op.result),
        handle,
        table=frame.symbols.table(op.frame),
        takes=len(op.captures),
        arity=op.arity.value.data,
        in_order=op.in_order is not None,
        location=location_of(op),
    )
    frame.add(row)
    _captures(frame, handle, op.captures)


@rows_of(ops.SelectOp)
def _select(frame: FrameDecoder, op: ops.SelectOp) -> None:
    handle = frame.new_slot()
    frames: tuple[SymbolRefAttr, SymbolRefAttr] = op.then_frame, op.else_frame
    row = control.Select(
        frame.read((op.condition,)),
        _results(frame, op.values),
        handle,
        tables=(frame.symbols.table(frames[0]), frame.symbols.table(frames[1])),
        takes=len(op.captures),
        location=location_of(op),
    )
    frame.add(row)
    _captures(frame, handle, op.captures)


@rows_of(ops.SpawnOp)
def _spawn(frame: FrameDecoder, op: ops.SpawnOp) -> None:
    handle, running = frame.new_slot(), frame.define(op.handle)
    row = control.Spawn(
        _results(frame, op.values),
        handle,
        running,
        table=frame.symbols.table(op.frame),
        takes=len(op.captures),
        budget=None if op.budget is None else op.budget.data,
        deadline=duration(op.deadline),
        location=location_of(op),
    )
    frame.add(row)
    _captures(frame, handle, op.captures)


@rows_of(ops.LoopOp)
def _loop(frame: FrameDecoder, op: ops.LoopOp) -> None:
    handle = frame.new_slot()
    initial = frame.read(op.initial)
    row = control.Loop(
        _results(frame, (op.more, *op.state)),
        handle,
        table=frame.symbols.table(op.frame),
        takes=len(op.captures),
        at_most=whole(op.at_most),
        location=location_of(op),
    )
    frame.add(row)
    for position, slot in enumerate(initial):
        frame.add(control.Initial(handle, slot, position))
    _captures(frame, handle, op.captures)


@rows_of(ops.AttemptOp)
def _attempt(frame: FrameDecoder, op: ops.AttemptOp) -> None:
    handle = frame.new_slot()
    row = control.Attempt(
        frame.define(op.result),
        handle,
        tables=frame.symbols.tables(op.frames.data),
        takes=len(op.captures),
        at_most=whole(op.at_most) or 1,
        redraw=op.redraw is not None,
        errors=names_of(op.errors),
        backoff=(duration(op.least_backoff) or 0, duration(op.most_backoff) or 0),
        location=location_of(op),
    )
    frame.add(row)
    _captures(frame, handle, op.captures)


@rows_of(ops.FirstOp)
def _first(frame: FrameDecoder, op: ops.FirstOp) -> None:
    handle = frame.new_slot()
    row = control.First(
        frame.define(op.result),
        handle,
        tables=frame.symbols.tables(op.frames.data),
        takes=len(op.captures),
        delay=duration(op.delay),
        location=location_of(op),
    )
    frame.add(row)
    _captures(frame, handle, op.captures)


@rows_of(ops.CacheLookupOp)
def _cache_lookup(frame: FrameDecoder, op: ops.CacheLookupOp) -> None:
    handle = frame.new_slot()
    row = control.Remember(
        frame.define(op.result),
        handle,
        table=frame.symbols.table(op.frame),
        takes=len(op.captures),
        location=location_of(op),
    )
    frame.add(row)
    _captures(frame, handle, op.captures)


@rows_of(ops.CacheStoreOp)
def _cache_store(frame: FrameDecoder, op: ops.CacheStoreOp) -> None:
    frame.add(control.Store(frame.read((op.value, op.key)), frame.define(op.result)))


@rows_of(ops.AfterOp)
def _after(frame: FrameDecoder, op: ops.AfterOp) -> None:
    inputs = () if op.start is None else frame.read((op.start,))
    frame.add(control.After(inputs, frame.define(op.result), duration(op.seconds) or 0))


@rows_of(ops.CancelOp)
def _cancel(frame: FrameDecoder, op: ops.CancelOp) -> None:
    condition = None if op.condition is None else frame.read((op.condition,))[0]
    taken = [value for value in (op.handle, op.condition, op.after) if value is not None]
    inputs, output = frame.read(taken), frame.define(op.result)
    frame.add(control.Cancel(inputs, output, condition))


def _results(frame: FrameDecoder, results: Sequence[SSAValue]) -> tuple[int, ...]:
    return tuple([frame.define(value) for value in results])


def _captures(frame: FrameDecoder, handle: int, captures: Sequence[SSAValue]) -> None:
    for position, slot in enumerate(frame.read(captures)):
        frame.add(bodies.Capture(handle, slot, position))


def _default(frame: FrameDecoder, handle: int, default: SSAValue | None) -> None:
    if default is not None:
        frame.add(bodies.Default((handle, *frame.read((default,)))))
