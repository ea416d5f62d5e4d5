"""Types and attributes of the `sched` dialect."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from xdsl.dialects.builtin import NoneType, i1
from xdsl.ir import Attribute, Data, ParametrizedAttribute, TypeAttribute
from xdsl.irdl import irdl_attr_definition, param_def
from xdsl.parser import AttrParser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.values import ListType, parse_decimal, parse_quoted, quote


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


@irdl_attr_definition
class ScopeType(ParametrizedAttribute, TypeAttribute):
    """The handle of a `sched.scope`, by which it can be cancelled."""

    name = "sched.handle"


DONE = FutureType(NoneType())
"""A future without a value: it says only that something is over, so that effects keep order."""

YES_OR_NO = FutureType(i1)


@lru_cache(maxsize=256)
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
        with parser.in_angle_brackets():
            return Estimate(*_parse_amounts(parser, Estimate._fields))

    def print_parameter(self, printer: Printer) -> None:
        printer.print_string(f"<{_shown_amounts(Estimate._fields, self.data)}>")

    def verify(self) -> None:
        _verify_amounts("an estimate", Estimate._fields, self.data)


class Resources(NamedTuple):
    """What a task needs of the machine while it runs; None is unknown.

    `cpu` and `gpu` count whole or parts of processors; `locality` names the place that
    holds what the task reads, so that it may run there.
    """

    cpu: Decimal | None = None
    memory_mb: Decimal | None = None
    gpu: Decimal | None = None
    locality: str | None = None


_MACHINE = ("cpu", "memory_mb", "gpu")


@irdl_attr_definition
class ResourcesAttr(Data[Resources]):
    """`#sched.resources<cpu 1, memory_mb 512, gpu 0, locality ?>`."""

    name = "sched.resources"

    @classmethod
    def parse_parameter(cls, parser: AttrParser) -> Resources:
        with parser.in_angle_brackets():
            cpu, memory_mb, gpu = _parse_amounts(parser, _MACHINE)
            parser.parse_punctuation(",")
            parser.parse_keyword("locality")
            unknown = parser.parse_optional_punctuation("?") is not None
            return Resources(cpu, memory_mb, gpu, None if unknown else parse_quoted(parser))

    def print_parameter(self, printer: Printer) -> None:
        locality = "?" if self.data.locality is None else quote(self.data.locality)
        amounts = _shown_amounts(_MACHINE, self.data[:3])
        printer.print_string(f"<{amounts}, locality {locality}>")

    def verify(self) -> None:
        _verify_amounts("a resource", _MACHINE, self.data[:3])


def _parse_amounts(parser: AttrParser, names: Sequence[str]) -> list[Decimal | None]:
    """Read `calls 1, tokens ?`, in the order of `names`."""

    def amount(index: int) -> Decimal | None:
        if index:
            parser.parse_punctuation(",")
        parser.parse_keyword(names[index])
        if parser.parse_optional_punctuation("?") is not None:
            return None
        return parse_decimal(parser)

    return [amount(index) for index in range(len(names))]


def _shown_amounts(names: Sequence[str], amounts: Sequence[Decimal | None]) -> str:
    entries = [
        f"{name} {'?' if amount is None else format(amount, 'f')}"
        for name, amount in zip(names, amounts, strict=True)
    ]
    return ", ".join(entries)


def _verify_amounts(what: str, names: Sequence[str], amounts: Sequence[Decimal | None]) -> None:
    for name, amount in zip(names, amounts, strict=True):
        if amount is not None and amount < 0:
            raise VerifyException(f"{what} must not be negative, but got {name} {amount:f}")


def shown(types: Sequence[Attribute]) -> str:
    """Types as they stand in messages: `(!llm.text, i1)`."""
    return "(" + ", ".join(map(str, types)) + ")"
