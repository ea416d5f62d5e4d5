"""The reference interpreter: what every operation means, by example."""

from __future__ import annotations

import pytest

from ember_mlir.errors import EmptyReduceError, EmptyVoteError, InputError, InvalidIRError
from ember_mlir.interpreter import Value, interpret
from ember_mlir.parsing import parse_module
from ember_mlir.providers import Reply, Request
from ember_mlir.tape import draw_number, tape_of


class Echo:
    """A provider that answers with the prompt, in brackets, and keeps what it was asked."""

    def __init__(self) -> None:
        self.requests: list[Request] = []

    def __call__(self, request: Request) -> Reply:
        self.requests.append(request)
        return Reply((f"[{request.prompt}]",), 1, 1)


def run(body: str, *inputs: Value, seed: int = 1, echo: Echo | None = None) -> list[Value]:
    module = parse_module(f'llm.model @m named "true-name" from "p"\n{body}', "test.mlir")
    return interpret(module, inputs, seed=seed, send=echo or Echo())


def test_templates_lists_and_joins() -> None:
    body = """func.func @f(%a: !llm.text) -> (!llm.text, !llm.list<!llm.text>) {
      %c = llm.constant "{0}"
      %t = llm.template "{1}{{{0}}}"(%a, %c)
      %l = llm.list(%t, %a) : !llm.list<!llm.text>
      %j = llm.join %l with "、"
      func.return %j, %l : !llm.text, !llm.list<!llm.text>
    }"""
    assert run(body, "é") == ["{0}{é}、é", ["{0}{é}", "é"]]


def test_a_sampled_call_reads_the_tape_and_a_greedy_one_does_not() -> None:
    echo = Echo()
    body = """func.func @f(%a: !llm.text) -> !llm.text {
      %x = llm.generate @m(%a) temperature 0.7 max_tokens 5 draw <4/3[2]>
      %y = llm.generate @m(%x) temperature 0 site <1>
      func.return %y : !llm.text
    }"""
    assert run(body, "q", seed=9, echo=echo) == ["[[q]]"]
    draw = draw_number(tape_of(9, "f"), (4, 3), (2,))
    sampled, greedy = echo.requests
    assert sampled == Request("true-name", "q", temperature=0.7, max_tokens=5, draws=(draw,))
    assert greedy == Request("true-name", "[q]", temperature=0.0, max_tokens=None, draws=())


def test_indices_come_from_maps_samples_and_nodes_outermost_first() -> None:
    echo = Echo()
    body = """func.func @f(%xs: !llm.list<!llm.text>) -> !llm.text {
      %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
        %d = ensemble.sample 2 of @m(%x) draw <0[*, 7, *]>
        %v = ensemble.vote %d : !llm.list<!llm.text>
        ensemble.yield %v : !llm.text
      }
      %r = ensemble.reduce %g in %ys by 2 : !llm.list<!llm.text> do {
        %j = llm.join %g with "+"
        %z = llm.generate @m(%j) draw <1[*]>
        ensemble.yield %z : !llm.text
      }
      func.return %r : !llm.text
    }"""
    assert run(body, ["a", "b", "c"], echo=echo) == ["[[[a]+[b]]+[c]]"]
    tape = tape_of(1, "f")
    places = [((0,), (i, 7, k)) for i in range(3) for k in range(2)] + [((1,), (0,)), ((1,), (1,))]
    assert [r.draws for r in echo.requests] == [(draw_number(tape, *p),) for p in places]


def test_the_tape_belongs_to_the_name_that_the_user_gave() -> None:
    echo = Echo()
    body = """func.func @r_u00e9_(%a: !llm.text) -> !llm.text
        attributes {ember.name = #llm.utf8"ré"} {
      %x = llm.generate @m(%a) draw <0>
      func.return %x : !llm.text
    }"""
    run(body, "q", echo=echo)
    assert echo.requests[0].draws == (draw_number(tape_of(1, "ré"), (0,), ()),)


REDUCE = """func.func @f(%xs: !llm.list<!llm.text>) -> !llm.text {
  %r = ensemble.reduce %g in %xs by 3 : !llm.list<!llm.text> do {
    %j = llm.join %g with ""
    %t = llm.template "({0})"(%j)
    ensemble.yield %t : !llm.text
  }
  func.return %r : !llm.text
}"""


@pytest.mark.parametrize(
    ("items", "result"),
    [("a", "a"), ("ab", "(ab)"), ("abcd", "((abc)d)"), ("abcde", "((abc)(de))")],
)
def test_a_reduction_has_a_shape_fixed_by_its_length(items: str, result: str) -> None:
    assert run(REDUCE, list(items)) == [result]


def test_reducing_nothing_is_an_error_with_its_place() -> None:
    with pytest.raises(EmptyReduceError, match=r"test\.mlir:3:8: a reduction needs at least 1"):
        run(REDUCE, [])


def test_a_vote_over_nothing_is_an_error_with_its_place() -> None:
    body = """func.func @f(%xs: !llm.list<!llm.text>) -> !llm.text {
      %v = ensemble.vote %xs : !llm.list<!llm.text>
      func.return %v : !llm.text
    }"""
    with pytest.raises(EmptyVoteError, match=r"test\.mlir:3:12: a vote needs at least 1"):
        run(body, [])


def test_what_it_cannot_run_is_an_error() -> None:
    with pytest.raises(InputError, match="takes 1 inputs, but got 0"):
        run(REDUCE)
    with pytest.raises(InvalidIRError, match=r"a request must have a draw; run assign-draws"):
        run("func.func @f(%a: !llm.text) { %x = llm.generate @m(%a)\n func.return }", "q")
    with pytest.raises(InvalidIRError, match=r"'arith\.constant' must be of the level 'llm'"):
        run("func.func @f() { %c = arith.constant 1 : i32\n func.return }")
    module = parse_module(REDUCE)
    with pytest.raises(InputError, match="the entry must be a function of the module"):
        interpret(module, [[]], seed=0, send=Echo(), entry="g")
