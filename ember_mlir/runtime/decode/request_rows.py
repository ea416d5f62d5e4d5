"""The rows of operations that call the world outside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from xdsl.ir import SSAValue

from ember_mlir.dialects import exec as ops
from ember_mlir.dialects.values import ListType
from ember_mlir.providers.protocol import Kind, Request
from ember_mlir.runtime.batches import BatchSpec
from ember_mlir.runtime.decode.rows import place_of, rows_of
from ember_mlir.runtime.decode.symbols import whole
from ember_mlir.runtime.functions import FunctionSpec
from ember_mlir.runtime.instructions import requests
from ember_mlir.runtime.requests import RequestSpec, ScoreSpec
from ember_mlir.runtime.trace import Origin

if TYPE_CHECKING:
    from ember_mlir.runtime.decode.frames import FrameDecoder

FUNCTION_LANE = -1
"""The lane of Python functions is the last one, after those that requests use."""


@rows_of(ops.RequestOp)
def _request(frame: FrameDecoder, op: ops.RequestOp) -> None:
    lane = frame.symbols.lane(op, op.lane)
    used = () if op.tools is None else op.tools.data
    template = Request(
        lane.model,
        n=whole(op.times) or 1,
        grammar=None if op.grammar is None else op.grammar.data,
        tools=tuple([frame.symbols.tool(op, tool) for tool in used]),
        **op.parameters(),
    )
    location = place_of(op.source)
    spec = RequestSpec(
        lane.number,
        template,
        op.site.data,
        Origin("request", lane, location),
        sampled=op.sampled is not None,
        many=op.times is not None,
        priority=whole(op.priority) or 0,
        location=location,
    )
    frame.add(requests.Ask(frame.read((op.prompt,)), frame.define(op.result), spec))


@rows_of(ops.EmbedOp)
def _embed(frame: FrameDecoder, op: ops.EmbedOp) -> None:
    if isinstance(op.text.type, ListType):
        _each(frame, op, "embed", (op.text,))
        return
    spec = _other(frame, op, "embed", RequestSpec)
    frame.add(requests.Ask(frame.read((op.text,)), frame.define(op.result), spec))


@rows_of(ops.ScoreOp)
def _score(frame: FrameDecoder, op: ops.ScoreOp) -> None:
    if isinstance(op.text.type, ListType):
        _each(frame, op, "score", (op.text, op.labels))
        return
    spec = _other(frame, op, "score", ScoreSpec)
    inputs, output = frame.read((op.text, op.labels)), frame.define(op.result)
    frame.add(requests.AskAll(inputs, output, spec, len(inputs)))


def _each(
    frame: FrameDecoder, op: ops.EmbedOp | ops.ScoreOp, kind: Kind, asked: Sequence[SSAValue]
) -> None:
    spec = _other(frame, op, kind, BatchSpec)
    frame.add(requests.AskEach(frame.read(asked), frame.define(op.result), spec))


def _other(
    frame: FrameDecoder, op: ops.EmbedOp | ops.ScoreOp, kind: Kind, make: type[RequestSpec]
) -> RequestSpec:
    lane, location = frame.symbols.lane(op, op.lane), place_of(op.source)
    return make(
        lane.number,
        Request(lane.model, kind=kind),
        op.site.data,
        Origin(kind, lane, location),
        priority=whole(op.priority) or 0,
        location=location,
    )


@rows_of(ops.ApplyOp)
def _apply(frame: FrameDecoder, op: ops.ApplyOp) -> None:
    name, location = op.function.string_value(), place_of(op.source)
    frame.symbols.functions.add(name)
    origin = Origin("apply", None, location)
    spec = FunctionSpec(FUNCTION_LANE, name, op.result.type, origin, location)
    taken = op.arguments if op.after is None else (*op.arguments, op.after)
    inputs, output = frame.read(taken), frame.define(op.result)
    frame.add(requests.AskAll(inputs, output, spec, len(op.arguments)))
