"""Lanes and tools: what requests name."""

from __future__ import annotations

from xdsl.pattern_rewriter import PatternRewriter, RewritePattern

from ember_mlir.dialects import exec as instructions
from ember_mlir.dialects import llm, sched
from ember_mlir.dialects.formats.lanes import LANE_PROPERTIES
from ember_mlir.passes.lower_to_exec.properties import copy_properties
from ember_mlir.passes.rewriting import replace, rewrites

OF_MODEL = ("input_usd_per_million", "output_usd_per_million", "batch", "bills_cancelled")
"""What a lane takes over from its model as it stands there."""


class LowerLane(RewritePattern):
    """A lane states all that the engine must know of its model.

    llm.model @m from "p" and sched.lane @l for @m  =>  exec.lane @l model "m" from "p"
    """

    def __init__(self, models: dict[str, llm.ModelOp]) -> None:
        self.models = models

    @rewrites
    def match_and_rewrite(self, op: sched.LaneOp, rewriter: PatternRewriter, /) -> None:
        model = self.models[op.model.string_value()]
        lane = instructions.LaneOp(
            op.sym_name.data, model.model_name, model.provider.data, op.concurrency.value.data
        )
        copy_properties(model, lane, OF_MODEL)
        copy_properties(op, lane, LANE_PROPERTIES)
        replace(rewriter, op, lane)


class LowerTool(RewritePattern):
    """A tool is described at this level too: llm.tool @t  =>  exec.tool @t."""

    @rewrites
    def match_and_rewrite(self, op: llm.ToolOp, rewriter: PatternRewriter, /) -> None:
        tool = instructions.ToolOp(
            op.sym_name.data, op.description.data, op.parameters.data, tool=op.tool_name
        )
        replace(rewriter, op, tool)


class EraseModel(RewritePattern):
    """A model is gone: its lane states all that counts."""

    @rewrites
    def match_and_rewrite(self, op: llm.ModelOp, rewriter: PatternRewriter, /) -> None:
        rewriter.erase(op)
