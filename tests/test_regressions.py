"""Mistakes that others have made: none of them is made, however much is optimized.

Each program runs as it was written, after each optimization alone, and after all of them
for each aim; by the reference and by the engine. What is sent to whom, and how often, is in
`test_regressions_requests.py`.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping

import pytest

import ember_mlir as ember
from ember_mlir.parsing import parse_module
from ember_mlir.providers import Session
from ember_mlir.runtime.run import prepare, run_async
from ember_mlir.semantics import Value
from ember_mlir.testing.levels import (
    MODELS,
    Level,
    Told,
    at_level,
    captured,
    in_turn,
    levels,
    lowered,
    run_at,
)

TEXT = "!llm.text"
LIST = "!llm.list<!llm.text>"
LEVELS = [*levels()]
EACH_LEVEL = pytest.mark.parametrize("level", LEVELS, ids=[level.name for level in LEVELS])


# A vote of five samples stays one of five samples.

FIVE: Mapping[str, str] = {
    "sample": "%d = ensemble.sample 5 of @small(%q) temperature 0.7",
    "calls": "\n".join(
        [
            *(f"%c{i} = llm.generate @small(%q) temperature 0.7" for i in range(5)),
            f"%d = llm.list(%c0, %c1, %c2, %c3, %c4) : {LIST}",
        ]
    ),
    "loop": f"""
%zero = arith.constant 0 : i64
%one = arith.constant 1 : i64
%five = arith.constant 5 : i64
%none = llm.list() : {LIST}
%d = scf.for %i = %zero to %five step %one iter_args(%l = %none) -> ({LIST}) : i64 {{
  %c = llm.generate @small(%q) temperature 0.7
  %n = llm.list(%c) : {LIST}
  %m = llm.concat(%l, %n) : {LIST}
  scf.yield %m : {LIST}
}}""",
}


def voting(body: str) -> str:
    return (
        f"func.func @f(%q: {TEXT}) -> {TEXT} {{\n{body}\n"
        f"%v = ensemble.vote %d : {LIST}\nfunc.return %v : {TEXT}\n}}\n"
    )


@EACH_LEVEL
@pytest.mark.parametrize("form", FIVE)
def test_a_vote_of_five_samples_stays_five_samples(form: str, level: Level) -> None:
    # Only the fifth decides, so that no early stop leaves it out.
    found = run_at(voting(FIVE[form]), level, in_turn("a", "b", "a", "b", "b"), q="?")
    assert found.results == ["b"]
    for told in found.both:
        assert len(told.requests) == len({request.draws for request in told.requests}) == 5


@EACH_LEVEL
def test_a_vote_of_five_equal_answers_asks_at_least_three(level: Level) -> None:
    found = run_at(voting(FIVE["sample"]), level, in_turn(*"aaaaa"), q="?")
    stops = level.does("stop-early") and level.objective == "cost"
    assert len(found.engine.requests) == (3 if stops else 5)


# Calls are merged if they are one value, and only then.

TWICE = f"""func.func @f(%q: {TEXT}) -> {TEXT} {{
  %a = llm.generate @small(%q) HOW
  %b = llm.generate @small(%q) HOW
  %r = llm.template "{{0}} {{1}}"(%a, %b)
  func.return %r : {TEXT}
}}
"""


@EACH_LEVEL
def test_a_greedy_call_that_is_there_twice_is_one_call(level: Level) -> None:
    found = run_at(TWICE.replace("HOW", "temperature 0"), level, q="?")
    assert found.results == ["<?|0> <?|0>"]
    for told in found.both:
        assert len(told.requests) == (1 if level.does("merge-calls") else 2)


# So is what one operation asks for several times.

REPEATED: Mapping[str, str] = {
    "sample": "%l = ensemble.sample 3 of @small(%q) temperature 0 HOW",
    "parallel": "%l = ensemble.parallel HOW : LIST do { ARM } and { ARM } and { ARM }",
    "in a map": """%n = llm.list(%q) : LIST
