"""What is known of a value before anything runs, and how a known value is written."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects import arith
from xdsl.dialects.builtin import FloatAttr, IntegerAttr, IntegerType, f64, i1, i64
from xdsl.ir import Attribute, Operation, SSAValue

from ember_mlir.dialects.llm import ConstantOp, ListOp, RecordOp
from ember_mlir.dialects.names import LABEL, LENGTH_LABEL
from ember_mlir.dialects.values import ListType, RecordType, TextType
from ember_mlir.grammars import Value


def maker(value: SSAValue) -> Operation | None:
    """The operation that makes `value`, if it may be taken apart: one with a label may not.

    What it is folded into would have to carry the label.
    """
    owner = value.owner
    return owner if isinstance(owner, Operation) and not is_labelled(owner) else None


def is_labelled(op: Operation) -> bool:
    """Whether a label is written on an operation."""
    return LABEL in op.attributes or LENGTH_LABEL in op.attributes


def known_text(value: SSAValue) -> str | None:
    """The public text that `value` is known to be, if it is.

    A text with a label is not known: what it is folded into would have to carry the label.
    """
    owner = maker(value)
    if isinstance(owner, ConstantOp) and owner.label is None:
        return owner.value.data
    return None


def known_integer(value: SSAValue) -> int | None:
    """The number or condition that `value` is known to be, if it is."""
    owner = maker(value)
    if isinstance(owner, arith.ConstantOp) and isinstance(owner.value, IntegerAttr):
        found = owner.value.value.data
        # A condition is written -1 or 1 where it holds.
        return abs(found) if owner.result.type == i1 else found
    return None


def known_items(value: SSAValue) -> ListOp | None:
    """The operation that lists the elements of `value`, if they are listed.

    Its operands are the elements; a list of them would cost as much as the list is long.
    """
    owner = maker(value)
    return owner if isinstance(owner, ListOp) else None


def written(value: Value, found: Attribute) -> list[Operation]:
    """Operations that make `value`, of type `found`; the last one has it as its result."""
    match found:
        case TextType():
            return [ConstantOp(str(value))]
        case ListType():
            parts = [written(item, found.element) for item in _items(value)]
            made: Operation = ListOp([part[-1].results[0] for part in parts], found)
            return [*(op for part in parts for op in part), made]
        case RecordType():
            fields = _fields(value)
            parts = [written(fields[name], kind) for name, kind in found.fields.items()]
            made = RecordOp([part[-1].results[0] for part in parts], found)
            return [*(op for part in parts for op in part), made]
        case IntegerType():
            return [whole(int(_number(value)), found)]
        case _:
            return [arith.ConstantOp(FloatAttr(float(_number(value)), f64))]


def whole(value: int, found: IntegerType = i64) -> arith.ConstantOp:
    """A known whole number, or condition."""
    return arith.ConstantOp(IntegerAttr(value, found))


def _items(value: Value) -> Sequence[Value]:
    assert isinstance(value, list)
    return value


def _fields(value: Value) -> dict[str, Value]:
    assert isinstance(value, dict)
    return value


def _number(value: Value) -> int | float:
    assert isinstance(value, int | float)
    return value
