"""What all of rewriting is made of: places, refusals, hooks, and which names are local."""

from __future__ import annotations

import ast
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import NoReturn

from ember_mlir.errors import CaptureError
from ember_mlir.frontend.rewriting.places import Place
from ember_mlir.frontend.rewriting.plain_forms import ASK
from ember_mlir.frontend.rewriting.positions import position_of
from ember_mlir.frontend.source import Definition


class Rewriting(ast.NodeTransformer):
    """Writes hooks for the nodes of one function and of those inside it."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.places: list[Place] = []
        self.scopes: list[set[str]] = []
        self.risky: list[set[str]] = []

    def place(
        self, node: ast.AST, *, site: int = -1, name: str = "", names: Sequence[str] = ()
    ) -> ast.Constant:
        """The number of a new place, as an expression."""
        assert isinstance(node, ast.expr | ast.stmt | ast.pattern)
        location = self.definition.location(node)
        self.places.append(Place(location, site, name, tuple(names)))
        return ast.Constant(len(self.places) - 1)

    def refuse(self, node: ast.AST, what: str, step: str) -> NoReturn:
        """Raise the `CaptureError` of a construct that cannot be rewritten."""
        known = isinstance(node, ast.stmt | ast.expr | ast.arg | ast.pattern)
        place = node if known else self.definition.node
        assert isinstance(place, ast.stmt | ast.expr | ast.arg | ast.pattern)
        raise CaptureError(
            f"{what} is not captured yet; {step}", location=self.definition.location(place)
        )

    def hook(self, node: ast.AST, name: str, *arguments: ast.expr) -> ast.Call:
        """A call of a hook, where `node` stands."""
        assert isinstance(node, ast.expr | ast.stmt | ast.pattern)
        position = position_of(node)
        asked = ast.Name(ASK, ast.Load(), **position)
        for argument in arguments:
            if not hasattr(argument, "lineno"):
                vars(argument).update(position)
        function = ast.Attribute(asked, name, ast.Load(), **position)
        return ast.Call(function, [*arguments], [], **position)

    def expression(self, node: ast.expr) -> ast.expr:
        """An expression, rewritten."""
        result = self.visit(node)
        assert isinstance(result, ast.expr)
        return result

    def argument(self, node: ast.expr, spread: str = "spread") -> ast.expr:
        """An argument of a call."""
        if isinstance(node, ast.Starred):
            value = self.expression(node.value)
            node.value = self.hook(node.value, spread, self.place(node.value), value)
            return node
        return self.expression(node)

    def is_local(self, name: str) -> bool:
        """Whether a name is one of the functions, lambdas or comprehensions around."""
        return any(name in names for names in self.scopes)

    @contextmanager
    def scope(self, names: set[str]) -> Generator[None]:
        """Be where these names are local."""
        self.scopes.append(names)
        yield
        self.scopes.pop()
