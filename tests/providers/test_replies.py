"""What is refused as a reply, by kind of request, and what a refused reply costs."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest

from ember_mlir.errors import ProviderError
from ember_mlir.providers import (
    Image,
    Message,
    Reply,
    Request,
    Tool,
    ToolCall,
    check_reply,
)
from ember_mlir.providers.replies import MOST_TOKENS, check_latency, tokens_of

TEXT = Request("small", "hello")
EMBED = replace(TEXT, kind="embed")
SCORE = replace(TEXT, kind="score", labels=("good", "bad"))
TOOLS = replace(TEXT, tools=(Tool("search", "Searches.", "{}"),))
TURN = Message(
    "assistant", ("Let me see.", Image("https://x.org/a.png")), (ToolCall("1", "s", "{}"),)
)


@pytest.mark.parametrize(
    ("request_", "value"),
    [
        (TEXT, "été \N{ROCKET}"),
        (EMBED, ()),
        (EMBED, (0.5, -3.25)),
        (SCORE, (0.0, 1.0)),
        (TOOLS, "no need"),
        (TOOLS, TURN),
        (TOOLS, replace(TURN, role="tool", tool_call_id="1")),
    ],
)
def test_a_proper_reply_is_returned(request_: Request, value: str | Message) -> None:
    reply = Reply([value], 0, MOST_TOKENS)
    assert check_reply(request_, reply) is reply


VALUE = "value 0 of the reply for model 'small'"
FLOATS = "return tuple(map(float, numbers))"


@pytest.mark.parametrize(
    ("request_", "value", "message"),
    [
        (
            TEXT,
            "a\ud800",
            f"{VALUE} must be valid Unicode, but got the lone surrogate U+D800 at position 1; "
            "decode what the service sends as UTF-8",
        ),
        (TEXT, TURN, f"{VALUE} must be a str, but got an object of type Message; "),
        (TOOLS, None, f"{VALUE} must be a str or an ember.Message, but got None; "),
        (
            EMBED,
            "0.5",
            f"{VALUE} must be a tuple of floats, but got an object of type str; {FLOATS}",
        ),
        (
            EMBED,
            [0.5],
            f"{VALUE} must be a tuple of floats, but got an object of type list; {FLOATS}",
        ),
        (
            EMBED,
            (0.5, 1),
            f"number 1 of {VALUE} must be a float, but got an object of type int; {FLOATS}",
        ),
        (
            EMBED,
            (float("inf"),),
            f"number 0 of {VALUE} must be finite, but got inf; "
            "return the numbers that the service sent",
        ),
        (
            SCORE,
            (0.5,),
            f"{VALUE} must hold one number per label, 2 in all, but got 1; "
            "score every label of the request",
        ),
        (
            SCORE,
            (0.5, 1.5),
            f"number 1 of {VALUE} must be from 0 to 1, but got 1.5; return probabilities",
        ),
        (SCORE, (float("nan"), 0.5), f"number 0 of {VALUE} must be finite, but got nan; "),
        (TOOLS, "\udfff", f"{VALUE} must be valid Unicode, but got the lone surrogate U+DFFF"),
    ],
)
def test_values_are_checked_by_kind(request_: Request, value: object, message: str) -> None:
    reply = Reply([value], 1, 1)  # pyright: ignore[reportArgumentType]
    with pytest.raises(ProviderError) as refused:
        check_reply(request_, reply)
    assert refused.value.message.startswith(message)


@pytest.mark.parametrize(
    ("field", "wrong", "message"),
    [
        ("role", 3, f"the role of {VALUE} must be a str, but got an object of type int; "),
        ("content", "hi", f"the content of {VALUE} must be a tuple, but got an object of type str"),
        ("content", (3,), f"part 0 of {VALUE} must be a str, but got an object of type int; "),
        ("content", ("\ud800",), f"part 0 of {VALUE} must be valid Unicode"),
        ("content", (Image("\ud800"),), f"the URL of part 0 of {VALUE} must be valid Unicode"),
        ("tool_calls", None, f"the tool calls of {VALUE} must be a tuple, but got None; "),
        (
            "tool_calls",
            ("search",),
            f"tool call 0 of {VALUE} must be an ember.ToolCall, but got an object of type str; "
            "return ember.ToolCall(id, tool, arguments)",
        ),
        (
            "tool_calls",
            (ToolCall("1", "search", "\ud800"),),
            f"every part of tool call 0 of {VALUE} must be valid Unicode",
        ),
        ("tool_call_id", 1, f"the tool call id of {VALUE} must be a str, but got an object"),
    ],
)
def test_turns_are_checked_to_the_bottom(field: str, wrong: object, message: str) -> None:
    turn = replace(TURN)
    object.__setattr__(turn, field, wrong)
    with pytest.raises(ProviderError) as refused:
        check_reply(TOOLS, Reply([turn], 1, 1))
    assert refused.value.message.startswith(message)


def test_missing_numbers_are_asked_for_as_numbers() -> None:
    with pytest.raises(ProviderError, match="got 0; return one tuple of floats per requested"):
        check_reply(EMBED, Reply([], 1, 1))


@pytest.mark.parametrize(
    ("count", "shown"),
    [(2**63, "an int of 64 bits"), (10**5000, "an int of 16610 bits")],
    ids=["64 bits", "16610 bits"],
)
def test_absurd_counts_are_refused(count: int, shown: str) -> None:
    with pytest.raises(ProviderError) as refused:
        check_reply(TEXT, Reply(["a"], 1, count))
    assert refused.value.message == (
        "output_tokens of the reply for model 'small' must be an int of at most "
        f"9223372036854775807, but got {shown}; report the tokens that the service charged"
    )


@pytest.mark.parametrize(
    ("count", "shown"),
    [(-(10**5000), "an int of 16610 bits"), ("3", "an object of type str"), (0.5, "0.5")],
    ids=["large", "text", "half"],
)
def test_what_is_no_count_is_refused(count: int, shown: str) -> None:
    with pytest.raises(ProviderError) as refused:
        check_reply(TEXT, Reply(["a"], count, 1))
    assert f"must be an int of at least 0, but got {shown}; " in refused.value.message


def test_the_tokens_of_a_refused_reply_are_known() -> None:
    assert tokens_of(Reply([], 12, 3)) == (12, 3)
    assert tokens_of(Reply(["a"], 12, -3)) == (0, 0)
    assert tokens_of(Reply(["a"], 10**5000, 3)) == (0, 0)
    assert tokens_of("12") == (0, 0)


@pytest.mark.parametrize("seconds", [0, 0.0, 2.5, 10**9, inf])
def test_latencies(seconds: float) -> None:
    assert check_latency(seconds) == seconds


@pytest.mark.parametrize(
    ("seconds", "message"),
    [
        (-1.0, "of at least 0, but got -1.0; return (reply, seconds)"),
        (float("nan"), "of at least 0, but got nan; "),
        (-inf, "of at least 0, but got -inf; "),
        (1e308, "of at most 1000000000, or inf, but got 1e+308; "),
        pytest.param(10**5000, "of at most 1000000000, or inf, but got an int of 16610", id="int"),
        ("soon", "of at least 0, but got an object of type str; "),
        (None, "of at least 0, but got None; "),
    ],
)
def test_other_latencies_are_refused(seconds: object, message: str) -> None:
    with pytest.raises(ProviderError) as refused:
        check_latency(seconds)
    rule = "a simulated latency must be a number of seconds "
    assert refused.value.message.startswith(rule + message)


def test_texts_of_a_reply() -> None:
    assert Reply(["a", TURN, (0.5,)], 1, 1).texts == ["a", "Let me see."]
