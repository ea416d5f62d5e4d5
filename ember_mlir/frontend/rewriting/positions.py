"""Trees that are written anew: copies, and the positions of what they stand for."""

from __future__ import annotations

import ast
from typing import TypedDict, TypeVar

from ember_mlir.frontend.narrowing import is_any_list
from ember_mlir.frontend.trees import children, fields_with_parts

NodeT = TypeVar("NodeT", bound=ast.AST)


class Position(TypedDict):
    """Where a node stands, as `ast` has it."""

    lineno: int
    col_offset: int
    end_lineno: int | None
    end_col_offset: int | None


def copied(node: NodeT) -> NodeT:
    """A copy of a tree to change; `copy.deepcopy` would take most of the time of a capture."""
    copy = type(node).__new__(type(node))
    # Contexts and operators hold nothing that could change, and stay the same ones.
    vars(copy).update(vars(node))
    for name in fields_with_parts(type(node)):
        value: object = getattr(node, name, None)
        if isinstance(value, ast.AST):
            setattr(copy, name, copied(value))
        elif is_any_list(value):
            parts = [copied(item) if isinstance(item, ast.AST) else item for item in value]
            setattr(copy, name, parts)
    return copy


def position_of(node: ast.expr | ast.stmt | ast.pattern) -> Position:
    """Where `node` stands, as keywords of a node that is to stand there."""
    return Position(
        lineno=node.lineno,
        col_offset=node.col_offset,
        end_lineno=node.end_lineno,
        end_col_offset=node.end_col_offset,
    )


def placed(node: NodeT, place: ast.AST) -> NodeT:
    """`node` and what is new in it, with the position of `place`."""
    position = {name: getattr(place, name) for name in Position.__annotations__}
    pending: list[ast.AST] = [node]
    while pending:
        inner = pending.pop()
        own = vars(inner)
        if "lineno" in own:
            continue
        if "lineno" in inner._attributes:
            own.update(position)
        pending += children(inner)
    return node
