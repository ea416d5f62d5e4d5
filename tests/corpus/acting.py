"""Agents with tools, agents that are tools, and loops of tool calls by hand."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any, Literal

import ember_mlir as ember

from .written import Written

PRICES = {"apple": 2, "bread": 4, "cake": 12}


@ember.pure
def price(article: str) -> str:
    """The price of an article in euros."""
    found = PRICES.get(article.strip().lower())
    return f"{found} euros" if found is not None else f"no price for {article}"


def calculate(operation: Literal["add", "multiply"], left: float, right: float) -> float:
    """Calculates with two numbers."""
    return left + right if operation == "add" else left * right


clerk = ember.agent([price, calculate], max_steps=4, system="You work in a shop.")


def shopping_agent(question: str) -> str:
    """An agent that looks up prices and calculates, and a model that makes its answer short."""
    try:
        answer = clerk(question).strip()
    except Exception:
        answer = "Please ask somebody else."
    if len(answer) > 20:
        answer = ember.generate(f"Make this shorter: {answer}", temperature=0)
    return answer


def search(query: str) -> str:
    """Finds what is written about something."""
    return ember.generate(f"Write an article about {query}.", temperature=0)


def summarize(text: str, words: int) -> str:
    """Makes a text shorter."""
    return ember.generate(f"Summarize in {words} words: {text}", temperature=0)


researcher = ember.agent([search, summarize], max_steps=3, system="You find facts.", temperature=0)
critic = ember.agent(
    [search], max_steps=2, system="You find mistakes.", model="large", temperature=0
)


def research(topic: str) -> str:
    """Asks a researcher about a topic."""
    try:
        return researcher(f"Find out about {topic}.")
    except Exception:
        return "Nothing was found."


def criticize(claim: str) -> str:
    """Asks a critic about a claim."""
    try:
        return critic(f"What is wrong with this? {claim}")
    except Exception:
        return "No mistake was found."


def planner_with_agents(goal: str) -> str:
    """A planner whose tools are other agents."""
    planner = ember.agent([research, criticize], max_steps=3, model="large", temperature=0)
    try:
        report = planner(f"Write a report: {goal}")
    except Exception:
        report = ember.generate(f"Write a report without help: {goal}", model="large")
    return report


def one_tool_call(question: str) -> dict[str, str]:
    """Ask once with tools, look at what is wanted, and answer from the result."""
    turn = ember.generate(question, tools=[price], model="medium")
    used = [call.tool for call in turn.tool_calls]
    if used:
        facts = "; ".join(f"{call.tool}: {call.arguments}" for call in turn.tool_calls)
        return {"used": ", ".join(used), "answer": ember.generate(f"{facts}\n{question}")}
    return {"used": "", "answer": turn.text}


def agent_panel(question: str) -> str:
    """Three agents of different characters answer, and the most common answer wins."""
    answers: list[str] = []
    for character in ("careful", "bold", "lazy"):
        member = ember.agent([price], max_steps=2, system=f"You are {character}.")
        try:
            answers.append(member(question))
        except Exception:
            answers.append("no answer")
    return ember.vote(answers)


async def gathered_agents(topics: list[str]) -> str:
    """Agents for several topics at once, and one text of all that they found."""

    async def about(topic: str) -> str:
        try:
            return f"{topic}: {researcher(topic)}"
        except Exception:
            return f"{topic}: nothing found"

    found = await asyncio.gather(*[about(topic) for topic in topics])
    return ember.generate("Merge:\n" + "\n".join(found))


@ember.tool
def order(article: str, count: int) -> str:
    """Orders an article."""
    return f"ordered {count} of {article}"


def order_desk(wishes: list[str]) -> list[str]:
    """An agent with effects for each wish, one after the other, until one is refused."""
    desk = ember.agent([order, price], max_steps=3)
    done: list[str] = []
    for wish in wishes:
        try:
            done.append(desk(wish))
        except Exception:
            done.append(f"failed: {wish}")
            break
    else:
        done.append(ember.generate(f"Thank for {len(wishes)} orders."))
    return done


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


QUESTIONS = (("What do an apple and a cake cost?",), ("Is bread dearer than cake?",))

PROGRAMS = [
    Written(shopping_agent, QUESTIONS),
    Written(tool_loop, QUESTIONS),
    Written(planner_with_agents, (("bees",), ("the price of bread",))),
    Written(one_tool_call, QUESTIONS),
    Written(agent_panel, QUESTIONS),
    Written(gathered_agents, ((["bees", "tea"],), (["rust"],))),
    Written(order_desk, ((["two apples", "a cake"],), (["bread"],))),
]
