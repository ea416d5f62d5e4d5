"""Exceptions of providers: what they are reported as, and to whom they belong."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Callable
from decimal import Decimal

import pytest

from ember_mlir.direct import Sender
from ember_mlir.errors import EmberError, ProviderError, SourceLocation
from ember_mlir.providers import Reply, Request, Session
from ember_mlir.providers.failures import foreign_error, own_error, wait_asked
from ember_mlir.providers.replies import MOST_SECONDS

REQUEST = Request("small", "hello")


class Mute(Exception):
    """An exception that fails to say what it is."""

    def __str__(self) -> str:
        raise ValueError("no words")


class Coded(ProviderError):
    """An error of a user's own, with arguments of its own."""

    def __init__(self, code: int, *, retryable: bool) -> None:
        super().__init__(f"the service answered {code}", retryable=retryable)
        self.code = code


class Answers:
    """A provider that answers what a function says."""

    def __init__(self, answer: Callable[[], tuple[object, object]]) -> None:
        self.answer = answer

    def simulate(self, request: Request) -> tuple[object, object]:
        """Whatever the function says."""
        return self.answer()

    async def generate(self, request: Request) -> object:
        """The same, at once."""
        return self.answer()[0]


def sender(answer: Callable[[], tuple[object, object]], clock: str = "virtual") -> Sender:
    """A sender that is answered so; clocks and providers are what a user may get wrong."""
    session = Session(clock="real" if clock == "real" else "virtual")
    object.__setattr__(session, "provider", Answers(answer))
    return Sender(session)


def test_an_exception_that_cannot_be_shown_is_reported_all_the_same() -> None:
    error = Mute()
    known = foreign_error(Answers, "small", error)
    assert known.message == (
        "type, the provider of model 'small', must return a reply or raise ember.ProviderError, "
        "but it raised Mute, which cannot be shown as text; see the cause"
    )
    assert known.__cause__ is error


@pytest.mark.parametrize(
    ("error", "retryable"),
    [
        (asyncio.CancelledError(), True),
        (ConnectionResetError("reset by peer"), True),
        (TimeoutError(), True),
        (PermissionError("a bad key"), False),
        (KeyError("choices"), False),
    ],
)
def test_what_a_connection_has_broken_may_be_sent_again(
    error: BaseException, retryable: bool
) -> None:
    known = foreign_error(object(), "small", error)
    assert (known.retryable, known.rate_limited, known.retry_after) == (retryable, False, None)


def test_an_own_copy_of_a_rate_limit_keeps_all_that_it_says() -> None:
    limit = ProviderError("429", retryable=True, rate_limited=True, retry_after=2.5)
    for copied in (own_error(limit), pickle.loads(pickle.dumps(limit))):
        assert copied is not limit
        assert (copied.retryable, copied.rate_limited, copied.retry_after) == (True, True, 2.5)


@pytest.mark.parametrize(
    ("asked", "wait"),
    [
        (None, 0.0),
        (0, 0.0),
        (3, 3.0),
        (0.25, 0.25),
        (-1.0, 0.0),
        (float("nan"), 0.0),
        (float("inf"), MOST_SECONDS),
        pytest.param(10**5000, MOST_SECONDS, id="large"),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
    ],
)
def test_what_a_service_asks_to_wait_is_a_time_that_can_be(asked: float, wait: float) -> None:
    assert wait_asked(ProviderError("429", retryable=True, retry_after=asked)) == wait


@pytest.mark.parametrize("error", [ProviderError("no", retryable=True), Coded(503, retryable=True)])
def test_an_own_copy_is_alike_but_apart(error: ProviderError) -> None:
    error.add_note("the provider's note")
    error.__cause__ = KeyError("x")
    own = own_error(error)
    own.location = SourceLocation("a.py", 1, 1)
    own.add_note("our note")
    assert (type(own), own.message, own.args) == (type(error), error.message, error.args)
    assert own.retryable
    assert own.__cause__ is error.__cause__
    assert own.__suppress_context__
    assert error.location is None
    assert error.__notes__ == ["the provider's note"]
    assert own.__notes__ == ["the provider's note", "our note"]


@pytest.mark.parametrize("clock", ["real", "virtual"])
def test_a_shared_error_takes_nothing_from_a_call(clock: str) -> None:
    shared = Coded(503, retryable=True)

    def answer() -> tuple[object, object]:
        raise shared

    for _ in range(2):
        with pytest.raises(Coded, match="the service answered 503") as caught:
            sender(answer, clock).send(REQUEST)
        assert caught.value.bill is not None
        assert caught.value.bill.calls == 1
        assert caught.value.code == 503
    assert shared.bill is None


@pytest.mark.parametrize("clock", ["real", "virtual"])
def test_a_foreign_exception_is_the_cause(clock: str) -> None:
    def answer() -> tuple[object, object]:
        raise Mute

    with pytest.raises(ProviderError, match="it raised Mute, which cannot be shown") as caught:
        sender(answer, clock).send(REQUEST)
    assert isinstance(caught.value.__cause__, Mute)


@pytest.mark.parametrize("clock", ["real", "virtual"])
def test_a_refused_reply_is_paid_for(clock: str) -> None:
    with pytest.raises(ProviderError, match="must hold exactly 1 value") as caught:
        sender(lambda: (Reply([], 1000, 100), 1.0), clock).send(REQUEST)
    bill = caught.value.bill
    assert bill is not None
    assert (bill.calls, bill.input_tokens, bill.output_tokens) == (1, 1000, 100)
    assert bill.usd == Decimal("0.00021")


def test_a_refused_reply_without_counts_owes_nothing() -> None:
    with pytest.raises(ProviderError, match="output_tokens") as caught:
        sender(lambda: (Reply(["a"], 1000, -1), 1.0)).send(REQUEST)
    bill = caught.value.bill
    assert bill is not None
    assert (bill.calls, bill.tokens, bill.usd) == (1, 0, 0)


def test_an_overflowing_latency_is_an_error_of_the_provider() -> None:
    with pytest.raises(ProviderError, match="of at most 1000000000, or inf, but got 1e"):
        sender(lambda: (Reply(["a"], 1, 1), 1e308)).send(REQUEST)


def test_other_errors_keep_their_kind() -> None:
    error = EmberError("nested", location=SourceLocation("inner.py", 3, 1))
    assert own_error(error).location == SourceLocation("inner.py", 3, 1)
