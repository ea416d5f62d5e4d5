"""Answers that are known not to be some text, as their grammar has no such text."""

from __future__ import annotations

from xdsl.dialects.builtin import i1
from xdsl.ir import Operation
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern

from ember_mlir.dialects import llm
from ember_mlir.passes.analysis.vocabularies import vocabulary_of
from ember_mlir.passes.canonicalize.known import known_text, whole


class NeverThatText(RewritePattern):
    """equal (answer as "yes" | "no"), "maybe"  =>  false

    Likewise where such an answer would have to contain what it cannot.
    """

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter, /) -> None:
        first, second = op.operands
        sides = (
            [(first, second)]
            if isinstance(op, llm.ContainsOp)
            else [(first, second), (second, first)]
        )
        for value, other in sides:
            vocabulary, text = vocabulary_of(value), known_text(other)
            if vocabulary is not None and text is not None:
                has = vocabulary.has_within if isinstance(op, llm.ContainsOp) else vocabulary.has
                if not has(text):
                    rewriter.replace(op, whole(0, i1))
                    return
