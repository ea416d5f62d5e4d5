"""Trees that are written anew: copies, and the positions of what they stand for."""

from __future__ import annotations

import ast
from typing import TypeVar

from ember_mlir.frontend.narrowing import is_any_list

NodeT = TypeVar("NodeT", bound=ast.AST)


def copied(node: NodeT) -> NodeT:
    """A copy of a tree to change; `copy.deepcopy` would take most of the time of a capture."""
    copy = type(node).__new__(type(node))
    for name, value in vars(node).items():
        part: object = value
        if isinstance(value, ast.AST):
            part = copied(value)
        elif is_any_list(value):
            part = [copied(item) if isinstance(item, ast.AST) else item for item in value]
        setattr(copy, name, part)
    return copy


def placed(node: NodeT, place: ast.AST) -> NodeT:
    """`node` and what is new in it, with the position of `place`."""
    pending: list[ast.AST] = [node]
    while pending:
        inner = pending.pop()
        if "lineno" in inner._attributes and hasattr(inner, "lineno"):
            continue
        if "lineno" in inner._attributes:
            _copy_position(inner, place)
        pending += ast.iter_child_nodes(inner)
    return node


def _copy_position(node: ast.AST, place: ast.AST) -> None:
    for name in ("lineno", "col_offset", "end_lineno", "end_col_offset"):
        setattr(node, name, getattr(place, name))
