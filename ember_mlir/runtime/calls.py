"""Calls: what is asked of the world outside, from when it could start until it has left."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from ember_mlir.errors import EmberError, SourceLocation
from ember_mlir.runtime.frames import Frame, Instruction, Slot
from ember_mlir.runtime.trace import Origin

if TYPE_CHECKING:
    from asyncio import Task

    from ember_mlir.runtime.lanes import Lane


class Spec(ABC):
    """What all calls of one instruction share; made once, when the text is decoded.

    `lane` is the number of the lane that they go to, `priority` which of them go first
    there: the highest.
    """

    __slots__ = ("lane", "location", "origin", "priority")

    def __init__(
        self, lane: int, origin: Origin, priority: int, location: SourceLocation | None
    ) -> None:
        self.lane = lane
        self.origin = origin
        self.priority = priority
        self.location = location

    @abstractmethod
    def request(self, call: Call, tape: bytes) -> object:
        """What the provider is asked."""

    @abstractmethod
    def read(self, call: Call, answer: object) -> Slot:
        """The value of a call; raises `EmberError` if the answer is not a proper one.

        What there is to pay for is noted in the call even then.
        """

    @abstractmethod
    def failure(self, call: Call, error: BaseException) -> EmberError:
        """What an exception of the provider is reported as."""

    def tokens(self, call: Call) -> tuple[int, int]:
        """The tokens of input and output that are expected, for limits per minute."""
        return 0, 0

    def worst_tokens(self, call: Call) -> tuple[int, int] | None:
        """The most tokens of input and output that there can be; None if nobody knows."""
        return 0, 0


class Call:
    """One call of a run.

    `asked` is what it is about, such as a prompt. `cancelled` and `timed_out` are set
    before the driver is asked to end it, so that the three kinds of cancellation can be
    told apart: ours, the event loop's, and the call's own. `sends` counts how often it
    was sent, `read` and `written` the tokens of its answer; `held` is the cost and
    `reserved` the tokens that are kept free for it; `is_probe` says that it tries whether a provider has come
    back. Times are nanoseconds of the
    driver's clock. `task` and `ticket` belong to the driver.
    """

    __slots__ = (
        "asked",
        "cancelled",
        "frame",
        "held",
        "is_probe",
        "lane",
        "queued",
        "read",
        "request",
        "reserved",
        "row",
        "sends",
        "spec",
        "started",
        "task",
        "ticket",
        "timed_out",
        "written",
    )

    def __init__(
        self, frame: Frame, row: Instruction, spec: Spec, lane: Lane, asked: Slot, now: int
    ) -> None:
        self.frame = frame
        self.row = row
        self.spec = spec
        self.lane = lane
        self.asked = asked
        self.request: Slot = None
        self.cancelled = False
        self.timed_out = False
        self.sends = 0
        self.read = 0
        self.written = 0
        self.is_probe = False
        self.reserved = 0
        self.held = 0
        self.queued = now
        self.started = now
        self.task: Task[None] | None = None
        self.ticket = 0

    @property
    def is_ending(self) -> bool:
        """Whether the driver has been asked to end it."""
        return self.cancelled or self.timed_out
