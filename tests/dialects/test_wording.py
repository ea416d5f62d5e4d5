"""What xDSL says of a broken rule, in one sentence of ours."""

from __future__ import annotations

import pytest

from ember_mlir.dialects.wording import sentence
from ember_mlir.errors import InvalidIRError
from ember_mlir.parsing import parse_module
from ember_mlir.passes.analysis.verification import verify_module

SENTENCES = {
    "operand 'p' at position 0 does not verify:\nExpected attribute !llm.text but got i32": (
        "operand 'p' must be !llm.text, but got i32"
    ),
    "operand 'x' at positions 0 to 3 does not verify:\n"
    "attributes ('!a',) expected from range variable 'T', but got ('i32',)": (
        "operand 'x' must be ('!a',) as the others are, but got ('i32',)"
    ),
    "operand 'items' expected at position 0 does not verify:\n"
    "incorrect length for range variable:\nexpected integer >= 1, got 0": (
        "operand 'items' must be at least 1, but got 0"
    ),
    "result 'r' at position 0 does not verify:\n"
    "The following constraints were not satisfied:\n"
    "i32 should be of base attribute a.x\ni32 should be of base attribute a.y": (
        "result 'r' must be of the kind a.x or of the kind a.y, but got i32"
    ),
    "The following constraints were not satisfied:\n"
    "a should be of base attribute x\nb should be of base attribute y": (
        "a type or property must be of the kind x, but got a or must be of the kind y, but got b"
    ),
    "Region 'b' at position 0 entry arguments do not verify:\nExpected attribute a but got b": (
        "arguments of the region 'b' must be a, but got b"
    ),
    "parameter 'e' does not verify:\nExpected one of a, b, but got c": (
        "parameter 'e' must be one of a, b, but got c"
    ),
    "Expected attribute i1 but got i2": "a type or property must be i1, but got i2",
    "It must be whole\nUnderlying verification failure: Unexpected attribute i1": (
        "a type or property it must be whole, but got i1"
    ),
    "operand 'x' at position 0 does not verify:\nsomething else": "operand 'x' something else",
    "Expected 1 operand, but got 2": "must have 1 operand, but got 2",
    "Expected at least 1 result, but got 0": "must have at least 1 result, but got 0",
    "property 'model' expected in operation 'llm.generate'": (
        "must have the property 'model', but has none"
    ),
    "property 'x' is not defined by the operation 'a.b'. Use the dictionary attribute to add "
    "arbitrary information to the operation.": (
        "must have its own properties only, but got 'x'; write yours in its attributes"
    ),
    "'a.b' expects parent op 'c.d'": "must stand in 'c.d'",
    "'a.b' expects parent op to be one of 'c.d', 'e.f'": "must stand in 'c.d', 'e.f'",
    "'a.b' must be the last operation in its parent block": (
        "must be the last operation of its region"
    ),
    "'a.b' does not contain single-block regions": "must have regions of one block",
    "'a.b' contains empty block instead of at least terminating with c.d": (
        "must end its region with 'c.d', but the region is empty"
    ),
    "'a.b' terminates with operation e.f instead of c.d": (
        "must end its region with 'c.d', but got 'e.f'"
    ),
    "Region 'body' at position 0 expected a single block, but got 0 blocks": (
        "must have one block in its region 'body', but got 0"
    ),
    'Redefinition of symbol "x"': "must not hold two symbols @x",
    "  Two\n lines!": "two lines",
    "SSA value": "SSA value",
}


@pytest.mark.parametrize(("said", "expected"), SENTENCES.items())
def test_what_xdsl_says_becomes_a_rule(said: str, expected: str) -> None:
    assert sentence(said) == expected


VERIFIED = {
    '%a = "llm.template"() : () -> !llm.text': (
        "'llm.template' must have the property 'template', but has none"
    ),
    '%a = arith.constant 1 : i32\n%b = "llm.join"(%a) <{separator = #llm.utf8""}> : (i32) -> i1': (
        "'llm.join' operand 'items' must be "
    ),
    '"builtin.module"() ({\n}) {} : () -> ()\nfunc.func @f() {func.return}': (
        "'builtin.module' must not stand in another module; move what it holds out of it"
    ),
    '"func.func"() <{sym_name = "f", function_type = () -> ()}> ({\n'
    '  %a = "arith.constant"() <{value = 1 : i1}> : () -> i1\n}) : () -> ()': (
        "'func.func' must end its region with a terminator, but ends it with 'arith.constant'"
    ),
    '"func.func"() <{sym_name = "f", function_type = () -> (), sym_visibility = "x"}> ({\n'
    '  "func.return"() : () -> ()\n}) : () -> ()': (
        "'func.func' must be one of public, private, nested, but got 'x'"
    ),
}


@pytest.mark.parametrize(("text", "message"), VERIFIED.items())
def test_verifiers_speak_in_sentences(text: str, message: str) -> None:
    with pytest.raises(InvalidIRError) as caught:
        verify_module(parse_module(text, "a.mlir"))
    assert message in caught.value.message
    assert "\n" not in caught.value.message
    assert caught.value.location is not None


def test_a_verifier_that_trips_is_an_error_of_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    from ember_mlir.dialects.llm import ModelOp

    def trip(self: ModelOp) -> None:
        raise KeyError("a\nb")

    monkeypatch.setattr(ModelOp, "verify_", trip)
    with pytest.raises(InvalidIRError, match=r"^a:1:1: 'llm.model' must hold what its verifier"):
        verify_module(parse_module('llm.model @m from "p"', "a"))
