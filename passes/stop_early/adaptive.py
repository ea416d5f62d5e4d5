"""How far a vote that stops adaptively may be off, and whether that is allowed."""

from __future__ import annotations

from collections.abc import Set
from decimal import Decimal

from xdsl.ir import Operation

from ember_mlir.dialects.ensemble import VoteOp
from ember_mlir.passes.analysis.independent_answers import greatest_difference
from ember_mlir.passes.equivalence import EXACT, Equivalence, bounded
from ember_mlir.passes.optimization import missed, permitted

NO_DIFFERENCE = bounded(Decimal("0.0000"))


def adaptive(vote: VoteOp, confidence: Decimal, dependent: Set[Operation]) -> Equivalence:
    """What an adaptive stop keeps; `EXACT` if there is none, or a lossless one is as good."""
    delta = greatest_difference(vote, confidence, dependent)
    if isinstance(delta, str):
        if permitted(NO_DIFFERENCE):
            missed(vote, f"{delta}: it does not stop adaptively")
    elif not permitted(bounded(delta)):
        missed(vote, f"would keep {bounded(delta)} adaptively, which is above the allowance")
    elif delta:
        return bounded(delta)
    return EXACT
