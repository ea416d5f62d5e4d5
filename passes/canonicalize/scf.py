"""Builtin branches and loops.

    scf.if true { a } else { b }        =>  a
    scf.for %i = 0 to 0 … (%x = %y)     =>  %y
    scf.for of one round { body }       =>  body, with its draws' index made 0

xDSL's own patterns for loops do not know draws: a body that it inlines keeps a `*` for a
loop that is gone. These stand in their place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xdsl.dialects import scf
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern
from xdsl.transforms.canonicalization_patterns.utils import const_evaluate_operand

from ember_mlir.passes.canonicalize.draws import inline, inline_once


class BranchOnConstant(RewritePattern):
    """A branch on what is known is the region that it takes."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: scf.IfOp, rewriter: PatternRewriter, /) -> None:
        condition = const_evaluate_operand(op.cond)
        if condition is None:
            return
        region = op.true_region if condition else op.false_region
        results = inline(rewriter, op, region.block) if region.blocks else ()
        rewriter.replace(op, (), list(results))


class LoopOfFewRounds(RewritePattern):
    """A loop of no round gives what it was given, one of one round is its body."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: scf.ForOp, rewriter: PatternRewriter, /) -> None:
        bounds = [const_evaluate_operand(value) for value in (op.lb, op.ub, op.step)]
        if None in bounds:
            return
        first, end, step = (bound for bound in bounds if bound is not None)
        if step < 1:
            # It is an error, which something around may handle.
            return
        if end <= first:
            rewriter.replace(op, (), list(op.iter_args))
        elif end - first <= step:
            results = inline_once(rewriter, op, op.body.block, [op.lb, *op.iter_args], 0)
            rewriter.replace(op, (), list(results))


PATTERNS: Mapping[str, Sequence[RewritePattern]] = {
    "scf.if": (BranchOnConstant(),),
    "scf.for": (LoopOfFewRounds(),),
    "scf.while": (),
}
