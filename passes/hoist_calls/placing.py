"""Putting what leaves a region that repeats before it, and calls under a condition if need be."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects import arith
from xdsl.ir import Operation, SSAValue
from xdsl.rewriter import InsertPoint, Rewriter

from ember_mlir.dialects.ensemble import MapOp, ReduceOp
from ember_mlir.dialects.llm import LengthOp
from ember_mlir.dialects.values import AsksModel, DrawAttr, is_greedy
from ember_mlir.passes.analysis.lengths import Repeating, least_items
from ember_mlir.passes.canonicalize.draws import with_index
from ember_mlir.passes.canonicalize.known import whole
from ember_mlir.passes.hoist_calls.guarding import guarded
from ember_mlir.passes.optimization import fired
from ember_mlir.passes.rewriting import rename


def asks_greedily(op: Operation) -> bool:
    """Whether `op` is a request that draws nothing."""
    return op.has_trait(AsksModel) and is_greedy(op)


def enough_items(op: Repeating) -> SSAValue:
    """Whether the body of `op` runs, found out before it."""
    assert isinstance(op, MapOp | ReduceOp)
    length, least = LengthOp(op.items), whole(least_items(op))
    some = arith.CmpiOp(length.result, least.result, "sge")
    some.result.name_hint = "some"
    for made in (length, least, some):
        made.location = op.location
        Rewriter.insert_op(made, InsertPoint.before(op))
    return some.result


def put_before(
    op: Repeating, moving: Sequence[Operation], some: SSAValue | None, depth: int
) -> None:
    """Put operations of the body of `op` before it, calls under the condition `some`."""
    new: dict[SSAValue, SSAValue] = {}
    readers: dict[Operation, None] = {}
    for inner in moving:
        behind = inner.next_op
        assert behind is not None
        inner.detach()
        made = inner
        if asks_greedily(inner):
            fired(inner, "is asked once, and not in every run of the region around it")
            draw = inner.properties.get("draw")
            if isinstance(draw, DrawAttr):
                inner.properties["draw"] = with_index(draw, depth, 0)
            if some is not None:
                readers |= dict.fromkeys(use.operation for use in inner.results[0].uses)
                made, reading, new[inner.results[0]] = guarded(inner, some)
                for found in reading:
                    Rewriter.insert_op(found, InsertPoint.before(behind))
        Rewriter.insert_op(made, InsertPoint.before(op))
    for reader in readers:
        rename(reader, new)
