"""Conversations: what is asked last, what was said before, and what tools have said."""

from __future__ import annotations

import re
from typing import NamedTuple

from ember_mlir.errors import ProviderError
from ember_mlir.providers.messages import Image, Message
from ember_mlir.providers.protocol import Request
from ember_mlir.providers.simulated.chance import Chance
from ember_mlir.providers.simulated.quotation import Quotation
from ember_mlir.providers.simulated.solutions import Solution
from ember_mlir.providers.simulated.tasks import Task, task_of
from ember_mlir.providers.simulated.tokens import count_tokens

IMAGE_TOKENS = 85
"""What an image counts for, whatever its size."""

_ONE_WORD = re.compile(r"\b(?:in|with|use|only|just)\s+(?:one|a single)\s+word\b", re.I)
_UNFIT = "The tools have said nothing that I can use."


class Conversation(NamedTuple):
    """A request as it is understood.

    `question` is the last turn of the user, `text` all that was said, and `results` what
    tools have said since the question.
    """

    question: str
    text: str
    results: tuple[str, ...] = ()
    one_word: bool = False


class _OneWord(NamedTuple):
    """A task whose answer is cut to its first word."""

    task: Task

    def answer(self, chance: Chance, quality: float, max_tokens: int | None) -> str:
        words = self.task.answer(chance, quality, max_tokens).split()
        return words[0].rstrip(".,;:!?") if words else ""


def conversation(request: Request) -> Conversation:
    """Read `request`; raises `ProviderError` if it holds neither a prompt nor messages."""
    if request.prompt is not None:
        return Conversation(request.prompt, request.prompt)
    if not request.messages:
        raise ProviderError(
            "a request to the simulated provider must hold a prompt or messages, but got "
            "neither; give it a text to answer"
        )
    turns = request.messages
    text = "\n\n".join([turn.text for turn in turns])
    asked = [place for place, turn in enumerate(turns) if turn.role == "user"]
    if not asked:
        return Conversation(text, text)
    return Conversation(
        turns[asked[-1]].text,
        text,
        tuple([turn.text for turn in turns[asked[-1] :] if turn.role == "tool"]),
        any(_ONE_WORD.search(turn.text) for turn in turns if turn.role == "system"),
    )


def task_in(said: Conversation) -> Task:
    """What to do: pass on what a tool has said, or do what the last turn of the user asks.

    Where that turn alone holds no answer, a sentence of the turns before it may. A system
    turn is heeded only where it asks for one word.
    """
    task: Task = Solution(said.results[-1], (_UNFIT,)) if said.results else task_of(said.question)
    if isinstance(task, Quotation) and not task.sentences and said.text != said.question:
        task = task_of(said.text)
    return _OneWord(task) if said.one_word else task


def input_tokens(request: Request, said: Conversation) -> int:
    """The tokens of all that a model is given: turns, images, tools and labels."""
    tools = [f"{tool.name}{tool.description}{tool.parameters}" for tool in request.tools]
    calls = [
        f"{call.tool}{call.arguments}"
        for turn in request.messages or ()
        for call in turn.tool_calls
    ]
    images = sum(map(_images, request.messages or ()))
    counted = map(count_tokens, [said.text, *tools, *calls, *request.labels])
    return sum(counted) + IMAGE_TOKENS * images


def _images(turn: Message) -> int:
    return sum(isinstance(part, Image) for part in turn.content)
