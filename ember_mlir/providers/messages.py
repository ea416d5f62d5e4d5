"""Conversations: who said what, with images, tools and calls of tools."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Image:
    """A picture in a conversation, by its URL; `data:` URLs hold the picture itself."""

    url: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A model's wish to call a tool.

    `id` is what the result of the call refers to, `tool` the name of the tool, and
    `arguments` the text of a JSON object, as the model wrote it: it may be wrong.
    """

    id: str
    tool: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Tool:
    """Something that a model may call: its name, what it does, and what it takes.

    `parameters` is the text of a JSON schema of an object.
    """

    name: str
    description: str
    parameters: str


@dataclass(frozen=True, slots=True)
class Message:
    r"""One turn of a conversation: who speaks, such as `user`, and what is said and shown.

    An assistant's turn may hold `tool_calls`; a turn of role `tool` holds the result of
    the call `tool_call_id`.

    >>> Message("user", ("What is this?", Image("https://example.org/cat.png"))).text
    'What is this?'
    """

    is_said: ClassVar[bool] = True
    """It stands among the messages of a conversation."""

    role: str
    content: tuple[str | Image, ...]
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None

    @property
    def text(self) -> str:
        """Its texts, one per line; images have none."""
        return "\n".join([part for part in self.content if isinstance(part, str)])
