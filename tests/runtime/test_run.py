"""Which frame runs, on which inputs, and what cannot be decoded."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from ember_mlir.errors import InputError, InvalidIRError, ModelError
from ember_mlir.parsing import parse_module
from ember_mlir.providers import Session
from ember_mlir.runtime.arguments import Argument
from ember_mlir.runtime.decode import decode
from ember_mlir.runtime.run import prepare, run, run_module
from ember_mlir.tape import draw_number, tape_of

if TYPE_CHECKING:
    from conftest import Harness

LIST = "!llm.list<!llm.text>"

SAME = "(%x: !llm.text) -> !llm.text { exec.return %x : !llm.text }"

ASK = """exec.frame @ask(%p: !llm.text) -> !llm.text
    attributes {ember.name = #llm.utf8"réponds"} {
  %a = exec.request @lane(%p) sampled site <0> label "public"
  exec.return %a : !llm.text
}"""

TYPED = f"""exec.frame @f(%x: !llm.text {{ember.name = #llm.utf8"été"}}, %xss: !llm.list<{LIST}>)
    -> !llm.text {{
  exec.return %x : !llm.text
}}"""


def test_the_only_frame_that_nobody_names_runs() -> None:
    text = f"""exec.frame @inner{SAME}
    exec.frame @outer(%xs: {LIST}) -> {LIST} {{
      %ys = exec.fanout @inner over %xs : {LIST} -> {LIST}
      exec.return %ys : {LIST}
    }}"""
    assert prepare(parse_module(text)).name == "outer"


def test_main_runs_where_several_could() -> None:
    module = parse_module(f"exec.frame @a{SAME} exec.frame @main{SAME}")
    assert prepare(module).name == "main"
    assert prepare(module, "a").name == "a"


def test_no_entry_is_an_error() -> None:
    with pytest.raises(InputError, match="@a, @b"):
        prepare(parse_module(f"exec.frame @a{SAME} exec.frame @b{SAME}"))
    with pytest.raises(InputError, match="none"):
        prepare(parse_module(""))


def test_an_entry_that_cannot_be_one() -> None:
    text = f"""exec.frame @inner{SAME}
    exec.frame @outer(%xs: {LIST}) -> {LIST} {{
      %ys = exec.fanout @inner over %xs : {LIST} -> {LIST}
      exec.return %ys : {LIST}
    }}"""
    with pytest.raises(InputError, match="@inner is run by another frame; there is @outer"):
        prepare(parse_module(text), "inner")
    with pytest.raises(InputError, match="@missing does not exist; there is @outer"):
        prepare(parse_module(text), "missing")


def test_the_tape_is_named_after_the_user_s_function(harness: Harness) -> None:
    provider = harness.Scripted()
    harness.run(ASK, "x", provider=provider, seed=5)
    assert provider.requests[0].draws == (draw_number(tape_of(5, "réponds"), (0,), ()),)


def test_a_tape_may_be_given(harness: Harness) -> None:
    provider = harness.Scripted()
    tape = bytes(16)
    for clock in ("virtual", "real"):
        run(harness.prepare(ASK), ["x"], Session(provider, clock=clock), tape)
    assert {request.draws for request in provider.requests} == {(draw_number(tape, (0,), ()),)}


def test_inputs_by_name() -> None:
    module = parse_module(TYPED)
    session = Session(clock="virtual")
    assert run_module(module, {"xss": [["a"], []], "été": "x"}, session).outputs == ["x"]
    assert prepare(module).arguments == ("été", "xss")


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"été": "x"}, "'xss' is missing; it takes été: text, xss: list<list<text>>"),
        ({"été": "x", "xss": [], "y": ""}, "'y' is unknown; it takes"),
    ],
)
def test_inputs_that_are_missing_or_unknown(inputs: dict[str, Argument], message: str) -> None:
    with pytest.raises(InputError, match=message):
        run_module(parse_module(TYPED), inputs, Session(clock="virtual"))


MISTYPED: list[tuple[list[Argument | int | None], str]] = [
    (["x"], "must get 2 inputs, but got 1"),
    ([["x"], []], "'été' must be a text, but got a list"),
    ([None, []], "'été' must be a text, but got None"),
    ([3, []], "'été' must be a text, but got a int"),
    (["x", "y"], "'xss' must be a list<list<text>>, but got a text"),
    (["x", ["y"]], "but got a list that holds a text"),
    (["x", [["y"], "z"]], "but got a list that holds a text"),
]


@pytest.mark.parametrize(("inputs", "message"), MISTYPED)
def test_inputs_of_the_wrong_type(inputs: list[Argument], message: str) -> None:
    with pytest.raises(InputError, match=message):
        run(prepare(parse_module(TYPED)), inputs, Session(clock="virtual"))


def test_inputs_are_not_changed(harness: Harness) -> None:
    text = f"""exec.frame @f(%xs: {LIST}) -> !llm.text {{
      %r = exec.reduce @node over %xs by 2 : {LIST}
      exec.return %r : !llm.text
    }}
    exec.frame @node(%g: {LIST}) -> !llm.text {{
      %j = exec.join %g with "+"
      exec.return %j : !llm.text
    }}"""
    items = ["a", "b", "c"]
    assert harness.run(text, items).outputs == ["a+b+c"]
    assert items == ["a", "b", "c"]


def test_an_unknown_provider_is_an_error_at_its_lane(harness: Harness) -> None:
    text = f'exec.lane @lane model "m" from "nobody" concurrency 1\n{ASK}'
    with pytest.raises(ModelError, match="'nobody'") as caught:
        run(harness.prepare(text), ["x"], Session(clock="virtual"))
    assert caught.value.location is not None
    assert caught.value.location.line == 1


def test_only_exec_can_be_decoded() -> None:
    with pytest.raises(InvalidIRError, match=r"'llm\.model' must be lowered to the level 'exec'"):
        decode(parse_module('llm.model @small from "simulated"'))
    text = """exec.frame @f(%x: !llm.text) -> !llm.text {
      %y = llm.template "{0}"(%x)
      exec.return %y : !llm.text
    }"""
    with pytest.raises(InvalidIRError, match=r"'llm\.template' must be lowered"):
        decode(parse_module(text))


def test_an_unknown_lane_is_an_error() -> None:
    with pytest.raises(InvalidIRError, match="must name a lane of the module, but got @lane"):
        decode(parse_module(ASK))


def test_one_prepared_program_runs_in_many_threads(harness: Harness) -> None:
    prepared = harness.prepare(ASK)

    def once(number: int) -> list[object]:
        clock = "real" if number % 2 else "virtual"
        return list(run(prepared, [str(number)], Session(harness.Scripted(), clock=clock)).outputs)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(once, range(64))) == [[f"<{number}>"] for number in range(64)]
