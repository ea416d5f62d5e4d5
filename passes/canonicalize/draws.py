"""Draws of a body that no longer repeats: its index becomes a number."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.ir import Block, Operation, SSAValue
from xdsl.pattern_rewriter import PatternRewriter
from xdsl.rewriter import InsertPoint

from ember_mlir.dialects.values import Draw, DrawAttr, repetitions_around


def with_index(draw: DrawAttr, position: int, index: int) -> DrawAttr:
    """`draw` with its dynamic index at `position`, counted from the outermost, made `index`.

    >>> print(with_index(DrawAttr(Draw((4,), (None, 7, None))), 1, 3))
    #llm.draw<4[*, 7, 3]>
    """
    dynamic = [at for at, found in enumerate(draw.data.indices) if found is None]
    indices = list(draw.data.indices)
    indices[dynamic[position]] = index
    return DrawAttr(Draw(draw.data.chain, tuple(indices)))


def fix_index(block: Block, position: int, index: int) -> None:
    """Give every request in `block` the number `index` for its dynamic index at `position`."""
    for op in block.walk():
        draw = op.properties.get("draw")
        if isinstance(draw, DrawAttr):
            op.properties["draw"] = with_index(draw, position, index)


def inline_once(
    rewriter: PatternRewriter,
    op: Operation,
    block: Block,
    arguments: Sequence[SSAValue],
    index: int,
) -> Sequence[SSAValue]:
    """Put a run of the body `block` of `op`, which repeats, before `op`; what it ends with.

    `index` is that of the run. The body itself is moved, so the run is its last.
    """
    fix_index(block, repetitions_around(op), index)
    return inline(rewriter, op, block, arguments)


def inline(
    rewriter: PatternRewriter, op: Operation, block: Block, arguments: Sequence[SSAValue] = ()
) -> Sequence[SSAValue]:
    """Put the body `block` of `op` before `op`; the operands that it ends with."""
    last = block.last_op
    assert last is not None
    rewriter.inline_block(block, InsertPoint.before(op), arguments)
    rewriter.erase(last)
    return last.operands
