"""The walk over a module that collects which label flows where.

`labels.py` says what the whole means; `label_values.py` has the operations on values,
`label_regions.py` those that run regions or frames.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple

from xdsl.dialects.builtin import ArrayAttr, DictionaryAttr, ModuleOp, StringAttr
from xdsl.ir import Attribute, Block, Operation, SSAValue
from xdsl.utils.hints import isa

from ember_mlir.dialects import ensemble, sched
from ember_mlir.dialects import exec as instructions
from ember_mlir.dialects.exec.nesting import frames_of
from ember_mlir.dialects.locations import invalid
from ember_mlir.dialects.names import LABEL, LENGTH_LABEL
from ember_mlir.dialects.values import (
    LABELS,
    AsksModel,
    LabelAttr,
    ListType,
    RefersTo,
)
from ember_mlir.passes.analysis.flow_graph import TOP, Event, FlowGraph, Length, Node


@dataclass(frozen=True, slots=True)
class Context:
    """Where an operation stands.

    `point` is that it runs. What fails is noted at `failures`, if anybody handles it, and
    what takes time at `time`, if anybody waits for the first of several.
    """

    point: Event
    failures: Event | None = None
    time: Event | None = None


class Asking(NamedTuple):
    """A request: what it tells (`event`), and that it is sent at all (`point`)."""

    op: Operation
    event: Event
    point: Event


class Body(NamedTuple):
    """What an operation runs: a region, or a frame without what the operation captures."""

    arguments: Sequence[SSAValue]
    yields: Sequence[SSAValue]
    block: Block
    frame: Context | None


Transfer = Callable[["Flows", Operation, Context], Node | None]
"""Adds the flows of an operation; gives what tells whether it fails, if it can."""


class Flows:
    """The flows of a module, as they are collected in one walk."""

    def __init__(self, module: ModuleOp, transfers: Mapping[str, Transfer]) -> None:
        self.graph = FlowGraph()
        self.requests: list[Asking] = []
        self.module = module
        self._transfers = transfers
        self._demands: dict[SSAValue, Event] = {}
        self._frames = {
            symbol: Context(Event(frame), None, Event(frame))
            for symbol, frame in frames_of(module).items()
        }
        for symbol in _handled_frames(module):
            context = self._frames[symbol]
            self._frames[symbol] = replace(context, failures=Event(context.point.op))
        self.block(module.body.block, Context(Event(module)))

    # Flows between values and events

    def flow(self, source: Node, *targets: Node) -> None:
        """Let the label of `source` reach all of `targets`."""
        for target in targets:
            self.graph.flow(source, target)

    def read(self, value: SSAValue, target: Node) -> None:
        """Let all that is known of `value` reach `target`."""
        self.flow(value, target)
        if is_list(value):
            self.flow(Length(value), target)

    def give(self, source: Node, value: SSAValue) -> None:
        """Let the label of `source` reach all that is known of `value`."""
        self.flow(source, value)
        if is_list(value):
            self.flow(source, Length(value))

    def copy(self, source: SSAValue, target: SSAValue, at_most: int = TOP) -> None:
        """Let `target` be `source`: a list has the length of the list."""
        self.graph.flow(source, target, at_most)
        if is_list(target):
            self.graph.flow(length_of(source), Length(target), at_most)
        elif is_list(source):
            self.graph.flow(Length(source), target, at_most)

    # The walk

    def block(self, block: Block, context: Context) -> Context:
        """Add the flows of all operations of `block`; where one stands behind them."""
        for argument in block.args:
            self.give(context.point, argument)
        for op in block.ops:
            context = self.operation(op, context)
        return context

    def operation(self, op: Operation, context: Context) -> Context:
        """Add the flows of `op`; where one stands behind it."""
        rank = None if asks(op) else written_label(op, op.attributes, LABEL)
        for result in op.results:
            self.give(context.point, result)
            if rank is not None:
                self.graph.begin(result, rank)
        failed = self._transfer(op)(self, op, context)
        if failed is None or context.failures is None:
            return context
        # Somebody goes on after a failure: what is behind `op` runs only if it succeeds.
        self.flow(failed, context.failures)
        behind = Event(op)
        self.flow(context.point, behind)
        self.flow(failed, behind)
        return replace(context, point=behind)

    def _transfer(self, op: Operation) -> Transfer:
        found = self._transfers.get(meaning_of(op))
        if found is not None:
            return found
        if asks(op):
            return self._transfers["request"]
        runs = op.regions or isinstance(op, instructions.RunsFrames)
        return self._transfers["unknown" if runs else "plain"]

    def bodies(self, op: Operation) -> list[Body]:
        """What `op` runs, in the order of the text."""
        if isinstance(op, instructions.RunsFrames):
            return [self._frame_body(op, symbol) for symbol in op.frame_names()]
        blocks = [region.block for region in op.regions if region.blocks]
        return [Body(block.args, yields_of(block), block, None) for block in blocks]

    def _frame_body(self, op: instructions.RunsFrames, symbol: str) -> Body:
        context = self._frames[symbol]
        block = context.point.op.regions[0].block
        captures = captures_of(op)
        own = len(block.args) - len(captures)
        for value, argument in zip(captures, block.args[own:], strict=True):
            self.copy(value, argument)
        return Body(block.args[:own], yields_of(block), block, context)

    def run(self, body: Body, context: Context) -> None:
        """Let `body` run at `context`."""
        if body.frame is None:
            self.block(body.block, context)
            return
        self.flow(context.point, body.frame.point)
        for inner, outer in (
            (body.frame.failures, context.failures),
            (body.frame.time, context.time),
        ):
            if inner is not None and outer is not None:
                self.flow(inner, outer)

    def frame_context(self, op: instructions.FrameOp) -> Context:
        """Where the instructions of a frame stand, whoever runs it."""
        return self._frames[op.sym_name.data]

    def demand(self, value: SSAValue) -> Event:
        """That more elements of the list `value` are asked for, by a vote that may stop."""
        owner = value.owner
        op = owner if isinstance(owner, Operation) else owner.parent_op()
        assert op is not None
        return self._demands.setdefault(value, Event(op))

    def ask(self, op: Operation, told: Iterable[SSAValue], context: Context) -> Event:
        """A request that tells all of `told`."""
        event = Event(op)
        self.flow(context.point, event)
        for value in told:
            self.read(value, event)
        if context.time is not None:
            self.flow(event, context.time)
        self.requests.append(Asking(op, event, context.point))
        return event


def is_list(value: SSAValue) -> bool:
    """Whether `value` is a list, at any level."""
    return isinstance(value.type, ListType | sched.StreamType)


def length_of(value: SSAValue) -> Node:
    """The node that tells how long `value` is, if it is a list."""
    return Length(value) if is_list(value) else value


def yields_of(block: Block) -> Sequence[SSAValue]:
    """What the last operation of a block hands out."""
    return () if block.last_op is None else block.last_op.operands


def meaning_of(op: Operation) -> str:
    """The name of what `op` computes: that of `exec.compute` is written in it."""
    written = op.properties.get("operation")
    return written.data if isinstance(written, StringAttr) else op.name


def asks(op: Operation) -> bool:
    """Whether `op` sends a request to a model."""
    return _asks(type(op))


@cache
def _asks(kind: type[Operation]) -> bool:
    return kind.has_trait(AsksModel) or any(
        use.kind == "exec.lane" for use in kind.get_traits_of_type(RefersTo)
    )


def captures_of(op: Operation) -> Sequence[SSAValue]:
    """What the frames of `op` take beside their own arguments: always their last ones."""
    match op:
        case (
            instructions.SpawnOp()
            | instructions.SelectOp()
            | instructions.LoopOp()
            | instructions.FanoutOp()
            | instructions.ReduceOp()
            | instructions.ParallelOp()
            | instructions.FirstOp()
            | instructions.AttemptOp()
            | instructions.CacheLookupOp()
        ):
            return op.captures
        case _:
            raise invalid(op, "must be known to the analysis of labels, but is not")


def handles_errors(op: Operation) -> bool:
    """Whether the program goes on when something that `op` runs fails."""
    if isinstance(op, instructions.AttemptOp | instructions.FirstOp):
        return True
    return "drop" in op.properties or default_of(op) is not None


def default_of(op: Operation) -> SSAValue | None:
    """What stands in the place of a member that fails."""
    match op:
        case (
            ensemble.SampleOp()
            | ensemble.MapOp()
            | ensemble.ParallelOp()
            | sched.FanoutOp()
            | sched.ParallelOp()
            | instructions.FanoutOp()
            | instructions.ParallelOp()
        ):
            return op.default
        case _:
            return None


def _handled_frames(module: ModuleOp) -> Iterator[str]:
    """The frames after whose failure somebody goes on, directly or further out."""
    frames = frames_of(module)
    uses = {
        symbol: [op for op in frame.body.block.ops if isinstance(op, instructions.RunsFrames)]
        for symbol, frame in frames.items()
    }
    waiting = [symbol for ops in uses.values() for op in ops for symbol in _handled_by(op)]
    handled: set[str] = set()
    while waiting:
        symbol = waiting.pop()
        if symbol in handled or symbol not in uses:
            continue
        handled.add(symbol)
        yield symbol
        waiting += [inner for op in uses[symbol] for inner in op.frame_names()]


def _handled_by(op: instructions.RunsFrames) -> Sequence[str]:
    """The frames after whose failure `op` goes on by itself."""
    names = op.frame_names()
    if isinstance(op, instructions.AttemptOp) and op.at_most is None:
        # Nothing is tried after the last one.
        return names[:-1]
    return names if handles_errors(op) else ()


# Labels that are written


def written_label(op: Operation, attributes: Mapping[str, Attribute], name: str) -> int | None:
    """The rank of the label that stands under `name`; `InvalidIRError` if it is none."""
    found = attributes.get(name)
    if found is None:
        return None
    if not isinstance(found, LabelAttr):
        raise invalid(
            op, f"must have as '{name}' a label such as #llm.label\"pii\", but got {found}"
        )
    return LABELS.index(found.data)


def begin_arguments(flows: Flows, function: Operation) -> None:
    """Let the labels of a function's arguments begin where they are written."""
    attrs = function.properties.get("arg_attrs")
    if not isa(attrs, ArrayAttr[DictionaryAttr]) or not function.regions[0].blocks:
        return
    for argument, found in zip(function.regions[0].block.args, attrs.data, strict=False):
        rank = written_label(function, found.data, LABEL)
        length = written_label(function, found.data, LENGTH_LABEL)
        if rank is not None:
            flows.graph.begin(argument, rank)
        if is_list(argument):
            flows.graph.begin(Length(argument), (rank or 0) if length is None else length)
