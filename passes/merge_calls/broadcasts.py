"""What would ask for one and the same answer several times asks for it once.

    sample 3 of @m(%p) temperature 0
      =>  %a = generate @m(%p) temperature 0, list(%a, %a, %a)
    sample 3 of @m(%p) temperature 0 on_error …
      =>  %l = parallel on_error … { generate @m(%p) temperature 0 }, concat(%l, %l, %l)
    parallel on_error … { A } and { A }
      =>  %l = parallel on_error … { A }, concat(%l, %l)

Legal because greedy samples draw nothing, so that they are one value, as are arms that are
equal. If one of them fails, all do: then there is no list, or each is left out of it or
replaced. What has a label written on it stays, as what it becomes would lose the label.
"""

from __future__ import annotations

from xdsl.ir import Operation
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern

from ember_mlir.dialects.ensemble import ParallelOp, SampleOp
from ember_mlir.dialects.llm import ConcatOp, ListOp
from ember_mlir.dialects.values import TEXTS, AsksModel, ListType, is_greedy
from ember_mlir.passes.analysis.equality import give_the_same
from ember_mlir.passes.canonicalize.draws import call_of
from ember_mlir.passes.canonicalize.known import is_labelled
from ember_mlir.passes.optimization import fired, missed
from ember_mlir.passes.rewriting import replace, rewrites, yielding


class SampleToCall(RewritePattern):
    """sample 2 of @m(%p) temperature 0  =>  %a = generate @m(%p) temperature 0, list(%a, %a)"""

    @rewrites
    def match_and_rewrite(self, op: SampleOp, rewriter: PatternRewriter, /) -> None:
        if op.drop is None and op.default is None and is_one(op) and may_change(op):
            call = call_of(op, 0)
            replace(rewriter, op, [call, ListOp([call.result] * op.count.value.data, TEXTS)])


class SampleToArm(RewritePattern):
    """sample 2 of … on_error …  =>  %l = parallel on_error … { generate … }, concat(%l, %l)"""

    @rewrites
    def match_and_rewrite(self, op: SampleOp, rewriter: PatternRewriter, /) -> None:
        handles = op.drop is not None or op.default is not None
        if handles and is_one(op) and may_change(op):
            drop = op.drop is not None
            one = ParallelOp([yielding([call_of(op, 0)])], TEXTS, drop=drop, default=op.default)
            for made in one.walk():
                made.location = op.location
            replace(rewriter, op, [one, ConcatOp([one.result] * op.count.value.data, TEXTS)])


class ArmsToArm(RewritePattern):
    """parallel on_error … { A } and { A }  =>  %l = parallel on_error … { A }, concat(%l, %l)"""

    @rewrites
    def match_and_rewrite(self, op: ParallelOp, rewriter: PatternRewriter, /) -> None:
        if is_one(op) and may_change(op):
            found, drop, count = op.result.type, op.drop is not None, len(op.arms)
            assert isinstance(found, ListType)
            arm = op.detach_region(op.arms[0])
            one = ParallelOp([arm], found, drop=drop, default=op.default)
            replace(rewriter, op, [one, ConcatOp([one.result] * count, found)])


BROADCASTS = (SampleToCall(), SampleToArm(), ArmsToArm())


def is_one(op: Operation) -> bool:
    """Whether all that an operation asks for, of several answers, is the same answer."""
    match op:
        case SampleOp():
            return op.count.value.data > 1 and is_greedy(op)
        case ParallelOp():
            first, *others = op.arms
            is_same = bool(others) and all(give_the_same(first, arm) for arm in others)
            return is_same and any(inner.has_trait(AsksModel) for inner in first.block.ops)
        case _:
            return False


def may_change(op: Operation) -> bool:
    """Whether nothing keeps an operation whose answers are all the same from asking once."""
    if is_labelled(op):
        missed(op, "would give one answer several times, but has a label of its own")
        return False
    fired(op, "asks once for what it gives several times, as it is always the same answer")
    return True
