"""Loops over a list whose rounds do not depend on one another, but for a combination.

    for %x in %xs (%l) { concat(%l, list(f(%x))) }    =>  concat(%l, map %x in %xs { f(%x) })
    for %x in %xs (%t) { template "{0}, {1}"(%t, f(%x)) }
      =>  join concat(list(%t), map %x in %xs { f(%x) }) with ", "
    for %x in %xs (%l) { concat(%l, f(%x)) }
      =>  reduce %g in concat(list(%l), map %x in %xs { f(%x) }) by 2 { concat(%g[0], %g[1]) }
    for %x in %xs (%n) { %n + 1 }                     =>  %n + length of %xs

Legal because a map runs its body for one element after another, as the loop did, and as
often: from the first element to the last, so that no element is read that is not there. Its
draws stay, as rounds and elements both count from 0. A round must do no more with its index
than to read the list, and no more with what the round before gave than to combine it at its
end. To put texts or lists behind one another is associative, so that a tree or one
operation gives the same. A fold by anything else is left alone: what it gives depends on its order.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from xdsl.dialects import arith, scf
from xdsl.ir import Block, Region, SSAValue
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern
from xdsl.traits import ConstantLike

from ember_mlir.dialects.ensemble import ReduceOp, YieldOp
from ember_mlir.dialects.llm import ConcatOp, GetOp, JoinOp, LengthOp, TemplateOp
from ember_mlir.dialects.values import ListType
from ember_mlir.passes.analysis.folds import Elements, Fold, appended, elements_of, fold_of, last_of
from ember_mlir.passes.canonicalize.known import known_integer, known_items, known_text, whole
from ember_mlir.passes.canonicalize.templates import pieces_of, template_of
from ember_mlir.passes.optimization import fired, missed
from ember_mlir.passes.raise_ensembles.rounds import Made, behind, beside, element_of, map_of
from ember_mlir.passes.rewriting import replace


class RaiseFold(RewritePattern, ABC):
    """A loop over a list whose rounds do not depend on one another, but for a combination."""

    said: ClassVar[str]

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: scf.ForOp, rewriter: PatternRewriter, /) -> None:
        fold, elements = fold_of(op), elements_of(op)
        if isinstance(fold, str) or isinstance(elements, str):
            return
        if (made := self.raised(op, fold, elements)) is not None:
            fired(op, self.said)
            ops, value = made
            if ops:
                replace(rewriter, op, ops, [value])
            else:
                rewriter.replace(op, (), [value])
            # It is erased at the end, but what is around must not count it as a reader.
            op.drop_all_references()

    @abstractmethod
    def raised(self, loop: scf.ForOp, fold: Fold, elements: Elements) -> Made | None:
        """What gives the result of `loop`, whose body it may take.

        None if the loop combines in another way; then it is left as it is.
        """


class AppendToMap(RaiseFold):
    """for %x in %xs (%l) { concat(%l, list(f(%x))) }  =>  concat(%l, map %x in %xs { f(%x) })"""

    said = "is a map now, as no round needs what the one before gave"

    def raised(self, loop: scf.ForOp, fold: Fold, elements: Elements) -> Made | None:
        added = appended(fold)
        if added is None:
            return None
        value = added.items[0]
        only_here = added.parent is loop.body.block and added.result.has_one_use()
        ops, results = map_of(loop, elements, value, fold.combine, *[added][: int(only_here)])
        first = known_items(fold.first)
        if first is not None and not first.items:
            return ops, results
        all_results = ConcatOp([fold.first, results], ListType(element_of(results)))
        return [*ops, all_results], all_results.result


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
        length = LengthOp(elements.items)
        if known_integer(other) != 1 or fold.state.type != length.result.type or not counts:
            return None
        if known_integer(fold.first) == 0:
            return [length], length.result
        total = arith.AddiOp(fold.first, length.result)
        return [length, total], total.result


class TellOfOthers(RewritePattern):
    """A loop that is still one carries a value in another way: nothing is rewritten."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: scf.ForOp, rewriter: PatternRewriter, /) -> None:
        if not op.iter_args:
            return
        obstacles = [found for found in (fold_of(op), elements_of(op)) if isinstance(found, str)]
        otherwise = "combines otherwise than to put texts or lists behind one another, or to count"
        missed(op, next(iter(obstacles), otherwise))
