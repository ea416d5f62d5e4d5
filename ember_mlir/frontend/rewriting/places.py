"""Where hooks stand, and the sites of calls."""

from __future__ import annotations

import ast
from typing import NamedTuple

from ember_mlir.errors import SourceLocation
from ember_mlir.frontend.rewriting.scopes import FUNCTIONS
from ember_mlir.frontend.trees import children

_SITE = "ember_site"

NO_SITE = -1
"""The site of a call that no user has written."""


class Place(NamedTuple):
    """Where a hook stands; `site` numbers calls, `name` is what is read or assigned.

    `names` are those that a statement may bind and that matter behind it; `shape` is how a
    value is taken apart.
    """

    location: SourceLocation
    site: int = NO_SITE
    name: str = ""
    names: tuple[str, ...] = ()
    shape: Shape | None = None


class Shape(NamedTuple):
    """How a value is taken apart: None for what is taken whole, and the place of a star."""

    parts: tuple[Shape | None, ...]
    star: int | None


def shape_of(target: ast.expr) -> Shape | None:
    """How a value is taken apart that is assigned to `target`."""
    if not isinstance(target, ast.Tuple | ast.List):
        return None
    stars = [n for n, part in enumerate(target.elts) if isinstance(part, ast.Starred)]
    parts = [part.value if isinstance(part, ast.Starred) else part for part in target.elts]
    return Shape(tuple(map(shape_of, parts)), stars[0] if stars else None)


def number_calls(function: ast.AST) -> None:
    """Give each call its site: its ordinal in the source of its own function."""
    sites = 0
    pending = children(function)[::-1]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Call):
            setattr(node, _SITE, sites)
            sites += 1
        if isinstance(node, FUNCTIONS):
            number_calls(node)
            found = node.args
            defaults = [*found.defaults, *[d for d in found.kw_defaults if d is not None]]
            pending += defaults[::-1]
        else:
            pending += children(node)[::-1]


def mark_site(call: ast.Call, site: int) -> None:
    """Give a call that is written anew the site of the one that it stands for."""
    setattr(call, _SITE, site)


def site_of(call: ast.Call) -> int:
    """The site of a call."""
    found = getattr(call, _SITE, NO_SITE)
    return found if isinstance(found, int) else NO_SITE
