"""What a text is decoded into: tables that many runs share, and none changes."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ember_mlir.errors import SourceLocation
from ember_mlir.runtime.frames import FrameTable
from ember_mlir.tape import draw_number


@dataclass(frozen=True, slots=True)
class LaneTable:
    """Where requests go: a model of a provider, its prices, and how many at once.

    `number` counts the lanes that the program uses. Prices are US dollars per million
    tokens, both None where they are unknown.
    """

    number: int
    symbol: str
    model: str
    provider: str
    concurrency: int
    input_usd_per_million: Decimal | None
    output_usd_per_million: Decimal | None
    location: SourceLocation | None


@dataclass(frozen=True, slots=True)
class RequestSpec:
    """All of a request but its prompt.

    `indices` has None where the draw takes an index of the frames around it.
    """

    lane: LaneTable
    temperature: float | None
    top_p: float | None
    max_tokens: int | None
    stop: tuple[str, ...]
    sampled: bool
    chain: tuple[int, ...]
    indices: tuple[int | None, ...]
    label: str
    location: SourceLocation | None

    def draws(self, tape: bytes, path: tuple[int, ...]) -> tuple[int, ...]:
        """What a sampled request reads from `tape` under `path`: one 128-bit number."""
        if len(path) == len(self.indices):
            return (draw_number(tape, self.chain, path),)
        dynamic = iter(path)
        filled = [next(dynamic) if index is None else index for index in self.indices]
        return (draw_number(tape, self.chain, filled),)


@dataclass(frozen=True, slots=True)
class Program:
    """A decoded text: its frames by symbol, and the lanes that their requests use."""

    frames: dict[str, FrameTable]
    lanes: tuple[LaneTable, ...]

    @property
    def window(self) -> int:
        """How many bodies of one fan-out or reduction may be live at once.

        So memory does not grow with the list. Four times the widest lane keeps every
        lane busy while some bodies do other things; 256 is enough for narrow lanes.
        """
        return max(256, 4 * max((lane.concurrency for lane in self.lanes), default=0))
