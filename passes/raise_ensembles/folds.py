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

from xdsl.dialects import scf
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern

from ember_mlir.passes.analysis.folds import Elements, Fold, elements_of, fold_of
from ember_mlir.passes.optimization import fired, missed
from ember_mlir.passes.raise_ensembles.rounds import Made
from ember_mlir.passes.rewriting import replace, rewrites


class RaiseFold(RewritePattern, ABC):
    """A loop over a list whose rounds do not depend on one another, but for a combination."""

    said: ClassVar[str]

    @rewrites
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


class TellOfOthers(RewritePattern):
    """A loop that is still one carries a value in another way: nothing is rewritten."""

    @rewrites
    def match_and_rewrite(self, op: scf.ForOp, rewriter: PatternRewriter, /) -> None:
        if not op.iter_args:
            return
        obstacles = [found for found in (fold_of(op), elements_of(op)) if isinstance(found, str)]
        otherwise = "combines otherwise than to put texts or lists behind one another, or to count"
        missed(op, next(iter(obstacles), otherwise))
