"""`ember run --reference`: the whole language on a command line, one call after another."""

from __future__ import annotations

import json
from dataclasses import dataclass
from io import StringIO

import pytest

from ember_mlir.direct import run_reference
from ember_mlir.errors import FunctionError, InvalidIRError, ProviderError
from ember_mlir.parsing import parse_module
from ember_mlir.providers import Reply, Request, Session
from ember_mlir.tools.ember import main

CASCADE = """\
llm.model @mine named "their-name" from "simulated" usd_per_million 1 in 2 out
func.func @main(%q: !llm.text, %limit: i64) -> (!llm.record<"a": !llm.text, "n": i64>, i1) {
  %answer = ensemble.cascade : !llm.text do {
    %a = llm.generate @mine(%q) temperature 0
    %two = arith.constant 2 : i64
    %length = llm.length of %a : !llm.text
    %short = arith.cmpi slt, %length, %two : i64
    ensemble.accept %a if %short : !llm.text
  } else {
    %b = llm.generate @mine(%q) temperature 0.5
    ensemble.yield %b : !llm.text
  }
  %record = llm.record(%answer, %limit) : !llm.record<"a": !llm.text, "n": i64>
  %same = llm.equal %answer, %q : !llm.text
  func.return %record, %same : !llm.record<"a": !llm.text, "n": i64>, i1
}
"""

TALK = """\
func.func @talk(%q: !llm.text) -> !llm.messages {
  %m = llm.messages user(%q, image %q)
  func.return %m : !llm.messages
}
"""


@dataclass
class Result:
    """What one run of the tool gave."""

    status: int
    out: str
    err: str


def reference(text: str, *arguments: str) -> Result:
    stdout, stderr = StringIO(), StringIO()
    command = ["run", "-", "--reference", "--clock=virtual", *arguments]
    status = main(command, stdin=StringIO(text), stdout=stdout, stderr=stderr)
    return Result(status, stdout.getvalue(), stderr.getvalue())


def test_gives_what_the_engine_gives() -> None:
    inputs = ("--input=q=What is 17 * 24?", "--input=limit=-7")
    result = reference(CASCADE, *inputs, "--seed=1")
    assert (result.status, result.out) == (0, '{\n  "a": "408",\n  "n": -7\n}\nfalse\n')
    assert result.err.startswith("2 calls, ")
    assert result.err.endswith(" (simulated)\n")
    stdout, stderr = StringIO(), StringIO()
    command = ["run", "-", "--clock=virtual", *inputs, "--seed=1"]
    assert main(command, stdin=StringIO(CASCADE), stdout=stdout, stderr=stderr) == 0
    assert stdout.getvalue() == result.out


def test_a_conversation_prints_as_json() -> None:
    result = reference(TALK, "--input=q=é", "--json")
    assert json.loads(result.out)["outputs"] == [
        [
            {
                "role": "user",
                "content": ["é", {"url": "é"}],
                "tool_calls": [],
                "tool_call_id": None,
            }
        ]
    ]


def test_inputs_are_those_of_their_types() -> None:
    result = reference(CASCADE, "--input=q=x", "--input=limit=many")
    assert result.status == 1
    assert "the input 'limit' must be an integer, but got 'many'; write it as 3" in result.err


def test_a_module_that_is_lowered_has_no_reference() -> None:
    result = reference("exec.frame @f() {\n  exec.return\n}")
    assert result.status == 1
    assert "start from its text at the level 'llm'" in result.err


class Broken:
    """A provider that answers once, and then no more."""

    def __init__(self) -> None:
        self.left = 1

    def simulate(self, request: Request) -> tuple[Reply, float]:
        self.left -= 1
        if self.left < 0:
            raise ProviderError("the service answered 503")
        return Reply(("long",), 5, 7), 0.5

    async def generate(self, request: Request) -> Reply:
        return self.simulate(request)[0]


def test_an_error_carries_the_bill_at_the_prices_of_the_module() -> None:
    module = parse_module(CASCADE.replace("temperature 0.5", "temperature 0.5 draw <0>"))
    session = Session(provider=Broken(), seed=1, clock="virtual")
    with session, pytest.raises(ProviderError, match="503") as caught:
        run_reference(module, ["q", 1], session)
    bill = caught.value.bill
    assert bill is not None
    assert (bill.calls, bill.tokens, str(bill.usd)) == (2, 12, "0.000019")


def test_two_providers_of_one_name_are_not_told_apart() -> None:
    models = 'llm.model @a named "x" from "p"\nllm.model @b named "x" from "q"\n'
    module = parse_module(f"{models}func.func @f() {{\n  func.return\n}}")
    with pytest.raises(InvalidIRError, match="must not share the name 'x' with a model of another"):
        run_reference(module, [], Session(seed=1))


def test_functions_are_given_by_name() -> None:
    module = parse_module(
        "func.func @f(%a: !llm.text) -> !llm.text {\n"
        "  %b = llm.apply pure @upper(%a) : (!llm.text) -> !llm.text\n"
        "  func.return %b : !llm.text\n}"
    )
    session = Session(seed=1)
    assert run_reference(module, ["é"], session, functions={"upper": str.upper}).outputs == ["É"]
    with pytest.raises(FunctionError, match="the function 'upper' must be given to the run"):
        run_reference(module, ["é"], session)


def test_nothing_is_left_out() -> None:
    unread = (
        "func.func @f(%a: !llm.text) -> !llm.text {\n"
        '  %n = llm.parse %a as regex "[0-9]+" : !llm.text\n'
        "  func.return %a : !llm.text\n}"
    )
    result = reference(unread, "--input=a=x")
    assert result.status == 1
    assert "the text must" in result.err


def test_prices_of_one_name_are_not_mixed_up() -> None:
    models = (
        'llm.model @a named "x" from "p" usd_per_million 0 in 0 out\n'
        'llm.model @b named "x" from "p" usd_per_million 9 in 9 out\n'
    )
    module = parse_module(f"{models}func.func @f() {{\n  func.return\n}}")
    with pytest.raises(InvalidIRError, match="a model of another provider or price"):
        run_reference(module, [], Session(seed=1))
