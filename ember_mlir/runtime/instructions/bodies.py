"""Instructions that run a frame for every member of a list."""

from __future__ import annotations

from ember_mlir.errors import SourceLocation
from ember_mlir.runtime.fanout import MembersState
from ember_mlir.runtime.frames import PENDING, Frame, FrameTable, Instruction, Slot
from ember_mlir.runtime.instructions.requests import Ask
from ember_mlir.runtime.lists import Pieces
from ember_mlir.runtime.reduce import ReduceState


class Members(Instruction):
    """`exec.fanout` and `exec.parallel`: a body per member; captures follow by `Capture`.

    `tables` is one frame for all members, or one for each. `drop` and `has_default` are
    what becomes of members that fail. `demanded` says that its only reader tells how many
    members it needs.
    """

    __slots__ = (
        "_count",
        "_tables",
        "demanded",
        "drop",
        "has_default",
        "in_order",
        "repeats",
        "takes",
    )

    has_bodies = True

    def __init__(
        self,
        inputs: tuple[int, ...],
        output: int,
        handle: int,
        *,
        tables: tuple[FrameTable, ...],
        takes: int,
        count: int | None,
        repeats: bool,
        in_order: bool = False,
        drop: bool = False,
        has_default: bool = False,
        location: SourceLocation | None,
    ) -> None:
        super().__init__(inputs, output, handle=handle, location=location)
        self._tables = tables
        self._count = count
        self.takes = takes
        self.repeats = repeats
        self.in_order = in_order
        self.drop = drop
        self.has_default = has_default
        self.demanded = False

    @property
    def handles(self) -> bool:
        """Whether members may fail."""
        return self.drop or self.has_default

    @property
    def is_late(self) -> bool:
        """Whether the list is known only at the end, because members may be left out."""
        return self.drop and not self.demanded

    @property
    def table(self) -> FrameTable | None:
        """The frame of all members, if they have the same."""
        return self.table_of(0) if len(self._tables) == 1 else None

    @property
    def leaf(self) -> Ask | None:
        """The request that is all of a member, if the members are no more than that."""
        return None if self.table is None else self.table.leaf

    def table_of(self, index: int) -> FrameTable:
        """The frame of a member."""
        return self._tables[index if len(self._tables) > 1 else 0]

    def fire(self, frame: Frame) -> Slot:
        source: Pieces | None = frame.slots[self.inputs[0]] if self.inputs else None
        if source is not None and self.shared:
            source.kept = True
        length = len(source.values) if source is not None else self._count or 0
        state = MembersState(frame, self, source, length)
        if self.takes or self.has_default:
            frame.hand(self.handle, state)
        # Before anything starts: with the last of it, the frame may be over.
        if not self.is_late:
            frame.deliver(self.output, state.out)
        if length:
            state.open()
        else:
            state.close()
        return PENDING


class Reduce(Instruction):
    """`exec.reduce`: a tree of bodies; its result comes later."""

    __slots__ = ("arity", "in_order", "table", "takes")

    has_bodies = True

    def __init__(
        self,
        inputs: tuple[int, ...],
        output: int,
        handle: int,
        *,
        table: FrameTable,
        takes: int,
        arity: int,
        in_order: bool,
        location: SourceLocation | None,
    ) -> None:
        super().__init__(inputs, output, handle=handle, location=location)
        self.table = table
        self.in_order = in_order
        self.takes = takes
        self.arity = arity

    def fire(self, frame: Frame) -> Slot:
        source: Pieces = frame.slots[self.inputs[0]]
        if self.shared:
            source.kept = True
        state = ReduceState(frame, self, source)
        if self.takes:
            frame.hand(self.handle, state)
        state.open()
        return PENDING


class Capture(Instruction):
    """What all frames that an instruction runs take besides what is their own."""

    __slots__ = ("_position", "_state", "_value")

    def __init__(self, handle: int, value: int, position: int) -> None:
        super().__init__((handle, value))
        self._state = handle
        self._value = value
        self._position = position

    def fire(self, frame: Frame) -> Slot:
        slots = frame.slots
        slots[self._state].capture(self._position, slots[self._value], self.shared)


class Default(Instruction):
    """What stands for members that fail."""

    __slots__ = ()

    def fire(self, frame: Frame) -> Slot:
        handle, source = self.inputs
        frame.slots[handle].default(frame.slots[source])
