"""The four shapes: written call by call, as loops, and as operations."""

from __future__ import annotations

import pytest
from hypothesis import given
from xdsl.ir import Operation

import ember_mlir as ember
from ember_mlir.dialects.values import AsksModel
from ember_mlir.frontend.capture import capture
from ember_mlir.frontend.signature import Signature
from ember_mlir.parsing import parse_module
from ember_mlir.passes.analysis.shapes import Shape, shapes_of
from ember_mlir.testing import Program, numbered, programs
from ember_mlir.testing.ensembles import LANGUAGE

HEAD = """llm.model @small from "p"
llm.model @large from "p"
func.func @f(%p: !llm.text, %q: !llm.text, %xs: !llm.list<!llm.text>) {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %three = arith.constant 3 : i64
  %n = llm.length of %xs : !llm.list<!llm.text>
  %none = llm.list() : !llm.list<!llm.text>
"""
FIRST = len(HEAD.splitlines()) + 1
"""The line of the first operation of a body."""


def found(body: str) -> list[str]:
    """The shapes of a function with this body, as lines that count from its first."""
    module = parse_module(f"{HEAD}{body.strip()}\n  func.return\n}}", "shapes.mlir")
    return [f"{shape.how} {relative(shape)}" for shape in shapes_of(module)]


def relative(shape: Shape) -> str:
    """The line of a shape, with the lines of the source counted from the first of the body."""
    text = str(shape)
    if shape.places:
        first, last = (place.line for place in (shape.places[0], shape.places[-1]))
        shown = f"line {first}" if first == last else f"lines {first} to {last}"
        moved = shown.replace(str(last), str(last - FIRST + 1))
        text = text.replace(shown, moved.replace(str(first), str(first - FIRST + 1)))
    return text


