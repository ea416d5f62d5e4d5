"""Votes that stop early: a quorum where that may be, and else a vote like any other."""

from __future__ import annotations

from collections.abc import Set

from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern

from ember_mlir.dialects import ensemble, sched
from ember_mlir.dialects.operations import walk
from ember_mlir.passes.analysis.votes import Votes
from ember_mlir.passes.rewriting import replace, rewrites


class VoteToQuorum(RewritePattern):
    """A vote that stops takes its list piece by piece, and cancels what it does not need.

    ensemble.vote %a min_valid 2 stop lossless  =>  sched.quorum %a min_valid 2 stop lossless

    `stopping` are those that may: the others are tasks, for whose list all is made.
    """

    def __init__(self, stopping: Set[Operation]) -> None:
        self.stopping = stopping

    @rewrites
    def match_and_rewrite(self, op: ensemble.VoteOp, rewriter: PatternRewriter, /) -> None:
        if op in self.stopping:
            quorum = sched.QuorumOp(op.answers)
            for name in ("min_valid", "stop", "confidence", "at_once"):
                if name in op.properties:
                    quorum.properties[name] = op.properties[name]
            replace(rewriter, op, quorum)


def stopping_votes(module: ModuleOp) -> Set[Operation]:
    """The votes of a module that are to stop early, and for which nothing forbids it."""
    stops = [op for op in walk(module) if isinstance(op, ensemble.VoteOp) and op.stop is not None]
    votes = Votes(module)
    return {vote for vote in stops if votes.obstacle(vote) is None}
