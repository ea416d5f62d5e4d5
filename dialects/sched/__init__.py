"""The `sched` dialect: when and where a program runs, and at what price.

Values are futures, and lists are ready piece by piece. A task starts as soon as its
operands are ready; nothing else orders tasks, so running them one at a time is as legal
as running all at once. A model is called only by `sched.request`, `sched.embed` and
`sched.score` inside a `sched.task`.
"""

from __future__ import annotations

from xdsl.ir import Dialect

from ember_mlir.dialects.sched.arms import AttemptOp, FirstOp, IfOp, ParallelOp
from ember_mlir.dialects.sched.lists import FanoutOp, ListOp, ReduceOp
from ember_mlir.dialects.sched.loops import LoopOp, RoundsOp
from ember_mlir.dialects.sched.regions import YieldOp
from ember_mlir.dialects.sched.requests import EmbedOp, RequestOp, ScoreOp
from ember_mlir.dialects.sched.scopes import CachedOp, CancelOp, DoneOp, ScopeOp
from ember_mlir.dialects.sched.tasks import LaneOp, TaskOp
from ember_mlir.dialects.sched.types import (
    DONE,
    YES_OR_NO,
    Estimate,
    EstimateAttr,
    FutureType,
    Resources,
    ResourcesAttr,
    ScopeType,
    StreamType,
    future_of,
    piece_of,
    stream_of,
    value_of,
)
from ember_mlir.dialects.sched.votes import AcceptOp, BallotOp, ElectOp, QuorumOp

__all__ = [
    "DONE",
    "SCHED",
    "YES_OR_NO",
    "AcceptOp",
    "AttemptOp",
    "BallotOp",
    "CachedOp",
    "CancelOp",
    "DoneOp",
    "ElectOp",
    "EmbedOp",
    "Estimate",
    "EstimateAttr",
    "FanoutOp",
    "FirstOp",
    "FutureType",
    "IfOp",
    "LaneOp",
    "ListOp",
    "LoopOp",
    "ParallelOp",
    "QuorumOp",
    "ReduceOp",
    "RequestOp",
    "Resources",
    "ResourcesAttr",
    "RoundsOp",
    "ScopeOp",
    "ScopeType",
    "ScoreOp",
    "StreamType",
    "TaskOp",
    "YieldOp",
    "future_of",
    "piece_of",
    "stream_of",
    "value_of",
]

SCHED = Dialect(
    "sched",
    [
        LaneOp,
        TaskOp,
        RequestOp,
        EmbedOp,
        ScoreOp,
        BallotOp,
        ElectOp,
        AcceptOp,
        RoundsOp,
        ListOp,
        ParallelOp,
        FanoutOp,
        ReduceOp,
        QuorumOp,
        IfOp,
        LoopOp,
        FirstOp,
        AttemptOp,
        CachedOp,
        ScopeOp,
        CancelOp,
        DoneOp,
        YieldOp,
    ],
    [FutureType, StreamType, ScopeType, EstimateAttr, ResourcesAttr],
)
