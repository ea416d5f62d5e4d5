"""Calls that are made early, and what then stands in their place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from xdsl.dialects import scf
from xdsl.ir import Operation, SSAValue
from xdsl.rewriter import InsertPoint, Rewriter

from ember_mlir.dialects import ensemble, llm
from ember_mlir.dialects.values import ListType
from ember_mlir.passes.analysis.disclosures import Call
from ember_mlir.passes.canonicalize.known import whole
from ember_mlir.passes.rewriting import yielding


class Early(NamedTuple):
    """A call that may be early, and what in its arm leads to it."""

    call: Call
    leading: Sequence[Operation]


def make_early(early: Early, op: scf.IfOp) -> SSAValue:
    """Ask before `op`, and again in its place if that has failed; the answer."""
    (value,) = early.call.results
    new: dict[SSAValue, SSAValue] = {}
    copies = [found.clone(new) for found in (*early.leading, early.call)]
    listed = ListType(value.type)
    parallel = ensemble.ParallelOp([yielding(copies)], listed, drop=True)
    zero = whole(0)
    get = llm.GetOp(parallel.result, zero.result)
    behind = early.call.next_op
    assert behind is not None
    early.call.detach()
    fallback = ensemble.FallbackOp([yielding([zero, get]), yielding([early.call])], value.type)
    fallback.result.name_hint = value.name_hint
    for made, place in ((parallel, op), (fallback, behind)):
        for inner in made.walk():
            inner.location = early.call.location
        Rewriter.insert_op(made, InsertPoint.before(place))
    return fallback.result
