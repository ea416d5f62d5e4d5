"""Each computation gives what the reference gives for the operation that it comes from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from math import inf, nan
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xdsl.dialects.builtin import ArrayAttr, IndexType, IntegerAttr, UnitAttr, f64, i1, i64
from xdsl.dialects.func import FuncOp
from xdsl.ir import Attribute, BlockArgument, Operation
from xdsl.utils.test_value import create_ssa_value

from ember_mlir.dialects import exec as ops
from ember_mlir.dialects.exec.computing import COMPUTATIONS
from ember_mlir.dialects.values import EMBEDDING, MESSAGES, TEXT, TEXTS, ListType
from ember_mlir.errors import (
    EmberError,
    EmptyChoiceError,
    InvalidIRError,
    NotAcceptedError,
    ParseError,
    ShapeError,
    SourceLocation,
)
from ember_mlir.grammars import Grammar
from ember_mlir.interpreter import interpret
from ember_mlir.parsing import parse_module
from ember_mlir.passes.analysis.verification import verify_module
from ember_mlir.providers import Image, Message, Reply, Request, ToolCall
from ember_mlir.redaction import redact
from ember_mlir.runtime.computing import accepted, computation, parsed
from ember_mlir.semantics import Value

Values = st.SearchStrategy[Value]

TEXT_VALUES = st.text(st.characters(codec="utf-8"), max_size=4)
WORDS = st.sampled_from(["", "a", "A", "ab", "b", " b"])
WORD_LISTS = st.lists(WORDS, max_size=4)
BITS = st.booleans()
WHOLE = st.integers(-3, 3) | st.integers(-(2**63), 2**63 - 1)
SMALL = st.integers(-5, 5)
REAL = st.floats() | st.sampled_from([nan, inf, -inf, 0.0, -0.0, 1.0])
VECTORS = st.tuples(st.floats(), st.floats()) | st.tuples(SMALL.map(float), SMALL.map(float))
LETTERS = st.lists(
    st.sampled_from(["ann@example.org", "[EMAIL_1]", "[PHONE_2]", "+1 555 010 9999", "hi"])
).map(" ".join)
TURNS = st.lists(
    st.builds(Message, st.just("user"), st.tuples(WORDS, WORDS.map(Image)))
    | st.builds(
        Message,
        st.just("assistant"),
        st.tuples(WORDS),
        st.tuples(st.builds(ToolCall, WORDS, WORDS, WORDS)),
    ),
    max_size=2,
).map(tuple)

T = "!llm.text"
L = "!llm.list<!llm.text>"
M = "!llm.messages"
E = "tensor<?xf32>"
P = '!llm.record<"name": !llm.text, "age": i64>'
CALLS = '!llm.list<!llm.record<"id": !llm.text, "tool": !llm.text, "arguments": !llm.text>>'


class Case(NamedTuple):
    """One operation: its operands `%a`, `%b`, … with their types and values."""

    written: str
    result: str
    operands: Sequence[tuple[str, Values]]

    @property
    def text(self) -> str:
        names = [f"%{'abcdef'[at]}: {kind}" for at, (kind, _) in enumerate(self.operands)]
        return (
            f"func.func @f({', '.join(names)}) -> ({self.result}) {{\n"
            f"{self.written}\nfunc.return {self.returned} : {self.result}\n}}"
        )

    @property
    def returned(self) -> str:
        return self.written.partition(" = ")[0]

    @property
    def values(self) -> st.SearchStrategy[tuple[Value, ...]]:
        return st.tuples(*[values for _, values in self.operands])


def binary(name: str, kind: str, values: Values, result: str | None = None) -> Case:
    return Case(f"%r = {name} %a, %b : {kind}", result or kind, [(kind, values), (kind, values)])


WHOLES = ("i64", "index")
NUMBERS = {"i1": BITS, **dict.fromkeys(WHOLES, WHOLE)}
WHOLE_PREDICATES = ("eq", "ne", "slt", "sle", "sgt", "sge", "ult", "ule", "ugt", "uge")
REAL_PREDICATES = (
    *("false", "oeq", "ogt", "oge", "olt", "ole", "one", "ord"),
    *("ueq", "ugt", "uge", "ult", "ule", "une", "uno", "true"),
)

CASES: Sequence[Case] = (
    Case("%r = llm.messages user(%a)", M, [(T, TEXT_VALUES)]),
    Case(
        "%r = llm.messages after(%a, %b) system(%c) user(%d, image %c) tool(%c, %d)",
        M,
        [(M, TURNS), (M, TURNS), (T, TEXT_VALUES), (T, TEXT_VALUES)],
    ),
    Case("%r = llm.content %a", T, [(M, TURNS)]),
    Case("%r = llm.tool_calls %a", CALLS, [(M, TURNS)]),
    Case(f"%r = llm.record(%a, %b) : {P}", P, [(T, TEXT_VALUES), ("i64", WHOLE)]),
    Case(
        f'%r = llm.field "age" of %a : {P}',
        "i64",
        [(P, st.fixed_dictionaries({"name": TEXT_VALUES, "age": WHOLE}))],
    ),
    Case(f"%r = llm.get %a[%b] : {L}", T, [(L, WORD_LISTS), ("i64", SMALL)]),
    Case(f"%r = llm.concat(%a, %b, %a) : {L}", L, [(L, WORD_LISTS), (L, WORD_LISTS)]),
    Case("%r = llm.quote %a", T, [(L, WORD_LISTS)]),
    Case(f"%r = llm.length of %a : {L}", "i64", [(L, WORD_LISTS)]),
    Case(f"%r = llm.length of %a : {T}", "i64", [(T, TEXT_VALUES)]),
    Case(
        "%r = llm.top_k 2 of %a near %b",
        "!llm.list<i64>",
        [(f"!llm.list<{E}>", st.lists(VECTORS | st.just((1.0,)))), (E, VECTORS)],
    ),
    binary("llm.equal", T, WORDS, "i1"),
    binary("llm.equal", "f64", REAL, "i1"),
    binary("llm.equal", "!llm.list<f64>", st.lists(REAL, max_size=2), "i1"),
    Case(f"%r = llm.contains %a, %b : {T}, {T}", "i1", [(T, WORDS), (T, WORDS)]),
    Case(f"%r = llm.contains %a, %b : {L}, {T}", "i1", [(L, WORD_LISTS), (T, WORDS)]),
    Case(
        "%r = llm.contains %a, %b : !llm.list<f64>, f64",
        "i1",
        [("!llm.list<f64>", st.lists(REAL, max_size=3)), ("f64", REAL)],
    ),
    Case(
        '%r, %s = llm.redact %a hiding ["email", "phone"] to "public"', f"{T}, {L}", [(T, LETTERS)]
    ),
    Case(
        "%r = llm.restore %a from %b",
        T,
        [
            (T, LETTERS),
            (L, LETTERS.map(lambda t: list(redact(t, ["email"]).originals)) | WORD_LISTS),
        ],
    ),
    Case('%r = llm.declassify %a to "public" because "it is" : f64', "f64", [("f64", REAL)]),
    Case(
        f"%r = ensemble.best %a by %b : {L}, !llm.list<f64>",
        T,
        [(L, WORD_LISTS), ("!llm.list<f64>", st.lists(REAL, max_size=4))],
    ),
    *[binary(f"arith.{n}i", kind, WHOLE) for n in ("add", "sub", "mul") for kind in WHOLES],
    *[binary(f"arith.{n}si", k, WHOLE) for n in ("min", "max") for k in WHOLES],
    *[binary(f"arith.{n}i", k, NUMBERS[k]) for n in ("and", "or", "xor") for k in ("i1", "i64")],
    *[binary(f"arith.{n}f", "f64", REAL) for n in ("add", "sub", "mul")],
    *[
        binary(f"arith.cmpi {predicate},", kind, NUMBERS[kind], "i1")
        for predicate in WHOLE_PREDICATES
        for kind in NUMBERS
    ],
    *[binary(f"arith.cmpf {predicate},", "f64", REAL, "i1") for predicate in REAL_PREDICATES],
    Case(f"%r = arith.select %a, %b, %c : {T}", T, [("i1", BITS), (T, WORDS), (T, WORDS)]),
    Case("%r = arith.select %a, %b, %c : i1", "i1", [("i1", BITS), ("i1", BITS), ("i1", BITS)]),
    Case("%r = arith.sitofp %a : i64 to f64", "f64", [("i64", WHOLE)]),
    Case("%r = arith.index_cast %a : i64 to index", "index", [("i64", WHOLE)]),
    Case(
        "%r = arith.index_cast %a : index to i64", "i64", [("index", st.integers(-(2**70), 2**70))]
    ),
)

ELSEWHERE = {"sched.ballot", "sched.elect", "sched.rounds"}
"""What no operation of the reference's level is named after; tests of their own follow."""