CASES: dict[str, tuple[str, list[str]]] = {
    "ensemble, straight": (
        """
  %a = llm.generate @small(%p) temperature 0.7 draw <0>
  %b = llm.generate @small(%p) temperature 0.7 draw <1>
  %c = llm.generate @small(%p) temperature 0.7 draw <2>
  %l = llm.list(%a, %b, %c) : !llm.list<!llm.text>
  %v = ensemble.vote %l : !llm.list<!llm.text>""",
        ["straight ensemble of 3 calls of @small, lines 1 to 3: vote"],
    ),
    "ensemble of one expression, written twice, and read out": (
        """
  %s = llm.template "Q: {0}"(%p)
  %a = llm.generate @small(%s) as json_schema "{\\"type\\": \\"integer\\"}" draw <0>
  %t = llm.template "Q: {0}"(%p)
  %b = llm.generate @small(%t) as json_schema "{\\"type\\": \\"integer\\"}" draw <1>
  %i = llm.parse %a as json_schema "{\\"type\\": \\"integer\\"}" : i64
  %j = llm.parse %b as json_schema "{\\"type\\": \\"integer\\"}" : i64
  %l = llm.list(%i, %j) : !llm.list<i64>
  %v = ensemble.vote %l : !llm.list<i64>""",
        ["straight ensemble of 2 calls of @small, lines 2 to 4: vote"],
    ),
    "no ensemble: other models, parameters and prompts, and greedy calls": (
        """
  %a = llm.generate @small(%p) draw <0>
  %b = llm.generate @large(%p) draw <1>
  %c = llm.generate @small(%p) top_p 0.5 draw <2>
  %d = llm.generate @small(%q) draw <3>
  %e = llm.generate @small(%p) temperature 0 site <4>
  %f = llm.generate @small(%p) temperature 0 site <5>
  %l = llm.list(%a, %b, %c, %d, %e, %f) : !llm.list<!llm.text>""",
        [],
    ),
    "a call is of one ensemble": (
        """
  %a = llm.generate @small(%p) draw <0>
  %b = llm.generate @small(%p) draw <1>
  %c = llm.generate @small(%p) draw <2>
  %l = llm.list(%a, %b) : !llm.list<!llm.text>
  %m = llm.list(%b, %c) : !llm.list<!llm.text>
  %j = ensemble.judge @large(%p) among %l draw <3>""",
        ["straight ensemble of 2 calls of @small, lines 1 to 2: judge"],
    ),
    "ensemble, operation": (
        """
  %l = ensemble.sample 5 of @small(%p) draw <0[*]>
  %j = llm.join %l with "\\n"
  %one_1 = ensemble.sample 1 of @small(%p) draw <1[*]>
  %greedy = ensemble.sample 2 of @small(%p) temperature 0 site <2[*]>
  %arms = ensemble.parallel : !llm.list<!llm.text> do {
    %a = llm.generate @small(%p) draw <3>
    ensemble.yield %a : !llm.text
  } and {
    %a = llm.generate @small(%p) draw <4>
    ensemble.yield %a : !llm.text
  }
  %v = ensemble.vote %arms : !llm.list<!llm.text>""",
        [
            "operation ensemble of 5 calls of @small, line 1: join",
            "operation ensemble of 2 calls of @small, lines 6 to 9: arms, vote",
        ],
    ),
    "ensemble, loop": (
        """
  %l = scf.for %i = %zero to %three step %one iter_args(%s = %none)
      -> (!llm.list<!llm.text>) : i64 {
    %a = llm.generate @small(%p) draw <0[*]>
    %new = llm.list(%a) : !llm.list<!llm.text>
    %more = llm.concat(%s, %new) : !llm.list<!llm.text>
    scf.yield %more : !llm.list<!llm.text>
  }
  %v = ensemble.vote %l : !llm.list<!llm.text>""",
        ["loop ensemble of calls of @small, line 3: asked alike in every round, vote"],
    ),
    "ensemble over a list that is not asked about": (
        """
  %l = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %a = llm.generate @small(%p) draw <0[*]>
    ensemble.yield %a : !llm.text
  }""",
        ["operation ensemble of calls of @small, line 2: asked alike in every round, list"],
    ),
    "map, straight": (
        """
  %s = llm.template "About {0}"(%p)
  %t = llm.template "About {0}"(%q)
  %a = llm.generate @small(%s) draw <0>
  %b = llm.generate @small(%t) draw <1>""",
        ["straight map of 2 calls of @small, lines 3 to 4: one prompt about different values"],
    ),
    "map of what was unrolled: known texts differ": (
        """
  %s = llm.constant "About A"
  %t = llm.constant "About B"
  %a = llm.generate @small(%s) draw <0/1[0]>
  %b = llm.generate @small(%t) draw <0/1[1]>
  %c = llm.generate @small(%s) draw <0/2>""",
        ["straight map of 2 calls of @small, lines 3 to 4: one prompt about different values"],
    ),
    "no map: values as they are, and one that depends on the other": (
        """
  %a = llm.generate @small(%p) draw <0>
  %b = llm.generate @small(%q) draw <1>
  %s = llm.template "Better: {0}"(%a)
  %c = llm.generate @large(%s) draw <2>
  %t = llm.template "Better: {0}"(%c)
  %d = llm.generate @large(%t) draw <3>""",
        [
            "straight chain of 3 calls of @small and @large, lines 1 to 6: "
            "each asked with what the one before answered"
        ],
    ),
    "map, operation": (
        """
  %l = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %s = llm.template "{0} {1}"(%p, %x)
    %a = llm.generate @small(%s) draw <0[*]>
    ensemble.yield %a : !llm.text
  }""",
        ["operation map of calls of @small, line 3: over a list"],
    ),
    "map, loop": (
        """
  %l = scf.for %i = %zero to %n step %one iter_args(%s = %none) -> (!llm.list<!llm.text>) : i64 {
    %x = llm.get %xs[%i] : !llm.list<!llm.text>
    %a = llm.generate @small(%x) draw <0[*]>
    %new = llm.list(%a) : !llm.list<!llm.text>
    %more = llm.concat(%s, %new) : !llm.list<!llm.text>
    scf.yield %more : !llm.list<!llm.text>
  }""",
        ["loop map of calls of @small, line 3: a loop over a list"],
    ),
    "map, a loop that counts itself": (
        """
  %l, %c = scf.while (%s = %none, %i = %zero)
      : (!llm.list<!llm.text>, i64) -> (!llm.list<!llm.text>, i64) {
    %go = arith.cmpi slt, %i, %n : i64
    scf.condition(%go) %s, %i : !llm.list<!llm.text>, i64
  } do {
  ^bb0(%s: !llm.list<!llm.text>, %i: i64):
    %x = llm.get %xs[%i] : !llm.list<!llm.text>
    %a = llm.generate @small(%x) draw <0[*]>
    %new = llm.list(%a) : !llm.list<!llm.text>
    %more = llm.concat(%s, %new) : !llm.list<!llm.text>
    %next = arith.addi %i, %one : i64
    scf.yield %more, %next : !llm.list<!llm.text>, i64
  }""",
        ["loop map of calls of @small, line 8: a loop over a list"],
    ),
    "reduce, straight, as a tree": (
        """
  %a = llm.generate @small(%p) draw <0>
  %b = llm.generate @small(%q) draw <1>
  %c = llm.generate @small(%p) top_p 0.5 draw <2>
  %d = llm.generate @small(%q) top_p 0.5 draw <3>
  %ab = llm.template "{0}{1}"(%a, %b)
  %e = llm.generate @large(%ab) draw <4>
  %cd = llm.list(%c, %d) : !llm.list<!llm.text>
  %j = llm.join %cd with "+"
  %f = llm.generate @large(%j) draw <5>
  %ef = llm.template "= {0} {1}"(%e, %f)
  %g = llm.generate @large(%ef) draw <6>""",
        [
            "straight reduce of 3 calls of @large, lines 6 to 11: "
            "answers to several other calls made one"
        ],
    ),
    "reduce of what an operation gave": (
        """
  %l = ensemble.sample 3 of @small(%p) draw <0[*]>
  %j = llm.join %l with "+"
  %f = llm.generate @large(%j) draw <1>""",
        [
            "operation ensemble of 3 calls of @small, line 1: join",
            "straight reduce of 1 call of @large, line 3: answers to several other calls made one",
        ],
    ),
    "reduce, operation": (
        """
  %r = ensemble.reduce %g in %xs by 4 : !llm.list<!llm.text> do {
    %j = llm.join %g with "\\n"
    %a = llm.generate @small(%j) draw <0[*]>
    ensemble.yield %a : !llm.text
  }""",
        ["operation reduce of calls of @small, line 3: a tree of groups of 4"],
    ),
    "reduce, a fold, which is a chain too": (
        """
  %r = scf.for %i = %zero to %n step %one iter_args(%s = %p) -> (!llm.text) : i64 {
    %x = llm.get %xs[%i] : !llm.list<!llm.text>
    %t = llm.template "{0} {1}"(%s, %x)
    %a = llm.generate @small(%t) draw <0[*]>
    scf.yield %a : !llm.text
  }""",
        [
            "loop chain of calls of @small, line 4: a loop that asks about what it got before",
            "loop reduce of calls of @small, line 4: a fold: each round takes in one more",
        ],
    ),
    "chain, with an earlier answer beside the last": (
        """
  %a = llm.generate @small(%p) draw <0>
  %s = llm.template "Criticize {0}"(%a)
  %b = llm.generate @large(%s) draw <1>
  %t = llm.template "Improve {0} by {1}"(%a, %b)
  %c = llm.generate @small(%t) draw <2>""",
        [
            "straight chain of 3 calls of @small and @large, lines 1 to 5: "
            "each asked with what the one before answered"
        ],
    ),
    "a call is of one chain": (
        """
  %a = llm.generate @small(%p) draw <0>
  %s = llm.template "Longer: {0}"(%a)
  %b = llm.generate @small(%s) draw <1>
  %t = llm.template "Shorter: {0}"(%a)
  %c = llm.generate @small(%t) draw <2>""",
        [
            "straight chain of 2 calls of @small, lines 1 to 3: "
            "each asked with what the one before answered"
        ],
    ),
    "chain through a vote": (
        """
  %l = ensemble.sample 3 of @small(%p) draw <0[*]>
  %v = ensemble.vote %l : !llm.list<!llm.text>
  %s = llm.template "Why {0}?"(%v)
  %b = llm.generate @large(%s) draw <1>""",
        [
            "operation ensemble of 3 calls of @small, line 1: vote",
            "straight chain of 2 calls of @small and @large, lines 1 to 4: "
            "each asked with what the one before answered",
        ],
    ),
    "chain, operation": (
        """
  %r = ensemble.refine %v from %p at_most 3 : !llm.text do {
    %t = llm.template "Better: {0}"(%v)
    %a = llm.generate @small(%t) draw <0[*]>
    %same = llm.equal %a, %v : !llm.text
    ensemble.accept %a if %same : !llm.text
  }""",
        ["operation chain of calls of @small, line 3: a refinement of at most 3 rounds"],
    ),
    "chain, loop": (
        """
  %r = scf.for %i = %zero to %three step %one iter_args(%s = %p) -> (!llm.text) : i64 {
    %t = llm.template "Better: {0}"(%s)
    %a = llm.generate @small(%t) draw <0[*]>
    scf.yield %a : !llm.text
  }""",
        ["loop chain of calls of @small, line 3: a loop that asks about what it got before"],
    ),
    "of a round in a round, each asks about its own": (
        """
  %r = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.list<!llm.text>> do {
    %in = ensemble.map %y in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
      %a = llm.generate @small(%y) draw <0[*, *]>
      ensemble.yield %a : !llm.text
    }
    ensemble.yield %in : !llm.list<!llm.text>
  }""",
        [
            "operation ensemble of calls of @small, line 3: asked alike in every round, list",
            "operation map of calls of @small, line 3: over a list",
        ],
    ),
}


