"""Frames: instructions that count down their inputs, and fire at zero."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from ember_mlir.errors import SourceLocation

if TYPE_CHECKING:
    from ember_mlir.runtime.core import Engine

# What a slot holds is known from the types of the text, which verification has checked:
# a text, a list in pieces, or the state of an instruction with several parts.
Slot: TypeAlias = Any


class Signal:
    """What an instruction returns in place of a value."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name


PENDING = Signal("PENDING")
"""The inputs are taken; the value comes later."""

AGAIN = Signal("AGAIN")
"""The inputs are not all there yet; the instruction asks to be fired again."""


class Instruction(ABC):
    """One row of a frame's table.

    `index` is its row, and so its place in program order. It reads the slots `inputs`
    and writes the slot `output`, which readies `successors`; `handle` is a second slot
    that only its own parts read. After it has fired, the slots `releases` are emptied.
    `shared` says that its list has other readers; `settles` that nothing follows it in
    its frame; `has_bodies` that it is over only when the frames that it runs are.
    `returns` is the number of the result of the frame that its value is, or -1.
    """

    __slots__ = (
        "handle",
        "index",
        "inputs",
        "location",
        "output",
        "releases",
        "returns",
        "settles",
        "shared",
        "successors",
    )

    has_bodies = False

    def __init__(
        self,
        inputs: tuple[int, ...],
        output: int = -1,
        *,
        handle: int = -1,
        location: SourceLocation | None = None,
    ) -> None:
        self.index = -1
        self.inputs = inputs
        self.output = output
        self.handle = handle
        self.location = location
        self.successors: tuple[int, ...] = ()
        self.releases: tuple[int, ...] = ()
        self.settles = False
        self.returns = -1
        self.shared = False

    @abstractmethod
    def fire(self, frame: Frame) -> Slot:
        """Do it, and return the value, `PENDING`, or `AGAIN`.

        Raises an `EmberError` that ends the run.
        """


@dataclass(slots=True, eq=False)
class FrameTable:
    """A decoded frame, filled in once by `decode`.

    `code` is its instructions, `consumers` the rows that read each slot, `need` how
    many inputs each row waits for, `initial` the slots at the start (constants are
    there from the beginning), `roots` the rows that wait for nothing, and `left` how
    many rows must be over before the frame is: those that nothing follows, and those
    that run frames.
    """

    symbol: str
    arguments: int = 0
    code: list[Instruction] = field(default_factory=list[Instruction])
    consumers: list[tuple[int, ...]] = field(default_factory=list[tuple[int, ...]])
    need: list[int] = field(default_factory=list[int])
    initial: list[Slot] = field(default_factory=list[Slot])
    roots: tuple[int, ...] = ()
    left: int = 0


class Parent(Protocol):
    """What runs a frame, and takes its results."""

    @property
    def frame(self) -> Frame | None:
        """The frame that the running instruction stands in; None outside of all."""
        ...

    @property
    def row(self) -> int:
        """The row of the running instruction."""
        ...

    def returned(self, body: Frame, number: int, value: Slot) -> None:
        """Take a result of `body`, as soon as it is there."""
        ...

    def finished(self, body: Frame) -> Frame | None:
        """Take note that `body` is over; return the frame that is over with it, if any."""
        ...


class Frame:
    """One run of a frame.

    `path` is the indices of the frames around it and its own, outermost first; `index`
    is its own.
    """

    __slots__ = ("engine", "index", "left", "need", "parent", "path", "slots", "table")

    def __init__(
        self, engine: Engine, table: FrameTable, parent: Parent, index: int, path: tuple[int, ...]
    ) -> None:
        self.engine = engine
        self.table = table
        self.parent = parent
        self.index = index
        self.path = path
        self.slots = table.initial[:]
        self.need = table.need[:]
        self.left = table.left

    def begin(self, arguments: Sequence[Slot]) -> None:
        """Ready what waits for nothing, and deliver the first arguments."""
        ready = self.engine.ready
        for index in self.table.roots:
            ready.append((self, index))
        for slot, value in enumerate(arguments):
            self.deliver(slot, value)

    def deliver(self, slot: int, value: Slot) -> None:
        """Put `value` into `slot`, and ready what waited only for it."""
        if (first := self.put(slot, value)) >= 0:
            self.engine.ready.append((self, first))

    def put(self, slot: int, value: Slot) -> int:
        """Put `value` into `slot`; return the first row that waited only for it, or -1.

        The other rows that did are readied.
        """
        first = -1
        consumers = self.table.consumers[slot]
        if not consumers:
            return first
        self.slots[slot] = value
        need = self.need
        for index in consumers:
            left = need[index] - 1
            need[index] = left
            if not left:
                if first < 0:
                    first = index
                else:
                    self.engine.ready.append((self, index))
        return first

    def close(self) -> None:
        """Let go of all values, so that no cycle of references is left."""
        self.slots = _EMPTY


_EMPTY: list[Slot] = []
