"""What ends a run early: where it says it happened, what it cost, and that all has left."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from ember_mlir.errors import EmberError, EmptyVoteError, ProviderError, SourceLocation
from ember_mlir.providers import Reply, Request, Session
from ember_mlir.providers.bill import Bill
from ember_mlir.providers.session import Clock
from ember_mlir.runtime.frames import Frame
from ember_mlir.runtime.instructions import bodies
from ember_mlir.runtime.run import run

if TYPE_CHECKING:
    from conftest import Harness

LIST = "!llm.list<!llm.text>"
CLOCKS = pytest.mark.parametrize("clock", ["virtual", "real"])

MAP = f"""
exec.lane @lane model "m" from "p" concurrency 3 usd_per_million 1 in 10 out
exec.frame @f(%xs: {LIST}) -> {LIST} {{
  %ys = exec.fanout @body over %xs : {LIST} -> {LIST}
  exec.return %ys : {LIST}
}}
exec.frame @body(%p: !llm.text) -> !llm.text {{
  %a = exec.request @lane(%p) temperature 0 site <0[*]> label "public" at "été.py":12:5
  %b = exec.request @lane(%a) temperature 0 site <1[*]> label "public" at "été.py":13:5
  exec.return %b : !llm.text
}}
"""

THREE = """
exec.frame @f() -> (!llm.text, !llm.text, !llm.text) {
  %x = exec.constant "x"
  %y = exec.constant "y"
  %z = exec.constant "z"
  %c = exec.request @lane(%z) temperature 0 site <2> label "public" at "app.py":3:1
  %a = exec.request @lane(%x) temperature 0 site <0> label "public" at "app.py":1:1
  %b = exec.request @lane(%y) temperature 0 site <1> label "public" at "app.py":2:1
  exec.return %a, %b, %c : !llm.text, !llm.text, !llm.text
}
"""


@CLOCKS
def test_an_error_of_a_provider_ends_the_run(harness: Harness, clock: Clock) -> None:
    refused = ProviderError("the service answered 503", retryable=True)
    provider = harness.Scripted(answer=lambda prompt: refused if prompt == "<b>" else f"<{prompt}>")
    with pytest.raises(ProviderError) as caught:
        harness.run(MAP, list("abcdef"), provider=provider, clock=clock)
    error = caught.value
    assert (type(error), error.retryable) == (ProviderError, True)
    assert (refused.location, refused.bill) == (None, None)
    assert error.location == SourceLocation("été.py", 13, 5)
    assert str(error) == "été.py:13:5: the service answered 503"
    assert isinstance(error.bill, Bill)
    # What was answered before is paid, 2 tokens in and 1 out each, and of what was
    # cancelled the input.
    paid = error.bill.output_tokens
    assert error.bill.input_tokens >= 2 * paid
    assert error.bill.usd is not None
    assert error.bill.usd >= paid * Decimal("0.000012")
    assert error.bill.calls >= len(provider.requests) >= paid > 0
    assert "<f>" not in provider.prompts


@CLOCKS
def test_what_a_provider_raises_else_becomes_a_provider_error(
    harness: Harness, clock: Clock
) -> None:
    broken = ConnectionError("reset by peer")
    provider = harness.Scripted(answer=lambda prompt: broken)
    with pytest.raises(ProviderError) as caught:
        harness.run(MAP, ["a"], provider=provider, clock=clock)
    assert caught.value.message == (
        f"{type(provider).__name__}, the provider of model 'm', must return a reply or raise "
        "ember.ProviderError, but it raised ConnectionError: reset by peer; see the cause"
    )
    assert caught.value.__cause__ is broken
    assert caught.value.retryable


def test_an_exception_without_a_message_is_named(harness: Harness) -> None:
    provider = harness.Scripted(answer=lambda prompt: KeyError())
    with pytest.raises(ProviderError, match="but it raised KeyError; see the cause"):
        harness.run(MAP, ["a"], provider=provider)


@CLOCKS
def test_the_first_in_program_order_is_raised(harness: Harness, clock: Clock) -> None:
    # All fail at the same moment; the last to be sent stands first in the text.
    provider = harness.Scripted(
        answer=lambda prompt: ProviderError(f"no {prompt}"), seconds=lambda prompt: 0.0
    )
    with pytest.raises(ProviderError) as caught:
        harness.run(THREE, provider=provider, clock=clock)
    assert str(caught.value) == "app.py:3:1: no z"
    assert caught.value.__notes__ == [
        "also failed: app.py:1:1: no x",
        "also failed: app.py:2:1: no y",
    ]


def test_program_order_counts_elements_before_rows(harness: Harness) -> None:
    # The second request of element 0 comes before the first of element 1.
    text = MAP.replace("concurrency 3", "concurrency 30")
    seconds = {"a": 1.0, "<a>": 1.0, "b": 2.0}
    failing = {"<a>", "b"}
    provider = harness.Scripted(
        answer=lambda prompt: ProviderError("no") if prompt in failing else f"<{prompt}>",
        seconds=lambda prompt: seconds.get(prompt, 9.0),
    )

    class Late(harness.Scripted):
        """Fails after its latency, not at once."""

        def simulate(self, request: Request) -> tuple[Reply, float]:
            try:
                return super().simulate(request)
            except ProviderError:
                # A reply that is no reply fails when it comes.
                return Reply([], 0, 0), self.seconds(request.prompt or "")

    late = Late(provider.answer, provider.seconds)
    with pytest.raises(ProviderError) as caught:
        harness.run(text, ["a", "b"], provider=late)
    assert caught.value.location == SourceLocation("été.py", 13, 5)
    assert len(caught.value.__notes__) == 1


def test_many_failures_are_counted(harness: Harness) -> None:
    text = MAP.replace("concurrency 3", "concurrency 30")
    provider = harness.Scripted(answer=lambda prompt: ProviderError(f"no {prompt}"))
    with pytest.raises(ProviderError) as caught:
        harness.run(text, list("abcdefghij"), provider=provider)
    assert caught.value.message == "no a"
    assert len(caught.value.__notes__) == 6
    assert caught.value.__notes__[-1] == "also failed: 4 more"


@CLOCKS
def test_a_failing_instruction_ends_the_run(harness: Harness, clock: Clock) -> None:
    text = f"""exec.frame @f(%xs: {LIST}, %p: !llm.text) -> (!llm.text, !llm.text) {{
      %a = exec.request @lane(%p) temperature 0 site <0> label "public"
      %v = exec.vote %xs : {LIST}
      exec.return %a, %v : !llm.text, !llm.text
    }}"""
    provider = harness.Scripted(seconds=lambda prompt: 30.0)
    with pytest.raises(EmptyVoteError) as caught:
        harness.run(text, [], "p", provider=provider, clock=clock)
    assert isinstance(caught.value.bill, Bill)
    assert caught.value.bill.seconds < 30


@CLOCKS
@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (None, "must answer a request for model 'm' with an ember.Reply, but got None"),
        ("text", "must answer a request"),
        (Reply([], 1, 1), "must hold exactly 1 value, but got 0"),
        (Reply(["a", "b"], 1, 1), "must hold exactly 1 value, but got 2"),
        (Reply("a", 1, 1), "must be a list of texts"),
        (Reply([b"a"], 1, 1), "must be a str"),  # pyright: ignore[reportArgumentType]
        (Reply(["a"], -1, 1), "input_tokens"),
        (Reply(["a"], 1, -1), "output_tokens"),
        (Reply(["a"], True, 1), "input_tokens"),
        (Reply(["a"], 1, 0.5), "output_tokens"),  # pyright: ignore[reportArgumentType]
    ],
)
def test_a_wrong_reply_is_an_error_of_its_request(
    harness: Harness, clock: Clock, reply: object, message: str
) -> None:
    class Wrong:
        def simulate(self, request: Request) -> tuple[object, float]:
            return reply, 0.0

        async def generate(self, request: Request) -> object:
            return reply

    with pytest.raises(ProviderError, match=message) as caught:
        harness.run(MAP, ["a"], provider=Wrong(), clock=clock)
    assert caught.value.location == SourceLocation("été.py", 12, 5)


@CLOCKS
def test_a_shared_error_is_located_anew_by_each_run(harness: Harness, clock: Clock) -> None:
    shared = ProviderError("no")
    first = harness.Scripted(answer=lambda prompt: shared if prompt == "a" else prompt)
    second = harness.Scripted(answer=lambda prompt: shared if prompt == "<a>" else f"<{prompt}>")
    both = harness.Scripted(answer=lambda prompt: shared)
    for provider, line, notes in [(first, 12, 0), (second, 13, 0), (both, 12, 2), (both, 12, 2)]:
        items = ["a", "b", "c"] if provider is both else ["a"]
        with pytest.raises(ProviderError) as caught:
            harness.run(MAP, items, provider=provider, clock=clock)
        assert caught.value.location == SourceLocation("été.py", line, 5)
        assert len(getattr(caught.value, "__notes__", ())) == notes
    assert not hasattr(shared, "__notes__")


@CLOCKS
def test_an_exception_that_cannot_be_shown_is_no_defect(harness: Harness, clock: Clock) -> None:
    class Mute(Exception):
        def __str__(self) -> str:
            raise ValueError("no words")

    provider = harness.Scripted(answer=lambda prompt: Mute())
    with pytest.raises(ProviderError, match="it raised Mute, which cannot be shown as text"):
        harness.run(MAP, ["a"], provider=provider, clock=clock)


@CLOCKS
@pytest.mark.parametrize(
    ("reply", "tokens"),
    [
        (Reply([], 30, 4), 34),
        (Reply(["a\ud800"], 30, 4), 34),
        (Reply(["a"], 30, -4), 0),
        pytest.param(Reply(["a"], 10**5000, 4), 0, id="absurd"),
    ],
)
def test_a_wrong_reply_is_paid_for(
    harness: Harness, clock: Clock, reply: Reply, tokens: int
) -> None:
    class Wrong:
        def simulate(self, request: Request) -> tuple[Reply, float]:
            return reply, 0.0

        async def generate(self, request: Request) -> Reply:
            return reply

    with pytest.raises(ProviderError) as caught:
        harness.run(MAP, ["a"], provider=Wrong(), clock=clock)
    assert caught.value.bill is not None
    assert caught.value.bill.tokens == tokens


def test_a_latency_that_overflows_is_an_error_of_its_request(harness: Harness) -> None:
    provider = harness.Scripted(seconds=lambda prompt: 1e305)
    with pytest.raises(ProviderError, match="of at most 1000000000, or inf, but got 1e") as caught:
        harness.run(MAP, ["a"], provider=provider, clock="virtual")
    assert caught.value.location == SourceLocation("été.py", 12, 5)


def test_a_tuple_of_values_is_a_reply(harness: Harness) -> None:
    class Tuples:
        def simulate(self, request: Request) -> tuple[Reply, float]:
            return Reply(("a",), 1, 1), 0.0

        async def generate(self, request: Request) -> Reply:
            return Reply(("a",), 1, 1)

    assert harness.run(MAP, ["x"], provider=Tuples()).outputs == [["a"]]


@CLOCKS
def test_a_defect_of_the_engine_is_an_internal_error(
    harness: Harness, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def defect(self: bodies.Members, frame: Frame) -> None:
        raise KeyError("slot")

    prepared = harness.prepare(MAP)
    monkeypatch.setattr(bodies.Members, "fire", defect)
    with pytest.raises(EmberError) as caught:
        run(prepared, [["a", "b", "c", "d"]], Session(harness.Scripted(), clock=clock))
    assert caught.value.message == (
        "internal error of the engine: KeyError: 'slot'; "
        "please report it with the text of the program"
    )
    assert isinstance(caught.value.__cause__, KeyError)
    with pytest.raises(EmberError, match="internal error"):
        run(prepared, [[]], Session(harness.Scripted(), clock=clock))


@CLOCKS
def test_an_error_of_the_progress_function_is_raised_as_it_is(
    harness: Harness, clock: Clock
) -> None:
    def progress(done: int, issued: int) -> None:
        raise ZeroDivisionError

    session = Session(harness.Scripted(), clock=clock, progress=progress)
    with pytest.raises(ZeroDivisionError):
        run(harness.prepare(MAP), [["a", "b"]], session)


def test_a_run_after_a_failed_one_is_not_affected(harness: Harness) -> None:
    prepared = harness.prepare(MAP)
    failing = Session(harness.Scripted(answer=lambda prompt: ProviderError("no")), clock="virtual")
    with pytest.raises(ProviderError):
        run(prepared, [["a", "b"]], failing)
    assert run(prepared, [["a"]], Session(harness.Scripted(), clock="virtual")).outputs == [
        ["<<a>>"]
    ]


FINISHED = """
exec.frame @main(%docs: !llm.list<!llm.text>, %q: !llm.text) -> !llm.text {
  %first = exec.request @lane(%q) temperature 0 site <0> label "public"
  %notes = exec.fanout @note over %docs : !llm.list<!llm.text> -> !llm.list<!llm.text>
  %joined = exec.join %notes with ","
  %all = exec.format "{0}{1}"(%first, %joined)
  exec.return %all : !llm.text
}
exec.frame @note(%doc: !llm.text) -> !llm.text {
  %note = exec.request @lane(%doc) temperature 0 site <1[*]> label "public"
  exec.return %note : !llm.text
}
"""


class LateRefusal:
    """Refuses `b`, after all others have been answered."""

    def simulate(self, request: Request) -> tuple[Reply | Exception, float]:
        if request.prompt == "b":
            return ProviderError("refused"), 2.0
        return Reply([f"<{request.prompt}>"], 1, 1), 1.0

    async def generate(self, request: Request) -> Reply:
        raise NotImplementedError


def test_what_was_finished_is_in_the_error(harness: Harness) -> None:
    with pytest.raises(ProviderError, match="refused") as caught:
        harness.run(FINISHED, ["a", "b", "c"], "q", provider=LateRefusal())
    # The documents were handed on, and nobody would have read them again.
    assert caught.value.finished == {"first": "<q>", "notes": ["<a>", None, "<c>"]}
