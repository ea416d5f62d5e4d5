"""`batch-requests`: embed or score several texts in one request.

    %es = map %x in %xs { %t = …, yield embed @m(%t) }
      =>  %ts = map %x in %xs { %t = …, yield %t }, %es = embed @m(%ts)
    %a = embed @m(%s), %b = embed @m(%t)
      =>  %es = embed @m(list(%s, %t)), %a = get %es[0], %b = get %es[1]

and the same for scores among the same labels. The model must take several texts at once
(`batch`); a list that is longer takes several requests.

Legal because nothing is drawn, and the embedding of a list is that of each of its texts:
no text is sent that was not, and all fail where one did. So no element may be left out or
replaced where it fails, and requests join only in one block, where nothing with an effect
stands between them. What reads one of them stays behind all: the others are sent before it,
if their texts need none of it. Where a failure is handled, what was
asked before it counts, so there nothing may stand between them that reads one of them, nor
another request. They must have one label, so that no text is sent together with one of
a higher label. A batch waits for all of its texts: unless the aim is cost alone, none of
them may be there later than others, because it waits for a request or a function, if
something could start without that one. Keeps `exact`.
"""

from __future__ import annotations

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp

from ember_mlir.dialects import llm
from ember_mlir.dialects.formats.answers import own_indices
from ember_mlir.dialects.operations import walk
from ember_mlir.passes.analysis.lateness import late_values
from ember_mlir.passes.batch_requests.blocks import SeveralToList
from ember_mlir.passes.batch_requests.kinds import groups_of
from ember_mlir.passes.batch_requests.maps import ElementsToList
from ember_mlir.passes.optimization import Optimization, current_setting
from ember_mlir.passes.rewriting import apply_once


class BatchRequestsPass(Optimization):
    """Embed or score several texts in one request, where the model takes them."""

    name = "batch-requests"
    equivalence = "exact"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        ops = list(walk(op))
        calls = [call for call in ops if isinstance(call, llm.EmbedOp | llm.ScoreOp)]
        singles = [call for call in calls if not own_indices(call)]
        if not singles:
            return
        models = {model.sym_name.data: model for model in ops if isinstance(model, llm.ModelOp)}
        batched = {name for name, model in models.items() if takes_batches(model)}
        late = None if current_setting().optimize_for == "cost" else late_values(op)
        groups = groups_of(op, singles, batched, late)
        apply_once(op, ops, [ElementsToList(batched, late), SeveralToList(groups)])


def takes_batches(model: llm.ModelOp) -> bool:
    """Whether a model takes more than one text in a request."""
    return model.batch is not None and model.batch.value.data > 1
