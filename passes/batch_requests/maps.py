"""A request for each element of a list is one for the list."""

from __future__ import annotations

from collections.abc import Set

from xdsl.ir import Operation, SSAValue
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern

from ember_mlir.dialects import ensemble, llm
from ember_mlir.dialects.formats.answers import own_indices
from ember_mlir.passes.analysis.lateness import is_late_in_parts, takes_time
from ember_mlir.passes.analysis.order import is_sure
from ember_mlir.passes.batch_requests.calls import ONE_BY_ONE, WAITS, Call, about
from ember_mlir.passes.batch_requests.texts import is_local, is_made_in, texts_of, yield_of
from ember_mlir.passes.canonicalize.known import is_labelled
from ember_mlir.passes.optimization import fired, missed
from ember_mlir.passes.rewriting import rewrites


class ElementsToList(RewritePattern):
    """What makes the texts stays a map, unless they are the elements themselves.

    map %x in %xs { %t = template(%x), yield embed @m(%t) site <3[*]> }
      =>  embed @m(map %x in %xs { yield template(%x) }) site <3[*]>
    """

    def __init__(
        self, batched: Set[str], late: Set[SSAValue] | None, deciding: Set[Operation]
    ) -> None:
        self.batched = batched
        self.late = late
        self.deciding = deciding

    @rewrites
    def match_and_rewrite(self, op: ensemble.MapOp, rewriter: PatternRewriter, /) -> None:
        body = op.body.block
        call = yield_of(body).operands[0].owner
        if not isinstance(call, Call) or call.parent is not body or own_indices(call):
            return
        if (reason := self.obstacle(op, call)) is not None:
            missed(call, reason)
            return
        fired(call, "asks about all elements in one request")
        # The index of the map becomes the one that counts the texts.
        made = about(call, texts_of(op, call, rewriter), call.draw)
        rewriter.replace(op, made)

    def obstacle(self, op: ensemble.MapOp, call: Call) -> str | None:
        """Why the elements must be asked about one by one, in words."""
        body = op.body.block
        if op.drop is not None or op.default is not None:
            return "is about elements that may fail one by one"
        if is_labelled(op):
            return "is in a map that has a label of its own"
        if call.model.string_value() not in self.batched:
            return ONE_BY_ONE
        if not all(inner is call or is_local(inner) for inner in body.ops):
            return "is not all that is asked or done for an element"
        if op in self.deciding and not all(inner is call or is_sure(inner) for inner in body.ops):
            return "is beside what may fail, too, and what fails first decides which arm runs"
        if not call.result.has_one_use():
            return "gives what is read for an element, too"
        if isinstance(call, llm.ScoreOp) and is_made_in(body, call.labels):
            return "has labels of its own for each element"
        if self.late is not None and is_late_in_parts(op.items, self.late):
            return WAITS
        is_slow = any(inner is not call and takes_time(inner) for inner in body.ops)
        return WAITS if self.late is not None and is_slow else None
