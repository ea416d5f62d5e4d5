"""The benchmark compares like with like: all forms make the same calls and agree."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from ember_mlir.providers import Session
from ember_mlir.runtime.run import run
from ember_mlir.tools.bench import engine, extremes, million, peers
from ember_mlir.tools.bench.constructs import binary, constructs, queued, unary
from ember_mlir.tools.bench.fakes import Fake, Guarded, always, between, mostly
from ember_mlir.tools.bench.forms import by_engine, by_hand, check, outputs_of
from ember_mlir.tools.bench.measure import (
    interleaved,
    loops,
    prepared,
    ratio,
    spread,
    table,
)
from ember_mlir.tools.bench.texts import Features
from ember_mlir.tools.bench.workloads import (
    NONE,
    Workload,
    chain,
    ensemble,
    layered,
    tree,
    two_chains,
    wide_map,
)

SMALL = [
    ensemble(5, NONE),
    wide_map(20, 3, NONE),
    wide_map(20, 3, NONE, leaf=True),
    chain(10, NONE),
    layered(4, 3, NONE),
    tree(8, NONE, 8),
    tree(8, NONE, 3),
    two_chains(5, (2, 4), NONE),
    *(construct.workload for construct in constructs(10)),
]

# By hand nobody asks twice to throw one answer away.
BY_HAND = [workload for workload in SMALL if "race" not in workload.name]

FEATURES: Sequence[Features] = ("off", "on")


@pytest.mark.parametrize("features", FEATURES)
@pytest.mark.parametrize("workload", SMALL, ids=lambda workload: workload.name)
def test_the_engine_does_what_is_written_by_hand(workload: Workload, features: Features) -> None:
    asyncio.run(by_engine(workload, outputs_of(workload), features)())


@pytest.mark.parametrize("guarded", [False, True])
@pytest.mark.parametrize("workload", BY_HAND, ids=lambda workload: workload.name)
def test_by_hand(workload: Workload, guarded: bool) -> None:
    asyncio.run(by_hand(workload, outputs_of(workload), guarded=guarded)())


def test_a_tree_by_hand_joins_in_order() -> None:
    async def ask(prompt: str) -> str:
        return f"({prompt})"

    assert asyncio.run(tree(4, NONE, 2).by_hand(ask)) == ["(((0)|(1))|((2)|(3)))"]


WAITING = [
    layered(6, 4, between(0.001, 0.02)),
    two_chains(20, (2, 4), mostly(0.0105, 0.1005)),
]


@pytest.mark.parametrize("workload", WAITING, ids=lambda workload: workload.name)
def test_nothing_waits_for_what_it_does_not_need(workload: Workload) -> None:
    fake = Fake(workload.latency)
    program = prepared(workload.text("off"), workload.name)
    done = run(program, workload.inputs, Session(fake, clock="virtual"))
    check(workload, fake, done.outputs, outputs_of(workload))
    assert done.seconds == pytest.approx(workload.critical, rel=1e-6)


def test_a_wrong_answer_or_a_missing_call_is_no_result() -> None:
    workload, fake = chain(3, NONE), Fake(NONE)
    with pytest.raises(AssertionError, match="W3 chain of 3 made 0 calls"):
        check(workload, fake, outputs_of(workload), outputs_of(workload))
    fake.calls = 3
    with pytest.raises(AssertionError, match="W3 chain of 3 came to another answer"):
        check(workload, fake, ["wrong"], outputs_of(workload))


def test_calls_by_hand_are_tried_again() -> None:
    class Losing(Fake):
        async def answer(self, prompt: str) -> str:
            self.calls += 1
            raise ConnectionError

    async def no_wait(seconds: float) -> None:
        waits.append(seconds)

    waits: list[float] = []
    fake = Losing(NONE)
    guarded = Guarded(fake, 1, no_wait)
    with pytest.raises(ConnectionError):
        asyncio.run(guarded.answer("prompt"))
    assert fake.calls == 8
    assert waits == [1, 2, 4, 8, 16, 30, 30]
    assert guarded.spans == []


# Instructions, and what must not break


def test_instructions_without_requests() -> None:
    session = Session(clock="virtual")
    for text, answer in ((unary(20), "text"), (binary(20), 20), (queued(20), "19 text")):
        assert run(prepared(text, "text"), ["text"], session).outputs == [answer]


@pytest.mark.parametrize("features", FEATURES)
def test_answers_are_counted(features: Features) -> None:
    seconds, megabytes = million.count(300, features)
    assert seconds > 0
    assert megabytes >= 0


@pytest.mark.parametrize("features", FEATURES)
def test_shapes_that_are_weighed(features: Features) -> None:
    for shape in (extremes.requests, extremes.frames):
        fake = Fake(NONE)
        run(prepared(shape(20, features), "shape"), ["prompt"], Session(fake, clock="virtual"))
        assert fake.calls == 20


def test_frames_in_one_another() -> None:
    fake = Fake(NONE)
    run(prepared(extremes.nested(50), "nested"), ["q"], Session(fake, clock="virtual"))
    assert fake.calls == 1


@pytest.mark.parametrize("features", FEATURES)
def test_cancelling_leaves_nothing(features: Features) -> None:
    # Both check that no call and no task is left.
    workload = wide_map(20, 20, NONE, leaf=True)
    program = prepared(workload.text(features), workload.name)
    for measure in (extremes.cancelled, extremes.failing):
        assert asyncio.run(measure(program, workload.inputs, 20)) > 0
    assert asyncio.run(extremes.cancelled_tasks(20)) > 0


# Measuring


def test_spreads_and_ratios() -> None:
    assert spread([3.0, 1.0, 2.0]).shown("x", 0) == "2x (1 to 3)"
    assert ratio([2.0, 9.0, 4.0], [1.0, 3.0, 2.0]) == (2.0, 2.0, 3.0)


def test_forms_are_timed_in_turns() -> None:
    seen: list[str] = []

    async def first() -> None:
        seen.append("first")

    async def second() -> None:
        seen.append("second")

    times = interleaved([first, second], rounds=2)
    assert seen == ["first", "second"] * 3
    assert [len(form) for form in times] == [2, 2]


def test_asyncio_is_always_measured() -> None:
    assert next(iter(loops())) == "asyncio"


def test_tables_are_markdown(capsys: pytest.CaptureFixture[str]) -> None:
    table("Title", ("a", "b"), [("1", "2")])
    assert capsys.readouterr().out == "\n### Title\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n"


def test_latencies_depend_on_the_prompt_alone() -> None:
    prompts = [f"n{number}" for number in range(200)]
    assert {always(2)(prompt) for prompt in prompts} == {2}
    assert {mostly(1, 9)(prompt) for prompt in prompts} == {1, 9}
    spread_out = between(1, 9)
    assert len({spread_out(prompt) for prompt in prompts}) == len(prompts)
    assert all(1 <= spread_out(prompt) <= 9 for prompt in prompts)


# The command


def fails(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr("sys.argv", ["engine", *arguments])
    with pytest.raises(SystemExit) as caught:
        engine.main()
    assert caught.value.code == 2


def test_an_unknown_table(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fails(monkeypatch, "speed")
    expected = "there is no table 'speed'; there is waiting, overhead, constructs, extremes"
    assert expected in capsys.readouterr().err


def test_too_few_rounds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fails(monkeypatch, "--rounds=0")
    assert "--rounds must be at least 1, but is 0" in capsys.readouterr().err


def test_peers_that_are_not_installed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def found(name: str) -> object:
        return None if name.startswith("lang") else name

    monkeypatch.setattr(peers, "find_spec", found)
    fails(monkeypatch, "--peers")
    assert (
        "LangChain and LangGraph must be installed; "
        "run pip install -r tools/bench/requirements-peers.txt"
    ) in capsys.readouterr().err
