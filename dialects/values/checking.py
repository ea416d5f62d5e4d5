"""Whether a Python value is one of a type."""

from __future__ import annotations

from xdsl.dialects.builtin import Float64Type, IndexType, IntegerType, TensorType
from xdsl.ir import Attribute
from xdsl.utils.hints import isa

from ember_mlir.dialects.values.types import (
    ListType,
    MessagesType,
    ObjectType,
    RecordType,
    TextType,
)
from ember_mlir.errors import EmberError
from ember_mlir.providers import Message
from ember_mlir.semantics import Value, is_list, is_record


def check_value(value: Value, expected: Attribute, what: str, error: type[EmberError]) -> None:
    """Raise `error` unless `value` is of the type `expected`."""
    if not fits(value, expected):
        got = "None" if value is None else f"an object of type {type(value).__name__}"
        raise error(f"{what} must be {expected}, but got {got}")


def fits(value: Value, expected: Attribute) -> bool:
    """Whether `value` is of the type `expected`."""
    match expected:
        case TextType():
            return isinstance(value, str)
        case ListType():
            return is_list(value) and all(fits(item, expected.element) for item in value)
        case RecordType():
            if not is_record(value) or list(value) != list(expected.fields):
                return False
            return all(fits(value[name], found) for name, found in expected.fields.items())
        case MessagesType():
            return isa(value, tuple[Message, ...])
        case IntegerType() | IndexType():
            return fits_integer(value, expected)
        case Float64Type():
            return isinstance(value, float)
        case TensorType():
            return isa(value, tuple[float, ...])
        case _:
            return isinstance(expected, ObjectType)


def fits_integer(value: Value, expected: IntegerType | IndexType) -> bool:
    """Whether `value` is a condition (`i1`), or a whole number that the type can hold."""
    width = expected.width.data if isinstance(expected, IntegerType) else 64
    if width == 1:
        return isinstance(value, bool)
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return is_whole and -(2 ** (width - 1)) <= value < 2 ** (width - 1)