@cache
def operation(text: str) -> tuple[Callable[[Sequence[Value]], Sequence[Value]], Operation]:
    """The reference's meaning of a function, and its first operation."""
    module = parse_module(text, "test.mlir")
    verify_module(module)
    function = module.body.block.first_op
    assert isinstance(function, FuncOp)
    found = function.body.block.first_op
    assert found is not None

    def meaning(values: Sequence[Value]) -> Sequence[Value]:
        return interpret(module, values, seed=1, send=refuse)

    return meaning, found


def refuse(request: Request) -> Reply:
    raise AssertionError(request)


def outcome(run: Callable[[], Sequence[Value]]) -> str:
    """The values or the error; `repr` tells -0.0, nan, True and 1 from what equals them."""
    try:
        return repr(list(run()))
    except EmberError as error:
        return repr((type(error), error.message))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.written)
@given(data=st.data())
def test_a_computation_gives_what_the_reference_gives(case: Case, data: st.DataObject) -> None:
    values = data.draw(case.values)
    meaning, op = operation(case.text)
    instruction = ops.ComputeOp.like(op)
    instruction.verify()
    compute = computation(instruction)
    # A value may stand in several places.
    operands = [values[found.index] for found in op.operands if isinstance(found, BlockArgument)]
    assert outcome(lambda: compute(*operands)) == outcome(lambda: meaning(values))


