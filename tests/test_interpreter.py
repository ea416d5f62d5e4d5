"""The reference interpreter: how a program runs, draws, and says where it failed."""

from __future__ import annotations

import pytest
from xdsl.dialects import func
from xdsl.dialects.builtin import ModuleOp, UnknownLoc

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
    with pytest.raises(
        InvalidIRError, match=r"'func\.call' must be of the level 'llm' to be inter"
    ):
        run("func.func @f() { func.call @f() : () -> ()\n func.return }")


def test_the_entry_is_a_function_of_the_module() -> None:
    body = """func.func @f() -> !llm.text { %r = llm.constant "f" func.return %r : !llm.text }
      func.func @g() -> !llm.text { %r = llm.constant "g" func.return %r : !llm.text }"""
    module = parse_module(body)
    for entry, expected in [(None, "f"), ("f", "f"), ("g", "g")]:
        assert interpret(module, [], seed=0, send=Echo(), entry=entry) == [expected]
    with pytest.raises(InputError, match="the entry must be a function of the module, but got 'h'"):
        interpret(module, [], seed=0, send=Echo(), entry="h")
    with pytest.raises(InputError, match="must be a function of the module, but there is none"):
        interpret(parse_module('llm.model @m from "p"'), [], seed=0, send=Echo())


def test_a_block_without_an_end_is_an_error() -> None:
    module = ModuleOp([func.FuncOp("f", ((), ()))])
    with pytest.raises(InvalidIRError, match="must end with a return or yield; verify the module"):
        interpret(module, [], seed=0, send=Echo())


def test_symbols_have_no_value() -> None:
    module = parse_module('func.func @f() { llm.model @m from "p" func.return }')
    with pytest.raises(InvalidIRError, match=r"'llm\.model' must not stand in a function"):
        interpret(module, [], seed=0, send=Echo())


def test_an_error_without_a_known_place_has_none() -> None:
    module = parse_module(REDUCE)
    for op in module.walk():
        op.location = UnknownLoc()
    with pytest.raises(EmptyReduceError) as caught:
        interpret(module, [[]], seed=0, send=Echo())
    assert caught.value.location is None


def test_an_error_has_the_place_of_the_innermost_operation() -> None:
    body = """func.func @f(%xs: !llm.list<!llm.list<!llm.text>>) -> !llm.list<!llm.text> {
      %r = ensemble.map %x in %xs : !llm.list<!llm.list<!llm.text>> -> !llm.list<!llm.text> do {
        %v = ensemble.vote %x : !llm.list<!llm.text>
        ensemble.yield %v : !llm.text
      }
      func.return %r : !llm.list<!llm.text>
    }"""
    with pytest.raises(EmptyVoteError) as caught:
        run(body, [["a"], []])
    assert str(caught.value.location) == "test.mlir:4:14"
