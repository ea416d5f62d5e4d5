"""Positions of what is written anew: those of what it stands for."""

from __future__ import annotations

import ast
from typing import TypeVar

NodeT = TypeVar("NodeT", bound=ast.AST)


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
