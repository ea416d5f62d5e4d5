"""What runs once, again and again, or not at all, and what ends it."""

from __future__ import annotations

from xdsl.pattern_rewriter import PatternRewriter, RewritePattern
from xdsl.rewriter import InsertPoint, Rewriter

from ember_mlir.dialects import exec as instructions
from ember_mlir.dialects import sched
from ember_mlir.dialects.exec import KEY
from ember_mlir.dialects.locations import unnamed
from ember_mlir.passes.lower_to_exec.cache_keys import CacheKeys
from ember_mlir.passes.lower_to_exec.frames import Frames
from ember_mlir.passes.lower_to_exec.properties import copy_properties
from ember_mlir.passes.rewriting import replace, rewrites


class LowerLoop(RewritePattern):
    """sched.loop %s = %a at_most 3 do { body }  =>  exec.loop @f.body from %a at_most 3 with …"""

    def __init__(self, frames: Frames) -> None:
        self.frames = frames

    @rewrites
    def match_and_rewrite(self, op: sched.LoopOp, rewriter: PatternRewriter, /) -> None:
        (frame,), captures = self.frames.outline(op)
        most = None if op.at_most is None else op.at_most.value.data
        replace(rewriter, op, instructions.LoopOp(frame, op.initial, captures, most))


class LowerScope(RewritePattern):
    """sched.scope budget 1 usd do { body }  =>  exec.spawn @f.body budget 1 usd with …"""

    def __init__(self, frames: Frames) -> None:
        self.frames = frames

    @rewrites
    def match_and_rewrite(self, op: sched.ScopeOp, rewriter: PatternRewriter, /) -> None:
        (frame,), captures = self.frames.outline(op)
        made = instructions.SpawnOp(frame, captures, op.values.types)
        copy_properties(op, made, ("budget", "deadline"))
        replace(rewriter, op, made)


class LowerCached(RewritePattern):
    """The frame of what is cached takes the key first, and keeps its result under it.

    sched.cached per user for 60 seconds do { … sched.yield %v }
      =>  exec.cache_lookup "…" per user label … else @f.v with …
          and @f.v stores %v under the key for 60 seconds
    """

    def __init__(self, frames: Frames, keys: CacheKeys) -> None:
        self.frames = frames
        self.keys = keys

    @rewrites
    def match_and_rewrite(self, op: sched.CachedOp, rewriter: PatternRewriter, /) -> None:
        body = op.body.block
        leave = body.last_op
        assert isinstance(leave, sched.YieldOp)
        argument = body.insert_arg(KEY, 0, unnamed(op.location))
        argument.name_hint = "key"
        store = instructions.CacheStoreOp(leave.value, argument, op.seconds.data)
        store.location = op.location
        Rewriter.insert_op(store, InsertPoint.before(leave))
        (frame,), captures = self.frames.outline(op)
        key = self.keys[op]
        made = instructions.CacheLookupOp(
            key.digest,
            op.audience.data,
            key.label,
            frame,
            captures,
            op.result.type,
            sampled=key.sampled,
        )
        replace(rewriter, op, made)


class LowerCancel(RewritePattern):
    """sched.cancel %s when %c  =>  exec.cancel %s when %c"""

    @rewrites
    def match_and_rewrite(self, op: sched.CancelOp, rewriter: PatternRewriter, /) -> None:
        replace(rewriter, op, instructions.CancelOp(op.scope, condition=op.condition), [])


class LowerDone(RewritePattern):
    """sched.done(%a)  =>  exec.done(%a)"""

    @rewrites
    def match_and_rewrite(self, op: sched.DoneOp, rewriter: PatternRewriter, /) -> None:
        replace(rewriter, op, instructions.DoneOp(op.values))
