"""Which function of a module is run, and what it takes."""

from __future__ import annotations

import pytest
from xdsl.dialects.builtin import f64, i1, i32, i64

from ember_mlir.dialects.values import TEXT, ListType, RecordType
from ember_mlir.entry import find_entry, parameters_of
from ember_mlir.errors import InputError
from ember_mlir.parsing import parse_module

FRAMES = """\
exec.frame @inner(%a: !llm.text) -> !llm.text {
  exec.return %a : !llm.text
}
exec.frame @outer(%xs: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  %ys = exec.fanout @inner over %xs : !llm.list<!llm.text> -> !llm.list<!llm.text>
  exec.return %ys : !llm.list<!llm.text>
}
"""


def test_a_declaration_is_no_entry() -> None:
    module = parse_module("func.func @a()\nfunc.func @b() {\n  func.return\n}")
    assert find_entry(module) == "b"


def test_a_frame_that_another_names_is_no_entry() -> None:
    assert find_entry(parse_module(FRAMES)) == "outer"


def test_main_is_found_among_several() -> None:
    function = "func.func @{} () {{\n  func.return\n}}\n"
    text = "".join(function.format(name) for name in ("a", "main"))
    assert find_entry(parse_module(text)) == "main"


@pytest.mark.parametrize("text", ["", "func.func private @a() {\n  func.return\n}"])
def test_nothing_to_run(text: str) -> None:
    with pytest.raises(InputError, match="must have a public function to run, but this one has"):
        find_entry(parse_module(text))


def test_parameters_say_how_deep_lists_nest() -> None:
    record = RecordType.of([("é", i64), ("f", ListType(f64)), ("g", i1)])
    types = [TEXT, ListType(TEXT), ListType(ListType(TEXT)), record]
    found = parameters_of(["a", "b", "c", "d"], types)
    assert [str(parameter) for parameter in found] == [
        "a: text",
        "b: list<text>",
        "c: list<list<text>>",
        'd: record<"é": integer, "f": list<number>, "g": boolean>',
    ]


def test_what_cannot_be_written_on_a_command_line_is_no_parameter() -> None:
    with pytest.raises(InputError, match=r"a text, number, list or record .* but its type is i32"):
        parameters_of(["n"], [i32])
