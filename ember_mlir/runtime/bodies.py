"""Runs of frames that instructions start: what all instructions that do so share."""

from __future__ import annotations

from abc import ABC, abstractmethod

from ember_mlir.runtime.calls import Call, Spec, new_call
from ember_mlir.runtime.frames import MISSING, Body, Frame, FrameTable, Instruction, Slot, new_frame
from ember_mlir.runtime.lists import Pieces
from ember_mlir.runtime.scopes import Scope


class Window:
    """How many bodies of one instruction of the text may be live at once, and are.

    Where the instruction stands in a frame that itself runs many times, all these share
    the window: so memory does not grow with the product of nested lists.
    """

    __slots__ = ("live", "size")

    def __init__(self, size: int) -> None:
        self.size = size
        self.live = 0


class Runs(ABC):
    """The runs of frames that one run of an instruction starts.

    `takes` is how many values all of them take behind what is their own; these are
    delivered when they are there, before or after a body has started. Bodies run in
    `scope`, which is that of the instruction itself unless they have one of their own.
    """

    __slots__ = ("_captures", "_live", "_missing", "_shared", "frame", "instruction", "row")

    def __init__(
        self, frame: Frame, instruction: Instruction, takes: int, *, repeats: bool
    ) -> None:
        self.frame = frame
        self.instruction = instruction
        self.row = instruction.index
        self._captures: list[Slot] = [MISSING] * takes
        self._missing = takes
        self._shared = repeats
        # The live bodies, while some capture is still to come to them.
        self._live: dict[Frame, None] | None = None

    @abstractmethod
    def returned(self, body: Body, number: int, value: Slot) -> None:
        """Take the result of `body`, as soon as it is there."""

    @abstractmethod
    def finished(self, body: Body) -> Frame | None:
        """Take note that `body` is over; return the frame that is over with it, if any."""

    def run(
        self,
        table: FrameTable,
        index: int,
        own: tuple[Slot, ...],
        scope: Scope,
        path: tuple[int, ...],
        redraws: tuple[int, ...],
    ) -> None:
        """Start a body with its own arguments and the captures that are there."""
        leaf = table.leaf
        if leaf is not None and not self._missing:
            slots = table.initial[:]
            slots[: table.arguments] = *own, *self._captures
            if leaf.is_ready(slots):
                # All that the one request waits for is there: it does without a frame.
                call = new_call(leaf, leaf.prompt(slots), self, index, scope, path, redraws)
                scope.engine.submit(call)
                return
        self.begin(table, index, own, scope, path, redraws)

    def begin(
        self,
        table: FrameTable,
        index: int,
        own: tuple[Slot, ...],
        scope: Scope,
        path: tuple[int, ...],
        redraws: tuple[int, ...],
    ) -> Frame:
        """Start a body as a frame."""
        body = new_frame(table, self, index, scope, path, redraws)
        if not body.left:
            # A frame without instructions that anything depends on is over at once.
            body.left = 1
            body.begin(own)
            scope.engine.settle(body)
            return body
        body.begin((*own, *self._captures) if self._captures else own)
        if self._missing:
            if self._live is None:
                self._live = {}
            self._live[body] = None
        return body

    def took(self, call: Call, value: Slot) -> None:
        """Go on with the value of a call that stands in place of a body."""
        returns = call.row.returns
        if returns >= 0:
            self.returned(call, returns, value)
        if (over := self.finished(call)) is not None:
            over.engine.finish(over)

    def capture(self, position: int, value: Slot, shared: bool) -> None:
        """Deliver what all bodies take besides their own, to those that are live.

        `shared` says that others read the value, too.
        """
        if value.__class__ is Pieces and (shared or self._shared):
            value.kept = True
        self._captures[position] = value
        self._missing -= 1
        if (live := self._live) is not None:
            if not self._missing:
                self._live = None
            for body in live:
                body.deliver(body.table.arguments - len(self._captures) + position, value)

    def over(self) -> Frame | None:
        """All bodies are over; the frame around them, if that is over with them."""
        self._live = None
        around = self.frame
        around.left -= 1
        return None if around.left else around

    def close(self) -> None:
        """All bodies are over, and nobody waits for being told which frame is."""
        if (around := self.over()) is not None:
            around.engine.finish(around)


class Bodies(Runs):
    """Runs of frames over the pieces of a list, as many at once as the window has room for.

    A body starts as soon as its own argument is there and there is room; one is always
    allowed, so that all go on. `live` counts the bodies that run, `left` those that are
    not over yet.
    """

    __slots__ = ("_window", "group", "left", "live")

    def __init__(
        self,
        frame: Frame,
        instruction: Instruction,
        takes: int,
        count: int,
        leaf: Spec | None = None,
    ) -> None:
        super().__init__(frame, instruction, takes, repeats=count > 1)
        self.left = count
        self.live = 0
        self.group = frame.scope
        self._window = frame.engine.window_of(instruction, leaf)

    @abstractmethod
    def pump(self) -> None:
        """Start bodies while there are some to start and room in the window."""

    def has_room(self) -> bool:
        """Whether one more body may start."""
        return self._window.live < self._window.size or not self.live

    def hold(self) -> None:
        """Give back the room of the bodies if their scope dies before they are over."""
        if self.group is not self.frame.engine.scope:
            self.group.hold(self)

    def start(
        self,
        table: FrameTable,
        index: int,
        own: tuple[Slot, ...],
        scope: Scope,
        *,
        repeats: bool = True,
    ) -> None:
        """Start the body with the given index and arguments."""
        self.live += 1
        self._window.live += 1
        around = self.frame
        path = (*around.path, index) if repeats else around.path
        self.run(table, index, own, scope, path, around.redraws)

    def one_over(self, body: Body | None) -> Frame | None:
        """A body is over; start another in its place, or see whether all are over."""
        if self.group.dead:
            # Its last result has decided what stopped them all: they end together.
            return None
        self.live -= 1
        self._window.live -= 1
        self.left -= 1
        if self._live is not None and isinstance(body, Frame):
            self._live.pop(body, None)
        if self.left:
            self.pump()
            return None
        return self.over()

    def over(self) -> Frame | None:
        if self.group is not self.frame.engine.scope:
            self.group.let_go(self)
        return super().over()

    def abandoned(self) -> None:
        """The scope of the bodies has died."""
        self._window.live -= self.live
        self.live = 0
