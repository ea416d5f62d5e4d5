"""Random faults, at given rates: which one a sending has is fixed by a seed and the request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import get_args

from ember_mlir.errors import ModelError
from ember_mlir.providers.protocol import Request
from ember_mlir.providers.simulated.chance import Chance, request_key
from ember_mlir.providers.simulated.fault_kinds import TRANSIENT, Fault, FaultKind

_SLACK = 1e-9
_SPIKE_SECONDS = (5.0, 60.0)
_MOST_RETRY_AFTER = 5


@dataclass(frozen=True)
class FaultMix:
    """A share of all sendings has a fault, of each kind as many as `rates` say.

    What happens is a function of the seed, of the request with its draws, and of how often
    it has been sent before, and of nothing else. Failures come after up to a second,
    spikes take 5 to 60 seconds more, and a `Retry-After` is of 1 to 5 whole seconds.

    Raises `ModelError` unless all rates are from 0 to 1, and 1 at most together.

    >>> mix = FaultMix({"429": 0.5}, seed=3)
    >>> [mix(Request("small", "1+1", draws=(7,)), sending).kind for sending in range(6)]
    ['ok', '429', 'ok', '429', 'ok', '429']
    """

    rates: Mapping[FaultKind, float]
    seed: int = 0

    def __post_init__(self) -> None:
        for kind, rate in self.rates.items():
            Fault(kind)
            _check_rate(f"the rate of {kind!r}", rate)
        _check_rate("the sum of the rates of faults", sum(self.rates.values()))

    @classmethod
    def transient(cls, share: float = 0.2, seed: int = 0) -> FaultMix:
        """A mix in which a `share` of all sendings has a fault that sending again can cure.

        The kinds of `TRANSIENT` are all as frequent.

        >>> sorted(set(FaultMix.transient(0.22).rates.values()))
        [0.02]
        """
        _check_rate("the share of faults", share)
        return cls(dict.fromkeys(TRANSIENT, share / len(TRANSIENT)), seed)

    def __call__(self, request: Request, sending: int) -> Fault:
        """How the sending of `request` goes before which there were `sending` others."""
        chance = _chance(self.seed, request_key(request), sending)
        left = chance.fraction("kind of fault")
        for kind in get_args(FaultKind):
            left -= self.rates.get(kind, 0.0)
            if left < 0:
                return Fault(kind, _seconds(kind, chance))
        return Fault("ok")


def _chance(seed: int, key: bytes, sending: int) -> Chance:
    return Chance(blake2b(f"{seed}/{sending}".encode(), key=key, digest_size=16).digest())


def _seconds(kind: FaultKind, chance: Chance) -> float:
    if kind == "429 with Retry-After":
        return 1.0 + chance.pick("seconds", _MOST_RETRY_AFTER)
    fraction = chance.fraction("seconds")
    if kind == "slow":
        least, most = _SPIKE_SECONDS
        return least + (most - least) * fraction
    return fraction


def _check_rate(what: str, rate: float) -> None:
    if not 0 <= rate <= 1 + _SLACK:
        raise ModelError(
            f"{what} must be from 0 to 1, but got {rate!r}; give shares of all sendings"
        )
