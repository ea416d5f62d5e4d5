"""Tasks: how one is made, and which operations are one by themselves."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from decimal import Decimal

from xdsl.dialects import arith
from xdsl.dialects.builtin import IntegerAttr, SymbolRefAttr, i64
from xdsl.ir import Operation, Region, SSAValue
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern

from ember_mlir.dialects import llm, sched
from ember_mlir.dialects.sched.tasks import LOCAL_OPS
from ember_mlir.passes.rewriting import block_for, rename, replace, rewrites

ONE_CALL = sched.EstimateAttr(sched.Estimate(calls=Decimal(1)))

Body = Callable[[Sequence[SSAValue]], Sequence[Operation]]
"""Makes the operations of a task on the values of its inputs; the last gives the result."""


def task_of(
    place: Operation,
    inputs: Sequence[SSAValue],
    body: Body,
    *,
    lane: SymbolRefAttr | None = None,
    result: int = 0,
) -> sched.TaskOp:
    """A task of the operations that `body` makes, which come from where `place` comes from.

    One that asks a model has the `lane` of the model. Where the last operation has several
    results, `result` says which one is that of the task. What `is_left` to it moves into it.
    """
    outside, left = _read(inputs)
    block = block_for(outside, [sched.value_of(value.type) for value in outside])
    values: dict[SSAValue, SSAValue] = dict(zip(outside, block.args, strict=True))
    for op in left:
        op.detach()
        rename(op, values)
        block.add_op(op)
    made = body([values.get(value, value) for value in inputs])
    given = made[-1].results[result]
    leave = sched.YieldOp(given)
    for op in (*made, leave):
        op.location = place.location
        block.add_op(op)
    task = sched.TaskOp(
        outside,
        Region(block),
        sched.future_of(given.type),
        lane=lane,
        estimate=None if lane is None else ONE_CALL,
    )
    task.location = place.location
    return task


def _read(inputs: Sequence[SSAValue]) -> tuple[list[SSAValue], list[Operation]]:
    """What a task reads from outside, and what was left to it, each before what reads it."""
    outside: dict[SSAValue, None] = {}
    left: list[Operation] = []
    pending = deque(dict.fromkeys(inputs))
    while pending:
        value = pending.popleft()
        local = value.owner
        # Whatever is not left to its reader is not an operation on values any more.
        if isinstance(local, Operation) and local.name in LOCAL_OPS:
            left.append(local)
            pending.extend(dict.fromkeys(local.operands))
        else:
            outside[value] = None
    return [*outside], left[::-1]


def is_left(op: Operation) -> bool:
    """Whether `op` need not be a task as it would move into the task of its only reader.

    This tells the common cases; the others are found when all are tasks: see `sinking`.
    """
    uses = op.results[0].uses
    reader = next((use.operation for use in uses), None)
    # A function takes its time, and may have an effect in its place.
    if reader is None or reader.parent is not op.parent or isinstance(op, llm.ApplyOp):
        return False
    if any(use.operation is not reader for use in uses):
        return False
    if isinstance(reader, llm.GenerateOp):
        return reader.retries is None
    return reader.name in LOCAL_OPS and reader.name not in _NOT_ONE_TASK


_NOT_ONE_TASK = frozenset({"llm.list", "llm.redact", "ensemble.vote"})
"""The operations on values that may become something else than a task."""


def copy_of(op: Operation) -> Body:
    """The body of a task that is `op` alone."""
    return lambda values: [_copied(op, values)]


def _copied(op: Operation, values: Sequence[SSAValue]) -> Operation:
    """A copy of `op` on other values."""
    if op.regions:
        return op.clone(dict(zip(op.operands, values, strict=True)))
    # As `clone`, in less than half of the time.
    copied = type(op).create(
        operands=values,
        result_types=op.result_types,
        properties=op.properties,
        attributes=op.attributes,
        location=op.location,
    )
    for old, new in zip(op.results, copied.results, strict=True):
        new.name_hint = old.name_hint
    return copied


def whole(number: int) -> arith.ConstantOp:
    """A known whole number."""
    return arith.ConstantOp(IntegerAttr(number, i64))


class LocalToTask(RewritePattern):
    """An operation on values is a task without a request, so without a lane.

    %t = llm.template "{0}!"(%a)  =>  %t = sched.task(%x = %a) { llm.template "{0}!"(%x) … }

    Where nothing is `ordered` by effects, which look at all tasks, it may be left to the
    task of its reader.
    """

    def __init__(self, *, ordered: bool) -> None:
        self.ordered = ordered

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter, /) -> None:
        if op.name not in LOCAL_OPS or isinstance(op, llm.ListOp | llm.RedactOp):
            return
        if self.ordered or not is_left(op):
            replace(rewriter, op, task_of(op, op.operands, copy_of(op)))


class RedactToTasks(RewritePattern):
    """A redaction is two tasks, as a task gives one result: what is masked, what is hidden.

    %m, %h = llm.redact %t …  =>  %m = sched.task(%t) { … yield %m }, %h = sched.task(%t) { … }
    """

    @rewrites
    def match_and_rewrite(self, op: llm.RedactOp, rewriter: PatternRewriter, /) -> None:
        masked, hidden = (task_of(op, [op.text], copy_of(op), result=index) for index in (0, 1))
        masked.attributes.update(op.attributes)
        replace(rewriter, op, [masked, hidden], [masked.result, hidden.result])
