"""Tasks that only compute move into the one task that reads them."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from xdsl.ir import Operation, Region, SSAValue

from ember_mlir.dialects import llm, sched
from ember_mlir.dialects.names import LABEL
from ember_mlir.passes.rewriting import block_for, move_ops


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
    if local.lane is not None or local.parent is not reader.parent:
        return False
    # A function takes its time, and may have an effect in its place.
    applies = any(isinstance(op, llm.ApplyOp) for op in local.body.block.ops)
    return local.result.has_one_use() and not applies


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
        if LABEL in task.attributes and isinstance(leave.value.owner, Operation):
            leave.value.owner.attributes.setdefault(LABEL, task.attributes[LABEL])
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
