"""Expressions as numbers: equal ones have one number, however often they are written.

An operation without an effect is numbered by its name, its properties and the numbers of
its operands, so that all of a module is numbered in linear time. A second number, the
form, leaves open what stands at the leaves: constants, arguments and answers.
"""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects import arith
from xdsl.ir import Attribute, Operation, SSAValue

from ember_mlir.dialects.llm import ConstantOp
from ember_mlir.dialects.values import AsksModel, has_no_effect, is_greedy

LEAF = 0
"""The form of all that is no expression of something else."""

Key = tuple[str, tuple[int, ...], tuple[tuple[str, Attribute], ...], tuple[Attribute, ...]]


class Expressions:
    """The numbers of all values of the operations that were noted."""

    def __init__(self) -> None:
        self._numbers: dict[SSAValue, int] = {}
        self._known: dict[Key, int] = {}
        self._forms: dict[SSAValue, int] = {}
        self._known_forms: dict[Key, int] = {}

    def number(self, value: SSAValue) -> int:
        """The number of a value; one that no expression gives has a number of its own."""
        return self._numbers.setdefault(value, -1 - len(self._numbers))

    def form(self, value: SSAValue) -> int:
        """The form of a value."""
        return self._forms.get(value, LEAF)

    def numbers(self, values: Sequence[SSAValue]) -> tuple[int, ...]:
        """The numbers of several values."""
        return tuple(map(self.number, values))

    def forms(self, values: Sequence[SSAValue]) -> tuple[int, ...]:
        """The forms of several values."""
        return tuple(map(self.form, values))

    def note(self, op: Operation) -> None:
        """Number the results of `op`."""
        asks = op.has_trait(AsksModel)
        if op.regions or not has_no_effect(op) or (asks and not is_greedy(op)):
            return
        key = key_of(op, self.numbers(op.operands))
        first = self._known.setdefault(key, 1 + len(self._known))
        for at, result in enumerate(op.results):
            # Several results of one operation are as many values.
            self._numbers[result] = first if at == 0 else -1 - len(self._numbers)
        if not asks and not isinstance(op, ConstantOp | arith.ConstantOp):
            key = key_of(op, self.forms(op.operands))
            form = self._known_forms.setdefault(key, LEAF + 1 + len(self._known_forms))
            self._forms |= dict.fromkeys(op.results, form)


def key_of(op: Operation, operands: tuple[int, ...]) -> Key:
    """What operations share that do the same to what has these numbers."""
    properties = sorted((k, v) for k, v in op.properties.items() if k != "draw")
    return op.name, operands, tuple(properties), tuple(op.result_types)
