"""Compiling with passes that do harm: they are left out, and the program runs."""

from __future__ import annotations

from pathlib import Path
from tempfile import gettempdir

import pytest
from xdsl.context import Context
from xdsl.dialects.builtin import ArrayAttr, DictionaryAttr, ModuleOp, StringAttr
from xdsl.dialects.func import FuncOp
from xdsl.passes import ModulePass

from ember_mlir.dialects import llm
from ember_mlir.dialects.values import TEXT
from ember_mlir.errors import EmberError, LabelError, PipelineError
from ember_mlir.parsing import make_context, parse_module, print_module
from ember_mlir.passes.equivalence import EXACT, MEANING, Equivalence
from ember_mlir.passes.optimization import Optimization, fired
from ember_mlir.pipeline import (
    Compiled,
    Options,
    Watch,
    compile_to,
    compile_with,
    explain,
    passes_of,
    run_named,
)

TWICE = """
llm.model @small from "simulated"
func.func @twice(%q: !llm.text) -> !llm.text {
  %a = llm.generate @small(%q) temperature 0
  %b = llm.generate @small(%q) temperature 0
  %p = llm.template "{0}{1}"(%a, %b)
  func.return %p : !llm.text
}
"""


def requests(module: ModuleOp) -> list[llm.GenerateOp]:
    return [op for op in module.walk() if isinstance(op, llm.GenerateOp)]


class Doubles(Optimization):
    """Asks everything twice."""

    name = "doubles"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for found in requests(op):
            assert found.parent is not None
            fired(found, "is asked once more")
            found.parent.insert_op_after(found.clone(), found)


class DoublesForSpeed(Doubles):
    """Asks everything twice, and may."""

    name = "doubles-for-speed"
    serves = "latency"


class Breaks(Optimization):
    """Leaves a call without the operand that it needs."""

    name = "breaks"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for found in requests(op):
            found.operands = []


class Raises(Optimization):
    """Trips over its own feet."""

    name = "raises"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        raise ZeroDivisionError("a / b")


class Warms(Optimization):
    """Makes every call a sampled one."""

    name = "warms"
    equivalence = "meaning"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for found in requests(op):
            fired(found, "is sampled", MEANING)
            del found.properties["temperature"]


class Foreign(ModulePass):
    """A pass of somebody who does not know of promises."""

    name = "foreign"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for found in requests(op):
            del found.properties["temperature"]


class Renames(Optimization):
    """Gives the entry another name."""

    name = "renames"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for found in op.walk():
            if isinstance(found, FuncOp):
                found.properties["sym_name"] = StringAttr("other")


class TakesMore(Optimization):
    """Gives the entry an argument that nobody passes."""

    name = "takes-more"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for found in op.walk():
            if isinstance(found, FuncOp):
                found.body.block.insert_arg(TEXT, 1)
                found.properties["arg_attrs"] = ArrayAttr([DictionaryAttr({})] * 2)
                found.update_function_type()


class Misspelled(Optimization):
    """Promises what there is not."""

    name = "misspelled"
    equivalence = "exactly"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        raise AssertionError("nobody runs it")


def compiled(
    *passes: ModulePass, allow: Equivalence = EXACT, optimize_for: str = "cost", level: str = "llm"
) -> Compiled:
    assert optimize_for in ("cost", "latency")
    options = Options(allow, optimize_for, passes=passes)
    return compile_with(parse_module(TWICE, "twice.mlir"), level, options, explained=True)


def test_a_pass_that_makes_a_program_dearer_is_left_out() -> None:
    found = compiled(Doubles())
    assert len(requests(found.module)) == 1
    assert found.warnings == []
    assert "is left alone: this would take 2 calls" in str(explain(found))


def test_a_pass_that_serves_the_aim_may_make_a_program_dearer() -> None:
    assert len(requests(compiled(DoublesForSpeed(), optimize_for="latency").module)) == 2
    found = compiled(DoublesForSpeed())
    assert len(requests(found.module)) == 1
    assert "this serves latency, and the aim is cost" in str(explain(found))


@pytest.mark.parametrize(
    ("guilty", "reason"),
    [
        (Breaks(), "must have 1 operands, but"),
        (Raises(), "ZeroDivisionError: a / b"),
        (Renames(), "must still have the function '@twice', but has not"),
        (
            TakesMore(),
            "must still have '@twice' with 1 arguments and 1 results, but it has 2 and 1",
        ),
        (Misspelled(), "a promise must be exact, distribution, bounded(δ)"),
    ],
    ids=["breaks", "raises", "renames", "takes more", "misspelled"],
)
@pytest.mark.parametrize("level", ["llm", "exec"])
def test_a_pass_that_breaks_a_program_is_left_out(
    guilty: Optimization, reason: str, level: str
) -> None:
    found = compiled(Doubles(), guilty, DoublesForSpeed(), level=level)
    (warning,) = found.warnings
    assert f"the pass '{guilty.name}' must leave a program that is right" in warning
    text = compile_to(parse_module(TWICE, "twice.mlir"), level, Options(EXACT))
    assert print_module(found.module) == print_module(text)
    path = Path(warning.rpartition("is in ")[2])
    assert path.parent == Path(gettempdir())
    written = path.read_text(encoding="utf-8")
    assert written.splitlines()[1] == f"// ember-opt --verify-each -p '{guilty.name}' {path}"
    before = compile_to(parse_module(TWICE, "twice.mlir"), "llm", Options(EXACT))
    assert print_module(parse_module(written)) == print_module(before)
    path.unlink()


