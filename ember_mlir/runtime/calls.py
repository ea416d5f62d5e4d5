"""Calls: what is asked of the world outside, from when it could start until it has left."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from ember_mlir.errors import EmberError, SourceLocation
from ember_mlir.runtime.frames import Body, Frame, Instruction, Parent, Slot
from ember_mlir.runtime.trace import Origin

if TYPE_CHECKING:
    from asyncio import Task

    from ember_mlir.runtime.bodies import Runs
    from ember_mlir.runtime.lanes import Lane
    from ember_mlir.runtime.scopes import Scope


class Spec(ABC):
    """What all calls of one instruction share; made once, when the text is decoded.

    `lane` is the number of the lane that they go to, `priority` which of them go first
    there: the highest.
    """

    __slots__ = ("identity", "lane", "location", "origin", "priority")

    def __init__(
        self, lane: int, origin: Origin, priority: int, location: SourceLocation | None
    ) -> None:
        # The call sites that tell it from others; of what is sent once, nobody asks.
        self.identity: tuple[int, ...] = ()
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


class Caller(Instruction):
    """An instruction that calls the world outside."""

    __slots__ = ("spec",)

    def __init__(self, inputs: tuple[int, ...], output: int, spec: Spec) -> None:
        super().__init__(inputs, output, location=spec.location)
        self.spec = spec


class Call:
    """One call of a run.

    `asked` is what it is about, such as a prompt. A frame that is one call and nothing
    else is run as that call: then `taker` is what would run the frame, `index` the number
    that the frame would have, and the call has of a frame what others look at.

    `cancelled` and `timed_out` are set before the driver is asked to end it, so that the
    three kinds of cancellation can be told apart: ours, the event loop's, and the call's
    own. `sends` counts how often it was sent, `read` and `written` the tokens of its
    answer; `held` is the cost and `reserved` the tokens that are kept free for it;
    `is_probe` says that it tries whether a provider has come back. Times are nanoseconds
    of the driver's clock. `ticket` belongs to the driver.
    """

    __slots__ = (
        "asked",
        "cancelled",
        "held",
        "index",
        "is_probe",
        "lane",
        "path",
        "queued",
        "read",
        "redraws",
        "request",
        "reserved",
        "row",
        "scope",
        "sends",
        "started",
        "taker",
        "ticket",
        "timed_out",
        "written",
    )

    row: Caller
    asked: Slot
    taker: Frame | Runs
    index: int
    scope: Scope
    path: tuple[int, ...]
    redraws: tuple[int, ...]
    lane: Lane
    request: Slot
    cancelled: bool
    timed_out: bool
    is_probe: bool
    sends: int
    read: int
    written: int
    reserved: int
    held: int
    queued: int
    started: int
    ticket: Task[None] | int | None

    @property
    def is_ending(self) -> bool:
        """Whether the driver has been asked to end it."""
        return self.cancelled or self.timed_out

    @property
    def body(self) -> Body:
        """What its instruction stands in: a frame, or itself in place of one."""
        return self.taker if isinstance(self.taker, Frame) else self

    @property
    def parent(self) -> Parent:
        """What runs it, where it stands in place of a frame."""
        return self.taker.parent if isinstance(self.taker, Frame) else self.taker


def new_call(
    row: Caller,
    asked: Slot,
    taker: Frame | Runs,
    index: int,
    scope: Scope,
    path: tuple[int, ...],
    redraws: tuple[int, ...],
) -> Call:
    """A call of the instruction `row` about `asked`."""
    # A class with an `__init__` of its own takes half as long again to make.
    call = Call()
    engine = scope.engine
    call.row = row
    call.asked = asked
    call.taker = taker
    call.index = index
    call.scope = scope
    call.path = path
    call.redraws = redraws
    call.lane = engine.lanes[row.spec.lane]
    call.queued = engine.now
    call.cancelled = call.timed_out = call.is_probe = False
    call.sends = call.read = call.written = call.reserved = call.held = 0
    call.ticket = None
    return call
