"""Requests: they take the lane and priority of their task, and their source into their text."""

from __future__ import annotations

from typing import NamedTuple

from xdsl.pattern_rewriter import PatternRewriter, RewritePattern

from ember_mlir.dialects import exec as instructions
from ember_mlir.dialects import sched
from ember_mlir.dialects.formats.requests import PARAMETERS
from ember_mlir.dialects.locations import invalid, source_of
from ember_mlir.dialects.values import DrawAttr, LabelAttr, is_greedy
from ember_mlir.passes.lower_to_exec.properties import copy_properties
from ember_mlir.passes.rewriting import replace, rewrites

PUBLIC = LabelAttr("public")
"""The label of a request that none is written for."""


class Plan(NamedTuple):
    """What a request takes over: from its task where and how soon, and its own identity."""

    lane: str
    priority: int
    site: DrawAttr
    label: LabelAttr


def plan_of(op: sched.RequestOp | sched.EmbedOp | sched.ScoreOp) -> Plan:
    """The plan of a request; `InvalidIRError` if it stands where there is none."""
    task = op.parent_op()
    if not isinstance(task, sched.TaskOp) or task.lane is None:
        raise invalid(op, "must stand in a task with a lane; run verify-level first")
    # `verify_operations` has refused a request without.
    assert op.draw is not None
    priority = 0 if task.priority is None else task.priority.value.data
    return Plan(task.lane.string_value(), priority, op.draw, op.label or PUBLIC)


class LowerRequest(RewritePattern):
    """sched.request @m(%p) draw <d>  =>  exec.request @l(%p) sampled site <d> label … at …"""

    @rewrites
    def match_and_rewrite(self, op: sched.RequestOp, rewriter: PatternRewriter, /) -> None:
        plan = plan_of(op)
        request = instructions.RequestOp(
            plan.lane,
            op.prompt,
            times=None if op.times is None else op.times.value.data,
            tools=[tool.string_value() for tool in op.tools or ()],
            sampled=not is_greedy(op),
            priority=plan.priority,
            site=plan.site,
            label=plan.label,
            source=source_of(op),
        )
        copy_properties(op, request, (*PARAMETERS, "grammar"))
        replace(rewriter, op, request)


class LowerEmbed(RewritePattern):
    """sched.embed @m(%t) site <d>  =>  exec.embed @l(%t) site <d> label … at …"""

    @rewrites
    def match_and_rewrite(self, op: sched.EmbedOp, rewriter: PatternRewriter, /) -> None:
        plan, source = plan_of(op), source_of(op)
        request = instructions.EmbedOp(
            plan.lane, op.text, plan.site, plan.label, source, priority=plan.priority
        )
        replace(rewriter, op, request)


class LowerScore(RewritePattern):
    """sched.score @m(%t) among %l site <d>  =>  exec.score @l(%t) among %l site <d> label … at …"""

    @rewrites
    def match_and_rewrite(self, op: sched.ScoreOp, rewriter: PatternRewriter, /) -> None:
        plan, source = plan_of(op), source_of(op)
        request = instructions.ScoreOp(
            plan.lane, op.text, op.labels, plan.site, plan.label, source, priority=plan.priority
        )
        replace(rewriter, op, request)
