"""Rewriting of assignments: what is stored in a part of something goes through a hook.

items[n] = value      =>   _ember_value0 = value
                           _E_.store(P, items, n, _ember_value0)
a, box.b = pair       =>   a, _ember_part0 = _E_.unpacked(P, pair)
                           _E_.store_attribute(P, box, _ember_part0)
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from ember_mlir.frontend.names import PREFIX
from ember_mlir.frontend.rewriting.expressions import Expressions
from ember_mlir.frontend.rewriting.operators import OPERATORS
from ember_mlir.frontend.rewriting.places import shape_of
from ember_mlir.frontend.rewriting.positions import placed
from ember_mlir.frontend.source import Definition


class Assignments(Expressions):
    """Rewrites the assignments of one function and of those inside it."""

    def __init__(self, definition: Definition) -> None:
        super().__init__(definition)
        # How deep in regions: names that are written anew have it in them.
        self._depth = 0

    def visit_Assign(self, node: ast.Assign) -> list[ast.stmt] | ast.stmt:
        value = self.value_for(node.targets[0], node.value)
        return self.assigned(node.targets, value, node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> list[ast.stmt] | ast.stmt:
        # Annotations of local variables are never evaluated.
        if node.value is None:
            return placed(ast.Pass(), node)
        return self.assigned([node.target], self.value_for(node.target, node.value), node)

    def value_for(self, target: ast.expr, value: ast.expr) -> ast.expr:
        """A value that is assigned; under a name, it may be called so."""
        rewritten = self.expression(value)
        if not isinstance(target, ast.Name) or isinstance(value, ast.Constant):
            return rewritten
        return self.hook(value, "named", self.place(target, name=target.id), rewritten)

    def assigned(
        self, targets: Sequence[ast.expr], value: ast.expr, node: ast.stmt
    ) -> list[ast.stmt]:
        """Statements that assign one value to all targets."""
        if len(targets) == 1 and isinstance(targets[0], ast.Name):
            return [placed(ast.Assign([targets[0]], value), node)]
        held = f"{PREFIX}value{self._depth}"
        made: list[ast.stmt] = [placed(ast.Assign([ast.Name(held, ast.Store())], value), node)]
        for target in targets:
            made += self.stored(target, ast.Name(held, ast.Load()), node)
        return made

    def stored(self, target: ast.expr, value: ast.expr, node: ast.stmt) -> list[ast.stmt]:
        """Statements that store a value in one target."""
        match target:
            case ast.Subscript(ast.Subscript(whole, key), index) if not isinstance(key, ast.Slice):
                written = [self.expression(one) for one in (whole, key, index)]
                stored = self.hook(target, "store_part", self.place(target), *written, value)
                return [placed(ast.Expr(stored), node)]
            case ast.Subscript(owner, index):
                written = [self.expression(owner), self.expression(index)]
                stored = self.hook(target, "store", self.place(target), *written, value)
                return [placed(ast.Expr(stored), node)]
            case ast.Attribute(owner, name):
                place = self.place(target, name=name)
                stored = self.hook(target, "store_attribute", place, self.expression(owner), value)
                return [placed(ast.Expr(stored), node)]
            case ast.Tuple() | ast.List():
                return self.unpacked(target, value, node)
            case _:
                return [placed(ast.Assign([target], value), node)]

    def unpacked(
        self, target: ast.Tuple | ast.List, value: ast.expr, node: ast.stmt
    ) -> list[ast.stmt]:
        """Statements that take a value apart."""
        place = self.place(target)
        number = len(self.places) - 1
        self.places[number] = self.places[number]._replace(shape=shape_of(target))
        behind: list[ast.stmt] = []
        names = self.only_names(target, behind, node)
        taken = self.hook(target, "unpacked", place, value)
        return [placed(ast.Assign([names], taken), node), *behind]

    def only_names(self, target: ast.expr, behind: list[ast.stmt], node: ast.stmt) -> ast.expr:
        """A target with names alone; what else there was is stored `behind`."""
        match target:
            case ast.Name():
                return target
            case ast.Starred(inner):
                # What is between the others is a list by then.
                return self.only_names(inner, behind, node)
            case ast.Tuple(parts) | ast.List(parts):
                target.elts = [self.only_names(part, behind, node) for part in parts]
                return target
            case _:
                name = f"{PREFIX}part{len(behind)}"
                behind += self.stored(target, ast.Name(name, ast.Load()), node)
                return ast.copy_location(ast.Name(name, ast.Store()), target)

    def visit_AugAssign(self, node: ast.AugAssign) -> list[ast.stmt]:
        sign = ast.Constant(OPERATORS[type(node.op)])
        place = self.place(node, name=node.target.id if isinstance(node.target, ast.Name) else "")
        before, now, target = self.read_once(node.target)
        value = self.expression(node.value)
        after = self.hook(node, "augmented", place, sign, self.expression(now), value)
        return [*before, *self.stored(target, after, node)]

    def read_once(
        self, target: ast.Name | ast.Attribute | ast.Subscript
    ) -> tuple[list[ast.stmt], ast.expr, ast.expr]:
        """What evaluates the parts of a target, how it is read then, and how it is stored."""
        if isinstance(target, ast.Name):
            return [], ast.copy_location(ast.Name(target.id, ast.Load()), target), target
        parts = [target.value, *([target.slice] if isinstance(target, ast.Subscript) else [])]
        made: list[ast.stmt] = []
        names: list[str] = []
        for number, part in enumerate(parts):
            names.append(f"{PREFIX}target{number}")
            assign = ast.Assign([ast.Name(names[-1], ast.Store())], self.expression(part))
            made.append(placed(assign, target))
            self.scopes[-1].add(names[-1])

        def again(context: ast.expr_context) -> ast.expr:
            owner = ast.Name(names[0], ast.Load())
            if isinstance(target, ast.Attribute):
                written: ast.expr = ast.Attribute(owner, target.attr, context)
            else:
                written = ast.Subscript(owner, ast.Name(names[1], ast.Load()), context)
            return ast.fix_missing_locations(ast.copy_location(written, target))

        return made, again(ast.Load()), again(ast.Store())

    def visit_Delete(self, node: ast.Delete) -> list[ast.stmt]:
        made: list[ast.stmt] = []
        for target in node.targets:
            if isinstance(target, ast.Subscript):
                written = [self.expression(target.value), self.expression(target.slice)]
                gone = self.hook(target, "delete", self.place(target), *written)
                made.append(placed(ast.Expr(gone), node))
            elif isinstance(target, ast.Name):
                made.append(placed(ast.Delete([target]), node))
            else:
                self.refuse(target, "'del' of an attribute", "leave it out")
        return made
