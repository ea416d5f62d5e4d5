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
DEFAULT = f"{PREFIX}default"

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
    if not all(map(_is_of_names, generator.generators)):
        return None
    for inner in nodes_of(generator):
        if isinstance(inner, ast.Await | ast.Yield | ast.YieldFrom):
            return None
        if isinstance(inner, ast.NamedExpr) and is_read_outside(generator, inner.target.id):
            return None
    return Stopping(name, generator, default)


def is_in_order(found: Stopping) -> bool:
    """Whether the default may be computed before what the generator runs through."""
    return isinstance(found.generator.generators[0].iter, ast.Name) or not any(
        map(_asks, found.default)
    )


def _is_of_names(generator: ast.comprehension) -> bool:
    """Whether a target is a name, or names in tuples."""
    kinds = (ast.Name, ast.Tuple, ast.List, ast.Starred, ast.expr_context)
    return not generator.is_async and all(
        isinstance(node, kinds) for node in ast.walk(generator.target)
    )


def _asks(node: ast.expr) -> bool:
    """Whether an expression may do something, or fail."""
    return any(isinstance(inner, ast.Call | ast.Subscript | ast.Await) for inner in ast.walk(node))


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
    kept, nothing = ast.List([element], ast.Load()), ast.List([], ast.Load())
    if others:
        one = kept if found.name == FIRST else element
        inner = placed(ast.GeneratorExp(one, [*others]), found.generator)
        given = [inner, nothing] if found.name == FIRST else [inner]
        element = ast.copy_location(ast.Call(copied(node.func), [*given], []), node)
        mark_site(ast.fix_missing_locations(element), site_of(node))
        kept = element
    if found.name != FIRST:
        return [(_decides(found, tests, element), True)]
    test = _joined(ast.And(), tests) if tests else placed(ast.Constant(True), element)
    if not others and not bound_in(found.generator):
        return [(test, True), (element, False)]
    return [(placed(ast.IfExp(test, kept, nothing), element), False)]


def _decides(found: Stopping, tests: Sequence[ast.expr], element: ast.expr) -> ast.expr:
    """The test of an element: one that is dropped decides nothing."""
    if found.name == "any":
        return _joined(ast.And(), [*tests, element])
    negated: list[ast.expr] = [placed(ast.UnaryOp(ast.Not(), test), test) for test in tests]
    return _joined(ast.Or(), [*negated, element])


def _joined(how: ast.boolop, parts: Sequence[ast.expr]) -> ast.expr:
    return parts[0] if len(parts) == 1 else placed(ast.BoolOp(how, [*parts]), parts[0])


def function_of(target: ast.expr, body: ast.expr) -> ast.Lambda:
    """A function of the parts of a target, which are taken apart already."""
    parts = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
    names: list[str] = []
    for number, part in enumerate(parts):
        plain = part.value if isinstance(part, ast.Starred) else part
        if isinstance(plain, ast.Name):
            names.append(plain.id)
            continue
        names.append(f"{PREFIX}part{number}")
        given = ast.Starred(ast.Name(names[-1], ast.Load()), ast.Load())
        body = placed(ast.Call(function_of(plain, body), [given], []), body)
    return lambda_of(names, body)


def lambda_of(names: Sequence[str], body: ast.expr) -> ast.Lambda:
    """A function of these names."""
    arguments = ast.arguments([], [ast.arg(name) for name in names], None, [], [], None, [])
    return placed(ast.Lambda(arguments, body), body)
