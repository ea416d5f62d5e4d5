"""The lowerings stay linear, and what they make knows where it comes from."""

from __future__ import annotations

import pytest
from xdsl.dialects import func
from xdsl.dialects.builtin import FileLineColLoc, ModuleOp, NameLoc, StringAttr
from xdsl.ir import SSAValue
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from ember_mlir.dialects import exec as instructions
from ember_mlir.dialects import llm, sched
from ember_mlir.errors import InvalidIRError
from ember_mlir.parsing import make_context, parse_module, print_module
from ember_mlir.passes.analysis.levels import verify_level
from ember_mlir.passes.rewriting import SymbolNames, apply_once, place_of, replace
from ember_mlir.pipeline import compile_to, parse_passes, run_passes
from ember_mlir.testing.counting import counted_operands
from ember_mlir.tools.bench.shapes import SHAPES


def lowered(module: ModuleOp, *passes: str) -> ModuleOp:
    run_passes(make_context(), module, parse_passes(",".join(passes)))
    return module


@pytest.mark.parametrize("shape", SHAPES)
def test_operands_are_set_a_few_times_per_operation(
    shape: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once per use would be quadratic: each copies all operands of the user."""
    module = compile_to(parse_module(SHAPES[shape](60)), "llm")
    replaced: list[SSAValue] = []
    replace = SSAValue.replace_all_uses_with

    def noting(value: SSAValue, by: SSAValue) -> None:
        if value.first_use is not None:
            replaced.append(value)
        replace(value, by)

    monkeypatch.setattr(SSAValue, "replace_all_uses_with", noting)
    with counted_operands() as written:
        lowered(module, "lower-to-sched", "lower-to-exec")
    # Set when it is made, renamed, moved into a task, absorbed by another, and inlined.
    assert max(written.values()) <= 8
    assert not replaced


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("level", ["sched", "exec"])
def test_each_shape_is_lowered_to_a_valid_module(shape: str, level: str) -> None:
    module = compile_to(parse_module(SHAPES[shape](20)), level)
    verify_level(module, level)
    text = print_module(module)
    assert print_module(parse_module(text)) == text


def test_a_model_may_stand_behind_the_functions_that_ask_it() -> None:
    text = """func.func @f(%q: !llm.text) -> !llm.text {
      %a = llm.generate @m(%q) temperature 0 site <0>
      func.return %a : !llm.text
    }
    llm.model @m from "p" """
    module = lowered(parse_module(text), "lower-to-sched", "lower-to-exec")
    assert [op.name for op in module.ops] == ["exec.frame", "exec.lane"]


def test_a_declared_function_cannot_be_lowered() -> None:
    text = "func.func @f(!sched.future<!llm.text>)"
    with pytest.raises(InvalidIRError, match=r"^a:1:1: 'func.func' must have a body to be lowered"):
        lowered(parse_module(text, "a"), "lower-to-exec")


def test_types_that_have_no_future_are_an_error() -> None:
    text = "func.func @f(%a: !sched.future<i1>) {\n  func.return\n}"
    with pytest.raises(InvalidIRError, match=r"^a:1:1: 'func.func' a future must hold a single"):
        lowered(parse_module(text, "a"), "lower-to-sched")


MAP = """llm.model @m from "p"
func.func @f(%q_1: !llm.text, %xs: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
  %a = llm.generate @m(%q_1) temperature 0 site <0>
  %r = ensemble.map %x_2 in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %t = llm.template "{0}{1}{2}"(%x_2, %q_1, %a)
    ensemble.yield %t : !llm.text
  }
  func.return %r : !llm.list<!llm.text>
}"""


def test_arguments_that_are_made_know_what_they_stand_for() -> None:
    def place(location: object) -> tuple[int, int] | None:
        found = location.location if isinstance(location, NameLoc) else location
        if not isinstance(found, FileLineColLoc):
            return None
        return found.line.data, found.column.data

    module = compile_to(parse_module(MAP, "a.mlir"), "sched")
    (function,) = [op for op in module.ops if isinstance(op, func.FuncOp)]
    tasks = [op for op in function.walk() if isinstance(op, sched.TaskOp)]
    assert [[place(a.location) for a in task.body.block.args] for task in tasks] == [
        [(2, 14)],
        [(4, 21), (2, 14), (3, 8)],
    ]
    module = compile_to(parse_module(MAP, "a.mlir"), "exec")
    frames = [op for op in module.ops if isinstance(op, instructions.FrameOp)]
    assert [[place(a.location) for a in frame.body.block.args] for frame in frames] == [
        [(2, 14), (2, 31)],
        [(4, 21), (2, 14), (3, 8)],
    ]


def test_a_task_that_gives_what_it_reads_dissolves() -> None:
    future = "!sched.future<!llm.text>"
    copies = "\n".join(
        f"%a{i + 1} = sched.task(%x = %a{i} : {future}) -> {future} {{\n"
        "sched.yield %x : !llm.text\n}"
        for i in range(5)
    )
    text = f"func.func @f(%a0: {future}) -> {future} {{\n{copies}\nfunc.return %a5 : {future}\n}}"
    module = lowered(parse_module(text), "lower-to-exec")
    assert "exec.return %a0 : !llm.text" in print_module(module)


CONSTANT = """func.func @f() -> !llm.text {
  %a = llm.constant "a" {note = "kept", other = "old"}
  func.return %a : !llm.text
}"""


class OtherText(RewritePattern):
    """A constant of another text; what reads the first one besides is put nowhere."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: llm.ConstantOp, rewriter: PatternRewriter, /) -> None:
        self.left = llm.TemplateOp("{0}", [op.result])
        other = llm.ConstantOp("b")
        other.attributes["other"] = StringAttr("new")
        replace(rewriter, op, other)


def test_what_is_replaced_hands_on_its_attributes_though_something_else_reads_it() -> None:
    module = parse_module(CONSTANT)
    apply_once(module, module.walk(), [OtherText()])
    assert '%a = llm.constant "b" {note = "kept", other = "new"}' in print_module(module)


def test_the_place_of_a_value_has_no_name() -> None:
    module = parse_module(MAP, "a.mlir")
    (function,) = [op for op in module.ops if isinstance(op, func.FuncOp)]
    argument = function.body.block.args[0]
    assert isinstance(argument.location, NameLoc)
    assert place_of(argument) == argument.location.location


def test_new_symbols_are_numbered_from_the_first_that_is_not_taken() -> None:
    names = SymbolNames(parse_module('llm.model @f from "p"\nllm.model @f_2 from "p"'))
    assert [names.fresh("g"), *(names.fresh("f") for _ in range(3))] == ["g", "f_1", "f_3", "f_4"]
