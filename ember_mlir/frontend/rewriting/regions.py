"""What is written around the body of a branch, loop or attempt: `statements` shows it."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from ember_mlir.frontend.rewriting.base import Rewriting
from ember_mlir.frontend.rewriting.positions import placed


class Region:
    """What is written around the body of a region, whose object has a name of its own."""

    def __init__(
        self, rewriter: Rewriting, node: ast.stmt, name: str, names: Sequence[str]
    ) -> None:
        self._rewriter = rewriter
        self._node = node
        self._name = name
        self._names = names

    @property
    def arm(self) -> ast.Name:
        """Which arm or element is captured."""
        return ast.Name(f"{self._name}_arm", ast.Load())

    def attribute(self, name: str) -> ast.Attribute:
        """An attribute of the region's object."""
        return ast.Attribute(ast.Name(self._name, ast.Load()), name, ast.Load())

    def call(self, name: str, *arguments: ast.expr) -> ast.Call:
        """A call of a method of the region's object."""
        return ast.Call(self.attribute(name), [*arguments], [])

    def run(
        self, start: ast.expr, body: list[ast.stmt], broken: str | None = None
    ) -> list[ast.stmt]:
        """The statements around `body`."""
        entered = self.bind(self.call("enter", self.state()))
        error = f"{self._name}_error"
        absorbed = ast.UnaryOp(ast.Not(), self.call("absorb", ast.Name(error, ast.Load())))
        handler = ast.ExceptHandler(
            ast.Name("BaseException", ast.Load()), error, [ast.If(absorbed, [ast.Raise()], [])]
        )
        left = ast.Expr(self.call("leave", self.state()))
        rounds: list[ast.stmt] = [
            self.if_live(entered),
            ast.Try(body, [handler], [], []),
            self.if_live(left),
        ]
        if broken is not None:
            over = self.call("is_over", ast.Name(broken, ast.Load()))
            rounds.append(ast.If(over, [ast.Break()], []))
        made: list[ast.stmt] = [
            ast.Assign([ast.Name(self._name, ast.Store())], start),
            ast.For(
                ast.Name(self.arm.id, ast.Store()), ast.Name(self._name, ast.Load()), rounds, []
            ),
            self.if_live(self.bind(self.attribute("result"))),
        ]
        return [placed(statement, self._node) for statement in made]

    def state(self) -> ast.expr:
        """The variables of the function, as they are now."""
        return self._rewriter.hook(self._node, "locals")

    def bind(self, value: ast.expr) -> ast.stmt:
        """Give the region's names these values."""
        if not self._names:
            return ast.Expr(value)
        names: list[ast.expr] = [ast.Name(name, ast.Store()) for name in self._names]
        return ast.Assign([ast.Tuple(names, ast.Store())], value)

    def if_live(self, statement: ast.stmt) -> ast.stmt:
        """A statement that is only for a region both of whose outcomes are captured."""
        return ast.If(self.attribute("live"), [statement], [])
