"""Runs of one frame for the pieces of a list: what fan-out and reduction share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from ember_mlir.runtime.frames import Frame, FrameTable, Slot
from ember_mlir.runtime.lists import Pieces

if TYPE_CHECKING:
    from ember_mlir.runtime.instructions import Fanout, Reduce


class Window:
    """How many bodies of one instruction of the text may be live at once, and are.

    Where the instruction stands in a frame that itself runs many times, all these share
    the window: so memory does not grow with the product of nested lists.
    """

    __slots__ = ("live", "size")

    def __init__(self, size: int) -> None:
        self.size = size
        self.live = 0


class Bodies(ABC):
    """The runs of one frame that one run of an instruction starts.

    A body starts as soon as its own argument is there and there is room in the window;
    one is always allowed, so that all go on. What it takes besides is delivered when
    that is there, before or after. `live` counts the bodies that run, `left` those that
    are not over yet.
    """

    __slots__ = (
        "_captures",
        "_missing",
        "_open",
        "_shared",
        "_table",
        "_window",
        "frame",
        "left",
        "live",
        "row",
    )

    def __init__(self, frame: Frame, instruction: Fanout | Reduce, runs: int) -> None:
        self.frame = frame
        self.row = instruction.index
        self.left = runs
        self.live = 0
        self._table: FrameTable = instruction.table
        self._window = frame.engine.window_of(instruction)
        self._captures: list[Slot] = [None] * instruction.captures
        self._missing = instruction.captures
        self._shared = runs > 1
        # The live bodies, while some capture is still to come to them.
        self._open: dict[Frame, None] | None = {} if self._missing else None

    @abstractmethod
    def pump(self) -> None:
        """Start bodies while there are some to start and room in the window."""

    @abstractmethod
    def returned(self, body: Frame, number: int, value: Slot) -> None:
        """Take the result of `body`, as soon as it is there."""

    def has_room(self) -> bool:
        """Whether one more body may start."""
        return self._window.live < self._window.size or not self.live

    def start(self, index: int, first: tuple[Slot, ...]) -> None:
        """Start the body with the given index, and its piece or group if it takes one."""
        around = self.frame
        body = Frame(around.engine, self._table, self, index, (*around.path, index))
        self.live += 1
        self._window.live += 1
        body.begin(first)
        if self._captures:
            self._deliver_captures(body, len(first))

    def capture(self, position: int, value: Slot, *, shared: bool) -> None:
        """Deliver what all bodies take besides their piece, to those that are live."""
        if (shared or self._shared) and isinstance(value, Pieces):
            value.kept = True
        self._captures[position] = value
        self._missing -= 1
        slot = self._table.arguments - len(self._captures) + position
        for body in self._open or ():
            body.deliver(slot, value)
        if not self._missing:
            self._open = None

    def finished(self, body: Frame) -> Frame | None:
        """Take note that `body` is over, and start another in its place."""
        self.live -= 1
        self._window.live -= 1
        self.left -= 1
        if self._open is not None:
            self._open.pop(body, None)
        if self.left:
            self.pump()
            return None
        around = self.frame
        self.close()
        around.left -= 1
        return None if around.left else around

    def close(self) -> None:
        """Let go of what the bodies were given."""
        self._open = None

    def _deliver_captures(self, body: Frame, first: int) -> None:
        for position, value in enumerate(self._captures):
            if value is not None:
                body.deliver(first + position, value)
        if self._open is not None:
            self._open[body] = None
