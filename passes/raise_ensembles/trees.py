"""Loops that put lists behind one another."""

from __future__ import annotations

from xdsl.dialects import scf
from xdsl.ir import Block, Region

from ember_mlir.dialects.ensemble import ReduceOp, YieldOp
from ember_mlir.dialects.llm import ConcatOp, GetOp
from ember_mlir.dialects.values import ListType
from ember_mlir.passes.analysis.folds import Elements, Fold
from ember_mlir.passes.canonicalize.known import whole
from ember_mlir.passes.raise_ensembles.folds import RaiseFold
from ember_mlir.passes.raise_ensembles.rounds import Made, behind, beside, map_of


class ListsToReduce(RaiseFold):
    """for %x in %xs (%l) { concat(%l, f(%x)) }  =>  reduce %g in (%l, f(%x) …) by 2 { concat }"""

    said = "is a tree now, of what no round needs from the one before"

    def raised(self, loop: scf.ForOp, fold: Fold, elements: Elements) -> Made | None:
        combine = fold.combine
        if not isinstance(combine, ConcatOp) or combine.lists[0] is not fold.state:
            return None
        rest, found = list(combine.lists[1:]), combine.result.type
        assert isinstance(found, ListType)
        value = rest[0] if len(rest) == 1 else beside(combine, ConcatOp(rest, found))
        ops, lists = behind(fold.first, *map_of(loop, elements, value, combine))
        block = Block(arg_types=[lists.type])
        numbers = [whole(0), whole(1)]
        parts = [GetOp(block.args[0], number.result) for number in numbers]
        both = ConcatOp([part.result for part in parts], found)
        block.add_ops([*numbers, *parts, both, YieldOp(both.result)])
        for op in block.ops:
            op.location = combine.location
        tree = ReduceOp(lists, 2, Region(block), found)
        return [*ops, tree], tree.result
