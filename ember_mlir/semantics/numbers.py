"""Arithmetic as the builtin `arith` has it; whole numbers wrap around as they must.

Operations go by their names, and comparisons by the numbers of their predicates.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import isnan

from ember_mlir.errors import ShapeError
from ember_mlir.semantics.values import Value

Function = Callable[..., Value]
Wrap = Callable[[int], Value]
Test = Callable[[Value, Value], bool]


def signed(value: int) -> int:
    """A condition as the number that it is to arithmetic: its one bit is its sign.

    >>> signed(True), signed(5)
    (-1, 5)
    """
    return -int(value) if isinstance(value, bool) else value


def as_real(value: int) -> float:
    """A whole number as the nearest real number."""
    return float(signed(value))


ARITHMETIC: Mapping[str, Function] = {
    "arith.addi": operator.add,
    "arith.subi": operator.sub,
    "arith.muli": operator.mul,
    "arith.andi": int.__and__,
    "arith.ori": int.__or__,
    "arith.xori": int.__xor__,
    "arith.minsi": partial(min, key=signed),
    "arith.maxsi": partial(max, key=signed),
    "arith.addf": operator.add,
    "arith.subf": operator.sub,
    "arith.mulf": operator.mul,
    "arith.index_cast": signed,
    "arith.sitofp": as_real,
}
"""What operations give, however large it is."""


def arithmetic(name: str, width: int | None) -> Function:
    """What the operation `name` gives; its result has `width` bits, or None is no bound.

    >>> arithmetic("arith.addi", 64)(2**63 - 1, 1) == -(2**63)
    True
    >>> arithmetic("arith.addi", 1)(True, True)
    False
    """
    function, wrap = ARITHMETIC[name], wrapping(width)
    return function if width is None else lambda *operands: wrap(function(*operands))


def wrapping(width: int | None) -> Wrap:
    """A whole number as so many bits hold it: in two's complement, or as a condition.

    >>> wrapping(64)(2**64), wrapping(1)(-1)
    (0, True)
    """
    if width is None:
        return operator.pos
    if width == 1:
        return lambda value: bool(value % 2)
    half = 2 ** (width - 1)
    return lambda value: (value + half) % (2 * half) - half


def _unsigned(compare: Test) -> Test:
    return lambda left, right: compare(left % 2**64, right % 2**64)


_SIGNED = (operator.lt, operator.le, operator.gt, operator.ge)

COMPARISONS: Sequence[Test] = (
    *(operator.eq, operator.ne),
    *_SIGNED,
    *map(_unsigned, _SIGNED),
)
"""By the number of the predicate of `arith.cmpi`."""


def _never(_left: float, _right: float) -> bool:
    return False


def _always(_left: float, _right: float) -> bool:
    return True


REAL_COMPARISONS: Sequence[Test] = (
    _never,
    *(operator.eq, operator.gt, operator.ge, operator.lt, operator.le, operator.ne),
    _always,
    *(operator.eq, operator.gt, operator.ge, operator.lt, operator.le, operator.ne),
    _never,
    _always,
)
"""By the number of the predicate of `arith.cmpf`, where both values are numbers."""


def comparison(predicate: int, width: int | None) -> Test:
    """Whether `arith.cmpi` of whole numbers of `width` bits holds.

    >>> comparison(2, 64)(-1, 2), comparison(6, 64)(-1, 2)
    (True, False)
    """
    holds = COMPARISONS[predicate]
    return holds if width != 1 else lambda left, right: holds(signed(left), signed(right))


def real_comparison(predicate: int) -> Test:
    """Whether `arith.cmpf` holds; from predicate 8 on it holds of what is no number.

    >>> real_comparison(4)(float("nan"), 1.0), real_comparison(11)(float("nan"), 1.0)
    (False, True)
    """
    holds, of_no_number = REAL_COMPARISONS[predicate], predicate >= 8
    return lambda left, right: of_no_number if isnan(left) or isnan(right) else holds(left, right)


def check_step(step: int) -> None:
    """Raise `ShapeError` unless a loop can go on by `step`."""
    if step < 1:
        raise ShapeError(f"the step of a loop must be at least 1, but got {step}")


def rounds(start: int, stop: int, step: int) -> int:
    """How many rounds a loop makes that counts from `start` to below `stop` by `step`.

    It is at most the largest whole number of 64 bits: nobody lives to see more. Raises
    `ShapeError` if the step is below 1.

    >>> rounds(0, 5, 2), rounds(5, 0, 1)
    (3, 0)
    """
    check_step(step)
    return min(max(0, -((start - stop) // step)), 2**63 - 1)
