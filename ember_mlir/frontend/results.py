"""What a captured function returns: known structure around values of the run."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NoReturn

from ember_mlir.errors import CaptureError, SourceLocation
from ember_mlir.frontend.containers import TrackedSet
from ember_mlir.frontend.inspection import layout_of, unset_of
from ember_mlir.frontend.iterators import OneTimeIterator, OneTimeList
from ember_mlir.frontend.kinds import InstanceKind
from ember_mlir.frontend.layouts import Layout, ListOf
from ember_mlir.frontend.narrowing import instance_fields
from ember_mlir.frontend.plain import is_dict, is_list
from ember_mlir.frontend.values import (
    Symbolic,
    Unknown,
    describe,
    holds_symbolic,
    known_or_symbolic,
)


class Shape(ABC):
    """A result with holes where the values of the run go."""

    @abstractmethod
    def rebuild(self, outputs: Sequence[object]) -> object:
        """The result, with `outputs` in its holes."""


@dataclass(frozen=True, slots=True)
class Hole(Shape):
    """One output of the run."""

    number: int
    layout: Layout

    def rebuild(self, outputs: Sequence[object]) -> object:
        return self.layout.read(outputs[self.number])


@dataclass(frozen=True, slots=True)
class Known(Shape):
    """Something that never changes, known since the capture."""

    value: object

    def rebuild(self, outputs: Sequence[object]) -> object:
        return self.value


@dataclass(frozen=True, slots=True)
class Elements(Shape):
    """A set that is known since the capture, which each run has one of."""

    value: TrackedSet

    def rebuild(self, outputs: Sequence[object]) -> object:
        return set(self.value)


@dataclass(frozen=True, slots=True)
class Items(Shape):
    """A list or tuple."""

    make: type[list[object]] | type[tuple[object, ...]]
    items: tuple[Shape, ...]

    def rebuild(self, outputs: Sequence[object]) -> object:
        return self.make([item.rebuild(outputs) for item in self.items])


@dataclass(frozen=True, slots=True)
class Entries(Shape):
    """A dict; its keys are known."""

    entries: tuple[tuple[object, Shape], ...]

    def rebuild(self, outputs: Sequence[object]) -> object:
        return {key: value.rebuild(outputs) for key, value in self.entries}


@dataclass(frozen=True, slots=True)
class Instance(Shape):
    """An object that is nothing but its fields."""

    kind: InstanceKind
    parts: tuple[Shape, ...]

    def rebuild(self, outputs: Sequence[object]) -> object:
        return self.kind.make([part.rebuild(outputs) for part in self.parts])


Output = Callable[[object, Layout], int]
"""Makes a value an output of the program, and gives its number."""


def shape_of(
    result: object,
    hole: Output,
    location: SourceLocation,
    is_own: Callable[[object], bool] | None = None,
) -> Shape:
    """The shape of what a captured function returned.

    A list that holds values of the run only is one output; what the function has made is made
    anew for each run, as are the objects that it `is_own`. Raises `CaptureError`, with
    `location`, for what depends on the run in another way.
    """

    def shape(result: object) -> Shape:
        value = known_or_symbolic(result)
        if isinstance(value, Symbolic):
            return Hole(hole(value, value.layout), value.layout)
        if isinstance(value, Unknown | OneTimeIterator | OneTimeList):
            _refuse(value, location)
        if is_list(value):
            return items(value)
        if isinstance(value, TrackedSet):
            return Elements(value)
        if is_dict(value):
            return Entries(tuple([(key, shape(item)) for key, item in value.items()]))
        if holds_symbolic(value) or (is_own is not None and is_own(value)):
            return instance(value)
        return Known(value)

    def items(value: list[object] | tuple[object, ...]) -> Shape:
        make = tuple if type(value) is tuple else list
        layout = layout_of(value) if make is list and holds_symbolic(value) else None
        if isinstance(layout, ListOf) and {*map(layout_of, value)} == {layout.element}:
            return Hole(hole(value, layout), layout)
        return Items(make, tuple(map(shape, value)))

    def instance(value: object) -> Shape:
        names = instance_fields(value) or tuple(vars(value))
        parts = [shape(getattr(value, name)) for name in names]
        kind = InstanceKind(type(value), names, unset_of(value, names))
        return Instance(kind, tuple(parts))

    return shape(result)


def _refuse(value: object, location: SourceLocation) -> NoReturn:
    step = "give it one value and type in all arms"
    if not isinstance(value, Unknown):
        step = "return texts, numbers and lists of those, as in list(zip(names, texts))"
    what = f"{describe(value)} as a result is not captured yet; {step}"
    raise CaptureError(what, location=location)
