"""What Ember and a provider say to one another: a request, a reply, and nothing else.

A provider is any object with `async generate(request) -> Reply`. A request holds all
that a provider needs to be deterministic: the draws of its samples stand in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeGuard

from ember_mlir.errors import ProviderError


class Message(NamedTuple):
    """One turn of a conversation: who speaks, such as `user`, and what is said."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Request:
    """What a model is asked: either a `prompt` or `messages`, and how to answer.

    `temperature` None means the provider's default. `max_tokens` bounds every single
    answer; None leaves it to the provider. `n` answers are asked for. `draws` holds a
    128-bit number per answer, and is empty for a greedy request (temperature 0): equal
    requests with equal draws may be answered alike.

    >>> Request("small", "Q: 2+2\\nA:", temperature=0.7, draws=(17,)).n
    1
    """

    model: str
    prompt: str | None = None
    messages: tuple[Message, ...] | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    n: int = 1
    draws: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """The `n` answers to a request, in the order of its draws, and the tokens to pay for.

    `input_tokens` counts the prompt once, `output_tokens` all answers together.

    >>> Reply(["4"], input_tokens=3, output_tokens=1).values[0]
    '4'
    """

    values: Sequence[str]
    input_tokens: int
    output_tokens: int


class Provider(Protocol):
    """Whatever answers requests: a service, a local model, a table in a test."""

    async def generate(self, request: Request, /) -> Reply:
        """Answer `request`, or raise `ProviderError`."""
        ...


class SimulatedProvider(Provider, Protocol):
    """A provider that can tell at once what it would answer, and after how long.

    Only such a provider runs on the virtual clock.
    """

    def simulate(self, request: Request, /) -> tuple[Reply, float]:
        """The reply to `request` and its latency in seconds, without waiting."""
        ...


def is_provider(value: object) -> TypeGuard[Provider]:
    """Whether `value` has the one method that a provider needs.

    >>> is_provider("simulated")
    False
    """
    return not isinstance(value, type) and callable(getattr(value, "generate", None))


def is_simulated(provider: Provider) -> TypeGuard[SimulatedProvider]:
    """Whether the answers of `provider` are simulated; its bills say so."""
    return callable(getattr(provider, "simulate", None))


def check_reply(request: Request, reply: object) -> Reply:
    """Return `reply` if it is a proper answer to `request`, else raise `ProviderError`.

    >>> check_reply(Request("small", "hello", n=2), Reply(["hi"], 1, 1))
    Traceback (most recent call last):
    ember_mlir.errors.ProviderError: the reply for model 'small' must hold exactly 2 values, \
but got 1; return one text per requested answer
    """
    if not isinstance(reply, Reply):
        raise ProviderError(
            f"a provider must answer a request for model {request.model!r} with an ember.Reply, "
            f"but got {_kind(reply)}; return ember.Reply(values, input_tokens, output_tokens)"
        )
    _check_values(request, reply.values)
    _check_count(request, "input_tokens", reply.input_tokens)
    _check_count(request, "output_tokens", reply.output_tokens)
    return reply


def _check_values(request: Request, values: object) -> None:
    if not _is_list(values):
        raise ProviderError(
            f"the values of the reply for model {request.model!r} must be a list of texts, "
            f"but got {_kind(values)}; put the answers into a list"
        )
    if len(values) != request.n:
        expected = "1 value" if request.n == 1 else f"{request.n} values"
        raise ProviderError(
            f"the reply for model {request.model!r} must hold exactly {expected}, "
            f"but got {len(values)}; return one text per requested answer"
        )
    for number, value in enumerate(values):
        if not isinstance(value, str):
            raise ProviderError(
                f"value {number} of the reply for model {request.model!r} must be a str, "
                f"but got {_kind(value)}; return every answer as text"
            )


def _is_list(values: object) -> TypeGuard[Sequence[object]]:
    # A text is itself a sequence of texts: taken for one, "4" would pass as one answer.
    return isinstance(values, Sequence) and not isinstance(values, str | bytes)


def _check_count(request: Request, name: str, count: object) -> None:
    if isinstance(count, int) and not isinstance(count, bool) and count >= 0:
        return
    raise ProviderError(
        f"{name} of the reply for model {request.model!r} must be an int of at least 0, "
        f"but got {count!r}; report the tokens that the service charged"
    )


def _kind(value: object) -> str:
    return "None" if value is None else f"an object of type {type(value).__name__}"


def foreign_error(provider: object, model: str, error: BaseException) -> ProviderError:
    """What an exception of a provider's own is reported as; it stays known as the cause.

    A call that its provider cancelled may be sent again.

    >>> str(foreign_error(object(), "small", KeyError("x"))).partition(", but ")[2]
    "it raised KeyError: 'x'; see the cause"
    """
    from asyncio import CancelledError
    from inspect import iscoroutinefunction

    shown = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    waited = iscoroutinefunction(getattr(provider, "generate", None))
    sync = isinstance(error, TypeError) and not waited
    known = ProviderError(
        f"{type(provider).__name__}, the provider of model '{model}', must return a reply or "
        f"raise ember.ProviderError, but it raised {shown}; "
        + ("write 'async def generate'" if sync else "see the cause"),
        retryable=isinstance(error, CancelledError),
    )
    known.__cause__ = error
    return known
