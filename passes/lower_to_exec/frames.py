"""Frames: what functions and regions become."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from xdsl.dialects import func
from xdsl.dialects.builtin import FunctionType, LocationAttr, StringAttr
from xdsl.ir import Block, Operation, Region, SSAValue
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern
from xdsl.rewriter import InsertPoint, Rewriter

from ember_mlir.dialects import exec as instructions
from ember_mlir.dialects import sched
from ember_mlir.dialects.locations import invalid
from ember_mlir.dialects.names import named_arguments
from ember_mlir.dialects.operations import function_type
from ember_mlir.passes.rewriting import SymbolNames, block_for, move_ops, replace, rewrites


class EraseUncallable(RewritePattern):
    """A private function goes: nothing calls it, and it cannot be run from outside."""

    @rewrites
    def match_and_rewrite(self, op: func.FuncOp, rewriter: PatternRewriter, /) -> None:
        if op.sym_visibility == StringAttr("private"):
            rewriter.erase(op)


class ReturnToReturn(RewritePattern):
    """A function's results leave its frame one by one."""

    @rewrites
    def match_and_rewrite(self, op: func.ReturnOp, rewriter: PatternRewriter, /) -> None:
        replace(rewriter, op, instructions.ReturnOp(op.arguments))


class FunctionToFrame(RewritePattern):
    """A function is a frame whose arguments carry their names."""

    @rewrites
    def match_and_rewrite(self, op: func.FuncOp, rewriter: PatternRewriter, /) -> None:
        if not op.body.blocks:
            raise invalid(op, "must have a body to be lowered, but it is only declared")
        names = named_arguments(op)
        body = rewriter.move_region_contents_to_new_regions(op.body)
        frame_type = type_of(body.block)
        replace(rewriter, op, instructions.FrameOp(op.sym_name.data, frame_type, body, names))


class Outlined(NamedTuple):
    """The frames that the regions of an operation have become, and what all of them take.

    A frame takes the arguments of its region, then `captures`.
    """

    symbols: Sequence[str]
    captures: Sequence[SSAValue]


class Frames:
    """Makes frames of the regions of one function; they stand behind it, in order."""

    def __init__(self, function: func.FuncOp, names: SymbolNames) -> None:
        self._symbol = function.sym_name.data
        self._names = names
        self._last: Operation = function

    def outline(self, op: Operation) -> Outlined:
        """Make a frame of each region of `op`, which are flat."""
        captures = captures_of(op)
        symbols = [self._outline(op, region.block, captures) for region in op.regions]
        return Outlined(symbols, captures)

    def add(self, hint: str, block: Block, location: LocationAttr) -> str:
        """Make a frame of `block`, and give its symbol, which tells of function and `hint`."""
        symbol = self._names.fresh(f"{self._symbol}.{hint}")
        frame = instructions.FrameOp(symbol, type_of(block), Region(block))
        frame.location = location
        Rewriter.insert_op(frame, InsertPoint.after(self._last))
        self._last = frame
        return symbol

    def _outline(self, op: Operation, region: Block, captures: Sequence[SSAValue]) -> str:
        values = [*region.args, *captures]
        block = block_for(values, [value.type for value in values])
        for old, argument in zip(region.args, block.args, strict=False):
            argument.location = old.location
        leave = region.last_op
        assert isinstance(leave, sched.YieldOp)
        result = instructions.ReturnOp(leave.values)
        result.location = leave.location
        names = [value.name_hint for value in leave.values if value.name_hint]
        hint = names[-1] if names else "body"
        leave.detach()
        leave.erase()
        region.add_op(result)
        move_ops(region, block, dict(zip(values, block.args, strict=True)))
        return self.add(hint, block, op.location)


def type_of(block: Block) -> FunctionType:
    """The type of a frame with this block."""
    leave = block.last_op
    assert leave is not None
    return function_type(tuple(block.arg_types), tuple([value.type for value in leave.operands]))


def captures_of(op: Operation) -> list[SSAValue]:
    """The values that the flat regions of `op` read from outside, in order of first use."""
    outside: dict[SSAValue, None] = {}
    for region in op.regions:
        block = region.block
        for inner in block.ops:
            for operand in inner.operands:
                owner = operand.owner
                parent = owner.parent if isinstance(owner, Operation) else owner
                if parent is not block:
                    outside[operand] = None
    return list(outside)
