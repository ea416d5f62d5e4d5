"""`speculate-branches` beyond its lit file: on random programs, and what it asks and saves."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from xdsl.dialects.builtin import ModuleOp

from ember_mlir.dialects.ensemble import FallbackOp, ParallelOp
from ember_mlir.errors import ProviderError
from ember_mlir.interpreter import interpret
from ember_mlir.parsing import parse_module
from ember_mlir.passes.optimization import Setting
from ember_mlir.pipeline import STAGES
from ember_mlir.runtime.run import prepare
from ember_mlir.testing import Program, numbered, programs, reference
from ember_mlir.testing.answers import Slow
from ember_mlir.testing.engines import Watched
from ember_mlir.testing.exactness import FAULTS, optimized, remarks_of
from ember_mlir.testing.moves import LANGUAGES

TEXT = """llm.model @m from "simulated"
llm.model @judge from "simulated"
func.func @f(%q: !llm.text) -> !llm.text {
  %long = llm.constant "long"
  %kind = llm.generate @judge(%q) draw <0>
  %c = llm.equal %kind, %long : !llm.text
  %r = scf.if %c -> (!llm.text) {
    %p = llm.template "Explain {0}"(%q)
    %a = llm.generate @m(%p) draw <1>
    scf.yield %a : !llm.text
  } else {
    %a = llm.generate @m(%q) draw <2>
    scf.yield %a : !llm.text
  }
  func.return %r : !llm.text
}
"""


def early(source: ModuleOp) -> ModuleOp:
    setting = Setting(optimize_for="latency", speculate=True)
    return optimized(source, "speculate-branches", setting)


@given(program=programs(LANGUAGES["speculate-branches"]), faults=FAULTS)
def test_it_keeps_what_a_program_means(program: Program, faults: int) -> None:
    source = numbered(program)
    module = early(source)
    spare = sum(isinstance(op, ParallelOp) for op in module.walk())
    for seed in range(3):
        before = reference(source, program, seed, faults)
        after = reference(module, program, seed, faults)
        if before.error is None:
            assert (after.error, after.results) == (None, before.results)
            assert after.effects == before.effects
            # No request that the program makes is left out.
            assert before.requests <= after.requests
            assert spare or before.requests == after.requests


@pytest.mark.parametrize("verdict", ["long", "short"])
def test_what_is_asked_more_is_the_other_arm(verdict: str) -> None:
    source = parse_module(TEXT)
    asked: list[Counter[str | None]] = []
    for module in (source, early(source)):
        model = Slow(verdict)
        found = interpret(module, ["q"], seed=1, send=lambda r, m=model: m.simulate(r)[0])
        assert found == ["<Explain q>" if verdict == "long" else "<q>"]
        asked.append(Counter(model.requests))
    assert asked[1] - asked[0] == {"q" if verdict == "long" else "Explain q": 1}
    assert asked[0] - asked[1] == {}


def test_an_early_request_that_fails_is_no_failure_yet() -> None:
    module = early(parse_module(TEXT))
    other = Slow(refused="Explain q")
    assert interpret(module, ["q"], seed=1, send=lambda r: other.simulate(r)[0]) == ["<q>"]
    own = Slow(refused="q")
    with pytest.raises(ProviderError, match="is refused"):
        interpret(module, ["q"], seed=1, send=lambda r: own.simulate(r)[0])
    # Early, and once more in its place.
    assert own.requests.count("q") == 3


def test_it_takes_as_long_as_one_request_in_place_of_two() -> None:
    source = parse_module(TEXT)
    seconds: list[float] = []
    for module in (source, early(source)):
        compiled = optimized(module, ",".join([*STAGES["sched"], *STAGES["exec"]]))
        seconds.append(Watched(prepare(compiled), ["q"], Slow()).run("heap").seconds)
    assert seconds == [2.0, 1.0]


def test_it_does_not_speculate_about_what_it_has_made_early() -> None:
    module = early(parse_module(TEXT))
    again = early(module)
    for kind in (ParallelOp, FallbackOp):
        found = [sum(isinstance(op, kind) for op in m.walk()) for m in (module, again)]
        assert found == [2, 2]


def test_that_time_is_not_the_aim_is_told_to_who_has_asked_for_speculation() -> None:
    why = "is left alone: this serves latency, and the aim is both"
    assert remarks_of(TEXT, "speculate-branches") == []
    assert remarks_of(TEXT, "speculate-branches", speculate=True) == [(False, why)]
    asks_before = """llm.model @m from "simulated"
        func.func @f(%q: !llm.text, %c: i1) -> !llm.text {
          %a = llm.generate @m(%q) draw <1>
          %r = scf.if %c -> (!llm.text) {
            scf.yield %a : !llm.text
          } else {
            scf.yield %q : !llm.text
          }
          func.return %r : !llm.text
        }"""
    assert remarks_of(asks_before, "speculate-branches", speculate=True) == []


def test_a_prompt_that_is_too_long_to_follow_waits() -> None:
    prompt = "\n".join(f'%p{i + 1} = llm.template "{{0}}"(%p{i})' for i in range(300))
    arms = [
        f"{prompt.replace('%p0', '%q')}\n%a = llm.generate @m(%p300) draw <{i}>" for i in (1, 2)
    ]
    text = f"""llm.model @m from "simulated"
        func.func @f(%q: !llm.text) -> !llm.text {{
          %kind = llm.generate @m(%q) draw <0>
          %c = llm.equal %kind, %q : !llm.text
          %r = scf.if %c -> (!llm.text) {{
            {arms[0]}
            scf.yield %a : !llm.text
          }} else {{
            {arms[1]}
            scf.yield %a : !llm.text
          }}
          func.return %r : !llm.text
        }}"""
    assert not any(isinstance(op, ParallelOp) for op in early(parse_module(text)).walk())
