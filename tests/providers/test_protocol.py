"""Requests, replies, and what is refused as a reply."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from typing import Any

import pytest

from ember_mlir.errors import ProviderError
from ember_mlir.grammars import Grammar
from ember_mlir.providers import (
    Message,
    Reply,
    Request,
    Simulated,
    Tool,
    check_reply,
    is_simulated,
)
from ember_mlir.providers.protocol import is_provider

REQUEST = Request("small", "hello")


class Echo:
    """A provider that repeats the prompt."""

    async def generate(self, request: Request) -> Reply:
        """Answer with the prompt."""
        return Reply([request.prompt or ""] * request.n, 1, 1)


ALL_FIELDS = Request(
    "m",
    "p",
    None,
    0.5,
    9,
    2,
    (1, 2),
    top_p=0.9,
    stop=("\n",),
    grammar=None,
    tools=(Tool("search", "finds", "{}"),),
    kind="score",
    labels=("a", "b"),
    prompts=("x", "y"),
    seed=7,
    extra="{}",
)


@pytest.mark.parametrize("value", [REQUEST, Reply(["hi"], 1, 1)])
def test_requests_and_replies_are_frozen_and_have_no_other_fields(value: Request | Reply) -> None:
    for field in dataclasses.fields(value):
        with pytest.raises(AttributeError, match=r"^property .*of '.*' object has no setter$"):
            setattr(value, field.name, None)
        with pytest.raises(AttributeError, match=r"^property .*of '.*' object has no deleter$"):
            delattr(value, field.name)
    with pytest.raises(AttributeError, match="has no attribute 'other'"):
        setattr(value, "other", None)  # noqa: B010 - a plain assignment is a type error
    assert not hasattr(value, "__dict__")


def test_a_request_is_greedy_and_for_one_answer_by_default() -> None:
    assert (REQUEST.n, REQUEST.draws, REQUEST.temperature) == (1, (), None)
    assert repr(REQUEST) == (
        "Request(model='small', prompt='hello', messages=None, temperature=None, "
        "max_tokens=None, n=1, draws=(), top_p=None, stop=(), grammar=None, tools=(), "
        "kind='generate', labels=(), prompts=(), seed=None, extra=None)"
    )


def test_a_request_has_the_fields_that_it_was_given() -> None:
    shown = repr(ALL_FIELDS)
    assert shown == (
        "Request(model='m', prompt='p', messages=None, temperature=0.5, max_tokens=9, n=2, "
        "draws=(1, 2), top_p=0.9, stop=('\\n',), grammar=None, "
        "tools=(Tool(name='search', description='finds', parameters='{}'),), kind='score', "
        "labels=('a', 'b'), prompts=('x', 'y'), seed=7, extra='{}')"
    )
    assert Request.__match_args__ == (
        *("model", "prompt", "messages", "temperature", "max_tokens", "n", "draws"),
    )


def test_requests_are_equal_where_all_their_fields_are() -> None:
    changes = {
        **{"model": "x", "prompt": None, "messages": (), "temperature": 0.0, "max_tokens": 1},
        **{"n": 1, "draws": (), "top_p": None, "stop": (), "tools": (), "kind": "embed"},
        **{"labels": (), "prompts": (), "grammar": Grammar("regex", "a")},
        **{"seed": None, "extra": None},
    }
    assert set(changes) == {field.name for field in dataclasses.fields(Request)}
    same = dataclasses.replace(ALL_FIELDS)
    assert (same, hash(same)) == (ALL_FIELDS, hash(ALL_FIELDS))
    for name, value in changes.items():
        other = dataclasses.replace(ALL_FIELDS, **{name: value})
        assert getattr(other, name) == value
        assert other != ALL_FIELDS


def test_a_request_like_another_differs_in_what_it_asks() -> None:
    turn = Message("user", ("hi",))
    asked = ALL_FIELDS.like(None, (turn,), (3, 4))
    assert asked == dataclasses.replace(ALL_FIELDS, prompt=None, messages=(turn,), draws=(3, 4))
    assert ALL_FIELDS.prompt == "p"


def test_a_batch_is_a_request_for_each_of_its_prompts() -> None:
    batch = Request("m", prompts=("x", "y"), kind="score", labels=("a", "b"))
    assert batch.prompt is None
    assert batch.alone() == tuple(
        [Request("m", prompt, kind="score", labels=("a", "b")) for prompt in ("x", "y")]
    )
    assert batch.alone()[0].alone() == batch.alone()[:1]
    assert pickle.loads(pickle.dumps(batch)) == batch


def test_draws_are_made_once_and_only_if_they_are_read() -> None:
    made: list[int] = []

    def draws() -> tuple[int, ...]:
        made.append(1)
        return (7,)

    asked = REQUEST.like("2+2", None, draws)
    assert (asked.model, asked.prompt, asked.n, asked.stop, made) == ("small", "2+2", 1, (), [])
    assert (asked.draws, asked.draws, made) == ((7,), (7,), [1])
    assert REQUEST.like("2+2", None, draws) == asked


def test_what_makes_draws_may_stand_with_its_arguments() -> None:
    def draws(*numbers: int) -> tuple[int, ...]:
        return numbers

    asked = REQUEST.like("2+2", None, (draws, 1, 2, 3, 4))
    assert (asked.draws, asked.draws) == ((1, 2, 3, 4), (1, 2, 3, 4))
    assert pickle.loads(pickle.dumps(REQUEST.like("2+2", None, (draws, 1, 2, 3, 4)))) == asked


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_copies_of_a_request_hold_its_draws_and_not_what_makes_them(protocol: int) -> None:
    asked = REQUEST.like("2+2", None, lambda: (7,))
    assert pickle.loads(pickle.dumps(asked, protocol)) == asked
    assert copy.copy(REQUEST.like("2+2", None, lambda: (7,))) == asked
    assert copy.deepcopy(REQUEST.like("2+2", None, lambda: (7,))) == asked


def test_replies_are_compared_copied_and_shown_as_what_they_hold() -> None:
    reply = Reply(("hi",), input_tokens=3, output_tokens=1)
    assert repr(reply) == "Reply(values=('hi',), input_tokens=3, output_tokens=1, problem=None)"
    assert (reply, hash(reply)) == (Reply(("hi",), 3, 1), hash(Reply(("hi",), 3, 1)))
    assert reply not in (Reply(("ho",), 3, 1), Reply(("hi",), 4, 1), Reply(("hi",), 3, 2))
    assert reply != Reply(("hi",), 3, 1, "refused")
    assert dataclasses.replace(reply, input_tokens=4) == Reply(("hi",), 4, 1)
    assert pickle.loads(pickle.dumps(reply)) == reply == copy.copy(reply)
    with pytest.raises(TypeError, match="unhashable type: 'list'"):
        hash(Reply(["hi"], 3, 1))


@pytest.mark.parametrize("values", [["hi"], ("hi",), ["\N{ROCKET}"], [""]])
def test_a_proper_reply_is_returned(values: list[str]) -> None:
    reply = Reply(values, 0, 0)
    assert check_reply(REQUEST, reply) is reply


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (
            Reply(["one small"], 3, 2, "cut off"),
            "the answer of model 'small' must be whole, but was cut off at 2 tokens; "
            "give more max_tokens, or ask for a shorter answer",
        ),
        (
            Reply(["I will not"], 3, 2, "refused"),
            "model 'small' must answer, but refused to; change what it is asked",
        ),
    ],
)
def test_what_is_no_whole_answer_is_an_error_that_comes_again(reply: Reply, message: str) -> None:
    with pytest.raises(ProviderError) as caught:
        check_reply(Request("small", "hello", max_tokens=2), reply)
    assert caught.value.message == message
    assert not caught.value.retryable
    no_limit = Reply(["one small"], 3, 2, "cut off")
    with pytest.raises(ProviderError, match="was cut off at its limit; give more"):
        check_reply(REQUEST, no_limit)


def test_an_answer_that_is_cut_off_is_left_to_its_grammar_if_it_does_not_fit() -> None:
    asked = Request("small", "hello", max_tokens=1, grammar=Grammar("regex", "[0-9]+|yes"))
    reply = Reply(["Yes, it"], 3, 1, "cut off")
    assert check_reply(asked, reply) is reply
    with pytest.raises(ProviderError, match="was cut off at 1 tokens"):
        check_reply(asked, Reply(["1234"], 3, 1, "cut off"))


def test_a_problem_that_nobody_knows_is_told() -> None:
    problem: Any = "tired"
    with pytest.raises(ProviderError, match="must be 'cut off', 'refused' or None, but got an"):
        check_reply(REQUEST, Reply(["hi"], 3, 1, problem))


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (
            None,
            "a provider must answer a request for model 'small' with an ember.Reply, but got "
            "None; return ember.Reply(values, input_tokens, output_tokens)",
        ),
        (
            ["hi"],
            "a provider must answer a request for model 'small' with an ember.Reply, but got "
            "an object of type list; return ember.Reply(values, input_tokens, output_tokens)",
        ),
        (
            Reply("4", 1, 1),
            "the values of the reply for model 'small' must be a list of texts, but got "
            "an object of type str; put the answers into a list",
        ),
        (
            Reply([], 1, 1),
            "the reply for model 'small' must hold exactly 1 value, but got 0; "
            "return one text per requested answer",
        ),
        (
            Reply(["4"], -1, 1),
            "input_tokens of the reply for model 'small' must be an int of at least 0, "
            "but got -1; report the tokens that the service charged",
        ),
        (
            Reply(["4"], 1, True),
            "output_tokens of the reply for model 'small' must be an int of at least 0, "
            "but got True; report the tokens that the service charged",
        ),
    ],
)
def test_anything_else_is_refused(reply: object, message: str) -> None:
    with pytest.raises(ProviderError) as refused:
        check_reply(REQUEST, reply)
    assert refused.value.message == message
    assert refused.value.retryable


def test_values_must_be_texts() -> None:
    reply = Reply(["4", 4], 1, 1)  # pyright: ignore[reportArgumentType]
    with pytest.raises(ProviderError) as refused:
        check_reply(Request("small", "hello", n=2), reply)
    assert refused.value.message == (
        "value 1 of the reply for model 'small' must be a str, but got an object of type int; "
        "return every answer as text"
    )


def test_a_provider_is_what_can_generate() -> None:
    assert is_provider(Echo())
    assert not is_provider(Echo)
    assert not is_provider(object())


def test_only_what_can_simulate_is_simulated() -> None:
    assert is_simulated(Simulated())
    assert not is_simulated(Echo())
