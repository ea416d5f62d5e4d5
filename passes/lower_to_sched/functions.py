"""What stands around the operations: models get lanes, functions and regions take futures."""

from __future__ import annotations

from decimal import Decimal

from xdsl.dialects import func
from xdsl.dialects.builtin import FunctionType, SymbolRefAttr
from xdsl.ir import Operation
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern
from xdsl.rewriter import InsertPoint

from ember_mlir.dialects import llm, sched
from ember_mlir.dialects.formats.lanes import LaneLimits
from ember_mlir.dialects.locations import invalid
from ember_mlir.dialects.names import named_arguments
from ember_mlir.passes.rewriting import SymbolNames, retype, rewrites

DEFAULT_CONCURRENCY = 64
"""The limit of requests in flight of a model that states none."""

RESENDING = LaneLimits(
    retries=10, at_most=8, backoff=(Decimal("0.5"), Decimal(30)), timeout=Decimal(600)
)
"""When a lane sends a request again that its provider has not answered."""


class ModelToLane(RewritePattern):
    """A model has a lane of its own: `llm.model @m` => `sched.lane @m_lane for @m`."""

    def __init__(self, names: SymbolNames, lanes: dict[str, SymbolRefAttr]) -> None:
        self.names = names
        self.lanes = lanes

    @rewrites
    def match_and_rewrite(self, op: llm.ModelOp, rewriter: PatternRewriter, /) -> None:
        model = op.sym_name.data
        symbol = self.names.fresh(f"{model}_lane")
        self.lanes[model] = SymbolRefAttr(symbol)
        limit = op.concurrency
        concurrency = DEFAULT_CONCURRENCY if limit is None else limit.value.data
        lane = sched.LaneOp(symbol, model, concurrency, RESENDING)
        for name in ("clearance", "requests_per_minute", "tokens_per_minute"):
            if name in op.properties:
                lane.properties[name] = op.properties[name]
        lane.location = op.location
        rewriter.insert(lane, InsertPoint.after(op))


class FunctionToFutures(RewritePattern):
    """A function takes and returns futures, and its arguments carry their names."""

    @rewrites
    def match_and_rewrite(self, op: func.FuncOp, rewriter: PatternRewriter, /) -> None:
        if not op.body.blocks:
            raise invalid(op, "must have a body to be scheduled, but it is only declared")
        op.arg_attrs = named_arguments(op)
        op.function_type = FunctionType.from_lists(
            [sched.future_of(found) for found in op.function_type.inputs],
            [sched.future_of(found) for found in op.function_type.outputs],
        )


class ArgumentsToFutures(RewritePattern):
    """What a region takes is a future, whatever the operation is that it is of."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter, /) -> None:
        for region in op.regions:
            for block in region.blocks:
                for argument in block.args:
                    retype(argument, sched.future_of(argument.type))
