"""Variables that functions inside assign to are kept in lists of one element.

count = 0                             =>   _ember_box_count = [0]
def note(): nonlocal count; count += 1  =>   def note(): _ember_box_count[0] += 1

So what an arm or round makes of them can be undone, as for any list of captured code.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from ember_mlir.frontend.names import PREFIX
from ember_mlir.frontend.rewriting.plain_forms import Refuse
from ember_mlir.frontend.rewriting.positions import placed
from ember_mlir.frontend.rewriting.scopes import (
    COMPREHENSIONS,
    FUNCTIONS,
    bound,
    bound_name,
    is_name,
    nodes_in_scope,
    read,
    statements_in_scope,
)
from ember_mlir.frontend.trees import nodes_of

Outer = ast.FunctionDef | ast.AsyncFunctionDef


def box(node: Outer, arguments: Iterable[str], refuse: Refuse) -> None:
    """Keep what functions inside assign to in lists."""
    for name, where in _assigned_inside(node).items():
        if name in arguments:
            start = placed(ast.Assign([_box(name, ast.Store())], _list_of(_name(name))), where)
            node.body[:] = _boxed(node.body, name, refuse)
            node.body.insert(0, placed(start, node.body[0]))
            continue
        number = next((n for n, one in enumerate(node.body) if _mentions(one, name)), 0)
        first = node.body[number]
        is_start = isinstance(first, ast.Assign | ast.AnnAssign) and first.value is not None
        targets = _targets(first)
        if not is_start or len(targets) != 1 or not is_name(targets[0], name):
            step = "give it a value first, in a statement of its own"
            refuse(where, f"'nonlocal' of '{name}' that has no value at first", step)
        assert isinstance(first, ast.Assign | ast.AnnAssign)
        assert first.value is not None
        made = placed(ast.Assign([_box(name, ast.Store())], _list_of(first.value)), first)
        rest = _boxed(node.body[number + 1 :], name, refuse)
        node.body[:] = [*node.body[:number], made, *rest]


def _assigned_inside(node: Outer) -> dict[str, ast.Nonlocal]:
    """The variables of a function that those inside declare as not their own."""
    # Only a statement may declare it, and most functions have no function inside.
    inside = [one for one in statements_in_scope(node.body) if isinstance(one, FUNCTIONS)]
    declaring = [
        one for inner in inside for one in nodes_of(inner) if isinstance(one, ast.Nonlocal)
    ]
    if not declaring:
        return {}
    arguments = [one.arg for one in nodes_of(node.args) if isinstance(one, ast.arg)]
    mine = {*bound(node.body), *arguments}
    return {name: one for one in declaring for name in one.names if name in mine}


def _boxed(statements: Sequence[ast.stmt], name: str, refuse: Refuse) -> list[ast.stmt]:
    """Statements in which a variable is in its list."""
    found = [_Boxing(name, refuse).visit(one) for one in statements]
    return [one for one in found if isinstance(one, ast.stmt)]


class _Boxing(ast.NodeTransformer):
    """Reads and stores one variable in its list."""

    def __init__(self, name: str, refuse: Refuse) -> None:
        self.name = name
        self.refuse = refuse

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id != self.name:
            return node
        if isinstance(node.ctx, ast.Del):
            self.refuse(node, f"'del' of '{self.name}'", "leave it out")
        element = ast.Subscript(_box(self.name, ast.Load()), ast.Constant(0), node.ctx)
        return placed(element, node)

    def visit_Nonlocal(self, node: ast.Nonlocal) -> ast.stmt:
        names = [name for name in node.names if name != self.name]
        left: ast.stmt = ast.Nonlocal(names) if names else ast.Pass()
        return placed(left, node)

    def visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, FUNCTIONS) and self._is_own(node):
            self.refuse(node, f"another variable called '{self.name}'", "choose another name")
        step = "assign it in a statement of its own"
        if isinstance(node, ast.NamedExpr) and node.target.id == self.name:
            self.refuse(node, f"':=' of '{self.name}', which is 'nonlocal' inside,", step)
        if isinstance(node, COMPREHENSIONS):
            targets = [one.target for one in node.generators]
            if any(_mentions(target, self.name) for target in targets):
                self.refuse(node, f"another variable called '{self.name}'", "choose another name")
        if _binds_otherwise(node, self.name):
            self.refuse(node, f"this binding of '{self.name}', which is 'nonlocal' inside,", step)
        visited: ast.AST = super().visit(node)
        return visited

    def _is_own(self, node: ast.AST) -> bool:
        """Whether a function has a variable of its own of that name."""
        if any(isinstance(one, ast.arg) and one.arg == self.name for one in nodes_of(node)):
            return True
        if isinstance(node, ast.Lambda):
            return False
        body = node.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else []
        declared = [one for one in nodes_in_scope(body) if isinstance(one, ast.Nonlocal)]
        return self.name in bound(body) and not any(self.name in one.names for one in declared)


def _binds_otherwise(node: ast.AST, name: str) -> bool:
    """Whether a node binds a name that is no `Name`."""
    match node:
        case ast.Name():
            return False
        case ast.alias(name=imported, asname=own):
            return name in (own, imported)
        case ast.Global(names=names):
            return name in names
        case _:
            return bound_name(node) == name


def _targets(node: ast.stmt) -> list[ast.expr]:
    if isinstance(node, ast.Assign):
        return node.targets
    return [node.target] if isinstance(node, ast.AnnAssign) else []


def _mentions(node: ast.AST, name: str) -> bool:
    return name in read([node]) or any(is_name(one, name) for one in nodes_of(node))


def _name(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


def _box(name: str, context: ast.expr_context) -> ast.Name:
    return ast.Name(f"{PREFIX}box_{name}", context)


def _list_of(value: ast.expr) -> ast.List:
    return ast.List([value], ast.Load())
