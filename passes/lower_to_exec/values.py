"""Operations on values: each has its instruction."""

from __future__ import annotations

from xdsl.dialects import arith
from xdsl.dialects.builtin import FloatAttr, IntegerAttr
from xdsl.ir import Operation
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern

from ember_mlir.dialects import ensemble, llm, sched
from ember_mlir.dialects import exec as instructions
from ember_mlir.dialects.exec.computing import COMPUTATIONS
from ember_mlir.dialects.locations import invalid, source_of
from ember_mlir.dialects.names import LABEL
from ember_mlir.passes.lower_to_exec.properties import copy_properties
from ember_mlir.passes.lower_to_exec.tasks import Tokens
from ember_mlir.passes.rewriting import replace, rewrites


class LowerConstant(RewritePattern):
    """A value that is known stays known: arith.constant 5 : i64  =>  exec.constant 5 : i64."""

    @rewrites
    def match_and_rewrite(
        self, op: llm.ConstantOp | arith.ConstantOp, rewriter: PatternRewriter, /
    ) -> None:
        value = op.value.data if isinstance(op, llm.ConstantOp) else op.value
        if not isinstance(value, str | IntegerAttr | FloatAttr):
            raise invalid(op, f"must be a text, a number (i64, f64) or i1, but got {value}")
        made = instructions.ConstantOp(value)
        if isinstance(op, llm.ConstantOp) and op.label is not None:
            made.attributes[LABEL] = op.label
        replace(rewriter, op, made)


class LowerTemplate(RewritePattern):
    """llm.template "{0}"(%a)  =>  exec.format "{0}"(%a)"""

    @rewrites
    def match_and_rewrite(self, op: llm.TemplateOp, rewriter: PatternRewriter, /) -> None:
        replace(rewriter, op, instructions.FormatOp(op.template.data, op.holes))


class LowerJoin(RewritePattern):
    """llm.join %l with ","  =>  exec.join %l with ",\""""

    @rewrites
    def match_and_rewrite(self, op: llm.JoinOp, rewriter: PatternRewriter, /) -> None:
        replace(rewriter, op, instructions.JoinOp(op.items, op.separator.data))


class LowerComputation(RewritePattern):
    """What has no instruction of its own: llm.length %l  =>  exec.compute "llm.length"(%l)."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter, /) -> None:
        if op.name in COMPUTATIONS:
            replace(rewriter, op, instructions.ComputeOp.like(op))


class LowerParse(RewritePattern):
    """llm.parse %t as …  =>  exec.parse %t as … at …"""

    @rewrites
    def match_and_rewrite(self, op: llm.ParseOp, rewriter: PatternRewriter, /) -> None:
        replace(rewriter, op, instructions.ParseOp(op.text, op.grammar.data, source_of(op)))


class LowerAccept(RewritePattern):
    """sched.accept %v if %c  =>  exec.accept %v if %c at …"""

    @rewrites
    def match_and_rewrite(self, op: sched.AcceptOp, rewriter: PatternRewriter, /) -> None:
        replace(rewriter, op, instructions.AcceptOp(op.value, op.condition, source_of(op)))


class LowerVote(RewritePattern):
    """ensemble.vote %a by %k min_valid 2 …  =>  exec.vote %a by %k min_valid 2 …"""

    @rewrites
    def match_and_rewrite(self, op: ensemble.VoteOp, rewriter: PatternRewriter, /) -> None:
        made = instructions.VoteOp(op.answers, keys=op.keys)
        copy_properties(op, made, ("min_valid", "stop", "confidence", "at_once"))
        replace(rewriter, op, made)


class LowerApply(RewritePattern):
    """A function waits for the tokens of its task.

    llm.apply effectful @f(%a)  =>  exec.apply effectful @f(%a) after %over at …
    """

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens

    @rewrites
    def match_and_rewrite(self, op: llm.ApplyOp, rewriter: PatternRewriter, /) -> None:
        body = op.parent_block()
        assert body is not None
        made = instructions.ApplyOp(
            op.effect.data,
            op.function.string_value(),
            op.arguments,
            op.result.type,
            source_of(op),
            after=self.tokens.of_task(body),
        )
        replace(rewriter, op, made)
