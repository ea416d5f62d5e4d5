"""`plan-slots`: say in the text where a slot may be emptied.

    %j = exec.join %words …                 %j = exec.join %words …
    %n = exec.compute "llm.length"(%words)  %n = exec.compute "llm.length"(%words)
                                      =>    exec.release %words

It is for what several instructions of a frame read: the engine itself empties a slot that
one reads. Counting readers costs time, so only what is worth it is released: lists, and
every value in a frame of more than 64 instructions. What a frame returns stays, as nothing
comes behind that. Linear in the module. A release changes no result: it keeps `exact`.
"""

from __future__ import annotations

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.rewriter import InsertPoint, Rewriter

from ember_mlir.dialects.exec import FrameOp, ReleaseOp, ReturnOp
from ember_mlir.dialects.values import ListType

SMALL_FRAME = 64
"""Frames of so many instructions end soon enough, and their values with them."""


class PlanSlotsPass(ModulePass):
    """Release what several instructions read behind the last of them."""

    name = "plan-slots"
    equivalence = "exact"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for frame in op.ops:
            if isinstance(frame, FrameOp):
                for last, values in releases(frame).items():
                    made = ReleaseOp(values)
                    made.location = last.location
                    Rewriter.insert_op(made, InsertPoint.after(last))


def releases(frame: FrameOp) -> dict[Operation, list[SSAValue]]:
    """The values of `frame` that are released, by the last instruction that reads them."""
    instructions = list(frame.body.block.ops)
    large = len(instructions) > SMALL_FRAME
    last: dict[SSAValue, Operation] = {}
    several: set[SSAValue] = set()
    for op in instructions:
        for value in op.operands:
            if last.get(value, op) is not op:
                several.add(value)
            last[value] = op
    ending: dict[Operation, list[SSAValue]] = {}
    for value, op in last.items():
        worth_it = value in several and (large or isinstance(value.type, ListType))
        if worth_it and not isinstance(op, ReleaseOp | ReturnOp):
            ending.setdefault(op, []).append(value)
    return ending
