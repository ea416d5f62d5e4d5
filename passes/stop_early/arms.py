"""Answers that are made call by call for one vote, as arms: so that it may leave some unmade.

    %a = generate @m(%p) draw <d>            %l = parallel { %a = generate @m(%p) draw <d> }
    %b = generate @n(%q) draw <e>     =>       and { %b = generate @n(%q) draw <e> }
    vote list(%a, %b)                        vote %l

What leads to a call alone comes along. Legal because an answer does not depend on where its
call stands, if that has a draw. What comes later than it did must not end more than the
program if it fails (see `analysis/failures.py`), nor have an effect; and if others read it,
it stays where it is.
"""

from __future__ import annotations

from collections.abc import Sequence, Set

from xdsl.ir import Block, Operation, Region, SSAValue
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern

from ember_mlir.dialects.ensemble import ParallelOp, VoteOp, YieldOp
from ember_mlir.dialects.llm import ListOp
from ember_mlir.dialects.values import ListType
from ember_mlir.passes.analysis.feeders import asks, made_for
from ember_mlir.passes.analysis.votes import DECISIVE, unfit
from ember_mlir.passes.canonicalize.known import known_items
from ember_mlir.passes.optimization import missed
from ember_mlir.passes.rewriting import place_of, replace, rewrites

LATER = "takes answers that others read too, or that cannot be made later"


class ListToParallel(RewritePattern):
    """vote list(generate …, generate …)  =>  vote (parallel { generate … } and { generate … })"""

    def __init__(self, decisive: Set[Operation]) -> None:
        self.decisive = decisive

    @rewrites
    def match_and_rewrite(self, op: VoteOp, rewriter: PatternRewriter, /) -> None:
        listed = list_before(op)
        if listed is None:
            return
        made = [made_for(item, listed, self.decisive) for item in listed.items]
        if (why := self.obstacle(op, listed, made)) is None:
            arms = [arm_of(item, ops) for item, ops in zip(listed.items, made, strict=True)]
            found = listed.result.type
            assert isinstance(found, ListType)
            parallel = ParallelOp(arms, found)
            replace(rewriter, listed, parallel)
            op.operands = [parallel.result]
        elif asks([item.owner for item in listed.items]):
            missed(op, why)

    def obstacle(
        self, vote: VoteOp, listed: ListOp, made: Sequence[Sequence[Operation]]
    ) -> str | None:
        """Why all answers must be made, in words that complete "this operation …"."""
        if (why := unfit(vote)) is not None:
            return why
        if listed in self.decisive:
            return DECISIVE
        return None if any(map(asks, made)) else LATER


def list_before(vote: VoteOp) -> ListOp | None:
    """The list that a vote takes, if its answers are written there one by one."""
    listed = known_items(vote.answers)
    is_there = listed is not None and listed.parent is vote.parent and len(set(listed.items)) > 1
    return listed if is_there and vote.stop is None else None


def arm_of(item: SSAValue, made: Sequence[Operation]) -> Region:
    """An arm that gives `item`, and what is made for it, if a model is asked for that."""
    leave = YieldOp(item)
    leave.location = place_of(item)
    moved: Sequence[Operation] = made if asks(made) else ()
    for op in moved:
        op.detach()
    return Region(Block([*moved, leave]))
