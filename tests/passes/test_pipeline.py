"""The standard pipeline: what leads from level to level, and what it refuses."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from xdsl.context import Context
from xdsl.dialects.builtin import FileLineColLoc, ModuleOp
from xdsl.passes import ModulePass

from ember_mlir.dialects.exec import FrameOp, RequestOp
from ember_mlir.errors import InvalidIRError, PipelineError
from ember_mlir.parsing import make_context, parse_module, print_module
from ember_mlir.passes.analysis.levels import LEVELS, level_of, verify_level
from ember_mlir.pipeline import Watch, compile_to, parse_passes, passes_between, run_passes

PROGRAM = """
llm.model @m from "simulated"
func.func @f(%doc_1: !llm.text, %1: !llm.list<!llm.text>) -> !llm.text {
  %d = ensemble.sample 3 of @m(%doc_1)
  %v = ensemble.vote %d : !llm.list<!llm.text>
  %n = ensemble.map %x in %1 : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
    %t = llm.template "{0}: {1}"(%v, %x)
    %y = llm.generate @m(%t) temperature 0
    ensemble.yield %y : !llm.text
  }
  %j = llm.join %n with "\\n"
  func.return %j : !llm.text
}
"""


@pytest.mark.parametrize("level", LEVELS)
def test_each_level_verifies_and_reads_back_in_both_formats(level: str) -> None:
    module = compile_to(parse_module(PROGRAM, "日本/é.mlir"), level)
    assert level_of(module) == level
    text = print_module(module)
    for shown in (text, print_module(module, generic=True), print_module(module, locations=True)):
        again = parse_module(shown)
        verify_level(again, level)
        assert print_module(again) == text


def test_compiling_leaves_the_module_as_it_was() -> None:
    module = parse_module(PROGRAM)
    before = print_module(module)
    compile_to(module, "exec")
    assert print_module(module) == before


def test_every_operation_keeps_the_place_that_it_comes_from() -> None:
    for level in LEVELS:
        for op in compile_to(parse_module(PROGRAM, "a.mlir"), level).walk():
            assert isinstance(op.location, FileLineColLoc), f"{op.name} at {level}"


def test_requests_carry_their_source_in_the_text() -> None:
    module = compile_to(parse_module(PROGRAM, "é.mlir"), "exec")
    found = [str(op.source.data) for op in module.walk() if isinstance(op, RequestOp)]
    assert found == ["é.mlir:4:8", "é.mlir:8:10"]


def test_arguments_keep_their_names_as_written() -> None:
    for level in ("sched", "exec"):
        text = print_module(compile_to(parse_module(PROGRAM), level))
        assert '{ember.name = #llm.utf8"doc_1"}' in text
        assert '{ember.name = #llm.utf8"1"}' in text


def test_what_is_missing_between_levels() -> None:
    assert passes_between("llm", "llm")[0] == "assign-draws"
    assert passes_between("exec", "exec") == ["verify-labels", "verify-level{level=exec}"]
    assert passes_between("sched", "sched")[1:] == ["verify-labels", "verify-level{level=sched}"]
    lowering = ["lower-to-exec", "plan-slots", "verify-labels", "verify-level{level=exec}"]
    assert passes_between("llm", "exec")[-4:] == lowering
    assert "set-priorities" in passes_between("llm", "sched")
    assert "set-priorities" not in passes_between("sched", "exec")


def test_a_scheduled_module_without_numbers_gets_them() -> None:
    text = print_module(compile_to(parse_module(PROGRAM), "sched")).replace("site <1[*]>", "")
    assert "exec.request" in print_module(compile_to(parse_module(text), "exec"))


def test_levels_and_directions_that_do_not_exist() -> None:
    with pytest.raises(PipelineError, match="one of llm, sched, exec, but got 'asm'"):
        passes_between("llm", "asm")
    with pytest.raises(PipelineError, match="can only be lowered, but it is at the level 'exec'"):
        passes_between("exec", "sched")


@pytest.mark.parametrize(
    ("pipeline", "message"),
    [
        ("merge-call", "but got 'merge-call'; there is merge-calls"),
        ("nothing-like-it", "but got 'nothing-like-it'; there is "),
        ("a,,b", "a pipeline must be names with options, as in 'a,b{c=1}', but got 'a,,b'"),
        ("merge-calls{x=1}", "the options of the pass 'merge-calls' must be its own"),
    ],
)
def test_pipelines_that_cannot_be(pipeline: str, message: str) -> None:
    with pytest.raises(PipelineError) as caught:
        parse_passes(pipeline)
    assert message in str(caught.value)


def test_verify_each_names_the_pass_that_broke_the_module() -> None:
    @dataclass(frozen=True)
    class EraseModels(ModulePass):
        name = "erase-models"

        def apply(self, ctx: Context, op: ModuleOp) -> None:
            for found in list(op.ops):
                if found.name == "llm.model":
                    found.detach()

    module = parse_module(PROGRAM)
    with pytest.raises(InvalidIRError, match=r"must name a 'llm\.model' by @m") as caught:
        run_passes(make_context(), module, [EraseModels()], verify_each=True)
    assert caught.value.__notes__ == ["after the pass 'erase-models'"]


def test_passes_are_reported_one_by_one() -> None:
    seen: list[str] = []
    passes = parse_passes("assign-draws,merge-calls")
    watch = Watch(after_each=lambda found, _: seen.append(found.name))
    run_passes(make_context(), parse_module(PROGRAM), passes, watch=watch)
    assert seen == ["assign-draws", "merge-calls"]


def test_a_declared_function_cannot_be_scheduled() -> None:
    module = parse_module("func.func private @f(!llm.text) -> !llm.text", "d.mlir")
    with pytest.raises(
        InvalidIRError, match=r"d\.mlir:1:1: 'func.func' must have a body"
    ) as caught:
        compile_to(module, "sched")
    # The note of xDSL would be the whole module.
    assert not hasattr(caught.value, "__notes__")


def test_many_regions_of_one_name_get_frames_of_their_own() -> None:
    drafts = "\n".join(f"%d_{i} = ensemble.sample 2 of @m(%q)" for i in range(30))
    names = ", ".join(f"%d_{i}" for i in range(30))
    lists = "!llm.list<!llm.list<!llm.text>>"
    module = parse_module(
        f"""llm.model @m from "simulated"
        func.func @f(%q: !llm.text) -> {lists} {{
        {drafts}
        %l = llm.list({names}) : {lists}
        func.return %l : {lists}
        }}"""
    )
    compiled = compile_to(module, "exec")
    symbols = [op.sym_name.data for op in compiled.ops if isinstance(op, FrameOp)]
    assert symbols[:4] == ["f", "f.d", "f.d_1", "f.d_2"]
    assert len(set(symbols)) == 31
    assert all("times 2 with %q : !llm.text" in line for line in _fanouts(print_module(compiled)))


def _fanouts(text: str) -> list[str]:
    return [line for line in text.split("\n") if "exec.fanout" in line]


def test_a_function_of_futures_alone_is_scheduled() -> None:
    text = "func.func @f(%a: !sched.future<!llm.text>) -> !sched.future<!llm.text> "
    module = parse_module(text + "{ func.return %a : !sched.future<!llm.text> }")
    assert level_of(module) == "sched"
    assert "exec.return" in print_module(compile_to(module, "exec"))


def test_the_stamp_of_a_program_stays_whatever_passes_do() -> None:
    source = compile_to(parse_module(PROGRAM), "llm")
    stamp = source.attributes["ember.program"]
    for level in LEVELS:
        assert compile_to(source, level).attributes["ember.program"] == stamp
    run_passes(make_context(), source, parse_passes("remove-dead-calls,assign-draws"))
    assert source.attributes["ember.program"] == stamp


def test_a_value_of_a_region_is_not_visible_behind_it() -> None:
    module = parse_module(PROGRAM)
    inner = next(op for op in module.walk() if op.name == "llm.template")
    join = next(op for op in module.walk() if op.name == "llm.join")
    late = inner.clone()
    late.operands = [inner.results[0], inner.results[0]]
    block = join.parent
    assert block is not None
    block.insert_op_after(late, join)
    with pytest.raises(InvalidIRError, match="must use values that are defined before it, but %t"):
        verify_level(module, "llm")


def test_a_lowering_refuses_the_module_of_another_level() -> None:
    scheduled = compile_to(parse_module(PROGRAM, "p.mlir"), "sched")
    with pytest.raises(InvalidIRError, match="must not stand at the level 'llm'; lower or remove"):
        run_passes(make_context(), scheduled, parse_passes("lower-to-sched"))
    with pytest.raises(
        InvalidIRError, match=r"p\.mlir:3:1: 'func\.func' must take and return futures"
    ):
        run_passes(make_context(), parse_module(PROGRAM, "p.mlir"), parse_passes("lower-to-exec"))


def test_arguments_keep_the_place_where_they_were_written() -> None:
    for level in LEVELS:
        text = print_module(compile_to(parse_module(PROGRAM, "p.mlir"), level), locations=True)
        assert 'loc("doc_1"("p.mlir":3:14))' in text
