"""Frames: instructions that count down their inputs, and fire at zero."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeAlias

from ember_mlir.errors import SourceLocation

if TYPE_CHECKING:
    from ember_mlir.runtime.calls import Call
    from ember_mlir.runtime.core import Engine
    from ember_mlir.runtime.instructions.requests import Ask
    from ember_mlir.runtime.scopes import Scope

# What a slot holds is known from the types of the text, which verification has checked:
# a plain value, a list in pieces, or the state of an instruction with several parts.
Slot: TypeAlias = Any


class Signal:
    """What stands in place of a value."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name


PENDING = Signal("PENDING")
"""The inputs are taken; the value comes later."""

AGAIN = Signal("AGAIN")
"""The inputs are not all there yet; the instruction asks to be fired again."""

MISSING = Signal("MISSING")
"""Nothing is there yet."""

TOKEN = Signal("TOKEN")
"""The value of a token, which says only that it is there."""


class Instruction(ABC):
    """One row of a frame's table.

    `index` is its row, and so its place in program order. It reads the slots `inputs`
    and writes the slot `output`, which readies `successors`; `handle` is a second slot
    that only its own parts read, `outputs` are those of an instruction with several
    results. After it has fired, the slots `releases` are emptied, and the readers of the
    slots `counted` are counted down. `shared` says that its list has other readers;
    `settles` that nothing follows it in its frame. `returns` is the number of the result
    of the frame that its value is, or -1.
    """

    __slots__ = (
        "counted",
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

    has_bodies: ClassVar[bool] = False
    """Whether it is over only when it says so, after all that it has started is."""

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
        self.counted: tuple[int, ...] = ()
        self.settles = False
        self.returns = -1
        self.shared = False

    @property
    def outputs(self) -> tuple[int, ...]:
        """The slots of its results, besides the one that `fire` gives the value of."""
        return ()

    @abstractmethod
    def fire(self, frame: Frame) -> Slot:
        """Do it, and return the value, `PENDING`, or `AGAIN`.

        Raises an `EmberError` that fails the scope of the frame.
        """


@dataclass(slots=True, eq=False)
class FrameTable:
    """A decoded frame, filled in once by `decode`.

    `code` is its instructions, `consumers` the rows that read each slot, `only` the row
    that reads it if that is one which waits for nothing else, or -1; `returned` is the
    number of the result that a slot is and nothing else, or -1; `need` is how many inputs
    each row waits for, `initial` the slots at the start (constants are
    there from the beginning), `roots` the rows that wait for nothing, and `left` how
    many rows must be over before the frame is: those that nothing follows, and those
    that run frames. `leaf` is its only row if it has one, else None; `names` has
    the slots of values by the names that the text gives them. `uses` counts the readers
    of each slot that is released, or is None.
    """

    symbol: str
    arguments: int = 0
    results: int = 0
    code: list[Instruction] = field(default_factory=list[Instruction])
    consumers: list[tuple[int, ...]] = field(default_factory=list[tuple[int, ...]])
    only: list[int] = field(default_factory=list[int])
    returned: list[int] = field(default_factory=list[int])
    need: list[int] = field(default_factory=list[int])
    initial: list[Slot] = field(default_factory=list[Slot])
    roots: tuple[int, ...] = ()
    left: int = 0
    leaf: Ask | None = None
    names: dict[str, int] = field(default_factory=dict[str, int])
    uses: list[int] | None = None

    def is_read(self, slot: int) -> bool:
        """Whether anything comes of what is in a slot."""
        return bool(self.consumers[slot]) or self.returned[slot] >= 0


class Body(Protocol):
    """One run of a frame, as what runs it sees it."""

    @property
    def parent(self) -> Parent:
        """What runs it."""
        ...

    @property
    def index(self) -> int:
        """Its number among the runs of its parent."""
        ...

    @property
    def scope(self) -> Scope:
        """The scope that it runs in."""
        ...


class Parent(Protocol):
    """What runs frames, and takes their results."""

    @property
    def frame(self) -> Frame | None:
        """The frame that the running instruction stands in; None outside of all."""
        ...

    @property
    def row(self) -> int:
        """The row of the running instruction."""
        ...

    def returned(self, body: Body, number: int, value: Slot) -> None:
        """Take a result of `body`, as soon as it is there."""
        ...

    def finished(self, body: Body) -> Frame | None:
        """Take note that `body` is over; return the frame that is over with it, if any."""
        ...


class Frame:
    """One run of a frame.

    `path` is the indices of the repeating frames around it and its own, outermost first;
    `index` is its own among the runs of its parent. `redraws` is what is appended to
    the sites in it: the numbers of the tries around it that draw again.
    """

    __slots__ = (
        "engine",
        "index",
        "left",
        "need",
        "parent",
        "path",
        "redraws",
        "scope",
        "slots",
        "table",
        "uses",
    )

    engine: Engine
    table: FrameTable
    parent: Parent
    index: int
    scope: Scope
    path: tuple[int, ...]
    redraws: tuple[int, ...]
    slots: list[Slot]
    need: list[int]
    left: int
    uses: list[int] | None

    def begin(self, arguments: Sequence[Slot]) -> None:
        """Ready what waits for nothing, and deliver the first arguments."""
        table, slots, ready = self.table, self.slots, self.engine.ready
        for index in table.roots:
            ready.append((self, index))
        slot = 0
        for value in arguments:
            if value is not MISSING:
                # This is `deliver`, written out for the usual case.
                first = table.only[slot]
                if first >= 0:
                    slots[slot] = value
                    ready.append((self, first))
                else:
                    self.deliver(slot, value)
            slot += 1

    def took(self, call: Call, value: Slot) -> None:
        """Go on with the value of a call of one of its instructions."""
        row = call.row
        if row.returns >= 0:
            self.parent.returned(self, row.returns, value)
        if row.settles:
            self.engine.settle(self)
        else:
            self.engine.fire(self, self.put(row.output, value))

    def deliver(self, slot: int, value: Slot) -> None:
        """Put `value` into `slot`, and ready what waited only for it."""
        if (first := self.put(slot, value)) >= 0:
            self.engine.ready.append((self, first))

    def hand(self, handle: int, state: Slot) -> None:
        """Put the state of an instruction into its handle, before the state starts anything.

        Those of its parts whose value is there are fired at once, so that what it starts
        has all that it can have.
        """
        table, slots, need = self.table, self.slots, self.need
        slots[handle] = state
        for index in table.consumers[handle]:
            left = need[index] - 1
            need[index] = left
            if not left:
                part = table.code[index]
                part.fire(self)
                for slot in part.releases:
                    slots[slot] = None
                if part.counted:
                    self.release(part)
                self.left -= 1

    def put(self, slot: int, value: Slot) -> int:
        """Put `value` into `slot`; return the first row that waited only for it, or -1.

        The other rows that did are readied.
        """
        table = self.table
        first = table.only[slot]
        if first >= 0:
            self.slots[slot] = value
            return first
        consumers = table.consumers[slot]
        if not consumers:
            if table.returned[slot] >= 0:
                # Not at once, because frames may stand in one another to any depth.
                self.slots[slot] = value
                self.left += 1
                self.engine.ready.append((self, ~slot))
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

    def give_back(self, slot: int) -> None:
        """Let what is in a slot that is only returned leave the frame."""
        value, self.slots[slot] = self.slots[slot], None
        self.parent.returned(self, self.table.returned[slot], value)

    def release(self, row: Instruction) -> None:
        """Count down the readers of the slots that are released, after `row` has fired."""
        slots, uses = self.slots, self.uses
        if uses is not None:
            for slot in row.counted:
                uses[slot] -= 1
                if not uses[slot]:
                    slots[slot] = None

    def close(self) -> None:
        """Let go of all values, so that no cycle of references is left."""
        self.slots = _EMPTY


def new_frame(
    table: FrameTable,
    parent: Parent,
    index: int,
    scope: Scope,
    path: tuple[int, ...],
    redraws: tuple[int, ...],
) -> Frame:
    """A run of a frame that has not begun."""
    # A class with an `__init__` of its own takes half as long again to make.
    frame = Frame()
    frame.engine = scope.engine
    frame.table = table
    frame.parent = parent
    frame.index = index
    frame.scope = scope
    frame.path = path
    frame.redraws = redraws
    frame.slots = table.initial[:]
    frame.need = table.need[:]
    frame.left = table.left
    frame.uses = None if table.uses is None else table.uses[:]
    return frame


_EMPTY: list[Slot] = []
