"""Operations of several regions: each region is a frame, and all take the same."""

from __future__ import annotations

from xdsl.pattern_rewriter import PatternRewriter, RewritePattern

from ember_mlir.dialects import exec as instructions
from ember_mlir.dialects import sched
from ember_mlir.passes.lower_to_exec.frames import Frames
from ember_mlir.passes.lower_to_exec.properties import copy_properties
from ember_mlir.passes.rewriting import replace, rewrites


class LowerParallel(RewritePattern):
    """sched.parallel do { a } and { b }  =>  exec.parallel [@f.a, @f.b] with …"""

    def __init__(self, frames: Frames) -> None:
        self.frames = frames

    @rewrites
    def match_and_rewrite(self, op: sched.ParallelOp, rewriter: PatternRewriter, /) -> None:
        frames, captures = self.frames.outline(op)
        made = instructions.ParallelOp(
            frames, captures, op.result.type, drop=op.drop is not None, default=op.default
        )
        replace(rewriter, op, made)


class LowerIf(RewritePattern):
    """sched.if %c do { a } else { b }  =>  exec.select %c then @f.a else @f.b with …"""

    def __init__(self, frames: Frames) -> None:
        self.frames = frames

    @rewrites
    def match_and_rewrite(self, op: sched.IfOp, rewriter: PatternRewriter, /) -> None:
        (then_frame, else_frame), captures = self.frames.outline(op)
        made = instructions.SelectOp(
            op.condition, then_frame, else_frame, captures, op.values.types
        )
        replace(rewriter, op, made)


class LowerFirst(RewritePattern):
    """sched.first after 2 seconds do { a } or { b }  =>  exec.first [@f.a, @f.b] after 2 seconds"""

    def __init__(self, frames: Frames) -> None:
        self.frames = frames

    @rewrites
    def match_and_rewrite(self, op: sched.FirstOp, rewriter: PatternRewriter, /) -> None:
        frames, captures = self.frames.outline(op)
        made = instructions.FirstOp(frames, captures, op.result.type)
        copy_properties(op, made, ("delay", "by_token"))
        replace(rewriter, op, made)


class LowerAttempt(RewritePattern):
    """sched.attempt at_most 3 do { a } else { b }  =>  exec.attempt [@f.a, @f.b] at_most 3"""

    def __init__(self, frames: Frames) -> None:
        self.frames = frames

    @rewrites
    def match_and_rewrite(self, op: sched.AttemptOp, rewriter: PatternRewriter, /) -> None:
        frames, captures = self.frames.outline(op)
        made = instructions.AttemptOp(frames, captures, op.result.type)
        names = ("errors", "at_most", "redraw", "least_backoff", "most_backoff")
        copy_properties(op, made, names)
        replace(rewriter, op, made)
