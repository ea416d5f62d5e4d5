"""Text to module and back: locations, names, UTF-8, and errors that say where."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xdsl.dialects.builtin import (
    BytesAttr,
    FileLineColLoc,
    ModuleOp,
    NameLoc,
    StringAttr,
)
from xdsl.ir import BlockArgument, Operation

from ember_mlir.dialects.locations import source_of
from ember_mlir.dialects.names import argument_names
from ember_mlir.errors import InvalidIRError, SourceLocation
from ember_mlir.parsing import make_context, parse_module, print_module

PROGRAM = """\
llm.model @small from "simulated"
func.func @f(%question_1: !llm.text, %0: !llm.text) -> !llm.text {
\t%prompt = llm.template "é {0} {1}"(%question_1, %0)
  %many = llm.list(%prompt) : !llm.list<!llm.text>
  %answers = ensemble.map %item_2 in %many : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    ensemble.yield %item_2 : !llm.text
  }
  func.return %prompt : !llm.text
}
"""


def operation(module: ModuleOp, name: str) -> Operation:
    return next(op for op in module.walk() if op.name == name)


def place(value: BlockArgument) -> tuple[str, int, int]:
    location = value.location
    assert isinstance(location, NameLoc)
    assert isinstance(location.location, FileLineColLoc)
    return location.desc.data, location.location.line.data, location.location.column.data


@pytest.mark.parametrize(
    ("name", "line", "column"),
    [
        ("builtin.module", 1, 1),
        ("llm.model", 1, 1),
        ("func.func", 2, 1),
        ("llm.template", 3, 12),
        ("ensemble.map", 5, 14),
        ("ensemble.yield", 6, 5),
        ("func.return", 8, 3),
    ],
)
def test_an_operation_knows_where_its_name_stands(name: str, line: int, column: int) -> None:
    module = parse_module(PROGRAM, "programmes/été.mlir")
    expected = SourceLocation("programmes/été.mlir", line, column)
    assert source_of(operation(module, name)) == expected


def test_an_explicit_location_wins() -> None:
    text = 'llm.model @m from "p" loc("app.py":7:9)'
    assert source_of(operation(parse_module(text, "a.mlir"), "llm.model")).file == "app.py"


@pytest.mark.parametrize("generic", [False, True])
def test_an_unknown_location_stays_unknown(generic: bool) -> None:
    text = 'llm.model @m from "p" loc(unknown)'
    module = parse_module(text)
    printed = print_module(module, generic=generic, locations=True)
    assert "loc(unknown)" in printed
    assert print_module(parse_module(printed), generic=generic, locations=True) == printed


def test_the_location_of_a_module_is_kept() -> None:
    module = parse_module('builtin.module {\n} loc("app.py":1:2)')
    assert source_of(module) == SourceLocation("app.py", 1, 2)


def test_arguments_keep_their_names_as_written() -> None:
    module = parse_module(PROGRAM)
    function = operation(module, "func.func")
    assert argument_names(function) == ["question_1", "0"]
    first, second = function.regions[0].block.args
    assert place(first) == ("question_1", 2, 14)
    assert place(second) == ("0", 2, 38)
    inner = operation(module, "ensemble.map").regions[0].block.args[0]
    assert place(inner) == ("item_2", 5, 27)


def test_names_survive_printing() -> None:
    text = print_module(parse_module(PROGRAM))
    assert "func.func @f(%question_1: !llm.text, %0: !llm.text)" in text
    assert "%item_2 in %many" in text
    assert print_module(parse_module(text)) == text


def test_names_with_numbers_never_meet() -> None:
    text = """\
