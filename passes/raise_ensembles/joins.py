"""Loops that put texts behind one another."""

from __future__ import annotations

from xdsl.dialects import scf
from xdsl.ir import SSAValue

from ember_mlir.dialects.llm import JoinOp, TemplateOp
from ember_mlir.passes.analysis.folds import Elements, Fold
from ember_mlir.passes.canonicalize.known import known_text
from ember_mlir.passes.canonicalize.templates import pieces_of, template_of
from ember_mlir.passes.raise_ensembles.folds import RaiseFold
from ember_mlir.passes.raise_ensembles.rounds import Made, behind, beside, map_of


class TextsToJoin(RaiseFold):
    """for %x in %xs (%t) { template "{0}, {1}"(%t, f(%x)) }  =>  join (%t, f(%x) …) with …"""

    said = "is one join now, of what no round needs from the one before"

    def raised(self, loop: scf.ForOp, fold: Fold, elements: Elements) -> Made | None:
        if not isinstance(fold.combine, TemplateOp):
            return None
        # It reads the state in some place.
        _, *rest = pieces_of(fold.combine)
        if not rest or any(piece is fold.state for piece in rest):
            return None
        *before, value = rest
        if isinstance(value, str) or any(isinstance(piece, SSAValue) for piece in before):
            before = []
            value = beside(fold.combine, TemplateOp(*template_of(rest)))
        separator = "".join(map(str, before))
        ops, texts = map_of(loop, elements, value, fold.combine)
        if separator or known_text(fold.first) != "":
            ops, texts = behind(fold.first, ops, texts)
        join = JoinOp(texts, separator)
        return [*ops, join], join.result
