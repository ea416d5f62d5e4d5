"""What the builtin arithmetic of `arith` gives; `semantics/numbers.py` has the functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xdsl.dialects import arith
from xdsl.dialects.builtin import FloatAttr, IntegerAttr, IntegerType
from xdsl.ir import Attribute, Operation

from ember_mlir.errors import InvalidIRError
from ember_mlir.semantics import (
    ARITHMETIC,
    Value,
    arithmetic,
    comparison,
    real_comparison,
    selected,
    wrapping,
)

if TYPE_CHECKING:
    from ember_mlir.interpreter.run import Results, Run


def results(run: Run, op: Operation) -> Results:
    """The results of an operation of `arith`."""
    return (result(run, op),)


def result(run: Run, op: Operation) -> Value:
    """The result of an operation of `arith`; each has one."""
    operands = [run[operand] for operand in op.operands]
    match op:
        case arith.ConstantOp():
            return constant(op)
        case arith.CmpiOp():
            return comparison(op.predicate.value.data, width_of(op.lhs.type))(*operands)
        case arith.CmpfOp():
            return real_comparison(op.predicate.value.data)(*operands)
        case arith.SelectOp():
            return selected(*operands)
        case _ if op.name in ARITHMETIC:
            return arithmetic(op.name, width_of(op.results[0].type))(*operands)
        case _:
            raise InvalidIRError(f"'{op.name}' must not stand in a program")


def constant(op: arith.ConstantOp) -> Value:
    """A known number."""
    match op.value:
        case IntegerAttr():
            return wrapping(width_of(op.result.type))(op.value.value.data)
        case FloatAttr():
            return op.value.value.data
        case _:
            raise InvalidIRError(f"a known value must be a number, but got {op.value}")


def width_of(type: Attribute) -> int | None:
    """How many bits hold a whole number or a condition; None if nothing says."""
    return type.bitwidth if isinstance(type, IntegerType) else None
