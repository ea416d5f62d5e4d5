"""Lists, samples, maps and reductions: what runs for each of several."""

from __future__ import annotations

from collections.abc import Set

from xdsl.ir import Block, Operation
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern

from ember_mlir.dialects import ensemble, llm, sched
from ember_mlir.passes.lower_to_sched.regions import closed, last_of, taken
from ember_mlir.passes.lower_to_sched.requests import Lanes, asked
from ember_mlir.passes.rewriting import replace, rewrites


class ListToList(RewritePattern):
    """A list of values is a list of futures: it waits for none of them."""

    @rewrites
    def match_and_rewrite(self, op: llm.ListOp, rewriter: PatternRewriter, /) -> None:
        replace(rewriter, op, sched.ListOp(op.items, sched.future_of(op.result.type)))


class SampleToFanout(RewritePattern):
    """k samples are k calls; the dynamic index of their draw is the fan-out's.

    ensemble.sample 5 of @m(%p) on_error drop  =>  sched.fanout times 5 on_error drop do { … }
    """

    def __init__(self, lanes: Lanes, acting: Set[Operation]) -> None:
        self.lanes = lanes
        self.acting = acting

    @rewrites
    def match_and_rewrite(self, op: ensemble.SampleOp, rewriter: PatternRewriter, /) -> None:
        call = asked(op, self.lanes)
        call.location = op.location
        call.result.name_hint = op.result.name_hint
        fanout = sched.FanoutOp(
            op.count.value.data,
            closed(Block([call]), op, call.result),
            sched.future_of(op.result.type),
            in_order=op in self.acting,
            drop=op.drop is not None,
            default=op.default,
        )
        replace(rewriter, op, fanout)


class MapToFanout(RewritePattern):
    """A map is a fan-out: each body starts as soon as its own element is ready.

    ensemble.map %x in %xs on_error use %d do { … }
      =>  sched.fanout %x in %xs on_error use %d do { … }   (in_order, where it has effects)
    """

    def __init__(self, acting: Set[Operation]) -> None:
        self.acting = acting

    @rewrites
    def match_and_rewrite(self, op: ensemble.MapOp, rewriter: PatternRewriter, /) -> None:
        fanout = sched.FanoutOp(
            op.items,
            taken(op.body, *last_of(op.body).operands),
            sched.future_of(op.result.type),
            in_order=op in self.acting,
            drop=op.drop is not None,
            default=op.default,
        )
        replace(rewriter, op, fanout)


class ReduceToReduce(RewritePattern):
    """A reduction keeps its shape: each node starts as soon as its own group is ready.

    ensemble.reduce %g in %xs by 3 do { … }
      =>  sched.reduce %g in %xs by 3 do { … }   (in_order, where it has effects)
    """

    def __init__(self, acting: Set[Operation]) -> None:
        self.acting = acting

    @rewrites
    def match_and_rewrite(self, op: ensemble.ReduceOp, rewriter: PatternRewriter, /) -> None:
        reduce = sched.ReduceOp(
            op.items,
            op.arity.value.data,
            taken(op.body, *last_of(op.body).operands),
            sched.future_of(op.result.type),
            in_order=op in self.acting,
        )
        replace(rewriter, op, reduce)
