"""Aliases of types and attributes, which must not grow beyond what a text could say."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NoReturn

from xdsl.dialects.builtin import DictionaryAttr
from xdsl.ir import Attribute, ParametrizedAttribute
from xdsl.utils.hints import isa

from ember_mlir.limits import Limits


class Aliases(dict[str, Attribute]):
    """The aliases of a text, which counts what they stand for where they are used.

    Ten aliases, each a tuple of ten of the one before, stand for ten thousand million
    types in ten lines. `refuse` raises the error for a text that says too much.
    """

    def __init__(self, limits: Limits, refuse: Callable[[str], NoReturn]) -> None:
        super().__init__()
        self._limits = limits
        self._refuse = refuse
        self._used = 0
        # By identity, as comparing types takes as long as they are large.
        self._measures: dict[int, tuple[int, int]] = {}

    def __setitem__(self, name: str, value: Attribute) -> None:
        size, depth = self._measure(value)
        if depth > self._limits.depth:
            self._refuse(
                self._limits.problem("depth", "types and attributes must nest at most {} deep")
            )
        self._measures[id(value)] = size, depth
        super().__setitem__(name, value)

    def __getitem__(self, name: str) -> Attribute:
        value = super().__getitem__(name)
        self._used += self._measures[id(value)][0]
        if self._used > self._limits.elements:
            rule = "aliases must stand for at most {} types and attributes"
            self._refuse(self._limits.problem("elements", rule))
        return value

    def _measure(self, value: Attribute) -> tuple[int, int]:
        """How many types and attributes `value` is made of, and how deep they nest."""
        if (known := self._measures.get(id(value))) is not None:
            return known
        size, depth = 1, 0
        for part in _parts(value):
            inner_size, inner_depth = self._measure(part)
            size, depth = size + inner_size, max(depth, inner_depth)
        return size, depth + 1


def _parts(value: Attribute) -> Iterable[Attribute]:
    """The attributes that `value` holds, itself or in a container."""
    if isinstance(value, ParametrizedAttribute):
        return value.parameters
    if isinstance(value, DictionaryAttr):
        return value.data.values()
    return _attributes_in(getattr(value, "data", None))


def _attributes_in(held: object) -> list[Attribute]:
    if isinstance(held, Attribute):
        return [held]
    if isa(held, tuple[object, ...]):
        return [found for item in held for found in _attributes_in(item)]
    return []
