"""Conversations of several turns: what was said before is sent along."""

from __future__ import annotations

from collections.abc import Sequence

from ember_mlir.frontend.operations.asking import generate
from ember_mlir.frontend.operations.conversing import extended
from ember_mlir.frontend.operations.talking import nothing_said
from ember_mlir.providers import Image


class Chat:
    """A conversation with a model, made by `ember.chat`: call it with what the user says."""

    def __init__(
        self,
        system: str | None,
        model: str | None,
        temperature: float | None,
        max_tokens: int | None,
    ) -> None:
        self.model = model
        self.temperature = temperature
        self.max_tokens = max_tokens
        self.conversation = nothing_said()
        if system is not None:
            self.conversation = extended(self.conversation, "system", system)

    def __call__(self, text: str, *, images: Sequence[str | bytes | Image] = ()) -> str:
        """What the model answers to `text`, and to all that was said before."""
        self.add("user", text, images=images)
        answer = generate(
            self.conversation,
            model=self.model,
            temperature=self.temperature,
            max_tokens=self.max_tokens,
        )
        self.add("assistant", answer)
        return answer

    def add(self, role: str, text: str, *, images: Sequence[str | bytes | Image] = ()) -> None:
        """Add a turn without asking for an answer: of the `user`, `assistant` or `system`."""
        self.conversation = extended(self.conversation, role, text, images=images)


def chat(
    system: str | None = None,
    *,
    model: str | None = None,
    temperature: float | None = None,
    max_tokens: int | None = None,
) -> Chat:
    """A conversation with a model; `system` is what it is told first.

    The other arguments are those of `ember.generate`.

    >>> import ember_mlir as ember
    >>> with ember.Session(clock="virtual"):
    ...     tutor = ember.chat("Answer with a number.", model="large", temperature=0)
    ...     tutor("What is 2 + 2?"), len(tutor.conversation)
    ('4', 3)
    """
    return Chat(system, model, temperature, max_tokens)
