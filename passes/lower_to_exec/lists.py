"""Lists, what runs over them, and votes that take as much of them as they need."""

from __future__ import annotations

from xdsl.pattern_rewriter import PatternRewriter, RewritePattern

from ember_mlir.dialects import exec as instructions
from ember_mlir.dialects import llm, sched
from ember_mlir.passes.lower_to_exec.frames import Frames
from ember_mlir.passes.lower_to_exec.properties import copy_properties
from ember_mlir.passes.rewriting import replace, rewrites


class LowerList(RewritePattern):
    """A list is a list at this level too: its pieces come one by one.

    sched.list(%a, %b)  =>  exec.list(%a, %b)
    """

    @rewrites
    def match_and_rewrite(
        self, op: sched.ListOp | llm.ListOp, rewriter: PatternRewriter, /
    ) -> None:
        replace(rewriter, op, instructions.ListOp(op.items, op.result.type))


class LowerFanout(RewritePattern):
    """sched.fanout %x in %xs do { body }  =>  exec.fanout @f.body over %xs with …"""

    def __init__(self, frames: Frames) -> None:
        self.frames = frames

    @rewrites
    def match_and_rewrite(self, op: sched.FanoutOp, rewriter: PatternRewriter, /) -> None:
        (frame,), captures = self.frames.outline(op)
        source = op.items
        if source is None:
            assert op.count is not None
            source = op.count.value.data
        made = instructions.FanoutOp(
            frame,
            source,
            captures,
            op.result.type,
            in_order=op.in_order is not None,
            drop=op.drop is not None,
            default=op.default,
        )
        replace(rewriter, op, made)


class LowerReduce(RewritePattern):
    """sched.reduce %g in %xs by 4 do { body }  =>  exec.reduce @f.body over %xs by 4 with …"""

    def __init__(self, frames: Frames) -> None:
        self.frames = frames

    @rewrites
    def match_and_rewrite(self, op: sched.ReduceOp, rewriter: PatternRewriter, /) -> None:
        (frame,), captures = self.frames.outline(op)
        arity = op.arity.value.data
        in_order = op.in_order is not None
        made = instructions.ReduceOp(frame, op.items, arity, captures, in_order=in_order)
        replace(rewriter, op, made)


class LowerQuorum(RewritePattern):
    """sched.quorum %a by %k stop lossless  =>  exec.quorum %a by %k stop lossless"""

    @rewrites
    def match_and_rewrite(self, op: sched.QuorumOp, rewriter: PatternRewriter, /) -> None:
        made = instructions.QuorumOp(op.answers, keys=op.keys)
        copy_properties(op, made, ("min_valid", "stop", "confidence", "at_once"))
        replace(rewriter, op, made)
