"""Loops that append one value per round to a list."""

from __future__ import annotations

from xdsl.dialects import scf

from ember_mlir.dialects.llm import ConcatOp
from ember_mlir.dialects.values import ListType
from ember_mlir.passes.analysis.folds import Elements, Fold, appended
from ember_mlir.passes.canonicalize.known import known_items
from ember_mlir.passes.raise_ensembles.folds import RaiseFold
from ember_mlir.passes.raise_ensembles.rounds import Made, element_of, map_of


class AppendToMap(RaiseFold):
    """for %x in %xs (%l) { concat(%l, list(f(%x))) }  =>  concat(%l, map %x in %xs { f(%x) })"""

    said = "is a map now, as no round needs what the one before gave"

    def raised(self, loop: scf.ForOp, fold: Fold, elements: Elements) -> Made | None:
        added = appended(fold)
        if added is None:
            return None
        value = added.items[0]
        combining = [fold.combine, added] if added.result.has_one_use() else [fold.combine]
        ops, results = map_of(loop, elements, value, *combining)
        first = known_items(fold.first)
        if first is not None and not first.items:
            return ops, results
        all_results = ConcatOp([fold.first, results], ListType(element_of(results)))
        return [*ops, all_results], all_results.result
