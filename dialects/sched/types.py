"""Types and attributes of the `sched` dialect."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from xdsl.ir import Attribute, Data, ParametrizedAttribute, TypeAttribute
from xdsl.irdl import irdl_attr_definition, param_def
from xdsl.parser import AttrParser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.values import ListType, parse_decimal


@irdl_attr_definition
class FutureType(ParametrizedAttribute, TypeAttribute):
    """A value that will be ready at some time; it may have many readers.

    A future of a list does not exist: see `!sched.list`.
    """

    name = "sched.future"
    value: Attribute = param_def()

    def verify(self) -> None:
        if isinstance(self.value, ListType | FutureType | StreamType):
            raise VerifyException(f"a future must hold a single value, but got {self.value}")


@irdl_attr_definition
class StreamType(ParametrizedAttribute, TypeAttribute):
    """A list whose length and elements become ready separately: `!sched.list<T>`.

    Its pieces are futures of `T`, or lists if `T` is itself a `!sched.list`.
    """

    name = "sched.list"
    element: Attribute = param_def()

    def verify(self) -> None:
        if isinstance(self.element, ListType | FutureType):
            raise VerifyException(
                f"a sched.list must hold values or other sched.lists, but got {self.element}"
            )


def future_of(value: Attribute) -> FutureType | StreamType:
    """The type at this level of what has the type `value` at the levels around it."""
    if not isinstance(value, ListType):
        return FutureType(value)
    inner = value.element
    return StreamType(future_of(inner) if isinstance(inner, ListType) else inner)


def value_of(future: Attribute) -> Attribute:
    """The type of what a future or list of this level holds once it is ready."""
    if isinstance(future, FutureType):
        return future.value
    if isinstance(future, StreamType):
        inner = future.element
        return ListType(value_of(inner) if isinstance(inner, StreamType) else inner)
    raise VerifyException(f"a value at this level must be a future or list, but got {future}")


def piece_of(stream: StreamType) -> FutureType | StreamType:
    """The type of one piece of a list."""
    inner = stream.element
    return inner if isinstance(inner, StreamType) else FutureType(inner)


def stream_of(piece: Attribute) -> StreamType:
    """The type of the list that has pieces of this type."""
    return StreamType(piece.value if isinstance(piece, FutureType) else piece)


class Estimate(NamedTuple):
    """What a task will take; None is unknown and stays unknown in every sum."""

    calls: Decimal | None = None
    tokens: Decimal | None = None
    usd: Decimal | None = None
    seconds: Decimal | None = None


@irdl_attr_definition
class EstimateAttr(Data[Estimate]):
    """`#sched.estimate<calls 1, tokens ?, usd ?, seconds ?>`."""

    name = "sched.estimate"

    @classmethod
    def parse_parameter(cls, parser: AttrParser) -> Estimate:
        def entry(index: int) -> Decimal | None:
            if index:
                parser.parse_punctuation(",")
            parser.parse_keyword(Estimate._fields[index])
            if parser.parse_optional_punctuation("?") is not None:
                return None
            return parse_decimal(parser)

        with parser.in_angle_brackets():
            return Estimate(*[entry(index) for index in range(len(Estimate._fields))])

    def print_parameter(self, printer: Printer) -> None:
        entries = [
            f"{name} {'?' if value is None else format(value, 'f')}"
            for name, value in zip(Estimate._fields, self.data, strict=True)
        ]
        printer.print_string(f"<{', '.join(entries)}>")


def shown(types: Sequence[Attribute]) -> str:
    return "(" + ", ".join(map(str, types)) + ")"
