"""`lower-to-sched`: from what is asked to when and where it runs.

    %t = llm.template …           =>  %t = sched.task(…) { llm.template …  sched.yield }
    %a = llm.generate @m(%p) …    =>  %a = sched.task(%p) on @m_lane … { sched.request @m … }
    %d = ensemble.sample n of …   =>  %d = sched.fanout times n do { sched.task … }
    %r = ensemble.map %x in %xs   =>  %r = sched.fanout %x in %xs do { … }
    %r = ensemble.reduce … by k   =>  %r = sched.reduce … by k do { … }

Then a task without a request that only one other task reads moves into that task.

Values become futures, and lists become lists whose pieces are ready one by one. Every
call keeps its draw, so this keeps `exact`: tasks run in any order, at once or not.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from decimal import Decimal

from xdsl.context import Context
from xdsl.dialects import func
from xdsl.dialects.builtin import FunctionType, ModuleOp, SymbolRefAttr
from xdsl.ir import Block, Operation, Region, SSAValue
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern
from xdsl.rewriter import InsertPoint

from ember_mlir.dialects import ensemble, llm, sched
from ember_mlir.dialects.locations import invalid
from ember_mlir.dialects.names import LABEL, named_arguments
from ember_mlir.passes.analysis.levels import verify_operations
from ember_mlir.passes.analysis.scheduling import verify_schedulable
from ember_mlir.passes.rewriting import (
    SymbolNames,
    apply_once,
    block_for,
    move_ops,
    rename,
    replace,
    retype,
)

DEFAULT_CONCURRENCY = 64
"""The limit of requests in flight of a model that states none."""

ONE_CALL = sched.EstimateAttr(sched.Estimate(calls=Decimal(1)))

Request = llm.GenerateOp | ensemble.SampleOp


class LowerToSchedPass(ModulePass):
    """Turn calls into tasks on lanes, values into futures, and maps into fan-outs."""

    name = "lower-to-sched"
    equivalence = "exact"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        verify_operations(op, "llm")
        verify_schedulable(op)
        lanes: dict[str, SymbolRefAttr] = {}
        # A model may stand behind the functions that ask it.
        apply_once(op, op.ops, [ModelToLane(SymbolNames(op), lanes)])
        apply_once(
            op,
            op.walk(),
            [
                FunctionToFutures(),
                LocalToTask(),
                ListToList(),
                GenerateToTask(lanes),
                SampleToFanout(lanes),
                MapToFanout(),
                ReduceToReduce(),
                YieldToYield(),
            ],
        )
        for function in op.ops:
            if isinstance(function, func.FuncOp):
                sink_local_tasks(function.body)


class ModelToLane(RewritePattern):
    """A model has a lane of its own: `llm.model @m` => `sched.lane @m_lane for @m`."""

    def __init__(self, names: SymbolNames, lanes: dict[str, SymbolRefAttr]) -> None:
        self.names = names
        self.lanes = lanes

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: llm.ModelOp, rewriter: PatternRewriter, /) -> None:
        model = op.sym_name.data
        symbol = self.names.fresh(f"{model}_lane")
        self.lanes[model] = SymbolRefAttr(symbol)
        limit = op.concurrency
        concurrency = DEFAULT_CONCURRENCY if limit is None else limit.value.data
        lane = sched.LaneOp(symbol, model, concurrency)
        for name in ("clearance", "requests_per_minute", "tokens_per_minute"):
            if name in op.properties:
                lane.properties[name] = op.properties[name]
        lane.location = op.location
        rewriter.insert(lane, InsertPoint.after(op))


class FunctionToFutures(RewritePattern):
    """A function takes and returns futures, and its arguments carry their names."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: func.FuncOp, rewriter: PatternRewriter, /) -> None:
        if not op.body.blocks:
            raise invalid(op, "must have a body to be scheduled, but it is only declared")
        op.arg_attrs = named_arguments(op)
        for argument in op.body.block.args:
            retype(argument, sched.future_of(argument.type))
        op.function_type = FunctionType.from_lists(
            [sched.future_of(found) for found in op.function_type.inputs],
            [sched.future_of(found) for found in op.function_type.outputs],
        )


def task_with(
    inputs: Sequence[SSAValue], body: Sequence[Operation], lane: SymbolRefAttr | None = None
) -> sched.TaskOp:
    """A task of the operations `body`, which use `inputs`; the last gives its result."""
    distinct = list(dict.fromkeys(inputs))
    block = block_for(distinct, [sched.value_of(value.type) for value in distinct])
    bound: dict[SSAValue, SSAValue] = dict(zip(distinct, block.args, strict=True))
    for op in body:
        rename(op, bound)
    result = body[-1].results[0]
    block.add_ops([*body, sched.YieldOp(result)])
    for op in block.ops:
        op.location = body[-1].location
    estimate = None if lane is None else ONE_CALL
    result_type = sched.future_of(result.type)
    return sched.TaskOp(distinct, Region(block), result_type, lane=lane, estimate=estimate)


class LocalToTask(RewritePattern):
    """An operation on values is a task without a request, so without a lane."""

    @op_type_rewrite_pattern
    def match_and_rewrite(
        self,
        op: llm.ConstantOp | llm.TemplateOp | llm.JoinOp | ensemble.VoteOp,
        rewriter: PatternRewriter,
        /,
    ) -> None:
        local = op.clone()
        local.location = op.location
        replace(rewriter, op, task_with(op.operands, [local]))


