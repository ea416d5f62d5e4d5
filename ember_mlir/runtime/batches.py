"""Requests about lists of texts: as few as the lane allows, and one value in the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ember_mlir.providers.protocol import Request
from ember_mlir.runtime.bodies import Runs
from ember_mlir.runtime.calls import Call, new_call
from ember_mlir.runtime.frames import Body, Frame, Slot
from ember_mlir.runtime.lists import Pieces
from ember_mlir.runtime.requests import OVERHEAD, RequestSpec, bytes_of

if TYPE_CHECKING:
    from ember_mlir.runtime.instructions.requests import AskEach

Texts = tuple[str, ...]


class BatchSpec(RequestSpec):
    """All of the requests about a list but their texts, which are asked with their labels.

    A reply counts the labels once for each text, as if each had been sent alone.
    """

    __slots__ = ()

    def request(self, call: Call, tape: bytes) -> Request:
        texts, labels = call.asked
        model, kind = self.template.model, self.template.kind
        if len(texts) == 1:
            # What a provider that knows no batches is asked.
            return Request(model, texts[0], kind=kind, labels=labels)
        return Request(model, prompts=texts, kind=kind, labels=labels)

    def read(self, call: Call, answer: object) -> Slot:
        values = self._values(call, answer)
        if self.template.kind == "embed":
            return values
        return [Pieces.complete(list(value)) for value in values if isinstance(value, tuple)]

    def tokens(self, call: Call) -> tuple[int, int]:
        texts, labels = call.asked
        size = sum(map(len, texts)) + len(texts) * sum(map(len, labels))
        return size // 4 + len(texts), 0

    def worst_tokens(self, call: Call) -> tuple[int, int] | None:
        texts, labels = call.asked
        # No token is shorter than a byte.
        each = OVERHEAD * 2 + sum(map(bytes_of, labels))
        return sum(map(bytes_of, texts)) + len(texts) * each, 0


class Batches(Runs):
    """The requests of one list, as many at once as the lane lets through.

    `out` has the answers, as they come. The requests fail together, as bodies of a fan-out
    do: the first failure in the order of the list is that of their scope.
    """

    __slots__ = ("_ask", "_labels", "_left", "_parts", "out")

    def __init__(self, frame: Frame, ask: AskEach, texts: Sequence[str], labels: Texts) -> None:
        super().__init__(frame, ask, 0, repeats=False)
        size = ask.lane_of(frame).batch
        starts = range(0, len(texts), size)
        self._ask = ask
        self._labels = labels
        self._parts = iter([(start, tuple(texts[start : start + size])) for start in starts])
        self._left = len(starts)
        self.out = Pieces(len(texts))

    def open(self) -> None:
        """Send what may be under way at once."""
        for _ in range(min(self._left, self._ask.lane_of(self.frame).concurrency)):
            self._send_next()

    def returned(self, body: Body, number: int, value: Slot) -> None:
        for index, found in enumerate(value, body.index):
            self.out.put(index, found)

    def finished(self, body: Body) -> Frame | None:
        self._left -= 1
        if not self._left:
            return self.over()
        self._send_next()
        return None

    def _send_next(self) -> None:
        frame, scope = self.frame, self.frame.scope
        part = None if scope.dead else next(self._parts, None)
        if part is not None:
            start, texts = part
            path, asked = (*frame.path, start), (texts, self._labels)
            call = new_call(self._ask.part, asked, self, start, scope, path, frame.redraws)
            frame.engine.submit(call)
