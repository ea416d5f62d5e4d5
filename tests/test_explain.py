"""What Python programs tell of their optimization, and what they are compiled for."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp

import ember_mlir as ember
from ember_mlir.errors import CaptureError, InputError, OptimizationWarning, PipelineError
from ember_mlir.passes.optimization import Optimization
from ember_mlir.providers import Provider, Reply, Request


class Raises(Optimization):
    """Trips over its own feet."""

    name = "raises"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        raise ZeroDivisionError


def twice(question: str) -> str:
    first = ember.generate(question, temperature=0)
    second = ember.generate(question, temperature=0)
    return ember.join([first, second], " ")


def test_a_program_explains_what_became_of_it() -> None:
    told = ember.compile(twice).explain()
    assert [report.name for report in told.fired if report.name == "merge-calls"] == ["merge-calls"]
    text = str(told)
    assert f"+ {__file__}:{twice.__code__.co_firstlineno + 2}:" in text
    assert "as written: 2 calls and about 640 tokens; now: 1 call and about 320 tokens" in text
    assert "the last run" not in text


def test_a_recorded_run_tells_what_it_has_saved() -> None:
    program = ember.compile(twice)
    with ember.Session(seed=1, clock="virtual", recorded=True):
        answer = program("What is 2 + 2?")
    assert program.last_run is not None
    saved = program.last_run.saved
    assert saved is not None
    assert (saved.calls, saved.calls_as_written, program.last_run.calls) == (1, 2, 1)
    assert saved.tokens == program.last_run.tokens
    assert (
        "the last run made 1 of the 2 calls of the program as it is written, and took about "
        f"{saved.tokens} tokens less" in str(program.explain())
    )
    with ember.Session(seed=1, clock="virtual"):
        assert program("What is 2 + 2?") == answer
    assert program.last_run.saved is None


def test_a_recorded_run_without_a_seed_is_the_run_that_it_was() -> None:
    @ember.jit
    def vote(question: str) -> str:
        return ember.vote([ember.generate(question, temperature=0.7) for _ in range(5)])

    for _ in range(5):
        with ember.Session(clock="virtual", recorded=True):
            vote("What is 17 * 24?")
        assert vote.last_run is not None
        saved = vote.last_run.saved
        assert saved is not None
        assert saved.calls_as_written == 5
        assert saved.calls == 5 - vote.last_run.calls


class Table:
    """A provider that answers on an event loop alone."""

    async def generate(self, request: Request) -> Reply:
        return Reply(["same"], 1, 1)


@pytest.mark.parametrize("provider", [None, Table()], ids=["simulated", "table"])
def test_every_kind_of_provider_may_be_recorded(provider: Provider | None) -> None:
    program = ember.compile(twice)
    with ember.Session(provider, seed=1, recorded=True):
        program("2 + 2")
    assert program.last_run is not None
    assert program.last_run.saved is not None
    assert program.last_run.saved.calls == 1


def test_whether_a_session_is_recorded_is_a_condition() -> None:
    with pytest.raises(InputError, match="recorded must be True or False, but got 1"):
        ember.Session(recorded=1)  # pyright: ignore[reportArgumentType]


def test_what_is_not_allowed_is_not_done() -> None:
    exact = ember.compile(twice, allow="exact", without=["merge-calls"])
    assert exact.ir().count("llm.generate") == 2
    with ember.Session(seed=1, clock="virtual"):
        assert exact("2 + 2") == ember.compile(twice)("2 + 2")
    assert exact.last_run is not None
    assert exact.last_run.calls == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"allow": "much"}, "a promise must be exact, distribution, bounded"),
        ({"optimize_for": "beauty"}, "for one of 'both', 'cost', 'latency', but got 'beauty'"),
        ({"passes": ["no-such"]}, "a pass must be a known one, but got 'no-such'"),
        ({"without": ["lower-to-exec"]}, "only an optimization can be left out"),
        ({"passes": "merge-calls"}, "passes must be given as a list, but got a text"),
        ({"without": "merge-calls"}, "passes must be given as a list, but got a text"),
    ],
)
def test_wrong_options_are_refused_before_anything_has_run(
    options: dict[str, Any], message: str
) -> None:
    program = ember.compile(twice, **options)
    with pytest.raises(PipelineError, match=message):
        program("2 + 2")


def test_a_decorator_takes_the_same_options() -> None:
    @ember.jit(without=["merge-calls"])
    def ask(question: str) -> str:
        return twice(question)

    assert ask.ir().count("llm.generate") == 2


def test_a_program_may_be_compiled_again_for_something_else() -> None:
    program = ember.compile(twice)
    other = ember.compile(program, without=["merge-calls"])
    assert (program.ir().count("llm.generate"), other.ir().count("llm.generate")) == (1, 2)
    assert ember.compile(other) is other
    assert ember.compile(other, without=["merge-calls"]) is other


def test_a_pass_that_breaks_a_program_is_a_warning_and_the_program_runs() -> None:
    program = ember.compile(twice, passes=[Raises])
    with ember.Session(seed=1, clock="virtual"):
        with pytest.warns(OptimizationWarning, match="the pass 'raises' must leave") as caught:
            answer = program("2 + 2")
        # Once is enough.
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert program("2 + 2") == answer
    assert caught[0].filename == __file__
    Path(str(caught[0].message).rpartition("is in ")[2]).unlink()


def test_an_explanation_needs_to_know_the_types() -> None:
    untyped = ember.compile(lambda question: ember.generate(f"{question}"))  # pyright: ignore
    with pytest.raises(CaptureError):
        untyped.explain()


def test_a_program_tells_its_shapes() -> None:
    def steps(question: str) -> str:
        drafts = [ember.generate(question, temperature=0.7) for _ in range(3)]
        best = ember.vote(drafts)
        longer = ember.generate(f"Longer: {best}", temperature=0)
        return ember.generate(f"Polite: {longer}", temperature=0)

    kinds = {shape.kind: str(shape) for shape in ember.compile(steps).patterns()}
    assert set(kinds) >= {"ensemble", "chain"}
    first = steps.__code__.co_firstlineno
    assert str(first + 1) in kinds["ensemble"]
    assert str(first + 4) in kinds["chain"]
