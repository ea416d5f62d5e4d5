"""What the operations on conversations give."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from ember_mlir.providers.messages import Image, Message

Conversation = tuple[Message, ...]
"""The turns that were taken, first to last."""


def conversation(before: Iterable[Conversation], turns: Iterable[Message]) -> Conversation:
    """What stands before, then the turns that are written."""
    return (*chain.from_iterable(before), *turns)


def turn(role: str, kinds: Sequence[str], parts: Sequence[str]) -> Message:
    """One turn: who speaks, what each part is (`text` or `image`), and the parts.

    The turn of a tool has two texts: which call it answers, and the answer.

    >>> turn("user", ("text", "image"), ("What is this?", "https://example.org/cat.png")).text
    'What is this?'
    >>> turn("tool", ("text", "text"), ("call_1", "42")).tool_call_id
    'call_1'
    """
    if role == "tool":
        call, answer = parts
        return Message("tool", (answer,), tool_call_id=call)
    shown = zip(kinds, parts, strict=True)
    return Message(role, tuple([Image(part) if kind == "image" else part for kind, part in shown]))


def content(messages: Conversation) -> str:
    """What the last turn says; nothing, where there is none.

    >>> content(()) == ""
    True
    """
    return messages[-1].text if messages else ""


def tool_calls(messages: Conversation) -> list[dict[str, str]]:
    """The calls of tools that the last turn asks for, as records.

    >>> from ember_mlir.providers.messages import ToolCall
    >>> tool_calls((Message("assistant", (), (ToolCall("call_1", "search", "{}"),)),))
    [{'id': 'call_1', 'tool': 'search', 'arguments': '{}'}]
    """
    asked = messages[-1].tool_calls if messages else ()
    return [{"id": call.id, "tool": call.tool, "arguments": call.arguments} for call in asked]
