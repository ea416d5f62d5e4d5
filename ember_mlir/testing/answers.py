"""A provider whose answers are fixed by the request, and hit all that a program may meet."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from hashlib import blake2b

from ember_mlir.errors import ProviderError
from ember_mlir.grammars import Grammar
from ember_mlir.providers import Answer, Message, Reply, Request, ToolCall
from ember_mlir.testing.samples import GRAMMARS, WORDS

_FITTING: Mapping[Grammar, Sequence[str]] = {found.grammar: found.texts for found in GRAMMARS}
_SHORT = tuple([word for word in WORDS if len(word) < 50])


class Dice:
    """Answers by a hash of the request; `faults` requests in 100 are refused, always the same.

    `victim` is refused too.

    Answers are words that collide often, so that votes have ties and tests have both
    outcomes; most fit their grammar, some do not. What was asked is kept in `requests`,
    and the errors of what was refused in `refused`.

    >>> request = Request("m", "2 + 2?", draws=(7,))
    >>> Dice().simulate(request) == Dice().simulate(request)
    True
    >>> Dice(faults=100).simulate(request)
    Traceback (most recent call last):
    ember_mlir.errors.ProviderError: the request ac4a must be answered, but is refused
    """

    def __init__(self, faults: int = 0, victim: Request | None = None) -> None:
        self.faults = faults
        self.victim = victim
        self.requests: list[Request] = []
        self.refused: list[ProviderError] = []

    def simulate(self, request: Request) -> tuple[Reply, float]:
        """The reply to `request`, and a latency of up to 1 second.

        A batch is kept, answered and refused as each of its prompts alone.
        """
        if request.prompts:
            replies, seconds = zip(*map(self.simulate, request.alone()), strict=True)
            values = [value for reply in replies for value in reply.values]
            return Reply(values, len(values), len(values)), max(seconds)
        self.requests.append(request)
        digest = blake2b(repr(request).encode(), digest_size=16).digest()
        if int.from_bytes(digest[:4], "big") % 100 < self.faults or request == self.victim:
            error = ProviderError(
                f"the request {digest[:2].hex()} must be answered, but is refused"
            )
            self.refused.append(error)
            raise error
        number = int.from_bytes(digest[4:], "big")
        return Reply((self._answer(request, number),), 1, 1), number % 1009 / 1009

    async def generate(self, request: Request) -> Reply:
        """What `simulate` replies, at once."""
        return self.simulate(request)[0]

    def _answer(self, request: Request, number: int) -> Answer:
        if request.kind == "embed":
            # Models have lengths of their own; vectors of zeros happen.
            length = 2 + (request.model == "large")
            return tuple([float(number // 5**i % 5 - 2) for i in range(length)])
        if request.kind == "score":
            return tuple([number // 4**i % 4 / 4 for i in range(len(request.labels))])
        text = self._text(request, number)
        if not request.tools or number % 3 == 0:
            return text
        calls = [ToolCall(f"é{i}", request.tools[0].name, '{"q": 1}') for i in range(number % 4)]
        return Message("assistant", (text,), tuple(calls))

    def _text(self, request: Request, number: int) -> str:
        if request.grammar is not None and number % 10 < 9:
            fitting = _FITTING.get(request.grammar, ("7",))
            return fitting[number // 10 % len(fitting)]
        kind = number // 10 % 8
        if kind == 0:
            return f"<{number % 997}>"
        if kind == 1:
            return str(number // 80 % 4)
        if kind == 2:
            return f"{(request.prompt or '')[:40]}!"
        return _SHORT[number // 80 % len(_SHORT)]


class Slow:
    """A model that takes 10 seconds for what is slow or an answer of its own, and 1 for all else.

    As the model `judge` it answers `verdict` after `judging` seconds. A request for `refused`
    is refused. The prompts of what was asked are kept in `requests`.

    >>> model = Slow("long")
    >>> [model.simulate(Request("m", prompt))[1] for prompt in ("q", "slow q")]
    [1.0, 10.0]
    >>> model.simulate(Request("judge", "q"))[0].values
    ('long',)
    """

    def __init__(
        self, verdict: str = "short", refused: str | None = None, *, judging: float = 1.0
    ) -> None:
        self.verdict = verdict
        self.refused = refused
        self.judging = judging
        self.requests: list[str | None] = []

    def simulate(self, request: Request) -> tuple[Reply, float]:
        """The reply to `request`, and how many seconds it takes."""
        self.requests.append(request.prompt)
        if request.model == "judge":
            return Reply((self.verdict,), 1, 1), self.judging
        if request.prompt == self.refused:
            raise ProviderError("the request must be answered, but is refused")
        slow = "slow" in (request.prompt or "") or "<" in (request.prompt or "")
        return Reply((f"<{request.prompt}>",), 1, 1), 10.0 if slow else 1.0

    async def generate(self, request: Request) -> Reply:
        """What `simulate` replies, after as long as it takes."""
        reply, seconds = self.simulate(request)
        await asyncio.sleep(seconds)
        return reply
