"""The sample that calls are which differ in nothing but their draws."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.ir import Operation, SSAValue
from xdsl.pattern_rewriter import PatternRewriter

from ember_mlir.dialects.ensemble import SampleOp
from ember_mlir.dialects.llm import GenerateOp
from ember_mlir.dialects.values import DrawAttr
from ember_mlir.passes.canonicalize.draws import of_members
from ember_mlir.passes.optimization import fired


def sample_of(
    call: GenerateOp,
    count: int,
    draw: DrawAttr,
    drop: bool = False,
    default: SSAValue | None = None,
) -> SampleOp:
    """The sample of so many calls that are all like this one, but for their draws."""
    model = call.model.string_value()
    sample = SampleOp(count, model, call.prompt, drop=drop, default=default)
    sample.properties |= {**call.properties, "draw": draw}
    sample.attributes = dict(call.attributes)
    sample.location = call.location
    return sample


def draws_of(calls: Sequence[GenerateOp]) -> DrawAttr:
    """The draws of calls, in their order."""
    return of_members([member for call in calls if call.draw for member in call.draw.data.members])


def replace_by_sample(
    rewriter: PatternRewriter, op: Operation, sample: SampleOp, call: GenerateOp
) -> None:
    """Put `sample`, which the first of its calls tells of, in place of `op`."""
    fired(call, f"is one of the {sample.count.value.data} samples of one operation now")
    sample.attributes = {**op.attributes, **sample.attributes}
    rewriter.replace(op, sample)
