"""Tasks dissolve; what in them must wait for a token keeps waiting for it."""

from __future__ import annotations

from xdsl.ir import Block, Operation, SSAValue
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern
from xdsl.rewriter import InsertPoint, Rewriter

from ember_mlir.dialects import exec as instructions
from ember_mlir.dialects import sched
from ember_mlir.dialects.exec import TOKEN
from ember_mlir.dialects.locations import invalid
from ember_mlir.dialects.names import LABEL
from ember_mlir.passes.analysis.label_values import can_fail
from ember_mlir.passes.lower_to_exec.frames import Frames
from ember_mlir.passes.rewriting import block_for, move_ops, rewrites

Request = instructions.RequestOp | instructions.EmbedOp | instructions.ScoreOp


class Tokens:
    """The tokens that tasks read, and what waits for them."""

    def __init__(self, frames: Frames) -> None:
        self._frames = frames
        self._tokens: dict[Block, SSAValue | None] = {}

    def of_task(self, body: Block) -> SSAValue | None:
        """One token for all that a task with this body reads; None if it reads none.

        %a, %b : !exec.token  =>  %all = exec.done(%a, %b)
        """
        if body not in self._tokens:
            self._tokens[body] = self._joined(body)
        return self._tokens[body]

    def _joined(self, body: Block) -> SSAValue | None:
        tokens = [argument for argument in body.args if argument.type == TOKEN]
        if len(tokens) < 2:
            return tokens[0] if tokens else None
        done = instructions.DoneOp(tokens)
        assert body.first_op is not None
        done.location = body.first_op.location
        Rewriter.insert_op(done, InsertPoint.at_start(body))
        return done.result

    def hold(self, body: Block) -> None:
        """Make what can fail in a task, and what it gives, wait for the tokens of the task.

        f(%v) behind %go : !exec.token  =>  %w = exec.attempt [@f.held] with %v, %go, f(%w)

        A result leaves the arm of an attempt only when all of it has succeeded, so the
        frame `@f.held`, which returns its value, waits for its token too.
        """
        token = self.of_task(body)
        if token is None:
            return
        waiting = {token}
        for op in list(body.ops):
            if waiting.isdisjoint(op.operands) and must_wait(op):
                held = self._held(op, op.operands[0], token)
                op.operands = [held, *op.operands[1:]]
                waiting.add(held)
            if not waiting.isdisjoint(op.operands):
                waiting.update(op.results)

    def _held(self, op: Operation, value: SSAValue, token: SSAValue) -> SSAValue:
        if value.type == TOKEN:
            return token
        captures = [value, token]
        block = block_for(captures, [value.type, TOKEN])
        over = instructions.DoneOp([block.args[1]])
        leave = instructions.ReturnOp([block.args[0]])
        block.add_ops([over, leave])
        symbol = self._frames.add("held", block, op.location)
        held = instructions.AttemptOp([symbol], captures, value.type)
        held.result.name_hint = value.name_hint
        for made in (over, leave, held):
            made.location = op.location
        Rewriter.insert_op(held, InsertPoint.before(op))
        return held.result


def must_wait(op: Operation) -> bool:
    """Whether it counts when `op` of a task happens: it can fail, or gives the result."""
    return bool(op.operands) and (isinstance(op, sched.YieldOp) or can_fail(op))


class InlineTask(RewritePattern):
    """A task dissolves: its instructions fire by their own inputs.

    %r = sched.task(%x = %a) { %y = f(%x)  sched.yield %y }  =>  %r = f(%a)
    """

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens

    @rewrites
    def match_and_rewrite(self, op: sched.TaskOp, rewriter: PatternRewriter, /) -> None:
        block = op.body.block
        leave = block.last_op
        assert isinstance(leave, sched.YieldOp)
        inputs: dict[SSAValue, SSAValue] = dict(zip(block.args, op.inputs, strict=True))
        for argument, value in inputs.items():
            value.name_hint = value.name_hint or argument.name_hint
        self.tokens.hold(block)
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
    if isinstance(owner, Block | Request):
        raise invalid(task, f"must have '{LABEL}' inside of it, on an operation on values")
    owner.attributes.setdefault(LABEL, label)