def test_every_computation_is_tested() -> None:
    tested = {operation(case.text)[1].name for case in CASES}
    assert tested | ELSEWHERE >= COMPUTATIONS.keys()
    assert not tested & ELSEWHERE


def instruction(
    name: str,
    operands: Sequence[Attribute],
    result: Attribute,
    parameters: dict[str, Attribute] | None = None,
) -> ops.ComputeOp:
    """The computation `name` of values of these types."""
    values = [create_ssa_value(kind) for kind in operands]
    return ops.ComputeOp(name, values, [result], parameters)


JUDGED = f"""llm.model @m from "p"
func.func @f(%a: {T}, %b: {L}) -> {T} {{
%r = ensemble.judge @m(%a) among %b temperature 0 site <0>
func.return %r : {T}
}}"""


@given(
    TEXT_VALUES, st.lists(WORDS, min_size=2, max_size=4), st.sampled_from(["1", "no 2", "9", ""])
)
def test_a_ballot_and_its_reading_are_what_a_judge_does(
    prompt: str, answers: list[str], reply: str
) -> None:
    asked: list[str | None] = []

    def send(request: Request) -> Reply:
        asked.append(request.prompt)
        return Reply([reply], 1, 1)

    ballot = computation(instruction("sched.ballot", [TEXT, TEXTS], TEXT))
    elect = computation(instruction("sched.elect", [TEXT, TEXTS], TEXT))
    module = parse_module(JUDGED, "test.mlir")
    expected = outcome(lambda: interpret(module, [prompt, answers], seed=1, send=send))
    assert outcome(lambda: elect(reply, answers)) == expected
    assert ballot(prompt, answers) == tuple(asked)


