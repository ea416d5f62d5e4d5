"""Conversations as values: turns one after the other, and what the last one says and asks for."""

from __future__ import annotations

from ember_mlir.frontend.narrowing import is_coroutine
from ember_mlir.frontend.operations.checks import as_declared, recorder_of_call
from ember_mlir.frontend.ready_values import Ready
from ember_mlir.providers import ToolCall
from ember_mlir.providers.conversations import Conversation


def nothing_said() -> Conversation:
    """A conversation without a turn."""
    with recorder_of_call() as recorder:
        return as_declared(recorder.conversation(()))


def given_by(returned: object) -> object:
    """What a tool has given: the result, where that is to be awaited."""
    with recorder_of_call():
        if isinstance(returned, Ready):
            return returned.result()
        if not is_coroutine(returned):
            return returned
        # asyncio is slow to import, and most tools have nothing to wait for.
        from ember_mlir.background import run_sync

        return run_sync(returned)


def together(*conversations: Conversation) -> Conversation:
    """Conversations one after the other, as one."""
    with recorder_of_call() as recorder:
        return as_declared(recorder.conversation(conversations))


def last_text(conversation: Conversation) -> str:
    """What the last turn says."""
    with recorder_of_call() as recorder:
        return as_declared(recorder.content(conversation))


def last_calls(conversation: Conversation) -> list[ToolCall]:
    """The calls of tools that the last turn asks for."""
    with recorder_of_call() as recorder:
        return as_declared(recorder.tool_calls(conversation))
