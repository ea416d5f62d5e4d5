"""Whether calls are equal but for their draws, and so are samples of one request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xdsl.ir import Attribute

from ember_mlir.dialects.llm import GenerateOp
from ember_mlir.dialects.values import is_greedy


def samples_in(ops: Sequence[object]) -> list[GenerateOp] | None:
    """The operations, if they are two or more sampled calls of one model with one prompt."""
    calls = [op for op in ops if isinstance(op, GenerateOp) and not is_greedy(op)]
    if len(calls) < 2 or len(calls) < len(ops):
        return None
    model, prompt = calls[0].model, calls[0].prompt
    return calls if all(c.model == model and c.prompt is prompt for c in calls) else None


def unlike(calls: Sequence[GenerateOp]) -> str | None:
    """Why such calls are not samples of one request, if they are not.

    The words complete "this operation …", of what puts the calls together.
    """
    first, draws = parameters(calls[0]), [call.draw for call in calls]
    if any(parameters(call) != first for call in calls):
        return "puts together calls that differ in more than their draws"
    if calls[0].tools is not None:
        return "puts together turns that may ask for tools, which samples do not"
    if None in draws:
        return "puts together calls without draws; run assign-draws first"
    if len(set(draws)) < len(draws):
        return "puts together calls with one draw, which are one value"
    return None


def parameters(call: GenerateOp) -> Mapping[str, Attribute]:
    """All that is written on a call but its draw."""
    return {**call.attributes, **{k: v for k, v in call.properties.items() if k != "draw"}}
