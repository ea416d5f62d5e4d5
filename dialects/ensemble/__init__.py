"""The `ensemble` dialect: how many answers are asked for, and how they combine.

Combining is total: ties, empty lists and members that fail have a defined result or a
defined error, and none of it depends on which answer comes first. `ensemble.race` alone
lets time choose; what it may choose from is defined too.
"""

from __future__ import annotations

from xdsl.ir import Dialect

from ember_mlir.dialects.ensemble.arms import CascadeOp, FallbackOp, ParallelOp, RaceOp
from ember_mlir.dialects.ensemble.choices import BestOp, JudgeOp, VoteOp
from ember_mlir.dialects.ensemble.leaves import AcceptOp, YieldOp
from ember_mlir.dialects.ensemble.lists import MapOp, ReduceOp, SampleOp
from ember_mlir.dialects.ensemble.rounds import RefineOp

__all__ = [
    "ENSEMBLE",
    "AcceptOp",
    "BestOp",
    "CascadeOp",
    "FallbackOp",
    "JudgeOp",
    "MapOp",
    "ParallelOp",
    "RaceOp",
    "ReduceOp",
    "RefineOp",
    "SampleOp",
    "VoteOp",
    "YieldOp",
]

ENSEMBLE = Dialect(
    "ensemble",
    [
        SampleOp,
        ParallelOp,
        MapOp,
        ReduceOp,
        VoteOp,
        JudgeOp,
        BestOp,
        CascadeOp,
        FallbackOp,
        RaceOp,
        RefineOp,
        YieldOp,
        AcceptOp,
    ],
    [],
)
