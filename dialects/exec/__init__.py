"""The `exec` dialect: instructions that fire when their inputs are ready.

A program is a set of frames. A frame is one flat block of instructions over slots; its
text is in topological order, and the order has no other meaning: effects are ordered by
tokens. Frames are not strict: each argument goes in and each result comes out as soon as
it is there, and lists are ready piece by piece. The engine does what this text says and
nothing else.
"""

from __future__ import annotations

from xdsl.ir import Dialect

from ember_mlir.dialects.exec.choices import AttemptOp, FirstOp
from ember_mlir.dialects.exec.control import LoopOp, SelectOp, SpawnOp
from ember_mlir.dialects.exec.effects import (
    AfterOp,
    ApplyOp,
    CacheLookupOp,
    CacheStoreOp,
    CancelOp,
    DoneOp,
)
from ember_mlir.dialects.exec.frames import FrameOp, ReturnOp
from ember_mlir.dialects.exec.lanes import LaneOp, ToolOp
from ember_mlir.dialects.exec.lists import FanoutOp, ParallelOp, ReduceOp
from ember_mlir.dialects.exec.requests import EmbedOp, RequestOp, ScoreOp
from ember_mlir.dialects.exec.texts import ConstantOp, FormatOp, JoinOp, ListOp
from ember_mlir.dialects.exec.types import (
    HANDLE,
    KEY,
    TOKEN,
    HandleType,
    KeyType,
    RunsFrames,
    TokenType,
)
from ember_mlir.dialects.exec.values import AcceptOp, ComputeOp, ParseOp, ReleaseOp
from ember_mlir.dialects.exec.votes import QuorumOp, VoteOp

__all__ = [
    "EXEC",
    "HANDLE",
    "KEY",
    "TOKEN",
    "AcceptOp",
    "AfterOp",
    "ApplyOp",
    "AttemptOp",
    "CacheLookupOp",
    "CacheStoreOp",
    "CancelOp",
    "ComputeOp",
    "ConstantOp",
    "DoneOp",
    "EmbedOp",
    "FanoutOp",
    "FirstOp",
    "FormatOp",
    "FrameOp",
    "HandleType",
    "JoinOp",
    "KeyType",
    "LaneOp",
    "ListOp",
    "LoopOp",
    "ParallelOp",
    "ParseOp",
    "QuorumOp",
    "ReduceOp",
    "ReleaseOp",
    "RequestOp",
    "ReturnOp",
    "RunsFrames",
    "ScoreOp",
    "SelectOp",
    "SpawnOp",
    "TokenType",
    "ToolOp",
    "VoteOp",
]

EXEC = Dialect(
    "exec",
    [
        LaneOp,
        ToolOp,
        FrameOp,
        ConstantOp,
        FormatOp,
        JoinOp,
        ParseOp,
        ComputeOp,
        AcceptOp,
        ListOp,
        VoteOp,
        QuorumOp,
        RequestOp,
        EmbedOp,
        ScoreOp,
        ApplyOp,
        SpawnOp,
        SelectOp,
        LoopOp,
        FanoutOp,
        ParallelOp,
        ReduceOp,
        FirstOp,
        AttemptOp,
        DoneOp,
        AfterOp,
        CancelOp,
        CacheLookupOp,
        CacheStoreOp,
        ReleaseOp,
        ReturnOp,
    ],
    [TokenType, HandleType, KeyType],
)