class ListToList(RewritePattern):
    """A list of values is a list of futures: it waits for none of them."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: llm.ListOp, rewriter: PatternRewriter, /) -> None:
        replace(rewriter, op, sched.ListOp(op.items, sched.future_of(op.result.type)))


def request_task(op: Request, lanes: dict[str, SymbolRefAttr]) -> sched.TaskOp:
    """The task of one call of a generate or sample operation."""
    model = op.model.string_value()
    if model not in lanes:
        raise invalid(op, f"must name a model of this module, but got @{model}")
    request = sched.RequestOp(model, op.prompt)
    for name in ("temperature", "top_p", "max_tokens", "stop", "draw"):
        if name in op.properties:
            request.properties[name] = op.properties[name]
    # The label belongs to the request; `replace` hands the other attributes to the task.
    if (label := op.attributes.pop(LABEL, None)) is not None:
        request.properties["label"] = label
    request.result.name_hint = op.result.name_hint
    request.location = op.location
    return task_with([op.prompt], [request], lanes[model])


class GenerateToTask(RewritePattern):
    """A call is a task with one request, on the lane of its model."""

    def __init__(self, lanes: dict[str, SymbolRefAttr]) -> None:
        self.lanes = lanes

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: llm.GenerateOp, rewriter: PatternRewriter, /) -> None:
        replace(rewriter, op, request_task(op, self.lanes))


class SampleToFanout(RewritePattern):
    """k samples are k tasks; the dynamic index of their draw is the fan-out's."""

    def __init__(self, lanes: dict[str, SymbolRefAttr]) -> None:
        self.lanes = lanes

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ensemble.SampleOp, rewriter: PatternRewriter, /) -> None:
        call = request_task(op, self.lanes)
        call.result.name_hint = op.result.name_hint
        leave = sched.YieldOp(call.result)
        call.location = leave.location = op.location
        body = Region(Block([call, leave]))
        result_type = sched.future_of(op.result.type)
        replace(rewriter, op, sched.FanoutOp(op.count.value.data, body, result_type))


def moved_region(op: Operation, rewriter: PatternRewriter) -> Region:
    """The region of `op`, detached from it, with arguments that are futures."""
    body = rewriter.move_region_contents_to_new_regions(op.regions[0])
    for argument in body.block.args:
        retype(argument, sched.future_of(argument.type))
    return body


class MapToFanout(RewritePattern):
    """A map is a fan-out: each body starts as soon as its own element is ready."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ensemble.MapOp, rewriter: PatternRewriter, /) -> None:
        result_type = sched.future_of(op.result.type)
        body = moved_region(op, rewriter)
        replace(rewriter, op, sched.FanoutOp(op.items, body, result_type))


class ReduceToReduce(RewritePattern):
    """A reduction keeps its shape: each node starts as soon as its own group is ready."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ensemble.ReduceOp, rewriter: PatternRewriter, /) -> None:
        result_type = sched.future_of(op.result.type)
        body = moved_region(op, rewriter)
        arity = op.arity.value.data
        replace(rewriter, op, sched.ReduceOp(op.items, arity, body, result_type))


class YieldToYield(RewritePattern):
    """A region yields the future that stands for its value."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ensemble.YieldOp, rewriter: PatternRewriter, /) -> None:
        replace(rewriter, op, sched.YieldOp(op.value))


def sink_local_tasks(region: Region) -> None:
    """Move each task without a request into the one task that reads it, if there is one.

    It saves a task and delays nothing: the reader had to wait for it anyhow. Readers are
    visited last first, so that every operation moves once.
    """
    op = region.block.last_op
    while op is not None:
        if isinstance(op, sched.TaskOp):
            absorb_local_tasks(op)
        else:
            for inner in op.regions:
                sink_local_tasks(inner)
        op = op.prev_op


def absorb_local_tasks(reader: sched.TaskOp) -> None:
    """Move into `reader` the tasks without a request that it alone reads."""
    kept: dict[SSAValue, SSAValue] = {}
    bound: list[tuple[SSAValue, SSAValue]] = []
    absorbed: list[sched.TaskOp] = []
    pending = deque(zip(reader.inputs, reader.body.block.args, strict=True))
    while pending:
        value, argument = pending.popleft()
        local = value.owner
        if isinstance(local, sched.TaskOp) and _sinks(local, reader):
            bound.append((argument, _leave(local).value))
            absorbed.append(local)
            pending.extend(zip(local.inputs, local.body.block.args, strict=True))
        else:
            bound.append((argument, kept.setdefault(value, argument)))
    if absorbed:
        _rebuild(reader, kept, bound, absorbed)


def _sinks(local: sched.TaskOp, reader: sched.TaskOp) -> bool:
    return local.lane is None and local.parent is reader.parent and local.result.has_one_use()


def _leave(task: sched.TaskOp) -> sched.YieldOp:
    leave = task.body.block.last_op
    assert isinstance(leave, sched.YieldOp)
    return leave


def _rebuild(
    reader: sched.TaskOp,
    kept: dict[SSAValue, SSAValue],
    bound: Sequence[tuple[SSAValue, SSAValue]],
    absorbed: Sequence[sched.TaskOp],
) -> None:
    """Give `reader` a body of all the bodies, what is read before what reads it.

    It reads `kept`: from outside, and which argument is the first that stands for it.
    `bound` says what each argument of a body stands for.
    """
    block = block_for(list(kept.values()), [first.type for first in kept.values()])
    new: dict[SSAValue, SSAValue] = dict(zip(kept.values(), block.args, strict=True))
    # What is read comes last, so that each value is the newest when another stands for it.
    for argument, value in reversed(bound):
        new[argument] = new.get(value, value)
    for task in absorbed:
        leave = _leave(task)
        leave.detach()
        leave.erase()
    for task in (*reversed(absorbed), reader):
        move_ops(task.body.block, block, new)
    reader.operands = list(kept)
    reader.body.detach_block(reader.body.block)
    reader.body.add_block(block)
    for task in absorbed:
        task.detach()
        task.erase()
