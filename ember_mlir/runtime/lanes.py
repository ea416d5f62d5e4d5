"""Lanes and calls: which requests are under way, and which wait for room."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from ember_mlir.errors import EmberError
from ember_mlir.providers.bill import Bill
from ember_mlir.providers.protocol import Provider, Reply, Request, is_simulated
from ember_mlir.runtime.frames import Frame, Instruction
from ember_mlir.runtime.tables import LaneTable, RequestSpec

if TYPE_CHECKING:
    from asyncio import Task


class Call:
    """One request of a run, from when its prompt is there until it has left.

    `cancelled` is set before the driver is asked to cancel it, so that the three kinds
    of cancellation can be told apart: ours, the event loop's, and the call's own.
    `task` and `ticket` belong to the driver.
    """

    __slots__ = (
        "cancelled",
        "frame",
        "instruction",
        "lane",
        "prompt",
        "request",
        "spec",
        "task",
        "ticket",
    )

    request: Request

    def __init__(
        self, frame: Frame, instruction: Instruction, spec: RequestSpec, lane: Lane, prompt: str
    ) -> None:
        self.frame = frame
        self.instruction = instruction
        self.spec = spec
        self.lane = lane
        self.prompt = prompt
        self.cancelled = False
        self.task: Task[None] | None = None
        self.ticket = 0

    def make_request(self, tape: bytes) -> None:
        """Put down what the provider is asked."""
        spec = self.spec
        self.request = Request(
            spec.lane.model,
            self.prompt,
            None,
            spec.temperature,
            spec.max_tokens,
            1,
            spec.draws(tape, self.frame.path) if spec.sampled else (),
            top_p=spec.top_p,
            stop=spec.stop,
        )


class Lane:
    """The state of a lane in one run.

    `room` is how many more requests may be under way, `waiting` those without room:
    first come, first served.
    """

    __slots__ = ("calls", "input_tokens", "output_tokens", "provider", "room", "table", "waiting")

    def __init__(self, table: LaneTable, provider: Provider) -> None:
        self.table = table
        self.provider = provider
        self.room = table.concurrency
        self.waiting: deque[Call] = deque()
        self.calls = 0
        self.input_tokens = 0
        self.output_tokens = 0


def open_lanes(tables: Sequence[LaneTable], provider_for: Callable[[str], Provider]) -> list[Lane]:
    """The lanes of a new run; an unknown provider is an error at its lane."""
    lanes: list[Lane] = []
    for table in tables:
        try:
            lanes.append(Lane(table, provider_for(table.provider)))
        except EmberError as error:
            error.location = error.location or table.location
            raise
    return lanes


def total(lanes: list[Lane], seconds: float) -> Bill:
    """The bill of a run: what its lanes have used, at the prices in the text."""
    bill = Bill(seconds=seconds)
    for lane in lanes:
        if not lane.calls:
            continue
        bill.simulated |= is_simulated(lane.provider)
        # A lane without tokens owes nothing, even if its prices are unknown.
        if used := lane.input_tokens + lane.output_tokens:
            bill.charge(Reply((), lane.input_tokens, used - lane.input_tokens), *_prices(lane))
    bill.calls = sum(lane.calls for lane in lanes)
    return bill


def _prices(lane: Lane) -> tuple[Decimal | None, Decimal | None]:
    return lane.table.input_usd_per_million, lane.table.output_usd_per_million
