"""The rows of each operation of `exec`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from xdsl.dialects.builtin import SymbolRefAttr
from xdsl.ir import Operation, SSAValue

from ember_mlir.dialects import exec as ops
from ember_mlir.dialects.locations import UNKNOWN_SOURCE, location_of
from ember_mlir.dialects.values import DecimalAttr, ListType, SourceAttr
from ember_mlir.errors import SourceLocation
from ember_mlir.providers.protocol import Kind, Request
from ember_mlir.runtime.computing import Compute as Computed
from ember_mlir.runtime.computing import accepted, computation, parsed
from ember_mlir.runtime.decode.symbols import duration, whole
from ember_mlir.runtime.frames import Slot
from ember_mlir.runtime.functions import FunctionSpec
from ember_mlir.runtime.instructions import bodies, control, requests, values, votes
from ember_mlir.runtime.lists import slot_maker
from ember_mlir.runtime.requests import RequestSpec, ScoreSpec
from ember_mlir.runtime.tallies import Stop, tally_for
from ember_mlir.runtime.trace import Origin
from ember_mlir.semantics import parse_template

if TYPE_CHECKING:
    from ember_mlir.runtime.decode.frames import FrameDecoder

_STOPS: dict[str, Stop] = {"lossless": "lossless", "adaptive": "adaptive"}

Op = TypeVar("Op", bound=Operation)
Rows = Callable[["FrameDecoder", Op], None]
FUNCTION_LANE = -1
"""The lane of Python functions is the last one, after those that requests use."""

ROWS: dict[type[Operation], Callable[[FrameDecoder, Operation], None]] = {}
"""What adds the rows of an operation to a frame."""


def rows_of(kind: type[Op]) -> Callable[[Rows[Op]], Rows[Op]]:
    """Register what adds the rows of operations of this kind."""

    def register(add: Rows[Op]) -> Rows[Op]:
        def checked(frame: FrameDecoder, op: Operation) -> None:
            assert isinstance(op, kind)
            add(frame, op)

        ROWS[kind] = checked
        return add

    return register


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
    _computed(frame, op, parsed(op), (op.text,), (op.result,), _place(op.source))


@rows_of(ops.AcceptOp)
def _accept(frame: FrameDecoder, op: ops.AcceptOp) -> None:
    taken = (op.value, op.condition)
    _computed(frame, op, accepted(op), taken, (op.result,), _place(op.source))


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
    make = slot_maker(op.result.type)
    frame.add(votes.Vote(inputs, output, whole(op.min_valid), make, location_of(op)))


@rows_of(ops.QuorumOp)
def _quorum(frame: FrameDecoder, op: ops.QuorumOp) -> None:
    lists = (op.answers,) if op.keys is None else (op.answers, op.keys)
    stop = None if op.stop is None else _STOPS[op.stop.data]
    confidence = None if op.confidence is None else op.confidence.data
    tally = tally_for(whole(op.min_valid), stop, confidence)
    inputs, output = frame.read(lists), frame.define(op.result)
    row = votes.Quorum(inputs, output, tally, stops=stop is not None, location=location_of(op))
    frame.add(row)


@rows_of(ops.RequestOp)
def _request(frame: FrameDecoder, op: ops.RequestOp) -> None:
    lane = frame.symbols.lane(op, op.lane)
    used = () if op.tools is None else op.tools.data
    template = Request(
        lane.model,
        temperature=_number(op.temperature),
        max_tokens=whole(op.max_tokens),
        n=whole(op.times) or 1,
        top_p=_number(op.top_p),
        stop=() if op.stop is None else tuple([text.data for text in op.stop]),
        grammar=None if op.grammar is None else op.grammar.data,
        tools=tuple([frame.symbols.tool(op, tool) for tool in used]),
    )
    location = _place(op.source)
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
    spec = _other(frame, op, "embed", RequestSpec)
    frame.add(requests.Ask(frame.read((op.text,)), frame.define(op.result), spec))


@rows_of(ops.ScoreOp)
def _score(frame: FrameDecoder, op: ops.ScoreOp) -> None:
    spec = _other(frame, op, "score", ScoreSpec)
    inputs, output = frame.read((op.text, op.labels)), frame.define(op.result)
    frame.add(requests.AskAll(inputs, output, spec, len(inputs)))


def _other(
    frame: FrameDecoder, op: ops.EmbedOp | ops.ScoreOp, kind: Kind, make: type[RequestSpec]
) -> RequestSpec:
    lane, location = frame.symbols.lane(op, op.lane), _place(op.source)
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
    name, location = op.function.string_value(), _place(op.source)
    frame.symbols.functions.add(name)
    origin = Origin("apply", None, location)
    spec = FunctionSpec(FUNCTION_LANE, name, op.result.type, origin, location)
    taken = op.arguments if op.after is None else (*op.arguments, op.after)
    inputs, output = frame.read(taken), frame.define(op.result)
    frame.add(requests.AskAll(inputs, output, spec, len(op.arguments)))


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


@rows_of(ops.DoneOp)
def _done(frame: FrameDecoder, op: ops.DoneOp) -> None:
    frame.add(values.Done(frame.read(op.values), frame.define(op.result)))


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


@rows_of(ops.ReturnOp)
def _return(frame: FrameDecoder, op: ops.ReturnOp) -> None:
    for number, slot in enumerate(frame.read(op.values)):
        frame.add(values.Return(slot, number))


def _results(frame: FrameDecoder, results: Sequence[SSAValue]) -> tuple[int, ...]:
    return tuple([frame.define(value) for value in results])


def _captures(frame: FrameDecoder, handle: int, captures: Sequence[SSAValue]) -> None:
    for position, slot in enumerate(frame.read(captures)):
        frame.add(bodies.Capture(handle, slot, position))


def _default(frame: FrameDecoder, handle: int, default: SSAValue | None) -> None:
    if default is not None:
        frame.add(bodies.Default((handle, *frame.read((default,)))))


def _number(attribute: DecimalAttr | None) -> float | None:
    return None if attribute is None else float(attribute.data)


def _place(source: SourceAttr) -> SourceLocation | None:
    return None if source.data == UNKNOWN_SOURCE else source.data
