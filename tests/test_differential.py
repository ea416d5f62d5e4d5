"""The engine and the reference interpreter agree: every level, many tapes, both clocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, product
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xdsl.dialects.builtin import ModuleOp

from ember_mlir.dialects.ensemble import RaceOp, VoteOp
from ember_mlir.dialects.values import AsksModel, DrawAttr
from ember_mlir.interpreter import Value, interpret
from ember_mlir.parsing import make_context, parse_module, print_module
from ember_mlir.passes.analysis.levels import LEVELS
from ember_mlir.pipeline import compile_to, parse_passes, run_passes
from ember_mlir.providers import Reply, Request, Session
from ember_mlir.providers.simulated import Simulated
from ember_mlir.runtime.run import run_module
from ember_mlir.testing import (
    Outcome,
    Program,
    numbered,
    programs,
    reference,
    without,
)
from ember_mlir.testing.engines import EVERYWHERE, Where, on_engine

ROOT = Path(__file__).parent.parent
QUESTION: dict[str, Value] = {"question": "What is 17 * 24?"}
DOCS: dict[str, Value] = {
    "docs": [f"The river {name} is long. It flows north. Boats are rare." for name in "ABCDEFGHIJK"]
}

NESTED = """
llm.model @small from "simulated"
llm.model @large from "simulated"
func.func @nested(%xss: !llm.list<!llm.list<!llm.text>>, %how: !llm.text)
    -> (!llm.list<!llm.text>, !llm.list<!llm.list<!llm.text>>, !llm.text) {
  %style = llm.generate @large(%how) temperature 0 max_tokens 40
  %again = llm.generate @large(%how) temperature 0 max_tokens 40
  %drafts = ensemble.map %xs in %xss
      : !llm.list<!llm.list<!llm.text>> -> !llm.list<!llm.list<!llm.text>> do {
    %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
      %p = llm.template "{0} {1}: How many letters are in '{2}'?"(%style, %again, %x)
      %three = ensemble.sample 3 of @small(%p) temperature 0.9 max_tokens 40
      %best = ensemble.vote %three : !llm.list<!llm.text>
      ensemble.yield %best : !llm.text
    }
    ensemble.yield %ys : !llm.list<!llm.text>
  }
  %short = ensemble.map %ys in %drafts
      : !llm.list<!llm.list<!llm.text>> -> !llm.list<!llm.text> do {
    %one = ensemble.reduce %g in %ys by 2 : !llm.list<!llm.text> do {
      %j = llm.join %g with " + "
      %p = llm.template "{1} What is {0}?"(%j, %how)
      %sum = llm.generate @small(%p) max_tokens 40
      ensemble.yield %sum : !llm.text
    }
    ensemble.yield %one : !llm.text
  }
  %some = llm.list(%style, %how, %style) : !llm.list<!llm.text>
  %v = ensemble.vote %some : !llm.list<!llm.text>
  func.return %short, %drafts, %v
      : !llm.list<!llm.text>, !llm.list<!llm.list<!llm.text>>, !llm.text
}
"""

SHARED = """
llm.model @small from "simulated"
func.func @shared(%q: !llm.text, %xs: !llm.list<!llm.text>)
    -> (!llm.text, !llm.text, !llm.text, !llm.list<!llm.text>, !llm.list<!llm.text>,
        !llm.list<!llm.list<!llm.text>>, !llm.text) {
  %t = llm.template "What is {0}?"(%q)
  %a = llm.generate @small(%t) max_tokens 40
  %left = llm.template "a{0}"(%q)
  %right = llm.template "b{0}"(%q)
  %both = llm.template "{0} and {1}: 2 + 3"(%left, %right)
  %b = llm.generate @small(%both) temperature 0
  %none = llm.list() : !llm.list<!llm.text>
  %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %y = llm.generate @small(%x)
    ensemble.yield %y : !llm.text
  }
  %zss = ensemble.map %x in %xs
      : !llm.list<!llm.text> -> !llm.list<!llm.list<!llm.text>> do {
    %zs = ensemble.map %y in %ys : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
      %z = llm.template "{0}{1}"(%x, %y)
      ensemble.yield %z : !llm.text
    }
    ensemble.yield %zs : !llm.list<!llm.text>
  }
  %r = ensemble.reduce %g in %ys by 2 : !llm.list<!llm.text> do {
    %j = llm.join %g with "+"
    ensemble.yield %j : !llm.text
  }
  func.return %t, %a, %a, %none, %ys, %zss, %r
      : !llm.text, !llm.text, !llm.text, !llm.list<!llm.text>, !llm.list<!llm.text>,
        !llm.list<!llm.list<!llm.text>>, !llm.text
}
"""

PROGRAMS: list[tuple[str, dict[str, Value]]] = [
    ((ROOT / "docs/examples/ensemble.mlir").read_text(encoding="utf-8"), QUESTION),
    ((ROOT / "docs/examples/map_reduce.mlir").read_text(encoding="utf-8"), DOCS),
    (NESTED, {"xss": [["été", "日本"], ["emoji 😀"], ["{0}", '"', "\n"]], "how": "Count: 2 + 2"}),
    (SHARED, {"q": "3 * 4", "xs": ["1 + 1", "2 + 2", "3 + 3"]}),
]
CLOCKS: tuple[Literal["real", "virtual"], ...] = ("real", "virtual")
IDS = ["ensemble", "map_reduce", "nested", "shared"]


class Recorder:
    """The simulated provider, keeping what it was asked."""

    def __init__(self) -> None:
        self.simulated = Simulated()
        self.requests: Counter[Request] = Counter()

    def simulate(self, request: Request) -> tuple[Reply, float]:
        self.requests[request] += 1
        return self.simulated.simulate(request)

    async def generate(self, request: Request) -> Reply:
        return self.simulate(request)[0]


@pytest.mark.parametrize(("text", "inputs"), PROGRAMS, ids=IDS)
def test_every_level_gives_the_answers_of_the_reference(
    text: str, inputs: dict[str, Value]
) -> None:
    source = compile_to(parse_module(text), "llm")
    lowered = {
        level: compile_to(parse_module(print_module(compile_to(source, level))), "exec")
        for level in ("llm", "sched", "exec")
    }
    for seed in range(40):
        oracle = Recorder()
        expected = interpret(
            source, list(inputs.values()), seed=seed, send=lambda r, o=oracle: o.simulate(r)[0]
        )
        for module in lowered.values():
            engine = Recorder()
            with Session(provider=engine, seed=seed, clock="virtual") as session:
                run = run_module(module, inputs, session)
            assert run.outputs == expected
            assert engine.requests == oracle.requests
            assert run.bill.calls == oracle.requests.total()


@pytest.mark.parametrize(("text", "inputs"), PROGRAMS, ids=IDS)
def test_the_real_clock_gives_the_same_as_the_virtual_one(
    text: str, inputs: dict[str, Value]
) -> None:
    module = compile_to(parse_module(text), "exec")
    for seed in range(5):
        results: list[list[Value]] = []
        for clock in CLOCKS:
            with Session(provider=Recorder(), seed=seed, clock=clock) as session:
                results.append(run_module(module, inputs, session).outputs)
        assert results[0] == results[1]


@pytest.mark.parametrize(("text", "inputs"), PROGRAMS, ids=IDS)
def test_the_passes_of_the_level_keep_the_answers(text: str, inputs: dict[str, Value]) -> None:
    plain = parse_module(text)
    run_passes(make_context(), plain, parse_passes("assign-draws"))
    optimized = compile_to(parse_module(text), "llm")
    for seed in range(40):
        before, after = Recorder(), Recorder()
        values = list(inputs.values())
        expected = interpret(plain, values, seed=seed, send=lambda r, o=before: o.simulate(r)[0])
        got = interpret(optimized, values, seed=seed, send=lambda r, o=after: o.simulate(r)[0])
        assert got == expected
        assert after.requests <= before.requests


def test_equal_greedy_calls_cost_one_call() -> None:
    plain, optimized = parse_module(NESTED), compile_to(parse_module(NESTED), "llm")
    count = [print_module(m).count("llm.generate @large") for m in (plain, optimized)]
    assert count == [2, 1]


# Random programs.

PASSES = ("canonicalize", "merge-calls", "remove-dead-calls")


def check_kept(before: Outcome, after: Outcome) -> None:
    """Check what `exact` promises: results and effects of a run that succeeds, for no more money.

    A run that fails may succeed, where what failed was dead, or fail in another way.
    """
    if before.error is None:
        assert (after.error, after.results) == (None, before.results)
        assert after.effects == before.effects
        assert after.requests <= before.requests


@pytest.mark.parametrize("name", PASSES)
@given(program=programs(), faults=st.sampled_from((0, 0, 15)))
def test_each_pass_keeps_what_a_program_means(name: str, program: Program, faults: int) -> None:
    source = numbered(program)
    optimized = source.clone()
    run_passes(make_context(), optimized, parse_passes(name), verify_each=True)
    for seed in range(3):
        check_kept(
            reference(source, program, seed, faults), reference(optimized, program, seed, faults)
        )


@given(
    program=programs(),
    names=st.lists(st.sampled_from((*PASSES, "assign-draws")), min_size=2, max_size=5),
    faults=st.sampled_from((0, 0, 15)),
)
def test_any_sequence_of_passes_keeps_what_a_program_means(
    program: Program, names: list[str], faults: int
) -> None:
    source = numbered(program)
    optimized = source.clone()
    run_passes(make_context(), optimized, parse_passes(",".join(names)), verify_each=True)
    for seed in range(3):
        check_kept(
            reference(source, program, seed, faults), reference(optimized, program, seed, faults)
        )


@given(program=programs())
def test_numbering_gives_new_draws_and_keeps_the_old(program: Program) -> None:
    given_draws = draws_of(parse_module(program.text))
    module = numbered(program)
    all_draws = draws_of(module)
    assert [new for old, new in zip(given_draws, all_draws, strict=True) if old] == [
        old for old in given_draws if old
    ]
    taken = {d.chain[0] for draw in given_draws if draw for d in draw.data.members}
    made = [
        new.data.members[0].chain[0]
        for old, new in zip(given_draws, all_draws, strict=True)
        if new and not old
    ]
    assert made == list(range(max(taken, default=-1) + 1, max(taken, default=-1) + 1 + len(made)))
    text = print_module(module)
    run_passes(make_context(), module, parse_passes("assign-draws"))
    assert print_module(module) == text


def draws_of(module: ModuleOp) -> list[DrawAttr | None]:
    """The identity of each request, where it has one."""
    found = [op.properties.get("draw") for op in module.walk() if op.has_trait(AsksModel)]
    return [draw if isinstance(draw, DrawAttr) else None for draw in found]


# Random programs on the engine.

WITHOUT_RACES = without("ensemble.race")
ONCE = without("ensemble.map", "ensemble.reduce", "ensemble.refine", "scf.for", "scf.while")
RACES = replace(
    ONCE, makers=[m for m in ONCE.makers for _ in range(9 if m.operation == "ensemble.race" else 1)]
)
FAULTS = st.sampled_from((0, 0, 15))
SEEDS = st.integers(0, 3)


@given(
    program=programs(WITHOUT_RACES),
    level=st.sampled_from(LEVELS),
    where=st.sampled_from(EVERYWHERE[:2]),
    faults=FAULTS,
    seed=SEEDS,
)
def test_the_engine_agrees_with_the_reference_from_the_text_of_every_level(
    program: Program, level: str, where: Where, faults: int, seed: int
) -> None:
    source = compile_to(parse_module(program.text), "llm")
    expected = reference(source, program, seed, faults)
    check_kept(reference(numbered(program), program, seed, faults), expected)
    text = print_module(compile_to(source, level))
    got, refused = on_engine(
        compile_to(parse_module(text), "exec"), program, seed, faults, where=where
    )
    if expected.error is None:
        assert (got.error, got.results) == (None, expected.results)
        assert effectful(got) == effectful(expected)
        if not handles_failures(program):
            assert got.requests <= expected.requests
            assert got.requests == expected.requests or stops_early(source)
            assert Counter(got.effects) == Counter(expected.effects)
    elif got.error is None:
        assert stops_early(source)
    else:
        # Which of the errors that can be comes first, is a question of time.
        assert got.error[0] != "ProviderError" or got.error[1] in refused
        assert effectful(got) == effectful(expected)[: len(effectful(got))]


def effectful(outcome: Outcome) -> list[str]:
    """The calls of functions that happen once and in order."""
    return [call for call in outcome.effects if call.startswith("effectful")]


def handles_failures(program: Program) -> bool:
    """Whether some part may fail without failing the program.

    What else of such a part is asked depends on time: the reference asks nothing more.
    """
    return any(word in program.text for word in ("on_error", "fallback", "cascade"))


def stops_early(module: ModuleOp) -> bool:
    """Whether some vote may leave calls unmade: then it does not notice that they would fail."""
    return any(isinstance(op, VoteOp) and op.stop is not None for op in module.walk())


@given(program=programs(WITHOUT_RACES), seed=SEEDS, which=st.integers(0, 9))
def test_one_call_that_is_refused_is_the_error_of_both(
    program: Program, seed: int, which: int
) -> None:
    source = compile_to(parse_module(program.text), "llm")
    sent = sorted(reference(source, program, seed).requests, key=repr)
    if sent and reference(source, program, seed).error is None:
        victim = sent[which % len(sent)]
        expected = reference(source, program, seed, victim=victim)
        lowered = compile_to(source, "exec")
        got, refused = on_engine(lowered, program, seed, victim=victim)
        if got.error == expected.error:
            assert got.results == expected.results
            assert expected.error is None or expected.error[1] in refused
        else:
            assert got.error is None
            # A call that a branch turns out not to need is ended, and does not fail then.
            assert stops_early(source) or "exec.cancel" in print_module(lowered)


@given(program=programs(RACES), where=st.sampled_from(EVERYWHERE[:2]), faults=FAULTS, seed=SEEDS)
def test_a_race_gives_what_one_of_its_arms_gives(
    program: Program, where: Where, faults: int, seed: int
) -> None:
    source = compile_to(parse_module(program.text), "llm")
    got, _ = on_engine(compile_to(source, "exec"), program, seed, faults, where=where)
    permitted = [reference(chosen, program, seed, faults) for chosen in choices(source)]
    if got.error is None:
        assert got.results in [o.results for o in permitted] or stops_early(source)
    else:
        assert any(outcome.error is not None for outcome in permitted)


def choices(module: ModuleOp) -> Iterator[ModuleOp]:
    """The module with one arm for each race, in all ways; at most 81."""
    races = [op for op in module.walk() if isinstance(op, RaceOp)]
    for arms in islice(product(*[range(len(race.regions)) for race in races]), 81):
        chosen = module.clone()
        for race, arm in zip(
            [op for op in chosen.walk() if isinstance(op, RaceOp)], arms, strict=True
        ):
            for other in reversed(range(len(race.regions))):
                if other != arm:
                    race.detach_region(other)
        yield chosen
