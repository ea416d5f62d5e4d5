"""Walks through syntax trees: what `ast` offers, for the parts that a capture looks at.

The trees of long functions are walked several times while somebody waits, and most of what
`ast.walk` comes to are contexts and operators, which hold nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache

from ember_mlir.frontend.narrowing import is_any_list

_PLAIN = frozenset({"arg", "attr", "conversion", "ctx", "id", "kind", "name", "op", "ops"})
"""The fields that hold names, numbers, contexts and operators, in whatever node they are."""


@cache
def fields_with_parts(kind: type[ast.AST]) -> tuple[str, ...]:
    """The fields of a class of nodes in which other nodes may be."""
    if issubclass(kind, ast.Constant):
        return ()
    return tuple([name for name in kind._fields if name not in _PLAIN])


def children(node: ast.AST) -> list[ast.AST]:
    """The nodes right inside of `node`, in order, but for contexts and operators."""
    found: list[ast.AST] = []
    own = vars(node)
    for name in fields_with_parts(type(node)):
        value: object = own.get(name)
        if is_any_list(value):
            found += [item for item in value if isinstance(item, ast.AST)]
        elif isinstance(value, ast.AST):
            found.append(value)
    return found


def statements_of(tree: ast.AST) -> Iterator[ast.AST]:
    """`tree` and all that is inside, level by level, but for expressions and what is in them."""
    level = [tree]
    while level:
        yield from level
        inside = [inner for node in level for inner in children(node)]
        level = [inner for inner in inside if not isinstance(inner, ast.expr)]


def nodes_of(tree: ast.AST) -> Iterator[ast.AST]:
    """`tree` and all that is inside, level by level, but for contexts and operators."""
    level = [tree]
    while level:
        yield from level
        level = [inner for node in level for inner in children(node)]
