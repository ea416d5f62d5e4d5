"""Programs that people write, too, and that are not captured yet: they run as written."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import ember_mlir as ember

from .acting import calculate, price
from .talking import Assistant
from .typed import Action
from .written import Written

TOOLS: dict[str, Callable[..., Any]] = {"price": price, "calculate": calculate}


def tool_loop(question: str) -> str:
    """The loop of an agent by hand: messages, tool calls, and a table of functions."""
    messages: list[Any] = [
        {"role": "system", "content": "Use the tools."},
        {"role": "user", "content": question},
    ]
    for _ in range(3):
        turn = ember.generate(messages, tools=list(TOOLS.values()))
        if not turn.tool_calls:
            return turn.text
        messages.append(turn)
        for call in turn.tool_calls:
            if call.tool in TOOLS:
                try:
                    result = str(TOOLS[call.tool](**json.loads(call.arguments)))
                except Exception as error:
                    result = f"Error: {type(error).__name__}"
            else:
                result = f"There is no tool {call.tool}."
            messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
    return "I give up."


class Cart:
    """What a customer wants to buy."""

    def __init__(self) -> None:
        self.articles: list[str] = []

    def put(self, article: str, count: int) -> str:
        """Puts an article into the cart."""
        self.articles += [article] * max(count, 0)
        return f"{len(self.articles)} articles"


def cart_agent(wish: str) -> list[str]:
    """An agent whose tool is a method that changes its object."""
    cart = Cart()
    clerk = ember.agent([cart.put, price], max_steps=3)
    try:
        clerk(wish)
    except ember.NotAcceptedError:
        return ["unfinished", *cart.articles]
    return cart.articles


def meeting_actions(transcript: str) -> dict[str, list[str]]:
    """Extract a list of records and group them by who must act."""
    actions = ember.generate(f"List what was agreed on.\n{transcript}", schema=list[Action])
    todo: dict[str, list[str]] = defaultdict(list)
    for action in actions:
        if action.owner == "nobody":
            continue
        due = "today" if action.days <= 0 else f"in {action.days} days"
        todo[action.owner].append(f"{action.task} ({due})")
    return {owner: sorted(tasks) for owner, tasks in sorted(todo.items())}


def summarizing_memory(texts: list[str]) -> list[str]:
    """A talk in which only the last turns are sent in full."""
    assistant = Assistant()
    return [assistant.say(text) for text in texts]


QUESTIONS = (("What do an apple and a cake cost?",), ("Is bread dearer than cake?",))

REFUSED = [
    Written(tool_loop, QUESTIONS),
    Written(cart_agent, (("Two apples, please",), ("Bread and cake",))),
    Written(meeting_actions, (("Ann: I call them.",), ("We talked.",))),
    Written(summarizing_memory, ((["Hi", "I am Ann", "Who am I?", "Bye"],), (["Hi"],))),
]
