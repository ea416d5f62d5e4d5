"""Tools that a model may ask for: in `ember.generate`, and called by `ember.agent`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import pytest

import ember_mlir as ember
from ember_mlir import generate
from ember_mlir.frontend.toolbox import tool_of

from .ways import agree, captured_of, check, differences, operations

CALLS = (
    'call weather {"city": "Rome"}',
    'call weather {"city": "Oslo"}; call add {"a": 2, "b": 40}',
    'call weather {"town": "Rome"}',
    "call weather no json",
    "call fly {}",
    "call now {}",
    "It is fine.",
    "It is 42.",
    "Done.",
    "I know.",
)


@ember.pure
def weather(city: str) -> str:
    """Tells the weather of a city."""
    return f"sun in {city}"


def add(a: int, b: Annotated[int, "what is added"]) -> int:
    """Adds two numbers."""
    return a + b


def now() -> str:
    """Tells the time."""
    return "noon"


def researcher(city: str) -> str:
    """Finds out about a city."""
    return generate(f"Facts about {city}:")


done: list[str] = []


@ember.tool
def note(text: str, kind: Literal["short", "long"]) -> str:
    """Takes a note."""
    done.append(f"{kind}: {text}")
    return "noted"


@dataclass
class Place:
    """A place on the map."""

    city: str
    streets: list[str]


def find(place: Place, exact: bool) -> Place:
    """Finds a place."""
    return Place(place.city.upper() if exact else place.city, place.streets)


helper = ember.agent([weather, add, now], 4, system="Help.")


def asking_an_agent(q: str) -> str:
    return helper(q) + "!"


def making_an_agent(q: str) -> str:
    handy = ember.agent([weather, add, now], max_steps=2, temperature=0.5)
    return handy(q)


def agents_for_a_list(q: str, topics: list[str]) -> str:
    return " | ".join([helper(f"{q}: {topic}") for topic in topics])


def agent_that_asks(q: str) -> str:
    return ember.agent([researcher, now], 3)(q)


def agent_with_records(q: str) -> str:
    return ember.agent([find], 3)(q)


def turns_by_hand(q: str) -> str:
    turn = generate(q, tools=[weather, now])
    if not turn.tool_calls:
        return turn.text
    first = turn.tool_calls[0]
    answer = weather("Bonn") if first.tool == "weather" else first.arguments
    talk = [
        {"role": "user", "content": q},
        turn,
        {"role": "tool", "tool_call_id": first.id, "content": answer},
    ]
    return generate(talk) + ", ".join(call.tool for call in turn.tool_calls)


def turn_of_an_arm(q: str) -> str:
    turn = generate(q, tools=[now])
    if "42" in turn.text:
        turn = generate(turn, tools=[now], system="Again.")
    return turn.text + str(len(turn.tool_calls))


@pytest.mark.parametrize(
    "function", [asking_an_agent, making_an_agent, turns_by_hand, turn_of_an_arm]
)
def test_all_ways_agree(function: Callable[..., str]) -> None:
    assert len(agree(function, "rain?", words=CALLS, seeds=range(10))) > 1


def test_agents_in_a_list_and_agents_that_ask() -> None:
    assert not differences(agents_for_a_list, ["rain?", ["a", "b"]], words=CALLS, seeds=range(3))
    asks = ('call researcher {"city": "Rome"}', "call now {}", "fine", "good")
    assert len(agree(agent_that_asks, "rain?", words=asks)) > 1
    places = ('call find {"place": {"city": "a", "streets": ["b"]}, "exact": true}', "fine")
    assert len(agree(agent_with_records, "rain?", words=places)) > 1


def test_an_agent_is_a_loop_whose_calls_are_a_map() -> None:
    found = operations(asking_an_agent, "rain?")
    assert (found["scf.while"], found["ensemble.map"], found["llm.generate"]) == (1, 1, 2)
    assert found["llm.tool"] == 3
    text = str(captured_of(asking_an_agent, ["rain?"]).module)
    assert "llm.apply pure @weather" in text
    assert text.count("llm.apply effectful") == 1, "the error of an agent that does not answer"
    text = str(captured_of(agents_for_a_list, ["rain?", ["a", "b"]]).module)
    assert text.count("llm.apply idempotent") == 1, "in a list, it waits for no other"
    assert "effectful" not in text


def test_agents_of_a_list_run_at_once() -> None:
    def ask(topics: list[str]) -> list[str]:
        return [helper(topic) for topic in topics]

    program = ember.compile(ask, strict=True)
    with ember.Session(provider=Once("call now {}"), seed=1, clock="virtual"):
        assert program(["a", "b", "c"]) == ["noon"] * 3
    assert program.last_run is not None
    assert program.last_run.seconds == 2.0


def test_what_is_done_before_an_error_is_done() -> None:
    def ask(q: str) -> str:
        quick, slow = generate(q), generate(f"{generate(q)} again")
        note(slow, "long")
        if quick:
            raise LookupError(quick)
        return slow

    done.clear()
    program = ember.compile(ask, strict=True)
    with ember.Session(seed=1, clock="virtual"), pytest.raises(LookupError):
        program("q")
    assert len(done) == 1


class Once:
    """A provider that asks for tools in its first turn, and tells the answers in its second."""

    def __init__(self, calls: str) -> None:
        self.calls = calls

    def simulate(self, request: ember.Request) -> tuple[ember.Reply, float]:
        from .ways import turn

        said = request.messages or ()
        told = [message.text for message in said if message.role == "tool"]
        value = turn(self.calls) if not told else ember.Message("assistant", (" ".join(told),))
        return ember.Reply([value], 1, 1), 1.0

    async def generate(self, request: ember.Request, /) -> ember.Reply:
        return self.simulate(request)[0]


def told(tools: list[Any], calls: str, **settings: Any) -> str:
    def ask(q: str) -> str:
        return ember.agent(tools, **settings)(q)

    program = ember.compile(ask, strict=True)
    with ember.Session(provider=Once(calls), seed=1, clock="virtual"):
        answer = program("q")
        done_once = [*done]
        assert program.eager("q") == answer
        assert ember.agent(tools, **settings)("q") == answer
        done[:] = done_once
    return answer


def test_the_model_is_told_what_it_got_wrong() -> None:
    calls = 'call add {"a": 1, "b": 2}; call add {"a": 1}; call fly {}; call now {"x": 1}'
    assert told([add, now], calls) == (
        "3 The arguments of 'add' must fit its schema, but do not. There is no tool 'fly'. noon"
    )


def test_tools_that_do_something_are_called_once_and_in_order() -> None:
    done.clear()
    calls = [f'call note {{"text": "{text}", "kind": "short"}}' for text in "abc"]
    assert told([note], "; ".join(calls)) == "noted noted noted"
    assert done == ["short: a", "short: b", "short: c"]


def test_an_agent_that_does_not_answer_is_an_error() -> None:
    def ask(q: str) -> str:
        return ember.agent([now], 3)(q)

    class Never(Once):
        def simulate(self, request: ember.Request) -> tuple[ember.Reply, float]:
            return ember.Reply([ember.Message("assistant", (), (CALL,))], 1, 1), 1.0

    program = ember.compile(ask, strict=True)
    message = "an agent must answer within 3 steps, but still asks for tools; give more max_steps"
    provider = Never("")
    with ember.Session(provider=provider, seed=1, clock="virtual"):
        for run in (program, program.eager, ask):
            with pytest.raises(ember.NotAcceptedError, match=message):
                run("q")


CALL = ember.ToolCall("c", "now", "{}")


def test_an_error_of_a_tool_is_that_of_the_agent() -> None:
    def fails(city: str) -> str:
        """Fails."""
        raise LookupError(city)

    with pytest.raises(LookupError, match="Rome"):
        told([fails], 'call fails {"city": "Rome"}')


def test_what_a_model_is_told_of_a_tool() -> None:
    described = tool_of(add)
    assert (described.name, described.description) == ("add", "Adds two numbers.")
    assert described.parameters == (
        '{"type": "object", "properties": {"a": {"type": "integer"}, '
        '"b": {"type": "integer", "description": "what is added"}}, "required": ["a", "b"]}'
    )
    assert '"description": "A place on the map."' in tool_of(find).parameters
    assert tool_of(described) is described


def star(*names: str) -> str:
    return "".join(names)


def bare(name: str) -> str:
    return name


del bare.__annotations__["name"]


def odd(name: object) -> str:
    return str(name)


ANYTHING: Any = "b"
SCHEMA: Any = {"schema": int}
UNKNOWN: Any = {"name": "Missing", "return": str}


def unknown(name: str) -> str:
    return name


unknown.__annotations__ = UNKNOWN

WRONG: list[tuple[Callable[[], object], str]] = [
    (lambda: ember.agent([]), "an agent must have a list of tools, but got a list; use ember.chat"),
    (lambda: ember.agent([now], 0), "max_steps must be an int of at least 1, but got an int; give"),
    (
        lambda: ember.agent([now, now]),
        "the tools of an agent must have different names, but two are called 'now'; rename one",
    ),
    (
        lambda: ember.agent([ember.Tool("a", "b", '{"type": "object"}')]),
        "a tool of an agent must be a function, but got a Tool; give the function",
    ),
    (
        lambda: generate("a", tools=[ANYTHING]),
        "a tool must be a function or an ember.Tool, but got a str",
    ),
    (
        lambda: generate("a", tools=[star]),
        "the arguments of the tool 'star' must have names, but it takes '*names'; name",
    ),
    (
        lambda: generate("a", tools=[bare]),
        "the arguments of the tool 'bare' must be annotated, but 'name' is not; write 'name: str'",
    ),
    (
        lambda: generate("a", tools=[odd]),
        "the type of argument 'name' of the tool 'odd' must be one that an answer can spell, but",
    ),
    (
        lambda: generate("a", tools=[unknown]),
        "the annotations of the tool 'unknown' must be types, but reading them fails",
    ),
    (
        lambda: generate("a", tools=[now], **SCHEMA),
        "a call must have tools or a schema, not both: what asks for tools fits none; ask for",
    ),
]


@pytest.mark.parametrize(("call", "message"), WRONG, ids=range(len(WRONG)))
def test_what_cannot_be_a_tool_is_told(call: Callable[[], object], message: str) -> None:
    with ember.Session(clock="virtual"), pytest.raises(ember.InputError) as caught:
        call()
    assert caught.value.message.startswith(message)


def test_a_program_is_a_tool() -> None:
    @ember.jit
    def shout(text: str) -> str:
        """Shouts."""
        return text.upper()

    assert told([shout], 'call shout {"text": "hey"}') == "HEY"
    assert tool_of(shout).description == "Shouts."


def test_tools_of_one_name_in_one_program_keep_their_descriptions() -> None:
    def first(q: str) -> str:
        def look() -> str:
            """Looks left."""
            return "left"

        turn = generate(q, tools=[look])

        def other() -> str:
            """Looks right."""
            return "right"

        other.__name__ = "look"
        return turn.text + generate(q, tools=[other]).text

    del first
    tools = [ember.Tool("look", said, '{"type": "object"}') for said in ("left", "right")]

    def both(q: str) -> str:
        return generate(q, tools=[tools[0]]).text + generate(q, tools=[tools[1]]).text

    check(both, "where?")
    assert 'llm.tool @look_tool named "look" "right"' in str(captured_of(both, ["q"]).module)
