"""The simplest forms of the operations of `ensemble`.

    sample 1 of @m(%p) draw <c[*]>        =>  list(generate @m(%p) draw <c[0]>)
    map %x in %xs { yield %x }            =>  %xs
    map %x in (list(a, b)) { f(%x) }      =>  list(f(a), f(b))
    reduce %g in (list(%x)) by k { … }    =>  %x
    vote (list(%x))                       =>  %x
    judge … among (list(%x))              =>  %x
    best (list(%x)) by (list(%s))         =>  %x
    cascade { accept %x if true } else …  =>  %x, with what leads to it
    cascade { accept %x if false } else … =>  cascade …
    cascade { yield %x }                  =>  %x, with what leads to it
    fallback { cannot fail } else …       =>  what cannot fail
    race { a }                            =>  a
    refine … { accept %x if true }        =>  one round

A body that no longer repeats has the number of its run for the `*` of its draws. What
handles errors keeps doing so: `on_error` and `min_valid` are not folded away.
"""

from __future__ import annotations

from collections.abc import Mapping

from xdsl.ir import Block, Operation, Region, SSAValue
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern
from xdsl.traits import is_speculatable

from ember_mlir.dialects import ensemble, llm
from ember_mlir.dialects.values import ListType, repetitions_around
from ember_mlir.passes.canonicalize.draws import call_of, fix_index, inline, inline_once
from ember_mlir.passes.canonicalize.known import known_integer, known_items

MAX_UNROLLED = 64
"""How many operations a map over a known list may become."""


def sole_item(value: SSAValue) -> SSAValue | None:
    """The element of a list that is known to have just one."""
    items = known_items(value)
    return items.operands[0] if items is not None and len(items.operands) == 1 else None


class SampleOfOne(RewritePattern):
    """One sample is a call; its index is 0."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ensemble.SampleOp, rewriter: PatternRewriter, /) -> None:
        if op.count.value.data != 1 or op.drop is not None or op.default is not None:
            return
        found = op.result.type
        assert isinstance(found, ListType)
        call = call_of(op, 0)
        rewriter.replace(op, [call, llm.ListOp([call.result], found)])


class MapOfSame(RewritePattern):
    """A map that gives each element as it is gives the list."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ensemble.MapOp, rewriter: PatternRewriter, /) -> None:
        last = op.body.block.last_op
        if last is not None and last is op.body.block.first_op:
            if last.operands[0] is op.body.block.args[0]:
                rewriter.replace(op, (), [op.items])


class MapOfKnown(RewritePattern):
    """A map over a list that is written out is its body for each element."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ensemble.MapOp, rewriter: PatternRewriter, /) -> None:
        items = known_items(op.items)
        if items is None or op.drop is not None or op.default is not None:
            return
        count = len(items.operands)
        if count * _size(op.body.block) > MAX_UNROLLED:
            return
        found = op.result.type
        assert isinstance(found, ListType)
        position = repetitions_around(op)
        results: list[SSAValue] = []
        for index, item in enumerate(list(items.operands)):
            body = op.body.clone()
            fix_index(body.block, position, index)
            results += inline(rewriter, op, body.block, [item])
        rewriter.replace(op, llm.ListOp(results, found))


def _size(block: Block) -> int:
    size = 0
    for _ in block.walk():
        size += 1
        if size > MAX_UNROLLED:
            break
    return size


class ReduceOfOne(RewritePattern):
    """The reduction of one element is that element."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ensemble.ReduceOp, rewriter: PatternRewriter, /) -> None:
        if (item := sole_item(op.items)) is not None:
            rewriter.replace(op, (), [item])


class VoteOfOne(RewritePattern):
    """The vote of one answer is that answer, if one is enough."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ensemble.VoteOp, rewriter: PatternRewriter, /) -> None:
        item = sole_item(op.answers)
        enough = op.min_valid is None or op.min_valid.value.data == 1
        has_key = op.keys is None or sole_item(op.keys) is not None
        if item is not None and enough and has_key:
            rewriter.replace(op, (), [item])


class JudgeOfOne(RewritePattern):
    """Where there is one answer nobody is asked which is best."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ensemble.JudgeOp, rewriter: PatternRewriter, /) -> None:
        if (item := sole_item(op.answers)) is not None:
            rewriter.replace(op, (), [item])


class BestOfOne(RewritePattern):
    """The best of one answer is that answer."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ensemble.BestOp, rewriter: PatternRewriter, /) -> None:
        item = sole_item(op.answers)
        if item is not None and sole_item(op.scores) is not None:
            rewriter.replace(op, (), [item])


class CascadeOfKnown(RewritePattern):
    """A first rung that is known to be accepted or refused decides now."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ensemble.CascadeOp, rewriter: PatternRewriter, /) -> None:
        first = op.arms[0].block
        last = first.last_op
        accepted = 1 if isinstance(last, ensemble.YieldOp) else _accepted(last)
        if accepted:
            rewriter.replace(op, (), [inline(rewriter, op, first)[0]])
        elif accepted == 0 and len(op.arms) > 1 and _cannot_fail(first):
            rest = [_moved(arm) for arm in op.arms[1:]]
            rewriter.replace(op, ensemble.CascadeOp(rest, op.result.type))


def _accepted(last: Operation | None) -> int | None:
    """Whether a rung or round is known to be accepted (1) or refused (0)."""
    return known_integer(last.condition) if isinstance(last, ensemble.AcceptOp) else None


def _moved(region: Region) -> Region:
    block = region.block
    region.detach_block(block)
    return Region(block)


def _cannot_fail(block: Block) -> bool:
    return all(map(is_speculatable, block.ops))


class FallbackOfSure(RewritePattern):
    """A first region that cannot fail, or has none to fall back on, is the result."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ensemble.FallbackOp, rewriter: PatternRewriter, /) -> None:
        first = op.arms[0].block
        if len(op.arms) == 1 or _cannot_fail(first):
            rewriter.replace(op, (), list(inline(rewriter, op, first)))


class RaceOfOne(RewritePattern):
    """Where one runs alone, it wins."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ensemble.RaceOp, rewriter: PatternRewriter, /) -> None:
        if len(op.arms) == 1:
            rewriter.replace(op, (), list(inline(rewriter, op, op.arms[0].block)))


class RefineOfOneRound(RewritePattern):
    """A refinement whose first round is its last is that round."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ensemble.RefineOp, rewriter: PatternRewriter, /) -> None:
        body = op.body.block
        only_round = op.rounds.value.data == 1 and op.must_accept is None
        if only_round or _accepted(body.last_op):
            value = inline_once(rewriter, op, body, [op.first], 0)[0]
            rewriter.replace(op, (), [value])


PATTERNS: Mapping[str, tuple[RewritePattern, ...]] = {
    "ensemble.sample": (SampleOfOne(),),
    "ensemble.map": (MapOfSame(), MapOfKnown()),
    "ensemble.reduce": (ReduceOfOne(),),
    "ensemble.vote": (VoteOfOne(),),
    "ensemble.judge": (JudgeOfOne(),),
    "ensemble.best": (BestOfOne(),),
    "ensemble.cascade": (CascadeOfKnown(),),
    "ensemble.fallback": (FallbackOfSure(),),
    "ensemble.race": (RaceOfOne(),),
    "ensemble.refine": (RefineOfOneRound(),),
}
