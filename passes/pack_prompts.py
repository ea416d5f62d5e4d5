"""`pack-prompts{most=8}`: ask about all elements of a short list in one prompt.

    %ys = map %x in %xs { %p = template(%x, %c), yield generate @m(%p) }
      =>  %ys = fallback {
            %few = %xs if it has 2 to `most` elements, else fail
            %a = generate @m(template(%c, quote %few)) as an array of texts
            yield parse %a if it has as many elements as %xs, else fail
          } else { yield map … }

Whoever wants this says how many elements one prompt may have: `most`, without which nothing
is packed. A list of another length, when it runs, is asked about element by element as
before. So is one whose packed answer fails, does not parse, or has another number of
answers, which takes a request more.

Elements are data: in the prompt they are numbered JSON strings, so that none can pass for
another, or for what is asked. They are of one list, and so of one user and one label. But
how many answers there are depends on answers from now on: legal only if a request tells no
more than its being sent, which is how many elements there are. Texts that end an answer
(`stop`) would end all of them, and answers that must look like something, or call tools,
are not those of an array. A model may answer otherwise when it sees several elements, so
this keeps `meaning` only; it serves cost, as one long answer takes longer than short ones.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from itertools import islice

from xdsl.context import Context
from xdsl.dialects import func
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Block, Operation, Region
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern
from xdsl.rewriter import InsertPoint

from ember_mlir.dialects import ensemble, llm
from ember_mlir.dialects.values import TEXTS
from ember_mlir.errors import PipelineError
from ember_mlir.passes.analysis.labels import infer_labels
from ember_mlir.passes.assign_draws import assign_draws
from ember_mlir.passes.canonicalize.known import is_labelled, known_items
from ember_mlir.passes.equivalence import MEANING
from ember_mlir.passes.optimization import Optimization, fired, missed, permitted
from ember_mlir.passes.packing import is_packed, packed_request
from ember_mlir.passes.rewriting import apply_once


@dataclass(frozen=True)
class PackPromptsPass(Optimization):
    """Ask about all elements of a list of 2 to `most` in one prompt."""

    name = "pack-prompts"
    equivalence = "meaning"
    serves = "cost"

    most: int = 1

    def __post_init__(self) -> None:
        if self.most < 1:
            raise PipelineError(
                f"'most' must be at least 1, but got {self.most}; "
                "give the number of elements that one prompt may be about"
            )

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        ops = list(op.walk())
        maps = [found for found in ops if isinstance(found, ensemble.MapOp)]
        if self.most < 2 or not any(packable(found) for found in maps):
            return
        labels = infer_labels(op)
        telling = {a.op for a in labels.requests if labels.of_request(a) != labels.of_sending(a)}
        pattern = ElementsToPrompt(self.most, telling)
        apply_once(op, ops, [pattern])
        for function in op.ops if pattern.has_packed else ():
            if isinstance(function, func.FuncOp):
                assign_draws(function)


class ElementsToPrompt(RewritePattern):
    """The map stays, for where the prompt about all elements does not lead to an answer.

    map %x in %xs { … }  =>  fallback { one request about all of %xs } else { map %x in %xs { … } }
    """

    def __init__(self, most: int, telling: Set[Operation]) -> None:
        self.most = most
        self.telling = telling
        self.has_packed = False

    @op_type_rewrite_pattern
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


def packable(op: ensemble.MapOp) -> llm.GenerateOp | None:
    """The request about each element, if it and its prompt are all that a map makes."""
    body = list(islice(op.body.block.ops, 4))
    match body:
        case [llm.TemplateOp() as prompt, llm.GenerateOp() as call, ensemble.YieldOp() as last]:
            is_all = call.prompt is prompt.result and last.operands[0] is call.result
            is_about = op.body.block.args[0] in prompt.holes
            return call if is_all and is_about and not is_labelled(prompt) else None
        case _:
            return None
