"""The simulated provider itself: requests in, replies and latencies out."""

from __future__ import annotations

from collections.abc import Mapping

from ember_mlir.errors import ProviderError
from ember_mlir.providers.protocol import Answer, Problem, Reply, Request
from ember_mlir.providers.simulated.answering import answers_to, cut, output_tokens
from ember_mlir.providers.simulated.chance import Chance, chances
from ember_mlir.providers.simulated.conversations import conversation, input_tokens
from ember_mlir.providers.simulated.profiles import PROFILES, Profile

_JITTER = 0.2


class Simulated:
    """A provider that answers offline: simulated, and fixed by request and draws.

    `profiles` maps names of models to how they behave; a name that is not there behaves
    as `small` does. `stop` and `max_tokens` only ever cut an answer, the latter between
    words; what is cut off there is a `problem` of the reply.

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

        `temperature` and `top_p` change nothing: with a draw an answer is sampled, without
        one it is not. A batch is answered as each of its prompts alone would be, and takes
        as long as the one that takes longest. Raises `ProviderError` if the request holds no
        text, asks for no answer, or has draws for other than `n` answers.
        """
        if request.prompts:
            return self._batch(request)
        said = conversation(request)
        _check_draws(request)
        profile = self._profiles.get(request.model, PROFILES["small"])
        answer = answers_to(request, said, profile.quality)
        values: list[Answer] = []
        latency = 0.0
        problem: Problem | None = None
        for chance in chances(request):
            whole = answer(chance)
            value = cut(request, whole)
            problem = problem if value == whole else "cut off"
            values.append(value)
            latency = max(latency, _latency(profile, chance, output_tokens(value)))
        # A request without draws is greedy: its n answers are one and the same.
        values *= 1 if request.draws else request.n
        tokens = sum(map(output_tokens, values))
        return Reply(tuple(values), input_tokens(request, said), tokens, problem), latency

    def _batch(self, request: Request) -> tuple[Reply, float]:
        replies, seconds = zip(*map(self.simulate, request.alone()), strict=True)
        values = [value for reply in replies for value in reply.values]
        read = sum([reply.input_tokens for reply in replies])
        written = sum([reply.output_tokens for reply in replies])
        return Reply(tuple(values), read, written), max(seconds)


def _latency(profile: Profile, chance: Chance, tokens: int) -> float:
    to_first = profile.first_token_seconds * _jitter(chance.fraction("first token"))
    return to_first + tokens * profile.seconds_per_token * _jitter(chance.fraction("tokens"))


def _jitter(fraction: float) -> float:
    return 1 + _JITTER * (2 * fraction - 1)


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
