"""Requests about a text that a model may take in a batch."""

from __future__ import annotations

from xdsl.ir import SSAValue

from ember_mlir.dialects import llm
from ember_mlir.dialects.values import DrawAttr

Call = llm.EmbedOp | llm.ScoreOp

Kind = tuple[object, ...]
"""What requests have in common that may be one: where they stand, and all but their text."""

ONE_BY_ONE = "asks a model that takes one text at a time"
WAITS = "is about a text that comes later than others, which would wait for it"


def about(call: Call, texts: SSAValue, draw: DrawAttr | None) -> Call:
    """The request of `call` about a list of texts; it tells what `call` tells, and no more."""
    model = call.model.string_value()
    if isinstance(call, llm.EmbedOp):
        made = llm.EmbedOp(model, texts, draw)
    else:
        made = llm.ScoreOp(model, texts, call.labels, draw)
    made.attributes.update(call.attributes)
    made.location = call.location
    return made
