"""The faults that a service may have: what each one looks like to whoever asked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import inf
from typing import Literal, get_args

from ember_mlir.errors import ModelError, ProviderError
from ember_mlir.providers.protocol import Outcome, Reply, Request, SimulatedProvider
from ember_mlir.providers.replies import MOST_SECONDS

FaultKind = Literal[
    "ok",
    "slow",
    "429",
    "429 with Retry-After",
    "500",
    "503",
    "reset",
    "cut off",
    "no reply",
    "wrong count",
    "negative tokens",
    "hang",
    "refused",
    "truncated",
]
"""How one sending of a request goes; `Fault` says what each means."""

TRANSIENT: tuple[FaultKind, ...] = get_args(FaultKind)[1:-2]
"""The faults that sending again can cure, in time: all but a refusal and a truncation."""

_FAILURE_SECONDS = 0.05
_SPIKE_SECONDS = 30.0
_RETRY_AFTER = 2.0

_MESSAGES: dict[FaultKind, str] = {
    "429": "the service answered 429: rate limit exceeded",
    "429 with Retry-After": "the service answered 429: rate limit exceeded",
    "500": "the service answered 500: internal error",
    "503": "the service answered 503: overloaded",
    "reset": "the connection was reset by the service",
    "cut off": "the connection was closed before the reply was complete",
    "hang": "the service never answered",
    "refused": "the model refused to answer",
    "truncated": "the answer was truncated: it reached the limit of tokens",
}
_NO_REPLY = '{"object": "list", "choices": []}'


@dataclass(frozen=True, slots=True)
class Fault:
    """How one sending of a request goes: well, or with a fault.

    | kind | what comes | after |
    |---|---|---|
    | `ok` | the provider's own answer | its own time |
    | `slow` | the same | `seconds` more (30) |
    | `429` | a rate limit | `seconds` (0.05) |
    | `429 with Retry-After` | a rate limit that asks to wait for `seconds` (2) | 0.05 seconds |
    | `500`, `503` | an error of the service | `seconds` (0.05) |
    | `reset`, `cut off` | a lost connection, before or within the reply | `seconds` (0.05) |
    | `no reply`, `wrong count`, `negative tokens` | a reply of a wrong shape | its own time |
    | `hang` | nothing | never |
    | `refused`, `truncated` | an error that no other sending cures | `seconds` (0.05) |

    Raises `ModelError` for any other kind, and for seconds that are no time.

    >>> Fault("slow", 12.5)
    Fault(kind='slow', seconds=12.5)
    """

    kind: FaultKind
    seconds: float | None = None

    def __post_init__(self) -> None:
        if self.kind not in get_args(FaultKind):
            listed = ", ".join([repr(kind) for kind in get_args(FaultKind)])
            raise ModelError(f"a fault must be one of {listed}, but got {self.kind!r}; use these")
        if self.seconds is not None and not 0 <= self.seconds <= MOST_SECONDS:
            raise ModelError(
                f"the seconds of a fault must be from 0 to {MOST_SECONDS:.0f}, "
                f"but got {self.seconds!r}; leave them out for the usual ones"
            )

    def play(self, provider: SimulatedProvider, request: Request) -> tuple[Outcome, float]:
        """What comes of sending `request` to `provider` with this fault, and when.

        The provider is asked only if an answer of its own is part of it.
        """
        if self.kind in _MESSAGES:
            return self._error(), self._error_seconds()
        outcome, seconds = provider.simulate(request)
        if self.kind == "slow":
            seconds += _SPIKE_SECONDS if self.seconds is None else self.seconds
        elif isinstance(outcome, Reply):
            outcome = _reshaped(self.kind, outcome)
        return outcome, seconds

    def _error(self) -> ProviderError:
        asked = _RETRY_AFTER if self.seconds is None else self.seconds
        return ProviderError(
            f"{_MESSAGES[self.kind]} (simulated fault)",
            retryable=self.kind in TRANSIENT,
            rate_limited=self.kind.startswith("429"),
            retry_after=asked if self.kind == "429 with Retry-After" else None,
        )

    def _error_seconds(self) -> float:
        if self.kind == "hang":
            return inf
        if self.seconds is None or self.kind == "429 with Retry-After":
            return _FAILURE_SECONDS
        return self.seconds


def _reshaped(kind: FaultKind, reply: Reply) -> Outcome:
    if kind == "no reply":
        # What a service sends whose interface has changed: a reply as far as anyone knows.
        return json.loads(_NO_REPLY)
    if kind == "wrong count":
        return Reply(tuple(reply.values)[:-1], reply.input_tokens, reply.output_tokens)
    if kind == "negative tokens":
        return Reply(reply.values, reply.input_tokens, -1)
    return reply
