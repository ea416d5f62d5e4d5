"""Mistakes that others have made in what is sent: none is made, however much is optimized.

Each program runs as it was written, after each optimization alone, and after all of them
for each aim; by the reference and by the engine.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping

import pytest

from ember_mlir.errors import EmberError, LabelError, ProviderError
from ember_mlir.parsing import make_context, parse_module, print_module
from ember_mlir.passes.optimization import Setting
from ember_mlir.pipeline import compile_to, parse_passes, run_passes
from ember_mlir.providers import Request, Session
from ember_mlir.runtime.run import prepare, run_async
from ember_mlir.testing.levels import (
    MODELS,
    Answer,
    Level,
    Told,
    at_level,
    in_turn,
    levels,
    lowered,
    run_at,
)

TEXT = "!llm.text"
LIST = "!llm.list<!llm.text>"
LEVELS = [*levels()]
EACH_LEVEL = pytest.mark.parametrize("level", LEVELS, ids=[level.name for level in LEVELS])

CHAIN = f"""func.func @f(%q: {TEXT}) -> {TEXT} {{
  %a = llm.generate @small(%q)
  %p = llm.template "sum {{0}}"(%a)
  %b = llm.generate @small(%p)
  func.return %b : {TEXT}
}}
"""
VOTE = f"""func.func @f(%q: {TEXT}) -> {TEXT} {{
  %d = ensemble.sample 5 of @small(%q) temperature 0.7
  %v = ensemble.vote %d : {LIST}
  func.return %v : {TEXT}
}}
"""

# Nothing is asked in vain, or told to whom it does not concern.

BRANCH = f"""func.func @f(%q: {TEXT}) -> {TEXT} {{
  %verdict = llm.generate @small(%q) temperature 0
  %yes = llm.constant "yes"
  %go = llm.equal %verdict, %yes : {TEXT}
  %r = scf.if %go -> ({TEXT}) {{
    %p = llm.template "Answer: {{0}}"(%q)
    %a = llm.generate @large(%p)
    scf.yield %a : {TEXT}
  }} else {{
    OTHER
  }}
  func.return %r : {TEXT}
}}
"""
REFUSAL = f'%no = llm.constant "no"\nscf.yield %no : {TEXT}'
OTHER_CALL = (
    f'%o = llm.template "Explain: {{0}}"(%q)\n%b = llm.generate @large(%o)\nscf.yield %b : {TEXT}'
)


@EACH_LEVEL
@pytest.mark.parametrize("verdict", ["yes", "no"])
def test_what_a_gate_holds_back_is_never_sent(verdict: str, level: Level) -> None:
    found = run_at(
        BRANCH.replace("OTHER", REFUSAL),
        level,
        lambda: lambda r: verdict if r.model == "small" else "answered",
        q="?",
    )
    assert found.results == (["answered"] if verdict == "yes" else ["no"])
    for told in found.both:
        assert told.prompts == ({"?": 1, "Answer: ?": 1} if verdict == "yes" else {"?": 1})


@EACH_LEVEL
def test_of_two_arms_one_is_asked_unless_somebody_wants_time(level: Level) -> None:
    found = run_at(
        BRANCH.replace("OTHER", OTHER_CALL),
        level,
        lambda: lambda r: "yes" if r.model == "small" else "answered",
        q="?",
    )
    expected = Counter({"?": 1, "Answer: ?": 1})
    speculated = expected + Counter({"Explain: ?": 1})
    for told in found.both:
        assert told.prompts == expected or (level.speculate and told.prompts <= speculated)


@EACH_LEVEL
def test_nothing_races_that_the_program_does_not_race(level: Level) -> None:
    for text in (CHAIN, VOTE, BRANCH.replace("OTHER", REFUSAL)):
        module = at_level(parse_module(MODELS + text), level)
        assert "exec.first" not in print_module(lowered(module))


ARMS: Mapping[str, str] = {
    "fallback": f"ensemble.fallback : {TEXT} do {{\nIN\n}} else {{\nOUT\n}}",
    "race": f"ensemble.race : {TEXT} do {{\nIN\n}} or {{\nOUT\n}}",
    "cascade": (
        f"ensemble.cascade : {TEXT} do {{\n%i = llm.generate @house(%letter)\n"
        f"ensemble.accept %i if %good : {TEXT}\n}} else {{\nOUT\n}}"
    ),
}


@EACH_LEVEL
@pytest.mark.parametrize("kind", ARMS)
def test_every_arm_must_be_cleared_for_what_it_is_told(kind: str, level: Level) -> None:
    inside = f"%i = llm.generate @house(%letter)\nensemble.yield %i : {TEXT}"
    outside = f"%o = llm.generate @small(%letter)\nensemble.yield %o : {TEXT}"
    text = f"""{MODELS}llm.model @house from "simulated" clearance "pii"
func.func @f(%letter: {TEXT} {{ember.label = #llm.label"pii"}}, %good: i1) -> {TEXT} {{
  %r = {ARMS[kind].replace("IN", inside).replace("OUT", outside)}
  func.return %r : {TEXT}
}}
"""
    module = parse_module(text)
    run_passes(make_context(), module, parse_passes("assign-draws"))
    setting = Setting(optimize_for=level.objective, speculate=level.speculate)
    names = [name for name in level.passes if name != "verify-labels"]
    run_passes(make_context(), module, parse_passes(",".join(names)), setting=setting)
    with pytest.raises(LabelError, match="@small is cleared for 'public'"):
        lowered(module)
    cleared = parse_module(text.replace("@small(%letter)", "@house(%letter)"))
    assert compile_to(cleared, "exec") is not None


# What fails is asked again with another draw only where the program says so.


@EACH_LEVEL
def test_an_answer_that_does_not_fit_is_drawn_anew(level: Level) -> None:
    text = f"""func.func @f(%q: {TEXT}) -> {TEXT} {{
  %a = llm.generate @small(%q) as regex "[0-9]+" retries 2
  func.return %a : {TEXT}
}}
"""
    found = run_at(text, level, in_turn("none", "many", "7"), q="How many?")
    assert found.results == ["7"]
    for told in found.both:
        assert len({request.draws for request in told.requests}) == len(told.requests) == 3


@EACH_LEVEL
def test_a_call_that_is_refused_is_not_drawn_anew(level: Level) -> None:
    def refuse() -> Answer:
        def answer(request: Request) -> str:
            raise ProviderError("the model refused")

        return answer

    module = at_level(parse_module(MODELS + CHAIN), level)
    told = Told(refuse())
    with Session(provider=told, seed=1, clock="virtual") as session:
        with pytest.raises(EmberError, match="the model refused"):
            asyncio.run(run_async(prepare(lowered(module)), ["?"], session))
    assert len({request.draws for request in told.requests}) == 1
