"""`any`, `all` and `next` of a generator expression, which stop at the first that decides.

any(ask(d) for d in docs if d)   =>   _E_.stopping(P, any, None, lambda: <all elements>,
                                          lambda: _E_.call(P, _E_.stops.any_of, docs,
                                                      lambda d: d and ask(d)))
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import NamedTuple

from ember_mlir.frontend.names import PREFIX
from ember_mlir.frontend.rewriting.places import mark_site, site_of
from ember_mlir.frontend.rewriting.positions import copied, placed
from ember_mlir.frontend.trees import nodes_of

FIRST = "next"
PICKED = "picked"
_STOPPING = ("any", "all", FIRST)
ITEM = f"{PREFIX}item"

IsReadOutside = Callable[[ast.AST, str], bool]


class Stopping(NamedTuple):
    """A call that stops early: of what, and what `next` gives if there is nothing."""

    name: str
    generator: ast.GeneratorExp
    default: Sequence[ast.expr]


def stopping(node: ast.Call, is_read_outside: IsReadOutside) -> Stopping | None:
    """What `node` is as a call that stops early; None if it is none that can be written so."""
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name not in _STOPPING or node.keywords or not node.args:
        return None
    generator, *default = node.args
    if not isinstance(generator, ast.GeneratorExp) or len(default) > (name == FIRST):
        return None
    simple = all(isinstance(one, ast.Constant | ast.Name) for one in default)
    many = name == FIRST and len(generator.generators) > 1
    if not simple or many or not all(map(_is_flat, generator.generators)):
        return None
    for inner in nodes_of(generator):
        if isinstance(inner, ast.Await | ast.Yield | ast.YieldFrom):
            return None
        if isinstance(inner, ast.NamedExpr) and is_read_outside(generator, inner.target.id):
            return None
    return Stopping(name, generator, default)


def _is_flat(generator: ast.comprehension) -> bool:
    """Whether a target is a name, or a tuple of names."""
    target = generator.target
    if isinstance(target, ast.Tuple):
        return all(isinstance(part, ast.Name) for part in target.elts)
    return isinstance(target, ast.Name) and not generator.is_async


def names_of(generator: ast.comprehension) -> list[str]:
    """The names of a target."""
    return [node.id for node in ast.walk(generator.target) if isinstance(node, ast.Name)]


def bound_in(generator: ast.GeneratorExp) -> set[str]:
    """The names that ':=' binds in it."""
    return {node.target.id for node in ast.walk(generator) if isinstance(node, ast.NamedExpr)}


def asked_of(
    node: ast.Call,
    found: Stopping,
    tests: Sequence[ast.expr],
    others: Sequence[ast.comprehension],
) -> list[tuple[ast.expr, bool]]:
    """What is asked of each element, and whether only its truth counts.

    Of `next` that is whether it is the one, and what it gives; or a list of that, or of nothing.
    """
    element = copied(found.generator.elt)
    if others:
        inner = placed(ast.GeneratorExp(element, [*others]), found.generator)
        element = ast.copy_location(ast.Call(copied(node.func), [inner], []), node)
        mark_site(element, site_of(node))
    if found.name != FIRST:
        return [(_decides(found, tests, element), True)]
    test = _joined(ast.And(), tests) if tests else placed(ast.Constant(True), element)
    if not bound_in(found.generator):
        return [(test, True), (element, False)]
    kept, nothing = ast.List([element], ast.Load()), ast.List([], ast.Load())
    return [(placed(ast.IfExp(test, kept, nothing), element), False)]


def _decides(found: Stopping, tests: Sequence[ast.expr], element: ast.expr) -> ast.expr:
    """The test of an element: one that is dropped decides nothing."""
    if found.name == "any":
        return _joined(ast.And(), [*tests, element])
    negated: list[ast.expr] = [placed(ast.UnaryOp(ast.Not(), test), test) for test in tests]
    return _joined(ast.Or(), [*negated, element])


def _joined(how: ast.boolop, parts: Sequence[ast.expr]) -> ast.expr:
    return parts[0] if len(parts) == 1 else placed(ast.BoolOp(how, [*parts]), parts[0])


def lambda_of(names: Sequence[str], body: ast.expr) -> ast.Lambda:
    """A function of these names."""
    arguments = ast.arguments([], [ast.arg(name) for name in names], None, [], [], None, [])
    return placed(ast.Lambda(arguments, body), body)
