"""Affine maps and sets, small enough for xDSL's recursive algorithms on them."""

from __future__ import annotations

from collections.abc import Callable

from xdsl.ir.affine import AffineExpr
from xdsl.parser import AffineParser
from xdsl.parser.generic_parser import ParserState
from xdsl.utils.mlir_lexer import MLIRTokenKind

from ember_mlir.limits import Limits


class BoundedAffineParser(AffineParser):
    """A parser of affine maps and sets that counts what an expression is made of.

    A sum nests to the left as deep as it is long, and a sign distributes over a sum.
    """

    def __init__(self, state: ParserState[MLIRTokenKind], limits: Limits) -> None:
        super().__init__(state)
        self._limits = limits
        self._operands = 0

    def _parse_affine_space(self) -> tuple[list[str], list[str]]:
        start = self.pos
        dimensions, symbols = super()._parse_affine_space()
        if len(dimensions) + len(symbols) > self._limits.depth:
            message = self._limits.problem("depth", "an affine map must have at most {} dimensions")
            self.raise_error(message, start)
        return dimensions, symbols

    def _parse_primary(self, parse_optional_bare_id: Callable[[], AffineExpr | None]) -> AffineExpr:
        self._operands += 1
        if self._operands > self._limits.depth:
            self.raise_error(
                self._limits.problem("depth", "an affine map must have at most {} operands")
            )
        return super()._parse_primary(parse_optional_bare_id)