func.func @f(%x_1: i32, %1: i32) {
  %x = arith.constant 1 : i32
  %x_5 = arith.addi %x, %x_1 : i32
  %7 = arith.addi %x_5, %1 : i32
  %8 = arith.addi %7, %7 : i32
  func.return
}
"""
    module = parse_module(text)
    printed = print_module(module)
    assert print_module(parse_module(printed)) == printed
    assert parse_module(printed).is_structurally_equivalent(module)


def test_the_generic_format_keeps_names_too() -> None:
    text = print_module(parse_module(PROGRAM), generic=True)
    assert "^bb0(%question_1: !llm.text, %0: !llm.text)" in text
    assert argument_names(operation(parse_module(text), "func.func")) == ["question_1", "0"]


def test_a_written_location_of_an_argument_is_kept_beside_its_name() -> None:
    text = 'func.func @f(%x_1: !llm.text loc("app.py":3:4)) {\n  func.return\n}'
    module = parse_module(text, "a.mlir")
    argument = operation(module, "func.func").regions[0].block.args[0]
    assert place(argument) == ("x_1", 3, 4)
    printed = print_module(module, locations=True)
    assert 'loc("x_1"("app.py":3:4))' in printed
    assert print_module(parse_module(printed), locations=True) == printed


@pytest.mark.parametrize("generic", [False, True])
@pytest.mark.parametrize("locations", [False, True])
def test_round_trip(generic: bool, locations: bool) -> None:
    module = parse_module(PROGRAM, '日本 "ü".mlir')
    text = print_module(module, generic=generic, locations=locations)
    again = parse_module(text, '日本 "ü".mlir')
    assert again.is_structurally_equivalent(module)
    assert print_module(again, generic=generic, locations=locations) == text


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_every_text_round_trips(content: str) -> None:
    from ember_mlir.dialects.llm import ConstantOp

    module = ModuleOp([ConstantOp(content)])
    module.attributes["note"] = StringAttr(content)
    for generic in (False, True):
        again = parse_module(print_module(module, generic=generic))
        assert again.is_structurally_equivalent(module)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1))
def test_every_file_name_round_trips(name: str) -> None:
    text = print_module(parse_module('llm.model @m from "p"', name), locations=True)
    assert source_of(operation(parse_module(text), "llm.model")).file == name


def test_what_xdsl_prints_is_read_back() -> None:
    module = parse_module('module @"日本" attributes {note = "héllo"} {}')
    text = str(module)
    assert "\\E6" in text
    assert parse_module(text).is_structurally_equivalent(module)


def test_a_text_of_comments_is_an_empty_module() -> None:
    assert print_module(parse_module("// nothing\n\n", "a.mlir")) == "builtin.module {\n}\n"


def test_a_context_loads_dialects_only_when_they_are_used() -> None:
    ctx = make_context()
    parse_module('llm.model @m from "p"', ctx=ctx)
    loaded = {dialect.name for dialect in ctx.loaded_dialects}
    assert "llm" in loaded
    assert loaded.isdisjoint({"exec", "scf", "arith"})


ERRORS = {
    "unknown operation": ("\n  llm.what", 2, 3, "there is no operation 'llm.what'"),
    "unknown dialect": ("foo.bar", 1, 1, "there is no operation 'foo.bar'"),
    "not MLIR": ("\t日本", 1, 2, "there is no operation '日'"),
    "stray token": (
        "\n)",
        2,
        1,
        "there must be an operation or the end of the text here, but got ')'",
    ),
    "undefined value": (
        "%a = arith.addi %b, %b : i32",
        1,
        17,
        "%b must be defined in this region or around it, but it is not",
    ),
    "value of an inner region": (
        "scf.execute_region {\n  %b = arith.constant 1 : i32\n  scf.yield\n}\n"
        "%c = arith.constant 1 : i32\n%a = arith.addi %c, %b : i32",
        6,
        21,
        "%b must be defined in this region or around it, but it is not",
    ),
    "end of the text": (
        "func.func @f(%a: i32) {\n  func.return %b : i32\n",
        3,
        1,
        "a region must go on with an operation or end with '}'",
    ),
    "defined twice": (
        "%a = arith.constant 1 : i32\n%a = arith.constant 2 : i32",
        2,
        1,
        "SSA value %a is already defined",
    ),
    "non-ASCII name": (
        "%é = arith.constant 1 : i32",
        1,
        1,
        "a name must be of ASCII letters, digits and $._-, but begins with another character",
    ),
    "open string": (
        'llm.model @m from "p',
        1,
        19,
        "a text must end with '\"' on the line where it begins, but the quote is missing",
    ),
    "bad escape": ('llm.model @m from "\\FF"', 1, 19, "valid UTF-8"),
    "bad escape of a builtin string": (
        'module attributes {a = loc("\\FF")} {}',
        1,
        28,
        "a text must be valid UTF-8, but its escapes are not",
    ),
    "bad draw": ("llm.generate @m(%p) draw <x>", 1, 27, "expected integer literal"),
    "attribute that does not verify": (
        "%a = llm.list() : !llm.list<1>",
        1,
        6,
        "'llm.list' a list holds",
    ),
    "misspelt type": ("%a = llm.list() : !llm.lst<i1>", 1, 19, "did you mean '!llm.list'"),
    "misspelt dialect": ("lm.model", 1, 1, "no operation 'lm.model'; did you mean 'llm.model'"),
    "misspelt attribute": ("module attributes {a = #llm.drw<0>} {}", 1, 24, "mean '#llm.draw'"),
    "unknown type": ("%a = llm.list() : !x.y", 1, 19, "there is no type '!x.y'"),
    "unknown alias": ("module attributes {a = #b} {}", 1, 24, "there is no alias '#b'; define it"),
    "escape that is none": ('llm.model @m from "a\\q"', 1, 21, "or two hexadecimal digits"),
    "control character": ('llm.model @m from "a\vb"', 1, 21, "in a text must be written \\0B"),
    "no digit before the point": ("llm.generate @m(%p) temperature .5", 1, 33, "as in 0.5"),
    "exponent without a point": (
        "llm.generate @m(%p) temperature 1e-3",
        1,
        33,
        "a number must be written as in 0.001 or 1.0e-3, but got '1e-3'",
    ),
    "digit of another script": (
        "module attributes {a = ٣} {}",
        1,
        24,
        "one of 0 to 9, but got '٣'",
    ),
    "resource": (
        "module attributes {a = dense_resource<x> : tensor<1xi8>} {}",
        1,
        38,
        "an attribute must hold its elements",
    ),
    "metadata": ("{-# dialect_resources: {} #-}", 1, 1, "a text must be a module alone"),
    "what xDSL does not expect": (
        "module attributes {a = affine_map<(a, b) -> (a * b)>} {}",
        1,
        51,
        "'builtin.module' must be written in its documented form, but is not here",
    ),
    "half of a pair": ('llm.model @m from "\n\ud800"', 2, 1, "has half of a surrogate pair"),
    "misspelt operation": (
        'llm.model @m from "p"\n%a = llm.constnt "x"',
        2,
        6,
        "there is no operation 'llm.constnt'; did you mean 'llm.constant'",
    ),
    "label defined twice": (
        "func.func @f() {\n  func.return\n^a:\n  func.return\n^a:\n  func.return\n}",
        5,
        1,
        "re-declaration of block 'a'; see line 3, column 1",
    ),
}


@pytest.mark.parametrize(("text", "line", "column", "message"), ERRORS.values(), ids=ERRORS)
def test_errors_say_where(text: str, line: int, column: int, message: str) -> None:
    with pytest.raises(InvalidIRError) as caught:
        parse_module(text, "a.mlir")
    assert message in caught.value.message
    assert caught.value.location == SourceLocation("a.mlir", line, column)
    assert "\n" not in caught.value.message
    assert not caught.value.message.endswith(".")


def test_bytes_that_are_no_text_stay_bytes_outside_of_strings() -> None:
    module = ModuleOp([])
    module.attributes["octets"] = BytesAttr(b"\xff\xfe")
    with pytest.raises(InvalidIRError, match="valid UTF-8"):
        parse_module(str(module))


@given(st.text(alphabet='ab%@#"{}()<>=:,-+*/0123456789 \n\té日', max_size=60))
def test_no_text_raises_anything_but_a_located_error(text: str) -> None:
    location = SourceLocation("a.mlir", 1, 1)
    try:
        parse_module(text, "a.mlir")
    except InvalidIRError as error:
        location = error.location
    assert location is not None
    assert location.file == "a.mlir"
    assert min(location.line, location.column) >= 1


@pytest.mark.parametrize("end", ["", r"\u00e9" + '"', r"\x41" + '"', r"\q"])
def test_a_string_that_does_not_end_is_found_at_once(end: str) -> None:
    # Exponential time, as of the pattern that xDSL has, would not end at this length.
    text = '%a = llm.constant "' + "Answer the question in one word, please. " * 50 + end
    with pytest.raises(InvalidIRError, match=r"the quote is missing|an escape must be"):
        parse_module(text)


def test_comments_take_no_memory() -> None:
    # xDSL's pattern takes 200 bytes of memory per byte of this.
    assert print_module(parse_module("//\n" * 1_000_000)) == "builtin.module {\n}\n"


# Values used before they are defined


def test_values_may_be_used_before_they_are_defined() -> None:
    text = "%b = arith.addi %a, %a : i32\n%a = arith.constant 1 : i32"
    module = parse_module(text)
    use, definition = module.ops
    assert list(use.operands) == [definition.results[0]] * 2


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        ("%a = arith.constant 1 : i64", "%a must be i32, as it is used above, but is i64"),
        ("%a = arith.constant 1 : i32", "%a must have a value #1, which is used, but has 1 values"),
    ],
)
def test_a_definition_must_fit_its_uses(definition: str, message: str) -> None:
    used = "%a#1" if "#1" in message else "%a"
    with pytest.raises(InvalidIRError, match=re.escape(message)):
        parse_module(f"%b = arith.addi {used}, {used} : i32\n{definition}")


def test_a_region_forgets_its_values() -> None:
    region = "scf.execute_region {\n  %x = arith.constant 1 : i32\n  scf.yield\n}\n"
    assert print_module(parse_module(region * 3)).count("%x = ") == 1
    with pytest.raises(InvalidIRError, match="%x must be defined in this region or around it"):
        parse_module(f"{region}%y = arith.addi %x, %x : i32")


def test_an_empty_module_of_the_generic_format_has_a_block() -> None:
    assert list(parse_module('"builtin.module"() ({}) : () -> ()').ops) == []
