"""`raise-ensembles` beyond its lit files: random programs, the engine, Python, and remarks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import OpOperands, SSAValue

import ember_mlir as ember
from ember_mlir.dialects.ensemble import SampleOp
from ember_mlir.dialects.llm import ListOp
from ember_mlir.dialects.locations import location_of
from ember_mlir.frontend.capture import capture
from ember_mlir.frontend.signature import Signature
from ember_mlir.parsing import make_context, parse_module, print_module
from ember_mlir.passes.optimization import Remark, Setting
from ember_mlir.passes.raise_ensembles import RaiseEnsemblesPass
from ember_mlir.pipeline import compile_to, parse_passes, run_passes
from ember_mlir.testing import Outcome, Program, numbered, programs, reference
from ember_mlir.testing.counting import counted_operands
from ember_mlir.testing.engines import on_engine
from ember_mlir.testing.ensembles import LANGUAGE

FAULTS = st.sampled_from((0, 0, 15, 30))


def raised(module: ModuleOp, before: str = "") -> tuple[ModuleOp, list[Remark]]:
    """A copy of a module with its ensembles raised, and what was told of it."""
    found = module.clone()
    setting = Setting(remarks=[])
    passes = parse_passes(f"{before}raise-ensembles")
    run_passes(make_context(), found, passes, setting=setting, verify_each=True)
    assert setting.remarks is not None
    return found, [r for r in setting.remarks if r.pass_name == "raise-ensembles"]


def check_kept(before: Outcome, after: Outcome) -> None:
    """Check that a run that succeeds gives the same, for no other requests."""
    if before.error is None:
        assert (after.error, after.results) == (None, before.results)
        assert after.effects == before.effects
        assert after.requests <= before.requests


@given(program=programs(LANGUAGE), faults=FAULTS, before=st.sampled_from(("", "canonicalize,")))
def test_what_is_raised_means_the_same(program: Program, faults: int, before: str) -> None:
    source = numbered(program)
    after, _ = raised(source, before)
    for seed in range(3):
        check_kept(
            reference(source, program, seed, faults), reference(after, program, seed, faults)
        )


@given(program=programs(LANGUAGE), seed=st.integers(0, 3))
def test_the_engine_draws_what_the_calls_would_have_drawn(program: Program, seed: int) -> None:
    expected = reference(numbered(program), program, seed)
    after, _ = raised(numbered(program))
    text = print_module(compile_to(after, "sched"))
    got, _ = on_engine(compile_to(parse_module(text), "exec"), program, seed)
    if expected.error is None and "race" not in program.text:
        assert (got.error, got.results) == (None, expected.results)


def test_one_sample_for_a_list_from_one_line_of_python() -> None:
    @ember.jit
    def answer(question: str) -> str:
        prompt = f"Q: {question}"
        drafts = [ember.generate(prompt, temperature=0.7) for _ in range(5)]
        return ember.vote(drafts)

    module = capture(answer.function, Signature(answer.function).without_call()).module
    after, remarks = raised(module)
    assert "ensemble.sample 5 of @small(%prompt) temperature 0.7 draw <0[*]>" in str(after)
    assert "llm.generate" not in str(after)
    assert [r.said for r in remarks] == ["is one of the 5 samples of one operation now"]
    with ember.Session(seed=3, clock="virtual"):
        assert answer("17 * 23") == answer.eager("17 * 23")


def test_calls_of_several_lines_of_python_list_their_draws() -> None:
    @ember.jit
    def answers(questions: list[str]) -> list[str]:
        def answer(question: str) -> str:
            prompt = f"Q: {question}"
            drafts = [ember.generate(prompt, temperature=0.7) for _ in range(2)]
            drafts.append(ember.generate(prompt, temperature=0.7))
            return ember.vote(drafts)

        return ember.map(answer, questions)

    module = capture(answers.function, Signature(answers.function).without_call()).module
    after, _ = raised(module)
    (sample,) = [op for op in after.walk() if isinstance(op, SampleOp)]
    assert "draw [<0/0[*, 0]>, <0/0[*, 1]>, <0/3[*]>]" in str(sample)
    with ember.Session(seed=3, clock="virtual"):
        assert answers(["17 * 23", "2 + 2"]) == answers.eager(["17 * 23", "2 + 2"])


CALLS = """
llm.model @m from "p"
func.func @f(%p: !llm.text) -> !llm.list<!llm.text> {
  %a = llm.generate @m(%p) draw <0>
  %b = llm.generate @m(%p) draw <1>
  %l = llm.list(%a, %b) : !llm.list<!llm.text>
  func.return %l : !llm.list<!llm.text>
}
"""


def test_a_sample_stands_where_the_first_of_its_calls_was_written() -> None:
    after, remarks = raised(parse_module(CALLS, "calls.mlir"))
    (sample,) = [op for op in after.walk() if isinstance(op, SampleOp)]
    assert location_of(sample) == remarks[0].source == ("calls.mlir", 4, 8)


ARMS = """
llm.model @m from "p"
func.func @f(%p: !llm.text) -> !llm.list<!llm.text> {
  %l = ensemble.parallel : !llm.list<!llm.text> do {
    %a = llm.generate @m(%p) draw <0>
    ensemble.yield %a : !llm.text
  } and {
    %b = llm.generate @m(%p) draw <1>
    ensemble.yield %b : !llm.text
  }
  func.return %l : !llm.list<!llm.text>
}
"""


def test_a_sample_of_arms_stands_where_the_first_call_was_written() -> None:
    after, remarks = raised(parse_module(ARMS, "arms.mlir"))
    (sample,) = [op for op in after.walk() if isinstance(op, SampleOp)]
    assert location_of(sample) == remarks[0].source == ("arms.mlir", 5, 10)


def test_arms_that_are_not_raised_say_why() -> None:
    _, remarks = raised(parse_module(ARMS.replace("draw <1>", "draw <0>")))
    said = "puts together calls with one draw, which are one value"
    assert [(r.fired, r.said) for r in remarks] == [(False, said)]


MISSED = {
    "puts together calls that differ in more than their draws": ("draw <1>", "top_p 0.5 draw <1>"),
    "puts together calls with one draw, which are one value": ("draw <1>", "draw <0>"),
    "puts together calls without draws; run assign-draws first": ("draw <1>", ""),
    "puts together calls that stand elsewhere, or that others read too": (
        "%l =",
        '%t = llm.template "{0}"(%a)\n  %l =',
    ),
    "puts together calls with a function between them and it that is not pure": (
        "%b =",
        "%s = llm.apply effectful @g(%p) : (!llm.text) -> !llm.text\n  %b =",
    ),
    "has a label of its own, which would be lost": (
        "llm.list(%a, %b) : !llm.list<!llm.text>",
        'llm.list(%a, %b) : !llm.list<!llm.text> {ember.label = #llm.label"pii"}',
    ),
}


@pytest.mark.parametrize(("said", "change"), MISSED.items(), ids=list(MISSED))
def test_what_is_not_raised_says_why(said: str, change: tuple[str, str]) -> None:
    text = CALLS.replace(*change)
    after, remarks = raised(parse_module(text))
    assert [(r.fired, r.said) for r in remarks] == [(False, said)]
    assert print_module(after) == print_module(parse_module(text))


def test_calls_of_several_models_look_like_no_sample() -> None:
    text = CALLS.replace("%b = llm.generate @m", "%b = llm.generate @other")
    _, remarks = raised(parse_module(f'llm.model @other from "p"\n{text}'))
    assert remarks == []


LOOP = """
func.func @f(%xs: !llm.list<!llm.text>, %first: !llm.list<!llm.text>, %n: i64)
    -> !llm.list<!llm.text> {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %m = llm.length of %xs : !llm.list<!llm.text>
  %r = scf.for %i = %zero to %m step %one iter_args(%l = %first) -> (!llm.list<!llm.text>) : i64 {
    %x = llm.get %xs[%i] : !llm.list<!llm.text>
    %new = llm.list(%x) : !llm.list<!llm.text>
    %more = llm.concat(%l, %new) : !llm.list<!llm.text>
    scf.yield %more : !llm.list<!llm.text>
  }
  func.return %r : !llm.list<!llm.text>
}
"""
LOOPS_MISSED = {
    "does more with what the round before gave than to combine it at its end": (
        "%new =",
        "%t = llm.length of %l : !llm.list<!llm.text>\n    %new =",
    ),
    "has a label of its own, which would be lost": (
        "}\n  func",
        '} {ember.label = #llm.label"pii"}\n  func',
    ),
    "does not count from 0 by 1": ("= %zero to", "= %one to"),
    "does more with its index than to read a list": (
        "%new =",
        "%t = arith.addi %i, %one : i64\n    %new =",
    ),
    "reads a list under a label of its own, which would be lost": (
        "%xs[%i] : !llm.list<!llm.text>",
        '%xs[%i] : !llm.list<!llm.text> {ember.label = #llm.label"pii"}',
    ),
    "reads more than one list": ("length of %xs", "length of %first"),
    "is not known to read its list from the first element to the last": ("to %m", "to %n"),
    "combines otherwise than to put texts or lists behind one another, or to count": (
        "(%l, %new)",
        "(%new, %l)",
    ),
}


@pytest.mark.parametrize(("said", "change"), LOOPS_MISSED.items(), ids=list(LOOPS_MISSED))
def test_a_loop_that_is_not_raised_says_why(said: str, change: tuple[str, str]) -> None:
    text = LOOP.replace(*change)
    assert text != LOOP
    after, remarks = raised(parse_module(text))
    assert [(r.fired, r.said) for r in remarks] == [(False, said)]
    assert print_module(after) == print_module(parse_module(text))


def test_nothing_is_said_of_a_loop_that_carries_nothing() -> None:
    _, remarks = raised(
        parse_module("""func.func @f(%xs: !llm.list<!llm.text>) {
          %zero = arith.constant 0 : i64
          %one = arith.constant 1 : i64
          %n = llm.length of %xs : !llm.list<!llm.text>
          scf.for %i = %zero to %n step %one : i64 {
            %x = llm.get %xs[%i] : !llm.list<!llm.text>
            %s = llm.apply effectful @send(%x) : (!llm.text) -> !llm.text
          }
          func.return
        }""")
    )
    assert remarks == []


def test_a_loop_keeps_its_place_and_names() -> None:
    after, remarks = raised(parse_module(LOOP, "loop.mlir"))
    assert "llm.concat(%first, %xs)" in print_module(after)
    assert [(r.fired, r.source) for r in remarks] == [(True, ("loop.mlir", 7, 8))]


def test_operands_are_renamed_once_per_user() -> None:
    count = 100
    calls = "\n".join(
        f"%a{i} = llm.generate @m(%p) draw <{2 * i}>\n"
        f"%b{i} = llm.generate @m(%p) draw <{2 * i + 1}>\n"
        f"%l{i} = llm.list(%a{i}, %b{i}) : !llm.list<!llm.text>"
        for i in range(count)
    )
    names = ", ".join(f"%l{i}" for i in range(count))
    module = parse_module(
        f"""llm.model @m from "p"
        func.func @f(%p: !llm.text) -> !llm.list<!llm.list<!llm.text>> {{
        {calls}
        %all = llm.list({names}) : !llm.list<!llm.list<!llm.text>>
        func.return %all : !llm.list<!llm.list<!llm.text>>
        }}"""
    )
    wide = [op for op in module.walk() if isinstance(op, ListOp)][-1]
    with counted_operands() as renamed:
        RaiseEnsemblesPass().apply(make_context(), module)
    assert renamed[wide] == 1
    assert all(isinstance(item.owner, SampleOp) for item in wide.items)


def test_a_list_is_erased_before_its_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    # To erase a call that is still listed would copy the list, once for each call.
    calls = "\n".join(f"%a{i} = llm.generate @m(%p) draw <{i}>" for i in range(50))
    names = ", ".join(f"%a{i}" for i in range(50))
    module = parse_module(
        CALLS.partition("  %a")[0]
        + f"{calls}\n  %l = llm.list({names}) : !llm.list<!llm.text>\n"
        + "  func.return %l : !llm.list<!llm.text>\n}"
    )
    replaced: list[int] = []
    write = OpOperands.__setitem__

    def counting(operands: OpOperands, index: int, value: SSAValue) -> None:
        replaced.append(index)
        write(operands, index, value)

    monkeypatch.setattr(OpOperands, "__setitem__", counting)
    RaiseEnsemblesPass().apply(make_context(), module)
    assert "ensemble.sample 50 of" in print_module(module)
    assert len(replaced) < 5
