"""Calls that a list puts together; what must hold stands in `calls.py`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from xdsl.dialects.builtin import ModuleOp
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern

from ember_mlir.dialects.llm import GenerateOp, ListOp
from ember_mlir.passes.analysis.alike import samples_in, unlike
from ember_mlir.passes.analysis.order import Order
from ember_mlir.passes.canonicalize.known import is_labelled
from ember_mlir.passes.optimization import missed
from ember_mlir.passes.raise_ensembles.samples import draws_of, replace_by_sample, sample_of
from ember_mlir.passes.rewriting import rewrites


class ListToSample(RewritePattern):
    """list(generate @m(%p) draw <d>, generate @m(%p) draw <e>)  =>  sample 2 … draw [<d>, <e>]"""

    def __init__(self, module: ModuleOp) -> None:
        self.module = module

    @cached_property
    def order(self) -> Order:
        """What stands between operations, made when the first calls are found."""
        return Order(self.module)

    @rewrites
    def match_and_rewrite(self, op: ListOp, rewriter: PatternRewriter, /) -> None:
        calls = samples_in([item.owner for item in op.items])
        if calls is None:
            return
        if (obstacle := unlike(calls) or self.obstacle(op, calls)) is not None:
            missed(op, obstacle)
            return
        sample = sample_of(calls[0], len(calls), draws_of(calls))
        # The list last: what is erased last is dropped first, and it reads the others.
        for call in calls:
            rewriter.erase(call)
        replace_by_sample(rewriter, op, sample, calls[0])

    def obstacle(self, op: ListOp, calls: Sequence[GenerateOp]) -> str | None:
        """Why calls cannot be made where they are listed, all at once."""
        if is_labelled(op):
            return "has a label of its own, which would be lost"
        if any(call.parent is not op.parent or not call.result.has_one_use() for call in calls):
            return "puts together calls that stand elsewhere, or that others read too"
        if any(self.order.acts_before(call) != self.order.acts_before(op) for call in calls):
            return "puts together calls with a function between them and it that is not pure"
        # A call that fails there ends just what is behind it: none may be asked before it then.
        places = [self.order.unsure_before(found) for found in (*calls, op)]
        in_a_row = places == list(range(places[0], places[0] + len(places)))
        if self.order.is_handled(op) and not in_a_row:
            return "puts together calls whose failure is handled, but which are not in a row"
        return None
