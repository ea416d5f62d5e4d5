"""What a text is decoded into: tables that many runs share, and none changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from ember_mlir.errors import SourceLocation
from ember_mlir.runtime.frames import FrameTable

SECOND = 1_000_000_000
"""A second in nanoseconds, in which the engine counts time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneTable:
    """Where requests go: a model of a provider, its prices, its limits, and when to resend.

    `number` counts the lanes that the program uses. Prices are US dollars per million
    tokens, both None where they are unknown; times are nanoseconds. `retries` and
    `timeout` are None where there is no limit. One request may ask to embed or score
    `batch` texts.
    """

    number: int
    symbol: str
    model: str
    provider: str
    concurrency: int
    input_usd_per_million: Decimal | None = None
    output_usd_per_million: Decimal | None = None
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    batch: int = 1
    retries: int | None = None
    at_most: int = 1
    least_backoff: int = 0
    most_backoff: int = 0
    timeout: int | None = None
    bills_cancelled: bool = False
    location: SourceLocation | None = None


def capped(lane: LaneTable, most: int | None) -> LaneTable:
    """A lane for at most so many calls at once; None does not limit it further."""
    if most is None or lane.concurrency <= most:
        return lane
    return replace(lane, concurrency=most)


@dataclass(frozen=True, slots=True)
class Program:
    """A decoded text: its frames by symbol, and the lanes that their requests use.

    `functions` are the names of the Python functions that it applies.
    """

    frames: dict[str, FrameTable]
    lanes: tuple[LaneTable, ...]
    functions: frozenset[str] = frozenset()

    @property
    def window(self) -> int:
        """How many bodies of one fan-out, reduction or loop may be live at once.

        So memory does not grow with the list. Four times the widest lane keeps every
        lane busy while some bodies do other things; 256 is enough for narrow lanes.
        """
        return max(256, 4 * max((lane.concurrency for lane in self.lanes), default=0))