def test_all_passes_that_break_a_program_are_left_out() -> None:
    found = compiled(Breaks(), Raises())
    assert [warning.partition("'")[2].partition("'")[0] for warning in found.warnings] == [
        "breaks",
        "raises",
    ]
    for warning in found.warnings:
        Path(warning.rpartition("is in ")[2]).unlink()


def test_a_reproducer_that_cannot_be_written_is_no_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("ember_mlir.pipeline.compiling.gettempdir", lambda: str(tmp_path / "no"))
    (warning,) = compiled(Raises()).warnings
    assert "it was left out, and what it was given could not be kept" in warning


def test_what_is_wrong_without_any_pass_is_the_program_s_error() -> None:
    private = TWICE.replace("%q: !llm.text)", '%q: !llm.text {ember.label = #llm.label"pii"})')
    with pytest.raises(LabelError, match="must go to a model cleared for 'pii'"):
        compile_with(parse_module(private), "exec", Options(passes=[Breaks()]))


def test_a_pass_above_the_allowance_does_not_run() -> None:
    found = compiled(Warms())
    assert all("temperature" in op.properties for op in requests(found.module))
    assert "this keeps meaning, and only exact is allowed" in str(explain(found))
    assert "ember.kept" not in found.module.attributes


@pytest.mark.parametrize("kind", [Warms, Foreign])
def test_what_a_pass_did_not_keep_is_written_into_the_module(kind: type[ModulePass]) -> None:
    found = compiled(kind(), allow=MEANING)
    assert all("temperature" not in op.properties for op in requests(found.module))
    assert 'ember.kept = #llm.utf8"meaning"' in print_module(found.module)
    assert "kept: meaning" in str(explain(found))


def test_a_pass_that_promises_nothing_needs_everything_allowed() -> None:
    found = compiled(Foreign())
    assert all("temperature" in op.properties for op in requests(found.module))


def test_an_optimization_may_be_left_out_by_name() -> None:
    options = Options(EXACT, without=frozenset({"merge-calls"}))
    assert len(requests(compile_to(parse_module(TWICE), "llm", options))) == 2
    with pytest.raises(PipelineError, match="only an optimization can be left out, but got 'x'"):
        compile_to(parse_module(TWICE), "llm", Options(without=frozenset({"x"})))
    with pytest.raises(PipelineError, match="but got 'verify-labels'"):
        compile_to(parse_module(TWICE), "llm", Options(without=frozenset({"verify-labels"})))


def test_passes_of_one_s_own_need_the_highest_level() -> None:
    scheduled = compile_to(parse_module(TWICE), "sched")
    with pytest.raises(PipelineError, match="must be given a module of the level 'llm'"):
        compile_to(scheduled, "exec", Options(passes=[Doubles()]))


def test_passes_may_be_given_in_three_ways() -> None:
    given = passes_of(["merge-calls,remove-dead-calls", Doubles, Raises()])
    assert [found.name for found in given] == [
        "merge-calls",
        "remove-dead-calls",
        "doubles",
        "raises",
    ]
    with pytest.raises(PipelineError, match="but got an object of type int"):
        passes_of([3])


def test_named_passes_run_as_they_are() -> None:
    module = parse_module(TWICE)
    found = run_named(make_context(), module, "assign-draws,merge-calls", Options(), Watch())
    assert found.module is module
    assert len(requests(module)) == 1


def test_a_named_pass_that_is_not_allowed_is_a_warning() -> None:
    module = parse_module(TWICE)
    found = run_named(make_context(), module, "assign-draws,redact-prompts", Options(), Watch())
    assert found.warnings == [
        "the pass 'redact-prompts' was left out: this keeps meaning, "
        "and only distribution is allowed"
    ]


def test_an_explanation_tells_what_was_done_where_and_what_it_saves() -> None:
    told = str(explain(compiled()))
    assert "merge-calls (exact), saves 1 call and about 320 tokens\n  + twice.mlir:5:8: " in told
    assert "as written: 2 calls and about 640 tokens; now: 1 call and about 320 tokens" in told
    assert "kept: exact" in told


def test_an_error_of_the_tool_itself_is_not_hidden() -> None:
    with pytest.raises(EmberError, match="a module can only be lowered"):
        compile_with(compile_to(parse_module(TWICE), "exec"), "llm")
