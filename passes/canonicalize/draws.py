"""Draws of a body that no longer repeats, whose index becomes a number, and of several calls."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.ir import Block, Operation, SSAValue
from xdsl.pattern_rewriter import PatternRewriter
from xdsl.rewriter import InsertPoint

from ember_mlir.dialects.ensemble import SampleOp
from ember_mlir.dialects.llm import GenerateOp
from ember_mlir.dialects.values import Draw, DrawAttr, DrawList, repetitions_around


def with_index(draw: DrawAttr, position: int, index: int) -> DrawAttr:
    """`draw` with its dynamic index at `position`, counted from the outermost, made `index`.

    The innermost index of a list of draws picks one of them.

    >>> print(with_index(DrawAttr(Draw((4,), (None, 7, None))), 1, 3))
    #llm.draw<4[*, 7, 3]>
    >>> print(with_index(DrawAttr(DrawList((Draw((4,)), Draw((9,))))), 0, 1))
    #llm.draw<9>
    """
    if not isinstance(draw.data, DrawList):
        return DrawAttr(_indexed(draw.data, position, index))
    if position == draw.dynamic_indices - 1:
        return DrawAttr(draw.data.members[index])
    return DrawAttr(DrawList(tuple([_indexed(d, position, index) for d in draw.data.members])))


def _indexed(draw: Draw, position: int, index: int) -> Draw:
    dynamic = [at for at, found in enumerate(draw.indices) if found is None]
    indices = list(draw.indices)
    indices[dynamic[position]] = index
    return Draw(draw.chain, tuple(indices))


def of_members(draws: Sequence[Draw]) -> DrawAttr:
    """The draws of several members as one: shorter where they only count from 0.

    >>> print(of_members([Draw((4,), (None, 0)), Draw((4,), (None, 1))]))
    #llm.draw<4[*, *]>
    >>> print(of_members([Draw((4,), (0, None)), Draw((4,), (1, None))]))
    #llm.draw[<4[0, *]>, <4[1, *]>]
    """
    first = draws[0]
    pairs = zip(first.indices, draws[-1].indices, strict=False)
    at = next((at for at, (one, other) in enumerate(pairs) if one != other), None)
    # The member's own index is the innermost, so that no other may stand behind it.
    if at is not None and None not in first.indices[at:]:
        before, after = first.indices[:at], first.indices[at + 1 :]
        counted = [Draw(first.chain, (*before, index, *after)) for index in range(len(draws))]
        if counted == list(draws):
            return DrawAttr(Draw(first.chain, (*before, None, *after)))
    return DrawAttr(DrawList(tuple(draws)))


def call_of(sample: SampleOp, index: int) -> GenerateOp:
    """The call that a sample is of this index."""
    call = GenerateOp(sample.model.string_value(), sample.prompt)
    shared = set(sample.properties) - {"count", "drop"}
    call.properties |= {name: sample.properties[name] for name in shared}
    if sample.draw is not None:
        call.properties["draw"] = with_index(sample.draw, repetitions_around(sample), index)
    return call


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
