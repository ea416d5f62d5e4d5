"""The `exec` dialect: instructions that fire when their inputs are ready.

A program is a set of frames. A frame is one flat block of instructions over slots; its
text is in topological order, and the order has no other meaning. Frames are not strict:
each argument goes in and each result comes out as soon as it is there, and lists are
ready piece by piece. The engine does what this text says and nothing else.
"""

from __future__ import annotations

from xdsl.ir import Dialect

from ember_mlir.dialects.exec.calls import FanoutOp, ReduceOp, RequestOp
from ember_mlir.dialects.exec.frames import FrameOp, LaneOp, ReturnOp
from ember_mlir.dialects.exec.texts import ConstantOp, FormatOp, JoinOp, ListOp, VoteOp

__all__ = [
    "EXEC",
    "ConstantOp",
    "FanoutOp",
    "FormatOp",
    "FrameOp",
    "JoinOp",
    "LaneOp",
    "ListOp",
    "ReduceOp",
    "RequestOp",
    "ReturnOp",
    "VoteOp",
]

EXEC = Dialect(
    "exec",
    [
        LaneOp,
        FrameOp,
        ConstantOp,
        FormatOp,
        ListOp,
        JoinOp,
        VoteOp,
        RequestOp,
        FanoutOp,
        ReduceOp,
        ReturnOp,
    ],
    [],
)
