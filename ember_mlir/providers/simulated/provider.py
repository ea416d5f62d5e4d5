"""The simulated provider itself: requests in, replies and latencies out."""

from __future__ import annotations

from collections.abc import Mapping

from ember_mlir.errors import ProviderError
from ember_mlir.providers.protocol import Reply, Request
from ember_mlir.providers.simulated.chance import Chance, chances
from ember_mlir.providers.simulated.profiles import PROFILES, Profile
from ember_mlir.providers.simulated.tasks import task_of
from ember_mlir.providers.simulated.tokens import count_tokens, cut_to_tokens

_JITTER = 0.2


class Simulated:
    """A provider that answers offline: simulated, and fixed by request and draws.

    `profiles` maps names of models to how they behave; a name that is not there behaves
    as `small` does. `max_tokens` only ever cuts an answer, between words.

    >>> request = Request("large", "Q: What is 17 * 23?\\nA:", draws=(3,))
    >>> Simulated().simulate(request)[0].values
    ('391',)
    """

    _profiles: Mapping[str, Profile]

    def __init__(self, profiles: Mapping[str, Profile] = PROFILES) -> None:
        self._profiles = profiles

    def __repr__(self) -> str:
        return f"Simulated(models={sorted(self._profiles)})"

    async def generate(self, request: Request) -> Reply:
        """Answer `request` after the time that its model would take."""
        from asyncio import sleep

        reply, seconds = self.simulate(request)
        await sleep(seconds)
        return reply

    def simulate(self, request: Request) -> tuple[Reply, float]:
        """The reply to `request`, and the seconds that it would take; without waiting.

        Raises `ProviderError` if the request holds no text, asks for no answer, or has
        draws for other than `n` answers.
        """
        text = _asked_text(request)
        _check_draws(request)
        profile = self._profiles.get(request.model, PROFILES["small"])
        task = task_of(text)
        values: list[str] = []
        latency = 0.0
        for chance in chances(request):
            value = _fitted(task.answer(chance, profile.quality, request.max_tokens), request)
            values.append(value)
            latency = max(latency, _latency(profile, chance, count_tokens(value)))
        # A request without draws is greedy: its n answers are one and the same.
        values *= 1 if request.draws else request.n
        output_tokens = sum(map(count_tokens, values))
        return Reply(tuple(values), count_tokens(text), output_tokens), latency


def _fitted(value: str, request: Request) -> str:
    return value if request.max_tokens is None else cut_to_tokens(value, request.max_tokens)


def _latency(profile: Profile, chance: Chance, tokens: int) -> float:
    to_first = profile.first_token_seconds * _jitter(chance.fraction("first token"))
    return to_first + tokens * profile.seconds_per_token * _jitter(chance.fraction("tokens"))


def _jitter(fraction: float) -> float:
    return 1 + _JITTER * (2 * fraction - 1)


def _asked_text(request: Request) -> str:
    if request.prompt is not None:
        return request.prompt
    if request.messages:
        return "\n\n".join([message.text for message in request.messages])
    raise ProviderError(
        "a request to the simulated provider must hold a prompt or messages, but got neither; "
        "give it a text to answer"
    )


def _check_draws(request: Request) -> None:
    if request.n < 1:
        raise ProviderError(
            "a request to the simulated provider must ask for at least 1 answer, "
            f"but got n={request.n}; leave n out to ask for one"
        )
    if request.draws and len(request.draws) != request.n:
        raise ProviderError(
            f"a request to the simulated provider for n={request.n} must hold as many draws, "
            f"but got {len(request.draws)}; give one draw per sample, or none"
        )
