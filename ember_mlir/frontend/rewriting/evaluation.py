"""What expressions read and bind, in the order in which they are evaluated."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from ember_mlir.frontend.rewriting.scopes import FUNCTIONS, bound
from ember_mlir.frontend.trees import children

Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


class Reads:
    """What is read in nodes that ':=' binds there, in the order in which they are evaluated."""

    def __init__(self) -> None:
        self.unsure: set[str] = set()

    def all_of(self, nodes: Iterable[ast.AST], state: frozenset[str]) -> frozenset[str]:
        """The state behind some nodes, one after the other."""
        for node in nodes:
            state = self.one(node, state)
        return state

    def one(self, node: ast.AST, state: frozenset[str]) -> frozenset[str]:
        """The state behind a node."""
        match node:
            case ast.Name() | ast.Lambda() | ast.FunctionDef() | ast.AsyncFunctionDef():
                self.unsure |= free_names(node) - state
                return state
            case ast.NamedExpr(ast.Name(name), value):
                return self.one(value, state) | {name}
            case ast.BoolOp(operator, values):
                whole = state
                for number, value in enumerate(values):
                    after = self.one(value, state)
                    whole = after if number == 0 else whole
                    state = after | given(value, isinstance(operator, ast.And))
                return whole
            case ast.IfExp(test, body, orelse):
                after = self.one(test, state)
                then = self.one(body, after | given(test, True))
                return then & self.one(orelse, after | given(test, False))
            case ast.Compare(left, _, comparators):
                whole = self.all_of([left, comparators[0]], state)
                self.all_of(comparators[1:], whole)
                return whole
            case ast.Dict(keys, values):
                pairs = zip(keys, values, strict=True)
                return self.all_of([one for pair in pairs for one in pair if one], state)
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                return self.comprehension(node, state)
            case _:
                return self.all_of(children(node), state)

    def comprehension(self, node: Comprehension, state: frozenset[str]) -> frozenset[str]:
        """The state behind a comprehension, which may have no round."""
        after = self.one(node.generators[0].iter, state)
        inside = after
        for number, generator in enumerate(node.generators):
            inside = inside if number == 0 else self.one(generator.iter, inside)
            inside |= {*bound([generator.target])}
            for test in generator.ifs:
                inside = self.one(test, inside) | given(test, True)
        parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        self.all_of(parts, inside)
        return after


def free_names(node: ast.AST) -> set[str]:
    """The names that a node reads of what is around it, also in functions inside."""
    match node:
        case ast.Name(name, ctx):
            return set() if isinstance(ctx, ast.Store) else {name}
        case ast.AugAssign(ast.Name(name), _, value):
            return {name} | free_names(value)
        case ast.Lambda(arguments, body):
            return free_in(children(arguments)) | (free_names(body) - _argument_names(arguments))
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            own = _argument_names(node.args) | {*bound(node.body)}
            return free_in([*node.decorator_list, node.args]) | (free_in(node.body) - own)
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            first = node.generators[0].iter
            own = {*bound([generator.target for generator in node.generators])}
            inside = [one for one in children(node) if one is not first]
            return free_names(first) | (free_in(inside) - own)
        case _:
            return free_in(children(node))


def free_in(nodes: Iterable[ast.AST]) -> set[str]:
    return {name for node in nodes for name in free_names(node)}


def _argument_names(arguments: ast.arguments) -> set[str]:
    return {node.arg for node in ast.walk(arguments) if isinstance(node, ast.arg)}


def given(test: ast.expr, outcome: bool) -> frozenset[str]:
    """The names that a test surely binds if it comes out so."""
    match test:
        case ast.UnaryOp(ast.Not(), operand):
            return given(operand, not outcome)
        case ast.BoolOp(operator, values) if isinstance(operator, ast.And) == outcome:
            return frozenset[str]().union(*[given(value, outcome) for value in values])
        case _:
            return frozenset(walruses([test], surely=True))


def walruses(nodes: Iterable[ast.AST], *, surely: bool) -> set[str]:
    """The names that expressions bind, or `surely` bind, in nodes."""
    found: set[str] = set()
    pending = [*nodes]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.NamedExpr):
            found.add(node.target.id)
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            continue
        pending += _first_parts(node) if surely else children(node)
    return found


def _first_parts(node: ast.AST) -> Sequence[ast.AST]:
    """The parts of a node that are evaluated whenever it is."""
    match node:
        case ast.BoolOp(values=values):
            return values[:1]
        case ast.IfExp(test=test):
            return [test]
        case ast.Compare(left, _, comparators):
            return [left, *comparators[:1]]
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            return [node.generators[0].iter]
        case _:
            return children(node)
