"""A turn of a model's: what it says, and which tools it asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ember_mlir.frontend.operations.talking import last_calls, last_text
from ember_mlir.providers import ToolCall
from ember_mlir.providers.conversations import Conversation


@dataclass(frozen=True)
class Turn:
    """What a model answers that may ask for tools: `ember.generate(…, tools=[…])` gives one.

    A turn stands in a list of messages like any other: then the model sees what it has said.

    >>> import ember_mlir as ember
    >>> def time() -> str:
    ...     "Tells the time."
    ...     return "noon"
    >>> with ember.Session(clock="virtual"):
    ...     turn = ember.generate("Say hello.", tools=[time])
    ...     isinstance(turn.text, str), isinstance(turn.tool_calls, list)
    (True, True)
    """

    is_said: ClassVar[bool] = True
    """It stands among the messages of a conversation."""

    conversation: Conversation

    @property
    def text(self) -> str:
        """What it says; nothing, if it only asks for tools."""
        return last_text(self.conversation)

    @property
    def tool_calls(self) -> list[ToolCall]:
        """The tools that it asks for, each with its arguments as a text of JSON."""
        return last_calls(self.conversation)
