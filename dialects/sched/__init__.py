"""The `sched` dialect: when and where a program runs, and at what price.

Values are futures, and lists are ready piece by piece. A task starts as soon as its
operands are ready; nothing else orders tasks, so running them one at a time is as legal
as running all at once. A model is called only by `sched.request` inside a `sched.task`.
"""

from __future__ import annotations

from xdsl.ir import Dialect

from ember_mlir.dialects.sched.lists import FanoutOp, ListOp, ReduceOp
from ember_mlir.dialects.sched.tasks import LaneOp, RequestOp, TaskOp, YieldOp
from ember_mlir.dialects.sched.types import (
    Estimate,
    EstimateAttr,
    FutureType,
    StreamType,
    future_of,
    piece_of,
    stream_of,
    value_of,
)

__all__ = [
    "SCHED",
    "Estimate",
    "EstimateAttr",
    "FanoutOp",
    "FutureType",
    "LaneOp",
    "ListOp",
    "ReduceOp",
    "RequestOp",
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
    [LaneOp, TaskOp, RequestOp, ListOp, FanoutOp, ReduceOp, YieldOp],
    [FutureType, StreamType, EstimateAttr],
)
