"""The rows of operations that compute on values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from xdsl.ir import Operation, SSAValue

from ember_mlir.dialects import exec as ops
from ember_mlir.dialects.locations import location_of
from ember_mlir.dialects.values import ListType
from ember_mlir.errors import SourceLocation
from ember_mlir.runtime.computing import Compute as Computed
from ember_mlir.runtime.computing import accepted, computation, parsed
from ember_mlir.runtime.decode.rows import place_of, rows_of
from ember_mlir.runtime.decode.symbols import whole
from ember_mlir.runtime.frames import Slot
from ember_mlir.runtime.instructions import values, votes
from ember_mlir.runtime.lists import slot_maker
from ember_mlir.runtime.tallies import Stop, tally_for
from ember_mlir.semantics import parse_template

if TYPE_CHECKING:
    from ember_mlir.runtime.decode.frames import FrameDecoder

_STOPS: dict[str, Stop] = {"lossless": "lossless", "adaptive": "adaptive"}


@rows_of(ops.FormatOp)
def _format(frame: FrameDecoder, op: ops.FormatOp) -> None:
    pieces = parse_template(op.template.data)
    frame.add(values.Format(frame.read(op.holes), frame.define(op.result), pieces))


@rows_of(ops.JoinOp)
def _join(frame: FrameDecoder, op: ops.JoinOp) -> None:
    frame.add(values.Join(frame.read((op.items,)), frame.define(op.result), op.separator.data))


@rows_of(ops.ListOp)
def _list(frame: FrameDecoder, op: ops.ListOp) -> None:
    items = frame.read(op.items)
    handle = frame.new_slot()
    frame.add(values.List(frame.define(op.result), handle, len(items)))
    for position, item in enumerate(items):
        frame.add(values.Put(handle, item, position))


@rows_of(ops.ComputeOp)
def _compute(frame: FrameDecoder, op: ops.ComputeOp) -> None:
    inputs, operation = frame.read(op.values), op.operation.data
    if operation == "llm.length" and isinstance(op.values[0].type, ListType):
        frame.add(values.Length(inputs, frame.define(op.outcomes[0])))
    elif operation == "llm.get":
        output = frame.define(op.outcomes[0])
        frame.add(values.Element(inputs, output, location=location_of(op)))
    else:
        _computed(frame, op, computation(op), op.values, op.outcomes, location_of(op))


@rows_of(ops.ParseOp)
def _parse(frame: FrameDecoder, op: ops.ParseOp) -> None:
    _computed(frame, op, parsed(op), (op.text,), (op.result,), place_of(op.source))


@rows_of(ops.AcceptOp)
def _accept(frame: FrameDecoder, op: ops.AcceptOp) -> None:
    taken = (op.value, op.condition)
    _computed(frame, op, accepted(op), taken, (op.result,), place_of(op.source))


def _computed(
    frame: FrameDecoder,
    op: Operation,
    function: Computed,
    taken: Sequence[SSAValue],
    given: Sequence[SSAValue],
    location: SourceLocation | None,
) -> None:
    inputs = frame.read(taken)
    has_lists = any([isinstance(value.type, ListType) for value in taken])

    def add(output: int, function: Callable[..., Slot], of: object) -> None:
        row = values.Compute(
            inputs, output, function, slot_maker(of), has_lists=has_lists, location=location
        )
        frame.add(row)

    if len(given) == 1:
        add(frame.define(given[0]), lambda *found: function(*found)[0], given[0].type)
        return
    several = frame.new_slot()
    add(several, function, None)
    for number, value in enumerate(given):
        make = slot_maker(value.type)
        frame.add(values.Pick(several, frame.define(value), number, make))


@rows_of(ops.VoteOp)
def _vote(frame: FrameDecoder, op: ops.VoteOp) -> None:
    lists = (op.answers,) if op.keys is None else (op.answers, op.keys)
    inputs, output = frame.read(lists), frame.define(op.result)
    row = votes.Vote(
        inputs,
        output,
        whole(op.min_valid),
        None if op.confidence is None else op.confidence.data,
        slot_maker(op.result.type),
        location_of(op),
    )
    frame.add(row)


@rows_of(ops.QuorumOp)
def _quorum(frame: FrameDecoder, op: ops.QuorumOp) -> None:
    lists = (op.answers,) if op.keys is None else (op.answers, op.keys)
    stop = None if op.stop is None else _STOPS[op.stop.data]
    confidence = None if op.confidence is None else op.confidence.data
    tally = tally_for(whole(op.min_valid), stop, confidence)
    inputs, output = frame.read(lists), frame.define(op.result)
    row = votes.Quorum(
        inputs,
        output,
        tally,
        stops=stop is not None,
        at_once=op.at_once is not None,
        location=location_of(op),
    )
    frame.add(row)


@rows_of(ops.DoneOp)
def _done(frame: FrameDecoder, op: ops.DoneOp) -> None:
    frame.add(values.Done(frame.read(op.values), frame.define(op.result)))


@rows_of(ops.ReturnOp)
def _return(frame: FrameDecoder, op: ops.ReturnOp) -> None:
    for number, slot in enumerate(frame.read(op.values)):
        frame.add(values.Return(slot, number))
