"""Faults that belong to the tape: which requests fail, and how, is fixed by what is drawn."""

from __future__ import annotations

from ember_mlir.errors import ModelError, ProviderError
from ember_mlir.providers.protocol import Outcome, Reply, Request, SimulatedProvider
from ember_mlir.providers.simulated.chance import chances

_SECONDS = 0.05
_FAILURES = (
    ("the service answered 429: rate limit exceeded", True),
    ("the service answered 503: overloaded", True),
    ("the connection was reset by the service", True),
    ("the model refused to answer", False),
    ("the answer was truncated: it reached the limit of tokens", False),
)


class Faulty:
    """A provider that fails now and then, and else answers as `provider` does.

    A share `rate` of all requests fails: with a rate limit, an overload or a lost
    connection (`retryable`), a refusal or a truncated answer (not). Which ones, and how,
    depends on the request and its draws alone: every run on one tape, sequential or
    concurrent, sees the same failures. A request without draws always fails, or never.

    Raises `ModelError` unless `rate` is from 0 to 1.

    >>> from ember_mlir.providers.simulated import Simulated
    >>> requests = [Request("small", "1+1", draws=(draw,)) for draw in range(10)]
    >>> failures = [Faulty(Simulated()).failure(request) for request in requests]
    >>> [str(failure) for failure in failures if failure is not None]
    ['the service answered 429: rate limit exceeded (simulated fault)']
    """

    provider: SimulatedProvider
    rate: float

    def __init__(self, provider: SimulatedProvider, rate: float = 0.2) -> None:
        _check_rate(rate)
        self.provider = provider
        self.rate = rate

    def __repr__(self) -> str:
        return f"Faulty({self.provider!r}, rate={self.rate!r})"

    async def generate(self, request: Request) -> Reply:
        """Answer `request`, or raise its `ProviderError`, after some time."""
        failure = self.failure(request)
        if failure is None:
            return await self.provider.generate(request)
        from asyncio import sleep

        await sleep(_SECONDS)
        raise failure

    def simulate(self, request: Request) -> tuple[Outcome, float]:
        """What comes of `request`, and its seconds; or its `ProviderError`, at once."""
        failure = self.failure(request)
        if failure is not None:
            raise failure
        return self.provider.simulate(request)

    def failure(self, request: Request) -> ProviderError | None:
        """What `request` fails with, or None; it fails as soon as one of its answers does.

        A batch fails as soon as one of its prompts alone would.
        """
        for chance in [found for alone in request.alone() for found in chances(alone)]:
            if chance.fraction("fault") < self.rate:
                message, retryable = _FAILURES[chance.pick("kind of fault", len(_FAILURES))]
                return ProviderError(f"{message} (simulated fault)", retryable=retryable)
        return None


def _check_rate(rate: object) -> None:
    if isinstance(rate, int | float) and 0 <= rate <= 1:
        return
    raise ModelError(
        f"the rate of faults must be a number from 0 to 1, but got {rate!r}; "
        "give the share of requests that fail"
    )