@pytest.mark.parametrize(("body", "expected"), CASES.values(), ids=list(CASES))
def test_shapes(body: str, expected: list[str]) -> None:
    assert found(body) == expected


@given(program=programs(LANGUAGE))
def test_a_call_belongs_to_one_straight_shape_of_a_kind(program: Program) -> None:
    seen: set[tuple[str, Operation]] = set()
    for shape in shapes_of(numbered(program)):
        assert str(shape).startswith(f"{shape.kind} of ")
        if shape.how == "straight":
            members = {(shape.kind, op) for op in shape.ops}
            assert not members & seen
            assert len(members) == len(shape.ops) > (0 if shape.kind == "reduce" else 1)
            seen |= members
        else:
            assert len(shape.ops) == 1
        assert all(any(i.has_trait(AsksModel) for i in op.walk()) for op in shape.ops)


def test_models_and_files_are_named_while_there_are_few() -> None:
    models = "\n".join(f'llm.model @m{i} from "p"' for i in range(5))
    calls = "\n".join(
        f'%t{i} = llm.template "{{0}} {i}"(%a{i - 1})\n%a{i} = llm.generate @m{i}(%t{i})'
        for i in range(1, 5)
    )
    module = parse_module(
        f"{models}\nfunc.func @f(%p: !llm.text) {{\n%a0 = llm.generate @m0(%p)\n"
        f"{calls}\nfunc.return\n}}"
    )
    (shape,) = shapes_of(module)
    assert str(shape).startswith("chain of 5 calls of @m0, @m1, @m2 and others, lines 7 to 15: ")


def test_shapes_of_a_python_function_have_its_lines() -> None:
    @ember.jit
    def report(topics: list[str], question: str) -> str:
        def note(topic: str) -> str:
            return ember.generate(f"About {topic}")

        notes = ember.map(note, topics)
        drafts = [ember.generate(f"{question} {ember.join(notes, ' ')}") for _ in range(3)]
        return ember.generate(f"Best: {ember.join(drafts, ' ')}")

    line = report.function.__code__.co_firstlineno
    module = capture(report.function, Signature(report.function).without_call()).module
    assert [str(shape) for shape in shapes_of(module)] == [
        f"map of calls of @small, line {line + 3}: over a list",
        f"reduce of 4 calls of @small, lines {line + 6} to {line + 7}: "
        "answers to several other calls made one",
        f"ensemble of 3 calls of @small, line {line + 6}: join",
    ]
