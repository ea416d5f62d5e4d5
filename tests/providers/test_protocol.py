"""Requests, replies, and what is refused as a reply."""

from __future__ import annotations

import dataclasses

import pytest

from ember_mlir.errors import ProviderError
from ember_mlir.providers import Reply, Request, Simulated, check_reply, is_simulated
from ember_mlir.providers.protocol import is_provider

REQUEST = Request("small", "hello")


class Echo:
    """A provider that repeats the prompt."""

    async def generate(self, request: Request) -> Reply:
        """Answer with the prompt."""
        return Reply([request.prompt or ""] * request.n, 1, 1)


def test_a_request_is_frozen_and_has_no_other_fields() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(REQUEST, "model", "large")  # noqa: B010 - a plain assignment is a type error
    assert not hasattr(REQUEST, "__dict__")


def test_a_request_is_greedy_and_for_one_answer_by_default() -> None:
    assert (REQUEST.n, REQUEST.draws, REQUEST.temperature) == (1, (), None)


@pytest.mark.parametrize("values", [["hi"], ("hi",), ["\N{ROCKET}"], [""]])
def test_a_proper_reply_is_returned(values: list[str]) -> None:
    reply = Reply(values, 0, 0)
    assert check_reply(REQUEST, reply) is reply


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
    assert not refused.value.retryable


def test_values_must_be_texts() -> None:
    values: list[object] = ["4", 4]
    reply = Reply(["", ""], 1, 1)
    object.__setattr__(reply, "values", values)
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
