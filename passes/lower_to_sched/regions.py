"""Regions: how they are moved from operation to operation, and what they end with."""

from __future__ import annotations

from xdsl.ir import Block, Operation, Region, SSAValue
from xdsl.rewriter import InsertPoint, Rewriter

from ember_mlir.dialects import sched
from ember_mlir.passes.rewriting import move_ops


def regions_first(root: Operation) -> list[Operation]:
    """`root` and all operations in it, what stands in a region before what the region is of.

    xDSL's own walk takes as many steps for an operation as regions are around it.
    """
    found: list[Operation] = []
    waiting = [root]
    while waiting:
        op = waiting.pop()
        found.append(op)
        for region in op.regions:
            for block in region.blocks:
                waiting += block.ops
    return found[::-1]


def yielding(place: Operation, *values: SSAValue) -> Region:
    """A region that does nothing but yield `values`."""
    return closed(Block(), place, *values)


def closed(block: Block, place: Operation, *values: SSAValue) -> Region:
    """A region of `block`, which yields `values` at its end."""
    leave = sched.YieldOp(*values)
    leave.location = place.location
    block.add_op(leave)
    return Region(block)


def last_of(region: Region) -> Operation:
    """The operation that ends a region; the module has been verified."""
    last = region.block.last_op
    assert last is not None
    return last


def taken(region: Region, *values: SSAValue) -> Region:
    """`region` taken from its operation, with a yield of `values` as its last operation."""
    last = last_of(region)
    block = region.block
    region.detach_block(block)
    last.detach()
    new = closed(block, last, *values)
    yielded = last_of(new)
    yielded.attributes.update(last.attributes)
    last.erase()
    return new


def without_arguments(region: Region) -> Region:
    """A region of the operations of `region`, whose arguments nobody uses any more."""
    block = Block()
    move_ops(region.block, block, {})
    return Region(block)


def add_before(place: Operation, *ops: Operation) -> None:
    """Put `ops`, which come from where `place` comes from, before it."""
    for op in ops:
        op.location = place.location
        Rewriter.insert_op(op, InsertPoint.before(place))
