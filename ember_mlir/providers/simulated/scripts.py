"""Fault scripts: a provider whose service fails as a script says, and recovers.

Unlike the faults of `Faulty`, which belong to the tape and are what a program means,
these belong to the transport: sending a request again may cure them, and a run in which
they all are cured has the answers of a run without any.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import inf

from ember_mlir.errors import ModelError
from ember_mlir.providers.protocol import Outcome, Reply, Request, SimulatedProvider, is_timed
from ember_mlir.providers.simulated.chance import request_key
from ember_mlir.providers.simulated.fault_kinds import Fault, FaultKind

Script = Callable[[Request, int], Fault] | Sequence[Fault | FaultKind]
"""How sendings go: a function of a request and of how many sendings of it there were before
(a `FaultMix` is one); or a list that is played for each request, all after it being well."""

_OVERLOADED = Fault("503")


@dataclass(frozen=True, slots=True)
class Outage:
    """From `start` to `end`, in seconds of the run, every sending has the same `fault`.

    So it is with one model, or with all if `model` is None. Raises `ModelError` if `end`
    is before `start`.

    >>> Outage(10, 60, model="small").covers("small", 59.9)
    True
    """

    start: float = 0.0
    end: float = inf
    model: str | None = None
    fault: Fault = _OVERLOADED

    def __post_init__(self) -> None:
        if not self.start <= self.end:
            raise ModelError(
                f"an outage must end after it starts, but got {self.start!r} to {self.end!r}; "
                "give seconds since the start of the run"
            )

    def covers(self, model: str, seconds: float) -> bool:
        """Whether `model` is out at that time."""
        return self.start <= seconds < self.end and self.model in (None, model)


class Scripted:
    """A provider that answers as `provider` does, but for the faults of a `script`.

    A fault is a function of the request with its draws, of how often this request was sent
    before, and, for `outages`, of the time; so one object serves one run at a time, and the
    same run has the same faults, on the virtual clock and on an event loop that keeps one.
    `begin` and `reset` forget the run before. `played` counts what has been played.

    Without `begin`, `generate` counts the time of outages from its first request on.

    >>> from ember_mlir.providers.simulated import Simulated
    >>> scripted = Scripted(Simulated(), ["429", "slow"])
    >>> request = Request("large", "1 + 1")
    >>> [scripted.simulate(request)[0] for _ in range(2)]
    [ProviderError('the service answered 429: rate limit exceeded (simulated fault)'), \
Reply(values=('2',), input_tokens=2, output_tokens=1, problem=None)]
    >>> scripted.sendings(request), dict(scripted.played)
    (2, {'429': 1, 'slow': 1})
    """

    provider: SimulatedProvider
    played: Counter[FaultKind]

    def __init__(
        self, provider: SimulatedProvider, script: Script = (), outages: Iterable[Outage] = ()
    ) -> None:
        self.provider = provider
        self._script = script if callable(script) else _listed(script)
        self._outages = tuple(outages)
        self._sendings: dict[bytes, int] = {}
        self._now: Callable[[], float] | None = None
        self.played = Counter()

    def __repr__(self) -> str:
        return f"Scripted({self.provider!r})"

    def reset(self) -> None:
        """Begin anew: nothing was sent, and nobody has told the time."""
        self._sendings.clear()
        self.played.clear()
        self._now = None

    def begin(self, now: Callable[[], float]) -> None:
        """A run begins: begin anew, with `now` telling how many seconds ago that was."""
        self.reset()
        self._now = now
        if is_timed(self.provider):
            self.provider.begin(now)

    def sendings(self, request: Request) -> int:
        """How often `request` was sent."""
        return self._sendings.get(request_key(request), 0)

    def simulate(self, request: Request) -> tuple[Outcome, float]:
        """What comes of sending `request` now, and after how many seconds.

        Raises `ModelError` if there are outages and the time is not known.
        """
        fault = self._next_fault(request)
        self.played[fault.kind] += 1
        return fault.play(self.provider, request)

    async def generate(self, request: Request) -> Reply:
        """What `simulate` tells, when it comes: an answer, an error, or nothing."""
        from asyncio import get_running_loop, sleep

        loop = get_running_loop()
        if self._now is None:
            start = loop.time()
            self._now = lambda: loop.time() - start
        outcome, seconds = self.simulate(request)
        if seconds == inf:
            await loop.create_future()
        await sleep(seconds)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def _next_fault(self, request: Request) -> Fault:
        key = request_key(request)
        before = self._sendings.get(key, 0)
        self._sendings[key] = before + 1
        if self._outages:
            seconds = self._seconds()
            for outage in self._outages:
                if outage.covers(request.model, seconds):
                    return outage.fault
        return self._script(request, before)

    def _seconds(self) -> float:
        if self._now is None:
            raise ModelError(
                "a script with outages must know the time, but no run has begun; "
                "call begin(now) with a function that tells the seconds since the start"
            )
        return self._now()


def _listed(script: Sequence[Fault | FaultKind]) -> Callable[[Request, int], Fault]:
    faults = [fault if isinstance(fault, Fault) else Fault(fault) for fault in script]
    well = Fault("ok")
    return lambda request, sending: faults[sending] if sending < len(faults) else well
