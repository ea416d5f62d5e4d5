"""The public operations: their parameters, and calling them outside of any program."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import ember_mlir as ember
from ember_mlir.errors import EmberError

from .conftest import Recording

Wrong = Callable[[], object]

WRONG: list[tuple[Wrong, type[EmberError], str]] = [
    (
        lambda: ember.generate("q", temperature=2.5),
        ember.InputError,
        "temperature must be between 0 and 2, but got 2.5; give a number from 0 to 2",
    ),
    (
        lambda: ember.generate("q", temperature=float("nan")),
        ember.InputError,
        "temperature must be between 0 and 2, but got NaN; give a number from 0 to 2",
    ),
    (
        lambda: ember.generate("q", temperature=True),
        ember.InputError,
        "temperature must be a known number, but got a bool; give a number from 0 to 2",
    ),
    (
        lambda: ember.generate("q", temperature="hot"),  # type: ignore[arg-type]
        ember.InputError,
        "temperature must be a known number, but got a str; give a number from 0 to 2",
    ),
    (
        lambda: ember.sample("q", 2, max_tokens=0),
        ember.InputError,
        "max_tokens must be at least 1, but got 0; give a number of tokens",
    ),
    (
        lambda: ember.generate("q", max_tokens=1.5),  # type: ignore[arg-type]
        ember.InputError,
        "max_tokens must be a known int, but got a float; give a number of tokens",
    ),
    (
        lambda: ember.sample("q", 0),
        ember.InputError,
        "n must be an int of at least 1, but got 0; ask for one answer or more",
    ),
    (
        lambda: ember.generate(["q"]),  # type: ignore[arg-type]
        ember.InputError,
        "a message must be a dict or an ember.Message, but got a str; write each as",
    ),
    (
        lambda: ember.generate("q", model=3),  # type: ignore[arg-type]
        ember.InputError,
        "a model must be given by its name, known at capture, but got an int; "
        "write the name of a registered model",
    ),
    (
        lambda: ember.generate("q", model="huge"),
        ember.ModelError,
        "a model must be registered before it is used, but got 'huge'",
    ),
    (
        lambda: ember.vote("abc"),
        ember.InputError,
        "the answers of a vote must be a list, but got a str; give a list",
    ),
    (
        lambda: ember.vote(["a", 3]),  # type: ignore[list-item]
        ember.InputError,
        "the answers of a vote must be a list of texts, but got an int in it; "
        "turn each element into one text",
    ),
    (
        lambda: ember.join([["a"]], ","),  # type: ignore[list-item]
        ember.InputError,
        "the items of a join must be a list of texts, but got a list in it",
    ),
    (
        lambda: ember.join(["a"], 3),  # type: ignore[arg-type]
        ember.InputError,
        "the separator of a join must be a known str, but got an int; write it out",
    ),
    (
        lambda: ember.map("f", ["a"]),  # type: ignore[arg-type]
        ember.InputError,
        "ember.map must get a function first, but got a str; write ember.map(function, items)",
    ),
    (
        lambda: ember.map(ember.generate, "abc"),
        ember.InputError,
        "the items of a map must be a list, but got a str; give a list",
    ),
    (
        lambda: ember.reduce(ember.join, ["a"], arity=1),
        ember.InputError,
        "the arity of a reduction must be an int of at least 2, but got 1; "
        "give the number of neighbours to merge",
    ),
]


@pytest.mark.parametrize(("wrong", "kind", "message"), WRONG)
def test_wrong_arguments_have_the_line_of_the_call(
    wrong: Wrong, kind: type[EmberError], message: str
) -> None:
    for call in (wrong, ember.compile(wrong), ember.compile(wrong).eager):
        with pytest.raises(kind) as caught:
            call()
        assert caught.value.message.startswith(message)
        location = caught.value.location
        assert location is not None
        assert (location.file, location.line) == (__file__, wrong.__code__.co_firstlineno)
        assert location.column > 1


def test_a_known_text_is_needed_for_a_model_and_a_separator() -> None:
    @ember.jit(strict=True)
    def ask(model: str) -> str:
        return ember.generate("q", model=model)

    with pytest.raises(ember.CaptureError, match="a model named by a text that is known"):
        ask("small")

    @ember.jit(strict=True)
    def glue(separator: str) -> str:
        return ember.join(["a", separator], separator)

    with pytest.raises(ember.CaptureError, match="a separator that is a text that is known"):
        glue("small")


def test_plain_calls_ask_at_once(provider: Recording) -> None:
    with ember.Session(provider=provider, seed=5):
        notes = ember.map(lambda doc: ember.generate(f"note {doc}", temperature=0), ["a", "b"])
        drafts = ember.sample(ember.join(notes), 3, model="any", temperature=0.5, max_tokens=7)
        best = ember.vote(drafts)
        merged = ember.reduce(lambda group: ember.generate("+".join(group)), [*drafts, best])
    assert len(provider.requests) == 6
    assert provider.requests[0] == ember.Request("small", "note a", temperature=0.0)
    third = provider.requests[2]
    assert (third.model, third.prompt, third.temperature) == ("any", "".join(notes), 0.5)
    assert (third.max_tokens, third.n, len(third.draws)) == (7, 1, 1)
    assert isinstance(merged, str)


def test_plain_calls_draw_by_a_counter_per_call_site() -> None:
    def ask() -> list[ember.Request]:
        provider = Recording()
        with ember.Session(provider=provider, seed=5):
            for _ in range(2):
                ember.generate("q")
            assert ember.generate("q") != ember.generate("q")
        return provider.requests

    first, again = ask(), ask()
    assert first == again
    assert len({request.draws for request in first}) == 4


def test_plain_calls_without_a_seed_differ() -> None:
    provider = Recording()
    with ember.Session(provider=provider):
        for _ in range(3):
            ember.generate("q")
    assert len({request.draws for request in provider.requests}) == 3


def test_plain_calls_take_any_iterable() -> None:
    assert ember.map(lambda n: n + 1, (n for n in {1})) == [2]
    assert ember.vote(iter(["a"])) == "a"
    assert ember.join({"a": 1}, ",") == "a"


def test_plain_errors_of_empty_lists() -> None:
    with pytest.raises(ember.EmptyVoteError):
        ember.vote([])
    with pytest.raises(ember.EmptyReduceError):
        ember.reduce("".join, [])


def test_an_error_of_a_provider_has_the_line_of_the_call() -> None:
    class Failing:
        async def generate(self, request: ember.Request, /) -> ember.Reply:
            raise ember.ProviderError("the service answered 503", retryable=True)

    with ember.Session(provider=Failing()), pytest.raises(ember.ProviderError) as caught:
        ember.generate("q")
    location = caught.value.location
    assert location is not None
    assert location.file == __file__
    assert caught.value.retryable


def test_any_other_error_of_a_provider_becomes_a_provider_error() -> None:
    class Broken:
        async def generate(self, request: ember.Request, /) -> ember.Reply:
            raise ValueError("broken")

    with ember.Session(provider=Broken()), pytest.raises(ember.ProviderError) as caught:
        ember.generate("q")
    assert "but it raised ValueError: broken; see the cause" in caught.value.message
    assert isinstance(caught.value.__cause__, ValueError)


def test_a_reply_that_is_none_is_an_error() -> None:
    class Silent:
        async def generate(self, request: ember.Request, /) -> ember.Reply:
            return None  # type: ignore[return-value]

    with ember.Session(provider=Silent()), pytest.raises(ember.ProviderError, match="an ember"):
        ember.generate("q")


def test_the_virtual_clock_needs_a_simulated_provider(provider: Recording) -> None:
    session = ember.Session(provider=provider, clock="virtual")
    with session, pytest.raises(ember.ModelError, match="must have simulate"):
        ember.generate("q")
    assert provider.requests == []


def test_a_provider_may_call_models_itself() -> None:
    inner = Recording()

    class Outer:
        async def generate(self, request: ember.Request, /) -> ember.Reply:
            with ember.Session(provider=inner, seed=1):
                return ember.Reply([ember.generate(f"inner {request.prompt}")], 1, 1)

    @ember.jit
    def ask(q: str) -> str:
        return ember.generate(q)

    with ember.Session(provider=Outer(), seed=2):
        assert ask("q") == ask.eager("q") == ember.generate("q")
    assert [request.prompt for request in inner.requests] == ["inner q"] * 3
