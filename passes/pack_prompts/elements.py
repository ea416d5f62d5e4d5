"""A request for each element of a list, behind one about all of them."""

from __future__ import annotations

from collections.abc import Set
from itertools import islice

from xdsl.ir import Block, Operation, Region
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern
from xdsl.rewriter import InsertPoint

from ember_mlir.dialects import ensemble, llm
from ember_mlir.dialects.values import TEXTS
from ember_mlir.passes.canonicalize.known import is_labelled, known_items
from ember_mlir.passes.equivalence import MEANING
from ember_mlir.passes.optimization import fired, missed, permitted
from ember_mlir.passes.pack_prompts.requests import is_packed, packed_request
from ember_mlir.passes.rewriting import rewrites


class ElementsToPrompt(RewritePattern):
    """The map stays, for where the prompt about all elements does not lead to an answer.

    map %x in %xs { … }  =>  fallback { one request about all of %xs } else { map %x in %xs { … } }
    """

    def __init__(self, most: int, telling: Set[Operation]) -> None:
        self.most = most
        self.telling = telling
        self.has_packed = False

    @rewrites
    def match_and_rewrite(self, op: ensemble.MapOp, rewriter: PatternRewriter, /) -> None:
        call = packable(op)
        if call is None:
            return
        if (reason := self.obstacle(op, call)) is not None:
            missed(call, reason)
            return
        fired(call, f"asks about 2 to {self.most} elements in one prompt", MEANING)
        self.has_packed = True
        packed, single = Block(packed_request(op, call, self.most)), Block()
        for made in packed.walk():
            made.location = call.location
        fallback = ensemble.FallbackOp([Region(packed), Region(single)], TEXTS)
        fallback.location = op.location
        fallback.result.name_hint = op.result.name_hint
        rewriter.insert(fallback, InsertPoint.before(op))
        rewriter.replace_all_uses_with(op.result, fallback.result)
        op.detach()
        leave = ensemble.YieldOp(op.result)
        leave.location = op.location
        single.add_ops([op, leave])

    def obstacle(self, op: ensemble.MapOp, call: llm.GenerateOp) -> str | None:
        """Why a request must be about one element each, in words."""
        items = known_items(op.items)
        if not permitted(MEANING):
            return "would keep meaning, which is above the allowance"
        if call.grammar is not None or call.tools is not None:
            return "must have an answer of its own form, or may call tools"
        if call.stop is not None:
            return "has an answer that ends at certain texts, which would end all"
        if items is not None and not 2 <= len(items.operands) <= self.most:
            return f"is about {len(items.operands)} elements, where 2 to {self.most} are packed"
        if call in self.telling:
            return "tells what is more sensitive than how many elements there are"
        return "stands in for one about all elements already" if is_packed(op) else None


def packable(op: Operation) -> llm.GenerateOp | None:
    """The request about each element, if it and its prompt are all that a map makes."""
    if not isinstance(op, ensemble.MapOp):
        return None
    match list(islice(op.body.block.ops, 4)):
        case [llm.TemplateOp() as prompt, llm.GenerateOp() as call, ensemble.YieldOp() as last]:
            is_all = call.prompt is prompt.result and last.operands[0] is call.result
            is_about = op.body.block.args[0] in prompt.holes
            return call if is_all and is_about and not is_labelled(prompt) else None
        case _:
            return None
