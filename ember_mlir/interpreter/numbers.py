"""What the builtin arithmetic of `arith` gives; whole numbers wrap around as they must."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from math import isnan
from typing import TYPE_CHECKING

from xdsl.dialects import arith
from xdsl.dialects.builtin import FloatAttr, IntegerAttr, IntegerType
from xdsl.ir import Attribute, Operation

from ember_mlir.errors import InvalidIRError
from ember_mlir.semantics import Value

if TYPE_CHECKING:
    from ember_mlir.interpreter.run import Results, Run

Function = Callable[..., Value]


def selected(condition: bool, yes: Value, no: Value) -> Value:
    """One of two values."""
    return yes if condition else no


FUNCTIONS: Mapping[type[Operation], Function] = {
    arith.AddiOp: operator.add,
    arith.SubiOp: operator.sub,
    arith.MuliOp: operator.mul,
    arith.AndIOp: int.__and__,
    arith.OrIOp: int.__or__,
    arith.XOrIOp: int.__xor__,
    arith.MinSIOp: min,
    arith.MaxSIOp: max,
    arith.AddfOp: operator.add,
    arith.SubfOp: operator.sub,
    arith.MulfOp: operator.mul,
    arith.SelectOp: selected,
    arith.IndexCastOp: operator.pos,
    arith.SIToFPOp: float,
}
"""The operations that have one meaning for all their values."""

COMPARISONS: Sequence[Callable[[Value, Value], bool]] = (
    operator.eq,
    operator.ne,
    operator.lt,
    operator.le,
    operator.gt,
    operator.ge,
)
"""By the number of the predicate of `arith.cmpi`; 6 to 9 are the last four without sign."""

REAL_COMPARISONS: Sequence[Callable[[float, float], bool]] = (
    lambda left, right: False,
    *(operator.eq, operator.gt, operator.ge, operator.lt, operator.le, operator.ne),
    lambda left, right: True,
    *(operator.eq, operator.gt, operator.ge, operator.lt, operator.le, operator.ne),
    lambda left, right: False,
    lambda left, right: True,
)
"""By the number of the predicate of `arith.cmpf`, where neither value is no number."""


def results(run: Run, op: Operation) -> Results:
    """The results of an operation of `arith`."""
    return (wrapped(result(run, op), op.results[0].type),)


def result(run: Run, op: Operation) -> Value:
    """The result of an operation of `arith`, however large it is."""
    operands = [signed(run[operand]) for operand in op.operands]
    match op:
        case arith.ConstantOp():
            return constant(op)
        case arith.CmpiOp():
            left, right = operands
            return compared(op.predicate.value.data, left, right)
        case arith.CmpfOp():
            left, right = operands
            return compared_reals(op.predicate.value.data, left, right)
        case _ if (function := FUNCTIONS.get(type(op))) is not None:
            return function(*operands)
        case _:
            raise InvalidIRError(f"'{op.name}' must not stand in a program")


def constant(op: arith.ConstantOp) -> Value:
    """A known number."""
    if isinstance(op.value, IntegerAttr | FloatAttr):
        return op.value.value.data
    raise InvalidIRError(f"a known value must be a number, but got {op.value}")


def signed(value: Value) -> Value:
    """A condition as the number that it is to arithmetic: its one bit is its sign."""
    return -int(value) if isinstance(value, bool) else value


def compared(predicate: int, left: int, right: int) -> bool:
    """Whether a comparison of whole numbers holds."""
    if predicate < len(COMPARISONS):
        return COMPARISONS[predicate](left, right)
    return COMPARISONS[predicate - 4](left % 2**64, right % 2**64)


def compared_reals(predicate: int, left: float, right: float) -> bool:
    """Whether a comparison of real numbers holds; from 8 on it holds of what is no number."""
    if isnan(left) or isnan(right):
        return predicate >= 8
    return REAL_COMPARISONS[predicate](left, right)


def wrapped(value: Value, of: Attribute) -> Value:
    """A whole number as its type holds it: in two's complement, or as a condition."""
    if not isinstance(of, IntegerType):
        return value
    width = of.bitwidth
    if width == 1:
        return bool(value % 2)
    half = 2 ** (width - 1)
    return (value + half) % (2 * half) - half
