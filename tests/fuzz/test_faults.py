"""Programs end right on a bad day, and a campaign that says so would notice if they did not."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from ember_mlir.direct import run_reference
from ember_mlir.errors import ProviderError
from ember_mlir.inputs import Value
from ember_mlir.parsing import parse_module
from ember_mlir.pipeline import for_reference
from ember_mlir.providers import Request, Session
from ember_mlir.providers.simulated import Fault, Script
from ember_mlir.runtime.drivers.virtual_loop import run_virtually
from ember_mlir.runtime.run import Prepared, Run
from ember_mlir.tools.fuzz import faults
from ember_mlir.tools.fuzz.call_programs import INPUTS, Words, random_program
from ember_mlir.tools.fuzz.faults import SIZES, Down, Tally, Trial, trial, try_seeds

BLOCK = 20


@pytest.mark.parametrize("start", range(0, 200, BLOCK))
def test_programs_end_right_on_a_bad_day(start: int) -> None:
    tally = Tally()
    for found in try_seeds(range(start, start + BLOCK), share=0.2, jobs=1):
        tally.add(found)
        replay = f"python -m ember_mlir.tools.fuzz.faults --seed {found.seed} --count 1"
        assert (found.problem, found.error) == (None, None), replay
    assert tally.is_good, str(tally)


# The programs


@pytest.mark.parametrize("calls", SIZES)
def test_a_program_makes_about_as_many_calls_as_asked_for(calls: int) -> None:
    inputs: list[Value] = [INPUTS[0], [*INPUTS]]
    made: list[int] = []
    for seed in range(20):
        module = for_reference(parse_module(random_program(seed, calls)))
        session = Session(Words(), seed=seed, clock="virtual")
        made.append(run_reference(module, inputs, session).bill.calls)
    assert calls / 1.5 <= sum(made) / len(made) <= calls * 1.5


def test_a_program_is_fixed_by_its_seed() -> None:
    assert random_program(3, 20) == random_program(3, 20) != random_program(4, 20)


def test_words_are_said_at_once_or_after_a_while() -> None:
    request = Request("small", "été?", n=2, draws=(1, 2))
    reply, seconds = Words().simulate(request)
    assert len(reply.values) == 2
    assert 0 <= seconds < 2

    async def ask() -> float:
        assert await Words().generate(request) == reply
        return asyncio.get_running_loop().time()

    assert run_virtually(ask()) == pytest.approx(seconds, abs=1e-8)


def refuses(draw: int) -> bool:
    try:
        Words().simulate(Request("wary", "?", draws=(draw,)))
    except ProviderError:
        return True
    return False


def test_the_wary_model_refuses_some() -> None:
    assert 70 < sum(map(refuses, range(400))) < 130
    with pytest.raises(ProviderError, match="refused") as refused:
        Words().simulate(Request("wary", "?", draws=(next(filter(refuses, range(400))),)))
    assert not refused.value.retryable


# What it takes for wrong


class Runs:
    """Stands for the engine: the runs of the real one, some of them changed."""

    def __init__(self, change: dict[int, str]) -> None:
        self.change = change
        self.count = -1
        self.real = faults.run

    def __call__(self, prepared: Prepared, inputs: Sequence[Value], session: Session) -> Run:
        self.count += 1
        ran = self.real(prepared, inputs, session)
        match self.change.get(self.count):
            case "answer":
                return replace(ran, outputs=[["wrong"]])
            case "seconds":
                return replace(ran, seconds=ran.seconds + 1)
            case "error":
                raise ProviderError("no answer came")
            case _:
                return ran


@pytest.mark.parametrize(
    ("change", "problem", "error"),
    [
        ({}, None, None),
        ({0: "answer"}, "without faults it gives [['wrong']], but must give [[", None),
        ({1: "answer"}, "with faults it gives [['wrong']], but must give [[", None),
        ({2: "answer"}, "a second run must be the same, but is not:\n_Seen(", None),
        ({2: "seconds"}, "a second run must be the same, but is not:\n_Seen(", None),
        ({1: "error"}, "a second run must be the same, but is not:\n_Seen(", "no answer came"),
        (
            {1: "error", 2: "error"},
            "a run on an event loop must be the same, but is not:\n_Seen(",
            "no answer came",
        ),
        ({0: "error"}, None, "no answer came"),
    ],
)
def test_what_goes_wrong_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
    change: dict[int, str],
    problem: str | None,
    error: str | None,
) -> None:
    monkeypatch.setattr(faults, "run", Runs(change))
    found = trial(1)
    assert found.error == error
    assert (found.problem or "")[: len(problem or "")] == (problem or "")
    assert (found.problem is None) == (problem is None)


def test_a_program_that_handles_the_loss_of_an_answer_has_not_ended_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(request: Request, sending: int) -> Fault:
        return Fault("refused" if request.model == "wary" else "ok")

    def transient(share: float, seed: int) -> Script:
        return refuse

    monkeypatch.setattr(faults.FaultMix, "transient", transient)
    found = [trial(seed) for seed in range(0, 60, 5)]
    assert {each.problem for each in found} == {None}
    errors = [each.error for each in found if each.error]
    assert errors
    assert all(re.fullmatch(r"\['program-\d+\.mlir:.*\] gave up", error) for error in errors)


def test_too_many_sendings_to_a_provider_that_is_down_are_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(faults, "MOST_PROBES", -1)
    found = trial(1).problem
    assert found is not None
    assert re.fullmatch(r"without a provider, model '\w+' is asked \d+ times, not \d+", found)


def test_a_provider_that_is_down_counts_what_it_is_sent() -> None:
    down = Down()

    async def ask(model: str) -> None:
        with pytest.raises(ProviderError, match="503"):
            await down.generate(Request(model, "?"))

    async def both() -> float:
        loop = asyncio.get_running_loop()
        down.begin(loop.time)
        await asyncio.gather(ask("small"), ask("small"))
        await ask("small")
        await ask("large")
        return loop.time()

    assert run_virtually(both()) == pytest.approx(0.15)
    assert down.sendings == {"small": 3, "large": 1}
    assert down.first == {"small": 2, "large": 1}


# The report


def tally_of(*trials: Trial) -> Tally:
    tally = Tally()
    for found in trials:
        tally.add(found)
    return tally


def test_a_tally_is_good_if_nearly_all_end_right_for_not_much_more() -> None:
    good = [Trial(seed, 100, 122) for seed in range(999)]
    assert str(tally_of(*good)) == (
        "999 programs: 0 wrong or not the same twice, 100.00% right, "
        "121878 sendings for 99900 calls (1.220x)"
    )
    assert tally_of(*good, Trial(0, 5, 6, error="no answer came")).is_good
    assert not tally_of(*good, Trial(0, 5, 6, problem="it gives 1, but must give 2")).is_good
    assert not tally_of(*good[:100], Trial(0, 5, 6, error="no answer came")).is_good
    assert not tally_of(Trial(0, 100, 131)).is_good
    assert tally_of().is_good


def test_a_campaign_reports_what_goes_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def tried(seeds: Sequence[int], share: float, jobs: int) -> Iterator[Trial]:
        assert (share, jobs) == (0.5, 3)
        yield Trial(seeds[0], 5, 6)
        yield Trial(seeds[1], 5, 6, error="no answer came")

    monkeypatch.setattr(faults, "try_seeds", tried)
    monkeypatch.setattr(sys, "argv", ["f", "--seed=7", "--count=2", "--share=0.5", "--jobs=3"])
    assert faults.main() == 1
    assert capsys.readouterr().out == (
        "seed 8: no answer came\n"
        "seeds 7 to 8, 2 programs: 0 wrong or not the same twice, 50.00% right, "
        "12 sendings for 10 calls (1.200x)\n"
    )


def test_processes_find_the_same() -> None:
    assert list(try_seeds(range(4), 0.2, jobs=2)) == list(try_seeds(range(4), 0.2, jobs=1))