%m = ensemble.map %x in %n : LIST -> !llm.list<LIST> do {
  %d = ensemble.sample 3 of @small(%x) temperature 0 HOW
  ensemble.yield %d : LIST
}
%zero = arith.constant 0 : i64
%l = llm.get %m[%zero] : !llm.list<LIST>""",
}
ARM = """%p = llm.template "{0}"(%q)
%a = llm.generate @small(%p) temperature 0
ensemble.yield %a : !llm.text"""


@EACH_LEVEL
@pytest.mark.parametrize("how", ["", "on_error drop", "on_error use %q"])
@pytest.mark.parametrize("form", REPEATED)
def test_greedy_answers_of_one_operation_are_one_call(form: str, how: str, level: Level) -> None:
    body = REPEATED[form].replace("ARM", ARM).replace("HOW", how).replace("LIST", LIST)
    text = f"func.func @f(%q: {TEXT}) -> {LIST} {{\n{body}\nfunc.return %l : {LIST}\n}}\n"
    found = run_at(text, level, q="?")
    assert found.results == [["<?|0>"] * 3]
    for told in found.both:
        assert len(told.requests) == (1 if level.does("merge-calls") else 3)


@EACH_LEVEL
@pytest.mark.parametrize("how", ["temperature 0.7", "", "top_p 0.5"])
def test_a_sampled_call_that_is_there_twice_is_two_calls(how: str, level: Level) -> None:
    found = run_at(TWICE.replace("HOW", how), level, q="?")
    for told in found.both:
        assert len({request.draws for request in told.requests}) == len(told.requests) == 2


@EACH_LEVEL
def test_a_sample_that_is_there_twice_is_one_value(level: Level) -> None:
    found = run_at(TWICE.replace("HOW", "draw <4>"), level, q="?")
    assert len(set(found.reference.requests)) == 1
    first, second = str(found.results[0]).split()
    assert first == second


@EACH_LEVEL
def test_calls_of_other_models_or_limits_are_not_merged(level: Level) -> None:
    calls = [
        "@small(%q) temperature 0",
        "@large(%q) temperature 0",
        "@small(%q) temperature 0 max_tokens 5",
        '@small(%q) temperature 0 stop ["."]',
        '@small(%q) temperature 0 as regex ".*"',
    ]
    lines = "\n".join(f"%c{i} = llm.generate {call}" for i, call in enumerate(calls))
    names = ", ".join(f"%c{i}" for i in range(len(calls)))
    text = (
        f"func.func @f(%q: {TEXT}) -> {LIST} {{\n{lines}\n"
        f"%l = llm.list({names}) : {LIST}\nfunc.return %l : {LIST}\n}}\n"
    )
    for told in run_at(text, level, q="?").both:
        assert len(told.requests) == len(calls)


# What a Python helper is called for, it is called for.


def improve(draft: str) -> str:
    return ember.generate(f"Improve: {draft}", model="small", temperature=0.7)


@ember.jit
def improve_twice(draft: str) -> str:
    first, second = improve(draft), improve(draft)
    return ember.generate(f"Which is better, {first} or {second}?", model="small")


@ember.jit
def improve_each(drafts: list[str]) -> list[str]:
    def twice(draft: str) -> str:
        return improve(improve(draft))

    return ember.map(twice, drafts)


@EACH_LEVEL
def test_a_helper_that_is_called_twice_draws_twice(level: Level) -> None:
    module, inputs = captured(improve_twice.function, "x")
    for told in run_at(module, level, **inputs).both:
        asked = [r for r in told.requests if (r.prompt or "").startswith("Improve: x")]
        assert len({request.draws for request in asked}) == len(asked) == 2


@EACH_LEVEL
def test_a_helper_in_a_loop_draws_for_each_round(level: Level) -> None:
    module, inputs = captured(improve_each.function, ["x", "x", "x"])
    for told in run_at(module, level, **inputs).both:
        assert len({request.draws for request in told.requests}) == len(told.requests) == 6


# A prompt that depends on an answer is that of this run.

DEPENDENT = f"""func.func @f(%q: {TEXT}) -> {TEXT} {{
  %a = llm.generate @small(%q)
  %p = llm.template "sum {{0}}"(%a)
  %b = llm.generate @small(%p)
  func.return %b : {TEXT}
}}
"""


@EACH_LEVEL
def test_a_dependent_prompt_never_sees_an_answer_of_another_run_at(level: Level) -> None:
    module = lowered(at_level(parse_module(MODELS + DEPENDENT), level))
    prepared = prepare(module)
    for number, question in enumerate(("one", "two", "one")):
        told = Told(lambda request, n=number: f"[{request.prompt} {n}]")
        with Session(provider=told, seed=3, clock="virtual") as session:
            ran = asyncio.run(run_async(prepared, [question], session))
        assert ran.outputs == [f"[sum [{question} {number}] {number}]"]
        assert told.prompts == {question: 1, f"sum [{question} {number}]": 1}


@ember.jit
def chain(question: str) -> str:
    first = ember.generate(question, model="small")
    return ember.generate(f"sum {first}", model="large")


def test_a_program_that_was_compiled_once_sees_new_inputs() -> None:
    for question in ("one", "two", "one"):
        told = Told(lambda request: f"[{request.prompt}]")
        with Session(provider=told):
            assert chain(question) == f"[sum [{question}]]"


# Texts that are put together are what they were.


@EACH_LEVEL
def test_holes_are_renumbered_where_templates_are_merged(level: Level) -> None:
    text = f"""func.func @f(%x: {TEXT}, %y: {TEXT}) -> ({TEXT}, {TEXT}) {{
  %a = llm.template "{{{{1}}}} {{1}}-{{0}}-{{1}}"(%x, %y)
  %b = llm.template "{{0}}/{{1}}/{{2}}/{{0}}"(%y, %a, %x)
  %k = llm.constant "{{0}} {{{{x}}}}"
  %l = llm.list(%b, %k, %y) : {LIST}
  %c = llm.join %l with "{{1}}"
  %d = llm.generate @small(%c) temperature 0
  func.return %c, %d : {TEXT}, {TEXT}
}}
"""
    prompt = "Y/{1} Y-X{0}-Y/X{0}/Y{1}{0} {{x}}{1}Y"
    found = run_at(text, level, x="X{0}", y="Y")
    assert found.results == [prompt, f"<{prompt}|0>"]
    assert all(told.prompts == {prompt: 1} for told in found.both)


@EACH_LEVEL
def test_elements_are_asked_about_one_by_one(level: Level) -> None:
    text = f"""func.func @f(%xs: {LIST}) -> {LIST} {{
  %ys = ensemble.map %x in %xs : {LIST} -> {LIST} do {{
    %p = llm.template "Translate: {{0}}"(%x)
    %y = llm.generate @small(%p) temperature 0
    ensemble.yield %y : {TEXT}
  }}
  func.return %ys : {LIST}
}}
"""
    found = run_at(text, level, xs=["a", "b", "c"])
    expected = Counter(f"Translate: {word}" for word in "abc")
    assert all(told.prompts == expected for told in found.both)


# What belongs to two users is never one.


@EACH_LEVEL
def test_calls_of_two_users_are_never_merged(level: Level) -> None:
    module = at_level(parse_module(MODELS + TWICE.replace("HOW", "temperature 0")), level)
    prepared = prepare(lowered(module))
    users = [Told(lambda request, n=number: f"for {n}") for number in range(3)]

    async def serve(user: Told) -> list[Value]:
        with Session(provider=user, seed=1) as session:
            return (await run_async(prepared, ["the same"], session)).outputs

    async def all_at_once() -> list[list[Value]]:
        return list(await asyncio.gather(*map(serve, users)))

    found = asyncio.run(all_at_once())
    assert found == [[f"for {number} for {number}"] for number in range(3)]
    calls = 1 if level.does("merge-calls") else 2
    assert [len(user.requests) for user in users] == [calls] * 3
