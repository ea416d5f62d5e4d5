"""What is told of samples that look alike, and are none the less several."""

from __future__ import annotations

from xdsl.ir import Attribute, Operation

from ember_mlir.dialects.values import is_greedy
from ember_mlir.passes.analysis.equality import Key
from ember_mlir.passes.optimization import missed


class Samples:
    """The sampled calls that stay, to tell of those that differ in nothing but their draws."""

    def __init__(self) -> None:
        self._draws: dict[Key, Attribute | None] = {}

    def stays(self, op: Operation, key: Key) -> None:
        """Take note of an operation that stays; of several alike, tell of the second."""
        draw = op.properties.get("draw")
        if draw is None or is_greedy(op):
            return
        alike = key._replace(properties=tuple([p for p in key.properties if p[0] != "draw"]))
        first = self._draws.setdefault(alike, draw)
        if first is not None and first != draw:
            missed(op, "has a draw of its own: independent samples stay so")
            self._draws[alike] = None
