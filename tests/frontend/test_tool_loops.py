"""Loops of tool calls by hand: messages that grow by as many as nobody knows."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

import ember_mlir as ember
from ember_mlir import generate

from .test_agents import CALLS, add, now, weather
from .ways import agree, operations

TOOLS: dict[str, Callable[..., Any]] = {"weather": weather, "add": add, "now": now}


def until_it_answers(q: str) -> str:
    messages: list[Any] = [{"role": "user", "content": q}]
    while True:
        turn = generate(messages, tools=[weather, now])
        if not turn.tool_calls:
            return turn.text
        messages.append(turn)
        for call in turn.tool_calls:
            messages.append({"role": "tool", "tool_call_id": call.id, "content": call.tool})
        if len(messages) > 6:
            return "?"


def some_rounds(q: str) -> str:
    messages: list[Any] = [{"role": "system", "content": "s"}, {"role": "user", "content": q}]
    for _ in range(3):
        turn = generate(messages, tools=[weather, now])
        if not turn.tool_calls:
            return turn.text
        messages.append(turn)
        for call in turn.tool_calls:
            result = weather("Rome") if call.tool == "weather" else f"no tool {call.tool}"
            messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
    return "I give up."


def from_a_table(q: str) -> str:
    messages: list[Any] = [{"role": "user", "content": q}]
    for _ in range(3):
        turn = generate(messages, tools=list(TOOLS.values()))
        if not turn.tool_calls:
            return turn.text
        messages.append(turn)
        for call in turn.tool_calls:
            try:
                result = str(TOOLS[call.tool](**json.loads(call.arguments)))
            except Exception:
                result = "Something went wrong."
            messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
    return "I give up."


def read_by_hand(q: str) -> str:
    messages: list[Any] = [{"role": "user", "content": q}]
    rounds = 0
    while rounds < 3:
        turn = generate(messages, tools=[weather, add])
        messages.append(turn)
        if not turn.tool_calls:
            break
        for call in turn.tool_calls:
            try:
                args = json.loads(call.arguments)
                result = weather(args["city"]) if call.tool == "weather" else str(add(**args))
            except Exception:
                result = "bad"
            messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
        rounds += 1
    return messages[-1].text if rounds < 3 else f"{len(messages)}"


@pytest.mark.parametrize("function", [until_it_answers, some_rounds, from_a_table, read_by_hand])
def test_loops_of_tool_calls(function: Callable[..., str]) -> None:
    assert len(agree(function, "rain?", words=CALLS, seeds=range(10))) > 1


def test_a_loop_of_tool_calls_is_a_loop() -> None:
    found = operations(until_it_answers, "rain?")
    assert (found["scf.while"], found["scf.for"], found["llm.generate"]) == (1, 1, 1)


def turns_and_lists(qs: list[str]) -> str:
    messages: list[Any] = [{"role": "system", "content": "s"}]
    for q in qs:
        messages += [{"role": "user", "content": q}]
        turn = generate(messages, tools=[now])
        told = [{"role": "tool", "tool_call_id": c.id, "content": c.tool} for c in turn.tool_calls]
        messages += [turn, *told]
    return generate(messages)


def pictures(qs: list[str]) -> str:
    messages: list[Any] = [{"role": "system", "content": "s"}]
    for q in qs:
        shown = {"type": "image_url", "image_url": {"url": f"http://x/{q}"}}
        messages.append({"role": "user", "content": [{"type": "text", "text": q}, shown]})
        messages.append({"role": "assistant", "content": generate(messages)})
    return generate(messages)


def objects(qs: list[str]) -> str:
    messages: list[Any] = [ember.Message("system", ("s",))]
    for q in qs:
        messages.append(ember.Message("user", (q,)))
        messages.append({"role": "assistant", "content": generate(messages)})
    return generate(messages)


def looked_at(qs: list[str]) -> list[str]:
    messages: list[Any] = [{"role": "system", "content": "s"}]
    for q in qs:
        messages.append({"role": "user", "content": q, "name": "me"})
    return [f"{m['role']}: {m.get('name')}" for m in messages] + [messages[-1]["content"]]


@pytest.mark.parametrize("function", [turns_and_lists, pictures, objects])
def test_messages_of_several_shapes(function: Callable[..., str]) -> None:
    for qs in (["a", "b"], ["c"], []):
        agree(function, qs, words=CALLS, seeds=range(4))
    agree(looked_at, ["a", "b"])
    agree(looked_at, [])


def test_a_wrong_message_is_told_when_it_is_sent() -> None:
    def ask(qs: list[str]) -> str:
        messages: list[Any] = [{"role": "user", "content": "q"}]
        for q in qs:
            messages.append({"role": "robot", "content": q, "mood": "bad"})
        return generate(messages)

    program = ember.compile(ask, strict=True)
    with ember.Session(seed=1, clock="virtual"):
        assert program([]) == program.eager([])
        for run in (program, program.eager):
            with pytest.raises(ember.EmberError, match="the role of a message must be one of"):
                run(["a"])


# Entries and elements that are not known, as arguments


@dataclass
class Trip:
    to: str
    days: int = 3


def given(a: str, /, *, b: str = "b", c: int = 1) -> str:
    return f"{a}{b}{c}"


def by_entries(q: str) -> str:
    try:
        return given("a", **json.loads(q))
    except Exception:
        return "bad"


def made_by_entries(q: str) -> str:
    trip = Trip(**json.loads(q))
    return f"{trip.to} for {trip.days} days"


def of_a_model(q: str) -> str:
    return f"{add(**json.loads(generate(q)))}"


ENTRIES = (
    *('{"b": "x"}', "{}", '{"b": "x", "c": 2}', '{"a": "x"}', '{"d": 1}', "[]", "7", "no"),
    *('{"to": "Rome"}', '{"days": 1}', '{"to": "Rome", "days": 1}', '{"to": "a", "x": 1}'),
)


@pytest.mark.parametrize("text", ENTRIES)
def test_entries_as_arguments(text: str) -> None:
    for function in (by_entries, made_by_entries):
        program = ember.compile(function, strict=True, allow="exact")
        with ember.Session(seed=1, clock="virtual"):
            assert _shown(lambda f=function: f(text)) == _shown(lambda p=program: p(text))


def _shown(run: Callable[[], object]) -> object:
    try:
        return run()
    except Exception as error:
        return type(error.__cause__ or error).__name__


def test_entries_that_a_model_writes() -> None:
    words = ('{"a": 1, "b": 2}', '{"a": 1}', '{"a": 1, "b": 2, "c": 3}', "[]", "no")
    assert len(agree(of_a_model, "q", words=words, seeds=range(10))) > 2


def lengths(xs: list[str]) -> list[object]:
    numbers = [len(generate(x)) for x in xs]
    names, marks = ([*column] for column in zip(*[(x, len(x)) for x in ["a", *xs]], strict=True))
    longest = max(*numbers, 0, 1)
    return [math.hypot(*numbers), longest, names, marks]


def test_elements_as_arguments() -> None:
    for xs in (["a", "bb", "c"], ["a"], []):
        agree(lengths, xs)
