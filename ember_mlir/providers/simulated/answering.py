"""The answers to a request, of whatever kind, before their time is known."""

from __future__ import annotations

from collections.abc import Callable

from ember_mlir.providers.messages import Message
from ember_mlir.providers.protocol import Answer, Request
from ember_mlir.providers.simulated.chance import Chance
from ember_mlir.providers.simulated.conversations import Conversation, task_in
from ember_mlir.providers.simulated.embedding import embedding
from ember_mlir.providers.simulated.scoring import scores
from ember_mlir.providers.simulated.tokens import count_tokens, cut_to_tokens

Make = Callable[[Chance], Answer]
"""An answer, as a function of what is drawn."""


def answers_to(request: Request, said: Conversation, quality: float) -> Make:
    """How `request` is answered; all that does not depend on chance is done only once."""
    if request.kind == "embed":
        vector = embedding(request.model, said.text)
        return lambda chance: vector
    if request.kind == "score":
        return lambda chance: scores(request.labels, said.text, chance, quality)
    task = task_in(said)

    def answer(chance: Chance) -> Answer:
        text = task.answer(chance, quality, request.max_tokens)
        if request.tools and not said.results:
            call = _call(request, said, text, chance, quality)
            if call is not None:
                return call
        return _stopped(request, _shaped(request, said, text, chance, quality))

    return answer


def output_tokens(answer: Answer) -> int:
    """The tokens of an answer: numbers have none."""
    if isinstance(answer, str):
        return count_tokens(answer)
    if isinstance(answer, Message):
        calls = [f"{call.tool}{call.arguments}" for call in answer.tool_calls]
        return sum(map(count_tokens, calls))
    return 0


def _call(
    request: Request, said: Conversation, text: str, chance: Chance, quality: float
) -> Message | None:
    # Schemas are slow to import, and few requests have one.
    from ember_mlir.providers.simulated.suggestions import Source
    from ember_mlir.providers.simulated.tool_calls import tool_call

    return tool_call(request.tools, Source(said.question, text), chance, quality)


def _shaped(request: Request, said: Conversation, text: str, chance: Chance, quality: float) -> str:
    if request.grammar is None:
        return text
    from ember_mlir.providers.simulated.grammar_replies import grammar_reply
    from ember_mlir.providers.simulated.suggestions import Source

    return grammar_reply(request.grammar, Source(said.question, text), chance, quality)


def cut(request: Request, answer: Answer) -> Answer:
    """A text of at most `max_tokens`; any other answer as it is."""
    if request.max_tokens is None or not isinstance(answer, str):
        return answer
    return cut_to_tokens(answer, request.max_tokens)


def _stopped(request: Request, text: str) -> str:
    """The text up to the first of the stop texts."""
    ends = [text.find(stop) for stop in request.stop if stop]
    return text[: min([end for end in ends if end >= 0], default=len(text))]
