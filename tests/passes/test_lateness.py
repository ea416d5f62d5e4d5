"""What is there only after something that takes time."""

from __future__ import annotations

import pytest
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue

from ember_mlir.parsing import parse_module
from ember_mlir.passes.analysis.lateness import is_late_in_parts, late_values

TEXT = """llm.model @m from "p"
func.func @f(%c: i1, %n: i64, %q: !llm.text, %xs: !llm.list<!llm.text>) {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %t = llm.template "{0}?"(%q)
  %a = llm.generate @m(%t) draw <0>
  %b = llm.template "{0} {1}"(%a, %q)
  %u = llm.apply pure @upper(%q) : (!llm.text) -> !llm.text
  %l = llm.list(%q, %a) : !llm.list<!llm.text>
  %k = llm.list(%q, %t) : !llm.list<!llm.text>
  %parts = llm.parse %a as json_schema "SCHEMA" : !llm.list<!llm.text>
  %samples = ensemble.sample 3 of @m(%q) draw <1[*]>
  %mapped = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %v = llm.generate @m(%x) draw <2[*]>
    ensemble.yield %v : !llm.text
  }
  %quick = ensemble.map %y in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %w = llm.template "{0}!"(%y)
    ensemble.yield %w : !llm.text
  }
  %after = ensemble.map %z in %l : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %o = llm.template "{0}!"(%z)
    ensemble.yield %o : !llm.text
  }
  %captured = scf.if %c -> (!llm.text) {
    scf.yield %q : !llm.text
  } else {
    scf.yield %a : !llm.text
  }
  %first, %second = scf.if %c -> (!llm.text, !llm.text) {
    scf.yield %q, %a : !llm.text, !llm.text
  } else {
    scf.yield %q, %q : !llm.text, !llm.text
  }
  %prompt = scf.if %c -> (!llm.text) {
    %inner = llm.template "{0}."(%q)
    scf.yield %inner : !llm.text
  } else {
    scf.yield %q : !llm.text
  }
  %round = scf.for %i = %zero to %n step %one iter_args(%s = %q) -> (!llm.text) : i64 {
    %next = llm.generate @m(%s) draw <3[*]>
    scf.yield %next : !llm.text
  }
  %count = scf.for %j = %zero to %n step %one iter_args(%r = %q) -> (!llm.text) : i64 {
    %more = llm.template "{0}+"(%r)
    scf.yield %more : !llm.text
  }
  func.return
}""".replace("SCHEMA", r"{\"type\": \"array\", \"items\": {\"type\": \"string\"}}")

LATE = "a b u l parts samples mapped v after z o captured first second round i s next".split()


@pytest.fixture
def module() -> ModuleOp:
    """The program above."""
    return parse_module(TEXT)


def named(module: ModuleOp) -> dict[str, SSAValue]:
    """The values of a program by their names."""
    found = [value for op in module.walk() for value in op.results]
    found += [arg for op in module.walk() for region in op.regions for arg in region.block.args]
    return {str(value.name_hint): value for value in found}


def test_what_waits_for_a_request_or_function_is_late(module: ModuleOp) -> None:
    late, values = late_values(module), named(module)
    assert sorted(name for name, value in values.items() if value in late) == sorted(LATE)


@pytest.mark.parametrize(
    ("name", "in_parts"),
    [
        ("l", True),
        ("k", False),
        ("parts", False),
        ("samples", True),
        ("mapped", True),
        ("quick", False),
        ("xs", False),
    ],
)
def test_some_lists_come_one_by_one(module: ModuleOp, name: str, in_parts: bool) -> None:
    values = named(module)
    assert is_late_in_parts(values[name], late_values(module)) == in_parts
    # What a region takes is as late as what it is taken from, all of it.
    assert is_late_in_parts(values["z"], late_values(module))
