"""Programs that people write, too, and that are not captured yet: they run as written."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import ember_mlir as ember

from .acting import calculate, price
from .written import Written


def shopping_agent(question: str) -> str:
    """An agent that looks up prices and calculates, in at most four turns."""
    clerk = ember.agent([price, calculate], max_steps=4, system="You work in a shop.")
    try:
        return clerk(question).strip()
    except ember.NotAcceptedError:
        return "Please ask somebody else."


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


def rubric_grades(essay: str) -> float | None:
    """Several grades of several judges as lists of numbers; none if they cannot be read."""
    totals: list[float] = []
    for character in ("strict", "kind", "tired"):
        try:
            grades = ember.generate(
                f"Be {character}. Grade style, content and spelling from 0 to 9.\n{essay}",
                schema=list[int],
                retries=0,
            )
        except ember.ParseError:
            continue
        if len(grades) > 0:
            totals.append(sum(grades) / len(grades))
    return round(sum(totals) / len(totals), 2) if totals else None


QUESTIONS = (("What do an apple and a cake cost?",), ("Is bread dearer than cake?",))

REFUSED = [
    Written(shopping_agent, QUESTIONS),
    Written(tool_loop, QUESTIONS),
    Written(cart_agent, (("Two apples, please",), ("Bread and cake",))),
    Written(rubric_grades, (("Dogs are nice. I like dogs.",), ("On the nature of rivers",))),
]
