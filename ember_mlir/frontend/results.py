"""What a captured function returns: known structure around values of the run."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ember_mlir.errors import CaptureError, SourceLocation
from ember_mlir.frontend.plain import ATOMS, is_dict, is_list
from ember_mlir.frontend.values import (
    Symbolic,
    depth_of,
    describe,
    holds_symbolic,
    holds_tuple,
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

    def rebuild(self, outputs: Sequence[object]) -> object:
        return outputs[self.number]


@dataclass(frozen=True, slots=True)
class Known(Shape):
    """Something that never changes, known since the capture."""

    value: object

    def rebuild(self, outputs: Sequence[object]) -> object:
        return self.value


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


def shape_of(result: object, hole: Callable[[object, int], int], location: SourceLocation) -> Shape:
    """The shape of what a captured function returned.

    `hole(value, depth)` makes a value of that many lists of texts an output of the
    program, and returns its number. A list that holds texts of the run only is one
    output. Raises `CaptureError`, with `location`, for what is no plain data.
    """
    if isinstance(result, Symbolic):
        return Hole(hole(result, result.depth))
    if is_list(result):
        make = type(result)
        # An output of the program is made of lists alone: a tuple stays one in the shape.
        whole = holds_symbolic(result) and not holds_tuple(result)
        depth = depth_of(result) if whole else None
        if depth is not None:
            return Hole(hole(result, depth))
        return Items(make, tuple([shape_of(item, hole, location) for item in result]))
    if is_dict(result):
        return Entries(tuple([(k, shape_of(v, hole, location)) for k, v in result.items()]))
    if type(result) in ATOMS:
        return Known(result)
    raise CaptureError(
        f"{describe(result)} as a result is not captured yet; "
        "return texts, numbers, and lists, tuples or dicts of those",
        location=location,
    )
