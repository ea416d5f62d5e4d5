"""Calls that are equal but for their draws: samples of one request.

    list(generate @m(%p) draw <0>, generate @m(%p) draw <4/1>)
      =>  sample 2 of @m(%p) draw [<0>, <4/1>]
    parallel on_error … do { generate @m(%p) draw <0> } and { generate @m(%p) draw <4/1> }
      =>  sample 2 of @m(%p) on_error … draw [<0>, <4/1>]
    for 3 rounds (%l = list()) { concat(%l, list(generate @m(%p) draw <0[*]>)) }
      =>  sample 3 of @m(%p) draw <0[*]>

Legal because a sample is just that: as many calls, each with its draw. So the calls must be
sampled, with draws that differ, and all else that is written on them must be the same; and
nobody but the list may read them. A sample stands where the list stood, so that calls come
later than they did. What may fail must not come behind a function that is not pure; and where
a failure is handled, what was asked before it counts, so there the calls must stand in a row
and in the order of the list. A sample has no label of its own, so neither may the list.
"""

from __future__ import annotations

from xdsl.dialects import scf
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern

from ember_mlir.dialects.ensemble import ParallelOp
from ember_mlir.dialects.llm import GenerateOp
from ember_mlir.dialects.values import is_greedy
from ember_mlir.passes.analysis.alike import samples_in, unlike
from ember_mlir.passes.analysis.folds import appended, fold_of, last_of, rounds_of
from ember_mlir.passes.canonicalize.known import is_labelled, known_items
from ember_mlir.passes.optimization import missed
from ember_mlir.passes.raise_ensembles.samples import draws_of, replace_by_sample, sample_of
from ember_mlir.passes.rewriting import rewrites


class ParallelToSample(RewritePattern):
    """parallel { generate @m(%p) draw <d> } and { … draw <e> }  =>  sample 2 … draw [<d>, <e>]"""

    @rewrites
    def match_and_rewrite(self, op: ParallelOp, rewriter: PatternRewriter, /) -> None:
        calls = samples_in([region.block.first_op for region in op.arms])
        if calls is None or not all(map(is_all_of_its_arm, calls)):
            return
        if (obstacle := "has a label of its own" if is_labelled(op) else unlike(calls)) is not None:
            missed(op, obstacle)
            return
        sample = sample_of(calls[0], len(calls), draws_of(calls), op.drop is not None, op.default)
        replace_by_sample(rewriter, op, sample, calls[0])


class LoopToSample(RewritePattern):
    """for k rounds (%l) { concat(%l, list(generate @m(%p) draw <d[*]>)) }  =>  sample k … <d[*]>"""

    @rewrites
    def match_and_rewrite(self, op: scf.ForOp, rewriter: PatternRewriter, /) -> None:
        fold, rounds = fold_of(op), rounds_of(op)
        if isinstance(fold, str) or rounds is None or rounds < 2:
            return
        first, added = known_items(fold.first), appended(fold)
        call = None if added is None else added.items[0].owner
        if first is None or first.items or not isinstance(call, GenerateOp):
            return
        if list(op.body.block.ops) != [call, added, fold.combine, last_of(op)]:
            return
        if not is_greedy(call) and call.tools is None and call.draw is not None:
            replace_by_sample(rewriter, op, sample_of(call, rounds, call.draw), call)


def is_all_of_its_arm(call: GenerateOp) -> bool:
    """Whether an arm that begins with a call does nothing but give its answer."""
    last = call.next_op
    return last is not None and last.next_op is None and last.operands[0] is call.result
