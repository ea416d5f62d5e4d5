"""Printing: names and locations that read back as they were."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xdsl.dialects import func
from xdsl.dialects.builtin import ModuleOp, NameLoc, StringAttr, UnknownLoc
from xdsl.ir import Block, Operation, Region

from ember_mlir.dialects.llm import ConstantOp
from ember_mlir.dialects.locations import source_of
from ember_mlir.dialects.names import argument_names
from ember_mlir.dialects.values import TEXT
from ember_mlir.errors import InvalidIRError, SourceLocation
from ember_mlir.parsing import parse_module, print_module

# Names


def printed_twice(text: str) -> str:
    """What `text` prints as; it must print the same again, and ask for the same inputs."""
    module = parse_module(text)
    first = print_module(module)
    again = parse_module(first)
    assert print_module(again) == first
    names = [argument_names(op) for op in module.ops if op.name == "func.func"]
    assert names == [argument_names(op) for op in again.ops if op.name == "func.func"]
    return first


@pytest.mark.parametrize(
    "arguments",
    [
        ["x", "x_0"],
        ["x_0", "x"],
        ["x_01", "x_1", "x"],
        ["1", "0"],
        ["007", "7"],
        ["x_1_2", "x_1"],
        ["$", "-", "._-"],
    ],
)
def test_inputs_keep_their_names(arguments: list[str]) -> None:
    declared = ", ".join(f"%{name}: i32" for name in arguments)
    printed = printed_twice(
        f"""func.func @f({declared}) {{
          %r = arith.addi %{arguments[0]}, %{arguments[0]} : i32
          %x_9 = arith.addi %r, %r : i32
          %9 = arith.addi %x_9, %r : i32
          func.return
        }}"""
    )
    assert f"@f({declared})" in printed


def test_what_stands_around_a_function_leaves_its_inputs_their_names() -> None:
    printed = printed_twice(
        """%x_3 = llm.constant "a"
        func.func @f(%x: !llm.text) { func.return }
        %x_4 = llm.constant "b"
        func.func @g(%x_1: !llm.text) { func.return }"""
    )
    assert "@f(%x: " in printed
    assert "@g(%x_1: " in printed


NAMES = st.sampled_from(["x", "x_0", "x_1", "x_01", "x_1_1", "0", "1", "00", "x-", "$", "_1", "é"])
HINTS = st.sampled_from([None, "x", "x_1", "x_1_1", "_1", "aé", "x-"])


@given(st.lists(st.tuples(st.one_of(st.none(), NAMES), HINTS), max_size=4), st.lists(HINTS))
def test_printed_names_read_back_the_same(
    arguments: list[tuple[str | None, str | None]], results: list[str | None]
) -> None:
    def constants() -> list[Operation]:
        made = [ConstantOp("x") for _ in results]
        for op, hint in zip(made, results, strict=True):
            op.result.name_hint = hint
        return list(made)

    block = Block([*constants(), func.ReturnOp()], arg_types=[TEXT] * len(arguments))
    for argument, (name, hint) in zip(block.args, arguments, strict=True):
        argument.name_hint = hint
        if name is not None:
            argument.location = NameLoc(StringAttr(name), UnknownLoc())
    function = func.FuncOp("f", ([TEXT] * len(arguments), []), Region(block))
    module = ModuleOp([*constants(), function, *constants()])
    for generic in (False, True):
        text = print_module(module, generic=generic)
        assert print_module(parse_module(text), generic=generic) == text


# Locations


def test_an_argument_keeps_a_location_that_is_unknown() -> None:
    text = "func.func @f(%x_1: i32 loc(unknown)) {\n  func.return\n}"
    printed = print_module(parse_module(text), locations=True)
    assert "%x_1: i32 loc(unknown))" in printed
    assert print_module(parse_module(printed), locations=True) == printed


def test_the_module_around_an_unknown_location_has_a_place() -> None:
    module = parse_module('llm.model @m from "p" loc(unknown)', "a.mlir")
    assert source_of(module) == SourceLocation("a.mlir", 1, 1)
    assert isinstance(next(iter(module.ops)).location, UnknownLoc)


def test_the_locations_of_a_loop_read_back() -> None:
    text = """func.func @f(%n: i64, %t: i1) -> i64 {
      %r = scf.while (%a = %n) : (i64) -> i64 {
        scf.condition(%t) %a : i64
      } do {
      ^bb0(%b: i64):
        scf.yield %b : i64
      }
      func.return %r : i64
    }"""
    for generic in (False, True):
        printed = print_module(parse_module(text), generic=generic, locations=True)
        again = print_module(parse_module(printed), generic=generic, locations=True)
        assert again == printed


def test_a_part_of_a_file_counts_the_lines_of_the_file() -> None:
    module = parse_module('\nllm.model @m from "p"', "a.mlir", first_line=7)
    assert [source_of(op).line for op in module.ops] == [8]
    with pytest.raises(InvalidIRError) as caught:
        parse_module("\n)", "a.mlir", first_line=7)
    assert caught.value.location == SourceLocation("a.mlir", 8, 1)
