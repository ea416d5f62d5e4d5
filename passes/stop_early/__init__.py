"""`stop-early`: ask for no more answers than a vote needs.

    %d = ensemble.sample 5 of @m(%p)          %d = ensemble.sample 5 of @m(%p)
    %v = ensemble.vote %d              =>     %v = ensemble.vote %d stop lossless

A lossless stop comes once no missing answer can change the result, whatever it says, so it
keeps `exact`. Where more is allowed, and the answers are independent samples of which
there can only be two, it is `stop adaptive`: the vote of the shortest row of answers whose
lead is likely to last. That keeps `bounded(δ)`: δ is the greatest probability that the two
votes differ, for answers of any probabilities, times how often the vote runs.

Calls that are written one by one are put into arms for that (see `arms.py`). Legal where
nobody else reads what is not made. That a member would have failed is not noticed then, so
its failure must not decide anything (see `analysis/failures.py`); nor may members call
functions that are not pure. How many members are asked tells what the others have said, so
each must already be told all that the vote takes. Where cost alone is aimed at, answers are
asked for as the decision needs them, a few at a time; else all are asked for at once
(`at_once`), and those that are missing when it is decided are cancelled.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from decimal import Decimal

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation

from ember_mlir.dialects.ensemble import VoteOp
from ember_mlir.dialects.formats.strategies import Stopping
from ember_mlir.dialects.operations import walk
from ember_mlir.errors import PipelineError
from ember_mlir.passes.analysis.failures import decisive_operations
from ember_mlir.passes.analysis.independent_answers import dependent_requests
from ember_mlir.passes.analysis.votes import Votes
from ember_mlir.passes.equivalence import EXACT
from ember_mlir.passes.optimization import Optimization, current_setting, fired, missed
from ember_mlir.passes.rewriting import apply_once
from ember_mlir.passes.stop_early.adaptive import adaptive
from ember_mlir.passes.stop_early.arms import ListToParallel, list_before


@dataclass(frozen=True)
class StopEarlyPass(Optimization):
    """Ask for no more answers than a vote needs.

    `confidence` is how likely the lead of an adaptive vote is to last.
    """

    name = "stop-early"
    equivalence = "exact"

    confidence: float = 0.95

    def __post_init__(self) -> None:
        if not 0 < self.confidence < 1:
            raise PipelineError(
                "a confidence must be between 0 and 1, and neither, "
                f"but got {self.confidence}; give one such as 0.95"
            )

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        found = [vote for vote in walk(op) if isinstance(vote, VoteOp) and vote.stop is None]
        if any(list_before(vote) for vote in found):
            apply_once(op, op.walk(), [ListToParallel(decisive_operations(op))])
        votes, dependent = Votes(op), dependent_requests(op) if found else set[Operation]()
        for vote in found:
            if not votes.ask(vote):
                continue
            if (why := obstacle(vote, votes)) is not None:
                missed(vote, why)
            else:
                stop(vote, Decimal(str(self.confidence)), dependent)


def obstacle(vote: VoteOp, votes: Votes) -> str | None:
    """Why a vote is not to stop early, in words that complete "this operation …"."""
    if (why := votes.obstacle(vote)) is not None:
        return why
    if not votes.is_saving(vote):
        return "takes answers that are asked for anyhow"
    if votes.tells_more(vote):
        return "takes answers that are above what some model is told that gives them"
    return None


def stop(vote: VoteOp, confidence: Decimal, dependent: Set[Operation]) -> None:
    """Let a vote stop: adaptively where that is allowed and asks for less, else losslessly."""
    kept = adaptive(vote, confidence, dependent)
    at_once = current_setting().optimize_for != "cost"
    rule = Stopping(stop="lossless", at_once=at_once)
    said = "no missing answer can change its result"
    if kept != EXACT:
        rule = Stopping(stop="adaptive", confidence=confidence, at_once=at_once)
        said = f"its lead is likely to last ({confidence})"
    fired(vote, f"stops as soon as {said}", kept)
    vote.properties |= {name: found for name, found in rule.properties().items() if found}
