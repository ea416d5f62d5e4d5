"""`lower-to-exec`: from tasks to instructions that fire when their inputs are ready.

    sched.lane @l for @m             =>  exec.lane @l model "m" from …
    func.func @f                     =>  exec.frame @f
    func.func private @f             =>  (nothing)
    sched.task … { body }            =>  the instructions of the body, in the frame
    sched.request @m(%p) draw <d>    =>  exec.request @l(%p) sampled site <d> label … at …
    sched.fanout … do { body }       =>  exec.fanout @f.x …   and   exec.frame @f.x { body }
    sched.reduce … do { body }       =>  exec.reduce @f.x …   and   exec.frame @f.x { body }

What a region reads from outside becomes an argument of its frame. Tasks may dissolve
because an instruction fires by its own inputs, which is when the task would have
started or sooner. Every request keeps its draw, so this keeps `exact`.
"""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.context import Context
from xdsl.dialects import func
from xdsl.dialects.builtin import FunctionType, ModuleOp, StringAttr
from xdsl.ir import Block, Operation, Region, SSAValue
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern
from xdsl.rewriter import InsertPoint

from ember_mlir.dialects import ensemble, llm, sched
from ember_mlir.dialects import exec as instructions
from ember_mlir.dialects.locations import invalid, source_of
from ember_mlir.dialects.names import LABEL, named_arguments
from ember_mlir.dialects.values import LabelAttr, ancestors, is_greedy
from ember_mlir.passes.analysis.levels import verify_operations
from ember_mlir.passes.rewriting import (
    SymbolNames,
    apply_once,
    block_for,
    move_ops,
    replace,
    retype,
)

PUBLIC = LabelAttr("public")
"""The label of a request that none is written for."""


class LowerToExecPass(ModulePass):
    """Turn tasks into instructions, and regions into frames."""

    name = "lower-to-exec"
    equivalence = "exact"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        verify_operations(op, "sched")
        models = {found.sym_name.data: found for found in op.ops if isinstance(found, llm.ModelOp)}
        apply_once(op, op.ops, [EraseUncallable()])
        to_values(op)
        apply_once(op, op.walk(), [LowerRequest(), LowerLocal(), LowerList(), LowerLane(models)])
        apply_once(
            op,
            op.walk(region_first=True),
            [
                InlineTask(),
                OutlineRegion(SymbolNames(op)),
                ReturnToReturn(),
                FunctionToFrame(),
                EraseModel(),
            ],
        )


class EraseUncallable(RewritePattern):
    """A private function goes: nothing calls it, and it cannot be run from outside."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: func.FuncOp, rewriter: PatternRewriter, /) -> None:
        if op.sym_visibility == StringAttr("private"):
            rewriter.erase(op)


class LowerLane(RewritePattern):
    """A lane states all that the engine must know of its model."""

    def __init__(self, models: dict[str, llm.ModelOp]) -> None:
        self.models = models

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: sched.LaneOp, rewriter: PatternRewriter, /) -> None:
        model = self.models[op.model.string_value()]
        lane = instructions.LaneOp(
            op.sym_name.data, model.model_name, model.provider.data, op.concurrency.value.data
        )
        for name in ("input_usd_per_million", "output_usd_per_million", "bills_cancelled"):
            if name in model.properties:
                lane.properties[name] = model.properties[name]
        for name in ("clearance", "requests_per_minute", "tokens_per_minute", "retries"):
            if name in op.properties:
                lane.properties[name] = op.properties[name]
        replace(rewriter, op, lane)


class LowerRequest(RewritePattern):
    """A request takes the lane of its task, and its source into its text."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: sched.RequestOp, rewriter: PatternRewriter, /) -> None:
        task = op.parent_op()
        if not isinstance(task, sched.TaskOp) or task.lane is None:
            raise invalid(op, "must stand in a task with a lane; run verify-level first")
        # `verify_operations` has refused a request without.
        assert op.draw is not None
        request = instructions.RequestOp(
            task.lane.string_value(),
            op.prompt,
            temperature=op.temperature,
            max_tokens=op.max_tokens,
            sampled=not is_greedy(op),
            site=op.draw,
            label=op.label or PUBLIC,
            source=source_of(op),
        )
        for name in ("top_p", "stop"):
            if name in op.properties:
                request.properties[name] = op.properties[name]
        replace(rewriter, op, request)


class LowerLocal(RewritePattern):
    """Each operation on values has its instruction."""

    @op_type_rewrite_pattern
    def match_and_rewrite(
        self,
        op: llm.ConstantOp | llm.TemplateOp | llm.JoinOp | ensemble.VoteOp,
        rewriter: PatternRewriter,
        /,
    ) -> None:
        match op:
            case llm.ConstantOp():
                made: Operation = instructions.ConstantOp(op.value.data)
                if op.label is not None:
                    made.attributes[LABEL] = op.label
            case llm.TemplateOp():
                made = instructions.FormatOp(op.template.data, op.holes)
            case llm.JoinOp():
                made = instructions.JoinOp(op.items, op.separator.data)
            case ensemble.VoteOp():
                made = instructions.VoteOp(op.answers)
        replace(rewriter, op, made)


class LowerList(RewritePattern):
    """A list is a list at this level too: its pieces come one by one."""

    @op_type_rewrite_pattern
    def match_and_rewrite(
        self, op: sched.ListOp | llm.ListOp, rewriter: PatternRewriter, /
    ) -> None:
        replace(rewriter, op, instructions.ListOp(op.items, op.result.type))


