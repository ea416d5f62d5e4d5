"""`cancel-losers` beyond its lit file: on the engine, where something is under way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp

from ember_mlir.dialects.values import TEXT
from ember_mlir.errors import ProviderError
from ember_mlir.parsing import parse_module, print_module
from ember_mlir.passes.optimization import Setting
from ember_mlir.runtime.run import prepare
from ember_mlir.testing import Program, numbered, programs, reference, without
from ember_mlir.testing.answers import Slow
from ember_mlir.testing.engines import EVERYWHERE, Watched, Where, on_engine
from ember_mlir.testing.exactness import FAULTS, optimized, remarks_of
from ember_mlir.testing.moves import asked_in_both_arms, read_in_some_arm
from ember_mlir.testing.plain import is_one
from ember_mlir.testing.writer import Language, Maker, Write

INSTRUCTIONS = "set-priorities,verify-labels,lower-to-exec,plan-slots,verify-labels"
BRANCH = """llm.model @m from "simulated"
llm.model @judge from "simulated"
func.func @f(%q: !llm.text) -> !llm.text {
  %long = llm.constant "long"
  %kind = llm.generate @judge(%q) draw <0>
  %c = llm.equal %kind, %long : !llm.text
"""
AHEAD = (
    BRANCH
    + """  %a = llm.generate @m(%q) draw <1>
  %t = llm.template "{0}!"(%a)
  %b = llm.generate @m(%t) draw <2>
  %r = scf.if %c -> (!llm.text) {
    scf.yield %b : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  func.return %r : !llm.text
}
"""
)
SPECULATED = (
    BRANCH
    + """  %r = scf.if %c -> (!llm.text) {
    %p = llm.template "slow {0}"(%q)
    %a = llm.generate @m(%p) draw <1>
    scf.yield %a : !llm.text
  } else {
    %a = llm.generate @m(%q) draw <2>
    scf.yield %a : !llm.text
  }
  func.return %r : !llm.text
}
"""
)


def compiled(source: ModuleOp, *, cancels: bool = True) -> ModuleOp:
    passes = "infer-labels,speculate-branches,lower-to-sched" + cancels * ",cancel-losers"
    setting = Setting(optimize_for="latency", speculate=True)
    return optimized(source, f"{passes},{INSTRUCTIONS}", setting)


@pytest.mark.parametrize("where", EVERYWHERE[:2])
@pytest.mark.parametrize(
    ("text", "verdict", "seconds", "found"),
    [
        (AHEAD, "short", 2.0, "q"),
        (AHEAD, "long", 11.0, "<<q>!>"),
        (SPECULATED, "short", 2.0, "<q>"),
        (SPECULATED, "long", 10.0, "<slow q>"),
    ],
)
def test_a_run_does_not_wait_for_what_nobody_reads(
    text: str, verdict: str, seconds: float, found: str, where: Where
) -> None:
    model = Slow(verdict, judging=2.0)
    ran = Watched(prepare(compiled(parse_module(text))), ["q"], model).run(where)
    assert (ran.outputs, ran.seconds) == ([found], seconds)


@pytest.mark.parametrize(("text", "seconds"), [(AHEAD, 11.0), (SPECULATED, 10.0)])
def test_without_it_a_run_waits(text: str, seconds: float) -> None:
    module = compiled(parse_module(text), cancels=False)
    model = Slow("short", judging=2.0)
    assert Watched(prepare(module), ["q"], model).run("heap").seconds == seconds


@pytest.mark.parametrize("where", EVERYWHERE[:2])
def test_a_speculated_request_that_fails_is_the_failure_of_its_own_arm_alone(where: Where) -> None:
    module = compiled(parse_module(SPECULATED))
    model = Slow("short", refused="slow q", judging=2.0)
    assert Watched(prepare(module), ["q"], model).run(where).outputs == ["<q>"]
    with pytest.raises(ProviderError, match="is refused"):
        Watched(prepare(module), ["q"], Slow("short", refused="q", judging=2.0)).run(where)


@pytest.mark.parametrize("where", EVERYWHERE[:2])
def test_what_fails_ahead_of_its_branch_fails_the_run_with_its_own_error(where: Where) -> None:
    module = compiled(parse_module(AHEAD))
    with pytest.raises(ProviderError, match="is refused"):
        Watched(prepare(module), ["q"], Slow("long", refused="q", judging=2.0)).run(where)


ONE_ARM = """llm.model @m from "simulated"
func.func @f(%q: !llm.text, %c: i1) -> !llm.text {
  %r = ensemble.fallback : !llm.text do {
    %a = llm.generate @m(%q) draw <0>
    %s = scf.if %c -> (!llm.text) {
      scf.yield %a : !llm.text
    } else {
      scf.yield %q : !llm.text
    }
    ensemble.yield %s : !llm.text
  }
  func.return %r : !llm.text
}"""
TOLD = (True, "is cancelled where the arm is taken that does not read it")


@pytest.mark.parametrize(
    ("again", "told"),
    [("", TOLD), (" at_most 2", (False, "is read in one arm alone, but its failure is handled"))],
)
def test_it_tells_what_is_cancelled_and_what_is_not_as_it_may_run_again(
    again: str, told: tuple[bool, str]
) -> None:
    scheduled = print_module(optimized(parse_module(ONE_ARM), "lower-to-sched"))
    text = scheduled.replace("= sched.attempt", f"= sched.attempt{again}")
    assert remarks_of(text, "cancel-losers") == [told]


ALL_KINDS = """llm.model @m from "simulated"
func.func @f(%q: !llm.text, %c: i1, %d: i1) -> !llm.text {
  %a = llm.generate @m(%q) draw <0>
  %b = ensemble.refine %u from %a at_most 3 : !llm.text do {
    %y = llm.generate @m(%u) draw <1[*]>
    %e = llm.contains %y, %u : !llm.text, !llm.text
    ensemble.accept %y if %e : !llm.text
  }
  %l = llm.list(%b, %q) : !llm.list<!llm.text>
  %j = ensemble.reduce %g in %l by 2 : !llm.list<!llm.text> do {
    %t = llm.join %g with " "
    %y = llm.generate @m(%t) draw <2[*]>
    ensemble.yield %y : !llm.text
  }
  %v = ensemble.sample 3 of @m(%j) draw <3[*]>
  %w = ensemble.vote %v stop lossless : !llm.list<!llm.text>
  %n = ensemble.race : !llm.text do {
    %y = llm.generate @m(%w) draw <4>
    ensemble.yield %y : !llm.text
  } or {
    %y = llm.generate @m(%w) draw <5>
    ensemble.yield %y : !llm.text
  }
  %o = ensemble.fallback : !llm.text do {
    %y = llm.generate @m(%n) draw <6>
    ensemble.yield %y : !llm.text
  } else {
    %y = llm.generate @m(%n) draw <7>
    ensemble.yield %y : !llm.text
  }
  %i = scf.if %d -> (!llm.text) {
    %y = llm.generate @m(%o) draw <8>
    scf.yield %y : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  %p = llm.template "{0}!"(%i)
  %r = scf.if %c -> (!llm.text) {
    scf.yield %p : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  func.return %r : !llm.text
}"""


def test_whatever_runs_goes_along() -> None:
    module = optimized(parse_module(ALL_KINDS), "lower-to-sched,cancel-losers")
    (function,) = [op for op in module.ops if isinstance(op, FuncOp)]
    assert [op.name for op in function.body.block.ops] == ["sched.first", "sched.if", "func.return"]


def shaped(write: Write) -> Language:
    # Races and votes leave requests out by themselves.
    language = without("ensemble.race", "ensemble.vote")
    maker = Maker("scf.if", is_one(TEXT), write, 60, nests=True)
    return replace(language, makers=(*language.makers, maker))


@given(
    program=st.one_of(programs(shaped(asked_in_both_arms)), programs(shaped(read_in_some_arm))),
    where=st.sampled_from(EVERYWHERE[:2]),
    faults=FAULTS,
    seed=st.integers(0, 3),
)
def test_the_engine_gives_what_the_program_means(
    program: Program, where: Where, faults: int, seed: int
) -> None:
    source = numbered(program)
    expected = reference(source, program, seed, faults)
    got, _ = on_engine(compiled(source), program, seed, faults, where=where)
    if expected.error is None:
        assert (got.error, got.results) == (None, expected.results)
        assert effectful(got.effects) == effectful(expected.effects)
    else:
        # What failed may have been cancelled; a cancelled one is never the error itself.
        assert got.error is None or got.error[0] != "FrameCancelledError"
        acted = effectful(got.effects)
        assert acted == effectful(expected.effects)[: len(acted)]


def effectful(calls: Sequence[str]) -> list[str]:
    """The calls of functions that happen once and in order."""
    return [call for call in calls if call.startswith("effectful")]
