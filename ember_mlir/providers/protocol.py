"""What Ember and a provider say to one another: a request, a reply, and nothing else.

A provider is any object with `async generate(request) -> Reply`. A request holds all
that a provider needs to be deterministic: the draws of its samples stand in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass, fields
from functools import partial
from typing import TYPE_CHECKING, Literal, Protocol, TypeGuard

from ember_mlir.providers.held import (
    REPLY_FIELDS,
    REQUEST_FIELDS,
    HeldReply,
    HeldRequest,
    Later,
    Terms,
    read_by,
)
from ember_mlir.providers.messages import Image, Message, Tool, ToolCall

if TYPE_CHECKING:
    from ember_mlir.grammars import Grammar

__all__ = [
    "Answer",
    "Image",
    "Kind",
    "Message",
    "Outcome",
    "Problem",
    "Provider",
    "Reply",
    "Request",
    "SimulatedProvider",
    "TimedProvider",
    "Tool",
    "ToolCall",
    "is_provider",
    "is_simulated",
    "is_timed",
]

Kind = Literal["generate", "embed", "score"]
"""What is asked for: answers, an embedding, or a probability per label."""

Problem = Literal["cut off", "refused"]
"""Why an answer is not whole: it reached `max_tokens`, or the model would not give one."""

Answer = str | Message | tuple[float, ...]
"""A text, a turn that may call tools, or the numbers of an embedding or a score."""


@read_by(REQUEST_FIELDS)
@dataclass(frozen=True, init=False)
class Request(HeldRequest):
    """What a model is asked: a `prompt`, `messages` or `prompts`, and how to answer.

    `temperature` and `top_p` None mean the provider's default. `max_tokens` bounds every
    single answer; None leaves it to the provider. `n` answers are asked for. `draws` holds
    a 128-bit number per answer, and is empty for a greedy request (temperature 0): equal
    requests with equal draws may be answered alike.

    An answer ends before the first text of `stop`. With a `grammar` it should be a text
    that the grammar accepts: a provider that can holds the model to it. With `tools` it
    may call them. Under a `seed` a service answers an equal request alike, as far as it can.
    `extra` is the text of a JSON object: parameters that only this provider knows. `kind` is
    `generate`, `embed` (an embedding of the prompt) or `score` (how probable each of
    `labels` is).

    A batch is one request to embed or score several `prompts`, of which each has a value
    in the reply, in their order. Only a model that is registered with a `max_batch` above
    1 gets any, and never more than so many prompts at once.

    >>> Request("small", "Q: 2+2\\nA:", temperature=0.7, draws=(17,)).n
    1
    >>> Request("small", "I like it.", kind="score", labels=("good", "bad")).labels
    ('good', 'bad')
    >>> Request("small", prompts=("cats", "dogs"), kind="embed").alone()[1].prompt
    'dogs'
    """

    __slots__ = ()

    model: str
    prompt: str | None
    messages: tuple[Message, ...] | None
    temperature: float | None
    max_tokens: int | None
    n: int
    draws: tuple[int, ...]
    _: KW_ONLY
    top_p: float | None
    stop: tuple[str, ...]
    grammar: Grammar | None
    tools: tuple[Tool, ...]
    kind: Kind
    labels: tuple[str, ...]
    prompts: tuple[str, ...]
    seed: int | None
    extra: str | None

    def __init__(
        self,
        model: str,
        prompt: str | None = None,
        messages: tuple[Message, ...] | None = None,
        temperature: float | None = None,
        max_tokens: int | None = None,
        n: int = 1,
        draws: tuple[int, ...] = (),
        *,
        top_p: float | None = None,
        stop: tuple[str, ...] = (),
        grammar: Grammar | None = None,
        tools: tuple[Tool, ...] = (),
        kind: Kind = "generate",
        labels: tuple[str, ...] = (),
        prompts: tuple[str, ...] = (),
        seed: int | None = None,
        extra: str | None = None,
    ) -> None:
        self._terms = Terms(
            *(model, temperature, max_tokens, n, top_p, stop, grammar, tools, kind, labels),
            *(prompts, seed, extra),
        )
        self._prompt = prompt
        self._messages = messages
        self._draws = draws

    def like(
        self,
        prompt: str | None,
        messages: tuple[Message, ...] | None,
        draws: tuple[int, ...] | Callable[[], tuple[int, ...]] | Later,
    ) -> Request:
        """The same request about something else; `draws` may be a function that makes them.

        The function is called when the draws are first read, if they ever are; it may
        stand in a tuple with its arguments.

        >>> asked = Request("small", temperature=0.7).like("2+2", None, lambda: (17,))
        >>> asked == Request("small", "2+2", temperature=0.7, draws=(17,))
        True
        """
        made = _new(Request)
        made._terms = self._terms
        made._prompt = prompt
        made._messages = messages
        made._draws = draws
        return made

    def alone(self) -> tuple[Request, ...]:
        """A request for each of `prompts` alone; for any other request, itself."""
        if not self.prompts:
            return (self,)
        made: list[Request] = []
        for prompt in self.prompts:
            request = self.like(prompt, None, self.draws)
            request._terms = self._terms._replace(prompts=())
            made.append(request)
        return tuple(made)

    def __reduce__(self) -> tuple[object, ...]:
        # A function that makes draws may hold a whole run: copies take only what it gives.
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return partial(Request, **values), ()


_new = object.__new__


@read_by(REPLY_FIELDS)
@dataclass(frozen=True, init=False)
class Reply(HeldReply):
    """The `n` answers to a request, in the order of its draws, and the tokens to pay for.

    Answers are texts. Where the request has tools they may be a `Message`, for `embed`
    they are a tuple of finite floats, and for `score` a tuple with a float from 0 to 1
    per label. To a batch there is one for each of its prompts. `input_tokens` counts the
    prompt once, `output_tokens` all answers together. Where an answer is not whole,
    `problem` says why: it is paid for, and is an error.

    >>> Reply(["4"], input_tokens=3, output_tokens=1).values[0]
    '4'
    """

    __slots__ = ()

    values: Sequence[Answer]
    input_tokens: int
    output_tokens: int
    problem: Problem | None

    @property
    def texts(self) -> list[str]:
        """The answers as texts: of a turn what it says; numbers are left out."""
        return [
            value if isinstance(value, str) else value.text
            for value in self.values
            if isinstance(value, str | Message)
        ]


class Provider(Protocol):
    """Whatever answers requests: a service, a local model, a table in a test."""

    async def generate(self, request: Request, /) -> Reply:
        """Answer `request`, or raise `ProviderError`."""
        ...


Outcome = Reply | Exception
"""What comes of a request: a reply, or the error that is raised."""


class SimulatedProvider(Provider, Protocol):
    """A provider that can tell at once what it would answer, and after how long.

    Only such a provider runs on the virtual clock.
    """

    def simulate(self, request: Request, /) -> tuple[Outcome, float]:
        """What comes of `request`, and after how many seconds; without waiting.

        An error that is returned comes after these seconds, one that is raised at once.
        If they are `inf`, nothing comes until the caller gives up: the outcome then says
        no more than why.
        """
        ...


class TimedProvider(SimulatedProvider, Protocol):
    """A simulated provider whose answers depend on when, in its run, it is asked."""

    def begin(self, now: Callable[[], float], /) -> None:
        """A run begins; `now` tells how many seconds ago that was, on the run's clock."""
        ...


def is_provider(value: object) -> TypeGuard[Provider]:
    """Whether `value` has the one method that a provider needs.

    >>> is_provider("simulated")
    False
    """
    return not isinstance(value, type) and callable(getattr(value, "generate", None))


def is_simulated(provider: object) -> TypeGuard[SimulatedProvider]:
    """Whether the answers of `provider` are simulated; its bills say so."""
    return callable(getattr(provider, "simulate", None))


def is_timed(provider: object) -> TypeGuard[TimedProvider]:
    """Whether `provider` wants to be told when a run begins."""
    return is_simulated(provider) and callable(getattr(provider, "begin", None))