class InlineTask(RewritePattern):
    """A task dissolves: its instructions fire by their own inputs."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: sched.TaskOp, rewriter: PatternRewriter, /) -> None:
        block = op.body.block
        leave = block.last_op
        assert isinstance(leave, sched.YieldOp)
        inputs: dict[SSAValue, SSAValue] = dict(zip(block.args, op.inputs, strict=True))
        for argument, value in inputs.items():
            value.name_hint = value.name_hint or argument.name_hint
        result = leave.value
        keep_label(op, result)
        leave.detach()
        leave.erase()
        # The name of the task says more than the name of the value inside it.
        if op.result.name_hint is not None and result not in inputs:
            result.name_hint = op.result.name_hint
        move_ops(block, op, inputs)
        rewriter.replace(op, [], [inputs.get(result, result)])


def keep_label(task: sched.TaskOp, result: SSAValue) -> None:
    """Put the label of a task, if it has one, on the operation that gives its value."""
    label = task.attributes.get(LABEL)
    if label is None:
        return
    owner = result.owner
    if isinstance(owner, Block | instructions.RequestOp):
        raise invalid(task, f"must have '{LABEL}' inside of it, on an operation on values")
    owner.attributes.setdefault(LABEL, label)


class OutlineRegion(RewritePattern):
    """The region of a fan-out or reduction becomes a frame; what it reads, arguments."""

    def __init__(self, names: SymbolNames) -> None:
        self.names = names
        self.last_frame: dict[Operation, Operation] = {}

    @op_type_rewrite_pattern
    def match_and_rewrite(
        self, op: sched.FanoutOp | sched.ReduceOp, rewriter: PatternRewriter, /
    ) -> None:
        function = next(found for found in ancestors(op) if isinstance(found, func.FuncOp))
        captures = captures_of(op.body.block)
        frame = self.frame_of(op, function, captures)
        rewriter.insert(frame, InsertPoint.after(self.last_frame.get(function, function)))
        self.last_frame[function] = frame
        symbol = frame.sym_name.data
        if isinstance(op, sched.ReduceOp):
            arity = op.arity.value.data
            replace(rewriter, op, instructions.ReduceOp(symbol, op.items, arity, captures))
        else:
            source = op.items
            if source is None:
                assert op.count is not None
                source = op.count.value.data
            made = instructions.FanoutOp(symbol, source, captures, op.result.type)
            replace(rewriter, op, made)

    def frame_of(
        self,
        op: sched.FanoutOp | sched.ReduceOp,
        function: func.FuncOp,
        captures: Sequence[SSAValue],
    ) -> instructions.FrameOp:
        """The region of `op` as a frame that takes `captures` as its last arguments."""
        region = op.body.block
        values = [*region.args, *captures]
        block = block_for(values, [value.type for value in values])
        for old, argument in zip(region.args, block.args, strict=False):
            argument.location = old.location
        leave = region.last_op
        assert isinstance(leave, sched.YieldOp)
        symbol = f"{function.sym_name.data}.{leave.value.name_hint or 'body'}"
        result = instructions.ReturnOp([leave.value])
        result.location = leave.location
        region.insert_op_after(result, leave)
        leave.detach()
        leave.erase()
        move_ops(region, block, dict(zip(values, block.args, strict=True)))
        frame_type = FunctionType.from_lists(block.arg_types, [result.values[0].type])
        frame = instructions.FrameOp(self.names.fresh(symbol), frame_type, Region(block))
        frame.location = op.location
        return frame


def captures_of(block: Block) -> list[SSAValue]:
    """The values that the operations of a flat block read from outside of it."""
    outside: dict[SSAValue, None] = {}
    for op in block.ops:
        for operand in op.operands:
            owner = operand.owner
            if owner is not block and not (isinstance(owner, Operation) and owner.parent is block):
                outside[operand] = None
    return list(outside)


class ReturnToReturn(RewritePattern):
    """A function's results leave its frame one by one."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: func.ReturnOp, rewriter: PatternRewriter, /) -> None:
        replace(rewriter, op, instructions.ReturnOp(op.arguments))


class FunctionToFrame(RewritePattern):
    """A function is a frame whose arguments carry their names."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: func.FuncOp, rewriter: PatternRewriter, /) -> None:
        if not op.body.blocks:
            raise invalid(op, "must have a body to be lowered, but it is only declared")
        names = named_arguments(op)
        body = rewriter.move_region_contents_to_new_regions(op.body)
        returned = body.block.last_op
        assert returned is not None
        frame_type = FunctionType.from_lists(
            [argument.type for argument in body.block.args],
            [value.type for value in returned.operands],
        )
        frame = instructions.FrameOp(op.sym_name.data, frame_type, body, names)
        replace(rewriter, op, frame)


class EraseModel(RewritePattern):
    """A model is gone: its lane states all that counts."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: llm.ModelOp, rewriter: PatternRewriter, /) -> None:
        rewriter.erase(op)


def to_values(module: ModuleOp) -> None:
    """Give everything the type of the value that it stands for: slots hold no futures."""
    for op in module.walk():
        for block in (block for region in op.regions for block in region.blocks):
            for argument in block.args:
                _to_value(argument)
        for result in op.results:
            _to_value(result)


def _to_value(value: SSAValue) -> None:
    if isinstance(value.type, sched.FutureType | sched.StreamType):
        retype(value, sched.value_of(value.type))
