"""Conversations, tools, and where an answer ends."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ember_mlir.providers import Image, Message, Request, Simulated, Tool, ToolCall
from ember_mlir.providers.simulated import PROFILES, count_tokens

if TYPE_CHECKING:
    from conftest import Models

WEATHER = Tool(
    "get_weather",
    "The weather in a city.",
    '{"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}, '
    '"additionalProperties": false}',
)
CALCULATOR = Tool(
    "calculator",
    "Computes an expression.",
    '{"type": "object", "properties": {"expression": {"type": "string"}}, '
    '"additionalProperties": false}',
)
ASK = Request("sure", "How is the weather in Paris over 3 days?", tools=(CALCULATOR, WEATHER))


def test_the_last_turn_of_the_user_is_the_question(models: Models) -> None:
    said = models.turns(("user", "What is 1+1?"), ("assistant", "2"), ("user", "And 2+3?"))
    assert models.ask(Request("sure", messages=said)) == "5"
    assert models.ask(Request("sure", messages=(*said, Message("assistant", ("Hm.",))))) == "5"


def test_earlier_turns_are_quoted(models: Models) -> None:
    said = models.turns(
        ("user", "Lima is the capital of Peru. Oslo lies in Norway."),
        ("assistant", "Noted."),
        ("user", "What is the capital of Peru?"),
    )
    assert models.ask(Request("sure", messages=said)) == "Lima is the capital of Peru."


def test_without_a_user_all_turns_are_asked(models: Models) -> None:
    said = models.turns(("system", "You add."), ("context", "What is 2+3?"))
    assert models.ask(Request("sure", messages=said)) == "5"


def test_a_system_turn_may_ask_for_one_word(models: Models) -> None:
    question = ("user", "Lima is the capital of Peru. What is the capital of Peru?")
    said = models.turns(("system", "Answer in one word."), question)
    assert models.ask(Request("sure", messages=said)) == "Lima"
    empty = models.turns(("system", "Use a single word."), ("user", "q"), ("tool", ""))
    assert models.ask(Request("sure", messages=empty)) == ""


def test_images_count_and_are_not_seen(models: Models) -> None:
    turn = Message("user", (Image("https://x.org/cat.png"), "What is 6 * 7?"))
    request = Request("sure", messages=(turn,))
    assert models.ask(request) == "42"
    reply = models.provider.simulate(request)[0]
    assert reply.input_tokens == 85 + count_tokens("What is 6 * 7?")


def test_how_a_turn_is_put_together_counts() -> None:
    simulated = Simulated()
    turns = [
        Message("user", ("12\n12",)),
        Message("user", ("12", "12")),
        Message("user", ("12", "12", Image("a"))),
        Message("user", ("12\n12",), tool_call_id="1"),
        Message("user", ("12\n12",), (ToolCall("1", "a", "{}"),)),
    ]
    latencies = {simulated.simulate(Request("small", messages=(turn,)))[1] for turn in turns}
    assert len(latencies) == len(turns)


def call_of(answer: object) -> ToolCall:
    """The one call of a turn."""
    assert isinstance(answer, Message)
    (call,) = answer.tool_calls
    return call


def test_the_tool_that_fits_is_called(models: Models) -> None:
    call = call_of(models.ask(ASK))
    assert call.tool == "get_weather"
    assert json.loads(call.arguments) == {"city": "Paris", "days": 3}
    assert call.id.startswith("call_")
    assert len(call.id) == 13


def test_formulas_are_computed_by_tools_that_compute(models: Models) -> None:
    call = call_of(models.ask(replace(ASK, prompt="What is 17 * 23?")))
    assert call.tool == "calculator"
    assert json.loads(call.arguments) == {"expression": "What is 17 * 23?"}
    quoted = call_of(models.ask(replace(ASK, prompt='Work out "17 * 23".')))
    assert json.loads(quoted.arguments) == {"expression": "17 * 23"}


def test_calls_are_paid_for(models: Models) -> None:
    reply = models.provider.simulate(ASK)[0]
    call = call_of(reply.values[0])
    assert reply.output_tokens == count_tokens(call.tool + call.arguments)
    tools = [f"{tool.name}{tool.description}{tool.parameters}" for tool in ASK.tools]
    assert reply.input_tokens == sum(map(count_tokens, [ASK.prompt or "", *tools]))


def test_a_question_that_no_tool_fits_is_answered(models: Models) -> None:
    assert models.ask(replace(ASK, prompt="Lima is in Peru. Where is Lima?")) == "Lima is in Peru."


def test_a_weak_model_forgets_its_tools(models: Models) -> None:
    assert isinstance(models.ask(replace(ASK, model="wrong")), str)
    request = replace(ASK, model="small", n=1000, draws=tuple(range(1000)))
    values = Simulated().simulate(request)[0].values
    calls = [value for value in values if isinstance(value, Message)]
    assert abs(len(calls) / 1000 - PROFILES["small"].quality) < 0.05
    assert len({call_of(call).id for call in calls}) == len(calls)


def test_what_a_tool_has_said_is_passed_on(models: Models) -> None:
    call = ToolCall("call_1", "get_weather", '{"city": "Paris"}')
    said = (
        Message("user", ("How is the weather in Paris?",)),
        Message("assistant", (), (call,)),
        Message("tool", ("18 degrees, sunny.",), tool_call_id="call_1"),
    )
    request = replace(ASK, prompt=None, messages=said)
    assert models.ask(request) == "18 degrees, sunny."
    assert models.ask(replace(request, model="wrong")) == (
        "The tools have said nothing that I can use."
    )
    again = (*said, Message("user", ("And the weather in Oslo?",)))
    assert json.loads(call_of(models.ask(replace(request, messages=again))).arguments)["city"] == (
        "Oslo"
    )


@pytest.mark.parametrize("parameters", ["{}", "not JSON", '{"type": "string"}'])
def test_a_schema_that_says_nothing_gets_no_arguments(models: Models, parameters: str) -> None:
    tool = replace(WEATHER, parameters=parameters)
    assert call_of(models.ask(replace(ASK, tools=(tool,)))).arguments == "{}"


@pytest.mark.parametrize(
    ("stop", "answer"),
    [
        ((), "The sun is warm."),
        (("is",), "The sun "),
        (("warm", "sun"), "The "),
        (("", "moon"), "The sun is warm."),
        (("The",), ""),
    ],
)
def test_an_answer_ends_before_the_first_stop_text(
    models: Models, stop: tuple[str, ...], answer: str
) -> None:
    request = Request("sure", "The sun is warm. What is warm?", stop=stop)
    assert models.ask(request) == answer


def test_sampling_parameters_change_nothing(models: Models) -> None:
    request = Request("small", "Q: 12 * 12\nA:", draws=(1,))
    plain = Simulated().simulate(request)
    assert Simulated().simulate(replace(request, top_p=0.1, temperature=1.5)) == plain