def test_there_is_no_ballot_of_nothing() -> None:
    module = parse_module(JUDGED, "test.mlir")
    with pytest.raises(EmptyChoiceError) as expected:
        interpret(module, ["?", []], seed=1, send=refuse)
    with pytest.raises(EmptyChoiceError) as got:
        computation(instruction("sched.ballot", [TEXT, TEXTS], TEXT))("?", [])
    assert got.value.message == expected.value.message


COUNTED = """func.func @f(%a: index, %b: index, %c: index) -> i64 {
%zero = arith.constant 0 : i64
%one = arith.constant 1 : i64
%r = scf.for %i = %a to %b step %c iter_args(%n = %zero) -> (i64) {
  %more = arith.addi %n, %one : i64
  scf.yield %more : i64
}
func.return %r : i64
}"""


@given(SMALL, SMALL, st.integers(-1, 4))
def test_rounds_are_counted_as_a_loop_makes_them(start: int, stop: int, step: int) -> None:
    module = parse_module(COUNTED, "test.mlir")
    rounds = computation(instruction("sched.rounds", [IndexType()] * 3, i64))
    expected = outcome(lambda: interpret(module, [start, stop, step], seed=1, send=refuse))
    assert outcome(lambda: rounds(start, stop, step)) == expected


def test_rounds_are_counted_without_making_them() -> None:
    rounds = computation(instruction("sched.rounds", [IndexType()] * 3, i64))
    assert rounds(-(2**63), 2**63 - 1, 2) == (2**63 - 1,)
    with pytest.raises(ShapeError, match="the step of a loop must be at least 1, but got 0"):
        rounds(0, 1, 0)


SOURCE = SourceLocation("app.py", 1, 2)


def test_a_text_is_parsed_by_its_grammar() -> None:
    text, grammar = create_ssa_value(TEXT), Grammar("regex", "(?P<age>[0-9]+)")
    parse = parsed(ops.ParseOp(text, grammar, SOURCE))
    assert parse("36") == ({"age": "36"},)
    with pytest.raises(ParseError, match="the text must fit the regex as a whole"):
        parse("old")


def test_a_value_is_accepted_or_not() -> None:
    accept = accepted(ops.AcceptOp(create_ssa_value(TEXT), create_ssa_value(i1), SOURCE))
    assert accept("draft", True) == ("draft",)
    message = (
        "^the last rung or round must be accepted, but is not; "
        "allow more of them, or take the last as it is$"
    )
    with pytest.raises(NotAcceptedError, match=message):
        accept("draft", False)


UNIT = UnitAttr()


@pytest.mark.parametrize(
    ("name", "operands", "result", "parameter", "message"),
    [
        ("llm.messages", [TEXT], MESSAGES, ("turns", UNIT), "a list of turns"),
        ("llm.redact", [TEXT], TEXT, ("policies", ArrayAttr([UNIT])), "a list of texts"),
        ("llm.field", [TEXT], TEXT, ("field", UNIT), "a text"),
        (
            "llm.top_k",
            [ListType(EMBEDDING), EMBEDDING],
            ListType(i64),
            ("k", IntegerAttr(0, i64)),
            "a whole number from 1 to 9223372036854775807",
        ),
        ("arith.cmpi", [i64, i64], i1, ("predicate", IntegerAttr(10, i64)), "a whole .* 0 to 9"),
        ("arith.cmpf", [f64, f64], i1, ("predicate", UNIT), "a whole number from 0 to 15"),
        ("arith.cmpf", [f64, f64], i1, None, "a whole number from 0 to 15, but got None"),
    ],
)
def test_parameters_are_of_the_kind_that_they_must_be(
    name: str,
    operands: Sequence[Attribute],
    result: Attribute,
    parameter: tuple[str, Attribute] | None,
    message: str,
) -> None:
    parameters = {} if parameter is None else dict([parameter])
    named = "predicate" if parameter is None else parameter[0]
    with pytest.raises(InvalidIRError, match=f"'exec.compute' .* '{named}', {message}") as caught:
        computation(instruction(name, operands, result, parameters))
    assert ", but got " in caught.value.message
