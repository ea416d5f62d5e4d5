"""Running a function that cannot be captured: its own code, each call asked at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from types import FrameType

from ember_mlir.frontend.direct import Direct
from ember_mlir.frontend.eager import Send
from ember_mlir.frontend.recorder import activated
from ember_mlir.frontend.values import frame_location
from ember_mlir.providers import Reply, Request
from ember_mlir.tape import draw_number


class Untraced(Direct):
    """The calls of a function that runs as it was written.

    Where a call stands in its loops nobody knows: its draw is told by its line, and by how
    often it was made before. So a run under a seed can be repeated, though no capture would
    draw the same.
    """

    def __init__(self, tape: bytes, send: Send) -> None:
        super().__init__()
        self._tape = tape
        self._send = send
        self._sites: dict[tuple[str, int, int], int] = {}
        self._made: Counter[int] = Counter()
        self._site = 0

    def at_frame(self, frame: FrameType) -> None:
        """Be at the call that `frame` makes."""
        code = frame.f_code
        key = code.co_filename, code.co_firstlineno, frame.f_lasti
        self._site = self._sites.setdefault(key, len(self._sites))
        self.location = frame_location(frame)

    def draw(self, attempt: int = 0) -> int:
        self._made[self._site] += 1
        return draw_number(self._tape, (self._site,), (self._made[self._site] - 1,))

    def send(self, request: Request) -> Reply:
        # A provider may itself call models: those are no calls of this program.
        with activated(None):
            return self._send(request)

    def apply(self, function: Callable[..., object], argument: object) -> object:
        return function(argument)


def run_untraced(
    function: Callable[..., object],
    args: tuple[object, ...],
    kwargs: dict[str, object],
    tape: bytes,
    send: Send,
) -> object:
    """What a function gives that runs as it was written."""
    with activated(Untraced(tape, send)):
        return function(*args, **kwargs)
