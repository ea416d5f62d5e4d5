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

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects import func
from xdsl.dialects.builtin import ModuleOp

from ember_mlir.errors import PipelineError
from ember_mlir.passes.analysis.labels import infer_labels
from ember_mlir.passes.assign_draws import assign_draws
from ember_mlir.passes.optimization import Optimization
from ember_mlir.passes.pack_prompts.elements import ElementsToPrompt, packable
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

    def is_about(self, module: ModuleOp) -> bool:
        return self.most > 1 and any(packable(found) for found in module.walk())

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        if not self.is_about(op):
            return
        labels = infer_labels(op)
        telling = {a.op for a in labels.requests if labels.of_request(a) != labels.of_sending(a)}
        pattern = ElementsToPrompt(self.most, telling)
        apply_once(op, op.walk(), [pattern])
        for function in op.ops if pattern.has_packed else ():
            if isinstance(function, func.FuncOp):
                assign_draws(function)
