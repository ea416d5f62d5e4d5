"""Rewriting of operators: arithmetic, comparisons, and the choices that expressions make.

a + b            =>   _E_.binary(P, "+", a, b)
a and f(b)       =>   _E_.joined(P, _E_.unless_false(P, a) and _E_.call(P, f, b))
x if c else y    =>   _E_.chosen(P, _E_.then(x) if _E_.asked(P, c) else None,
                                    _E_.otherwise(y) if _E_.other() else None)
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from ember_mlir.frontend.names import PREFIX
from ember_mlir.frontend.rewriting.base import Rewriting
from ember_mlir.frontend.rewriting.bindings import flag_of

OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.MatMult: "@",
}
COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}
_SIGNS: dict[type[ast.unaryop], str] = {ast.UAdd: "+", ast.USub: "-", ast.Invert: "~"}


class Operators(Rewriting):
    """Rewrites operators."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        sign = ast.Constant(OPERATORS[type(node.op)])
        left, right = self.expression(node.left), self.expression(node.right)
        return self.hook(node, "binary", self.place(node), sign, left, right)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        is_not = isinstance(node.op, ast.Not)
        operand = self.condition(node.operand) if is_not else self.expression(node.operand)
        if isinstance(node.op, ast.Not):
            return self.hook(node, "negated", self.place(node), operand)
        if isinstance(node.operand, ast.Constant):
            return node
        return self.hook(
            node, "signed", self.place(node), ast.Constant(_SIGNS[type(node.op)]), operand
        )

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        if any(not self.is_simple(operand) for operand in node.comparators[1:]):
            return self.expression(self.pairwise(node))
        operands = [self.expression(operand) for operand in (node.left, *node.comparators)]
        signs = [ast.Constant(COMPARISONS[type(op)]) for op in node.ops]
        if len(signs) == 1:
            return self.hook(node, "compared", self.place(node), signs[0], *operands)
        written = ast.Tuple([*signs], ast.Load())
        ast.fix_missing_locations(ast.copy_location(written, node))
        return self.hook(node, "compared_in_turn", self.place(node), written, *operands)

    def is_simple(self, node: ast.expr) -> bool:
        """Whether it does not matter whether an operand is evaluated."""
        if isinstance(node, ast.Name):
            return not any(flag_of(node.id) in names for names in self.scopes)
        return isinstance(node, ast.Constant)

    def pairwise(self, node: ast.Compare) -> ast.expr:
        """`a < b < c` as `a < (x := b) and x < c`, as Python may not come to `c`."""
        pairs: list[ast.expr] = []
        left = node.left
        for op, right in zip(node.ops, node.comparators, strict=True):
            name = f"{PREFIX}operand{len(self.places)}_{len(pairs)}"
            self.scopes[-1].add(name)
            last = len(pairs) == len(node.ops) - 1
            named = right if last else ast.NamedExpr(ast.Name(name, ast.Store()), right)
            pairs.append(ast.Compare(left, [op], [named]))
            left = ast.Name(name, ast.Load())
        both = ast.BoolOp(ast.And(), pairs)
        return ast.fix_missing_locations(ast.copy_location(both, node))

    def condition(self, node: ast.expr) -> ast.expr:
        """An expression of which only the truth counts, rewritten."""
        if isinstance(node, ast.BoolOp):
            return self.any_or_all(node, [self.truth(value) for value in node.values])
        return self.expression(node)

    def truth(self, node: ast.expr) -> ast.expr:
        """The truth of an operand, rewritten."""
        if isinstance(node, ast.BoolOp):
            return self.condition(node)
        rewritten = self.expression(node)
        if isinstance(node, ast.Compare):
            return rewritten
        return self.hook(node, "test", self.place(node), rewritten)

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        return self.any_or_all(node, [self.expression(value) for value in node.values])

    def any_or_all(self, node: ast.BoolOp, operands: Sequence[ast.expr]) -> ast.expr:
        """`and` or `or` of operands that are rewritten already."""
        *before, result = operands
        is_and = isinstance(node.op, ast.And)
        for value, first in zip(node.values[-2::-1], before[::-1], strict=True):
            place = self.place(node)
            asked = self.hook(value, "unless_false" if is_and else "unless_true", place, first)
            both = ast.copy_location(ast.BoolOp(node.op, [asked, result]), node)
            result = self.hook(node, "joined", place, both)
        return result

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        place = self.place(node)
        asked = self.hook(node.test, "asked", place, self.condition(node.test))
        then = self.hook(node.body, "then", self.expression(node.body))
        other = self.hook(node.orelse, "otherwise", self.expression(node.orelse))
        nothing = ast.copy_location(ast.Constant(None), node)
        first = ast.copy_location(ast.IfExp(asked, then, nothing), node)
        again = self.hook(node, "other")
        second = ast.copy_location(ast.IfExp(again, other, nothing), node)
        return self.hook(node, "chosen", place, first, second)
