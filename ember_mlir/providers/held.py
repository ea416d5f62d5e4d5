"""How requests and replies are held, so that one of each per call costs next to nothing.

What all calls of a site have in common is one tuple, and the draws of a call are made
when they are read. Slots are private and fields are read through properties without a
setter: that is as frozen as a `__setattr__` that refuses, and fills them three times as fast.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

if TYPE_CHECKING:
    from typing_extensions import TypeIs

    from ember_mlir.grammars import Grammar
    from ember_mlir.providers.messages import Message, Tool
    from ember_mlir.providers.protocol import Answer, Kind, Problem

T = TypeVar("T")

Draws = tuple[int, ...]
"""A 128-bit number for each answer; none if the request is greedy."""

Later = tuple[Callable[..., Draws], Any, Any, Any, Any]
"""A function that makes draws when they are first read, and its arguments.

A tuple takes a fifth of the time of a partial application, and most draws are never read.
"""

Readers = Mapping[str, Callable[[Any], object]]
"""How each field of a class is read from what holds it."""


class Terms(NamedTuple):
    """All of a request but its draws and the one text or conversation that it is about."""

    model: str
    temperature: float | None
    max_tokens: int | None
    n: int
    top_p: float | None
    stop: tuple[str, ...]
    grammar: Grammar | None
    tools: tuple[Tool, ...]
    kind: Kind
    labels: tuple[str, ...]
    prompts: tuple[str, ...]
    seed: int | None
    extra: str | None


class HeldRequest:
    """The slots of a request; until its draws are read, what makes them may stand for them."""

    __slots__ = ("_draws", "_messages", "_prompt", "_terms")

    _terms: Terms
    _prompt: str | None
    _messages: tuple[Message, ...] | None
    _draws: Draws | Callable[[], Draws] | Later

    def drawn(self) -> Draws:
        """The draws, which are made when they are first read."""
        found = self._draws
        if callable(found):
            self._draws = found = found()
        elif _is_later(found):
            make, *arguments = found
            self._draws = found = make(*arguments)
        return found


def _is_later(draws: Draws | Later) -> TypeIs[Later]:
    return len(draws) > 0 and callable(draws[0])


class HeldReply:
    """The slots of a reply, and how they are filled."""

    __slots__ = ("_input_tokens", "_output_tokens", "_problem", "_values")

    _problem: Problem | None

    def __init__(
        self,
        values: Sequence[Answer],
        input_tokens: int,
        output_tokens: int,
        problem: Problem | None = None,
    ) -> None:
        self._values = values
        self._input_tokens = input_tokens
        self._output_tokens = output_tokens
        self._problem = problem

    def held(self) -> tuple[Sequence[Answer], int, int, Problem | None]:
        """All fields at once, for those who read every reply."""
        return self._values, self._input_tokens, self._output_tokens, self._problem


REQUEST_FIELDS: Readers = {
    **{name: attrgetter(f"_terms.{name}") for name in Terms._fields},
    "prompt": attrgetter("_prompt"),
    "messages": attrgetter("_messages"),
    "draws": HeldRequest.drawn,
}

REPLY_FIELDS: Readers = {
    name: attrgetter(f"_{name}") for name in ("values", "input_tokens", "output_tokens", "problem")
}


def read_by(readers: Readers) -> Callable[[type[T]], type[T]]:
    """A decorator of frozen dataclasses whose base class holds what the fields are read from."""

    def changed(cls: type[T]) -> type[T]:
        for name, reader in readers.items():
            setattr(cls, name, property(reader))
        for guard in ("__setattr__", "__delattr__"):
            delattr(cls, guard)
        return cls

    return changed
