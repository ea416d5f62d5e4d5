"""Loops that count the elements of a list."""

from __future__ import annotations

from xdsl.dialects import arith, scf
from xdsl.dialects.builtin import i64
from xdsl.traits import ConstantLike

from ember_mlir.dialects.llm import LengthOp
from ember_mlir.passes.analysis.folds import Elements, Fold, last_of
from ember_mlir.passes.canonicalize.known import known_integer
from ember_mlir.passes.raise_ensembles.folds import RaiseFold
from ember_mlir.passes.raise_ensembles.rounds import Made


class CountToLength(RaiseFold):
    """for %x in %xs (%n) { %n + 1 }  =>  %n + length of %xs"""

    said = "is the length of its list now"

    def raised(self, loop: scf.ForOp, fold: Fold, elements: Elements) -> Made | None:
        combine = fold.combine
        if not isinstance(combine, arith.AddiOp):
            return None
        other = combine.rhs if combine.lhs is fold.state else combine.lhs
        needed = {combine, last_of(loop), *elements.reads, *elements.casts}
        counts = all(op in needed or op.has_trait(ConstantLike) for op in loop.body.block.ops)
        if known_integer(other) != 1 or fold.state.type != i64 or not counts:
            return None
        length = LengthOp(elements.items)
        if known_integer(fold.first) == 0:
            return [length], length.result
        total = arith.AddiOp(fold.first, length.result)
        return [length, total], total.result
