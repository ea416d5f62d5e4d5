"""`lower-to-exec`: every operation of `sched` has its instruction, and keys are stable."""

from __future__ import annotations

import inspect
import re
from typing import TypeVar

import pytest
from hypothesis import given
from xdsl.dialects.builtin import ModuleOp, NoneType
from xdsl.ir import Attribute, Operation

from ember_mlir.dialects import exec as instructions
from ember_mlir.dialects import sched
from ember_mlir.dialects.exec import HANDLE, TOKEN
from ember_mlir.dialects.sched import SCHED
from ember_mlir.dialects.values import TEXT, TEXTS, ListType, RecordType
from ember_mlir.errors import InvalidIRError, LabelError
from ember_mlir.limits import Limits
from ember_mlir.parsing import make_context, parse_module, print_module
from ember_mlir.passes.analysis.levels import verify_level
from ember_mlir.passes.lower_to_exec.slots import slot_type
from ember_mlir.pipeline import compile_to, parse_passes, run_passes
from ember_mlir.testing import Program, programs

T = TypeVar("T", bound=Operation)

FUTURE = "!sched.future<!llm.text>"
ESTIMATE = "estimate <calls 1, tokens ?, usd ?, seconds ?>"
MODELS = """llm.model @m named "fast" from "simulated"
llm.tool @t "Tells the time." takes "{\\22type\\22: \\22object\\22}"
sched.lane @l for @m concurrency 1
"""


def lowered(text: str, pipeline: str = "assign-draws,lower-to-exec") -> ModuleOp:
    """The module of instructions that `text` becomes; it verifies."""
    module = parse_module(text, "t.mlir", limits=Limits(depth=1000))
    run_passes(make_context(), module, parse_passes(pipeline))
    verify_level(module, "exec")
    return module


def found_in(module: ModuleOp, kind: type[T]) -> list[T]:
    return [op for op in module.walk() if isinstance(op, kind)]


def examples() -> list[tuple[str, str]]:
    """The examples in the docstrings of the dialect, each with the name of its operation."""
    found = [(op.name, inspect.getdoc(op) or "") for op in SCHED.operations]
    return [
        (name, example)
        for name, text in found
        for example in re.findall(r"```mlir\n(.*?)```", text, re.DOTALL)
    ]


@pytest.mark.parametrize(("name", "example"), examples(), ids=[name for name, _ in examples()])
def test_every_example_of_the_dialect_becomes_instructions(name: str, example: str) -> None:
    text = print_module(lowered(example))
    assert "sched.future" not in text
    assert "sched.list" not in text
    assert print_module(parse_module(text)) == text
    run_passes(make_context(), parse_module(text), parse_passes("verify-labels"))


def test_every_operation_of_the_dialect_has_an_example() -> None:
    assert {name for name, _ in examples()} == {op.name for op in SCHED.operations}


@pytest.mark.parametrize(
    ("found", "slot"),
    [
        (sched.FutureType(TEXT), TEXT),
        (sched.StreamType(sched.StreamType(TEXT)), ListType(TEXTS)),
        (sched.DONE, TOKEN),
        (NoneType(), TOKEN),
        (sched.StreamType(NoneType()), ListType(TOKEN)),
        (ListType(NoneType()), ListType(TOKEN)),
        (sched.ScopeType(), HANDLE),
        (
            sched.FutureType(RecordType.of([("a", NoneType()), ("b", TEXTS)])),
            RecordType.of([("a", TOKEN), ("b", TEXTS)]),
        ),
    ],
)
def test_slots_hold_values_tokens_and_handles(found: Attribute, slot: Attribute) -> None:
    assert slot_type(found) == slot


# Frames


def test_frames_stand_behind_their_function_innermost_first() -> None:
    text = f"""func.func @f(%a: {FUTURE}, %c: !sched.future<i1>) -> {FUTURE} {{
      %h, %r = sched.scope -> {FUTURE} do {{
        %s = sched.if %c -> {FUTURE} do {{
          sched.yield %a : {FUTURE}
        }} else {{
          %b = sched.task(%x = %a : {FUTURE}) -> {FUTURE} {{
            %y = llm.template "{{0}}"(%x)
            sched.yield %y : !llm.text
          }}
          sched.yield %b : {FUTURE}
        }}
        sched.yield %s : {FUTURE}
      }}
      func.return %r : {FUTURE}
    }}
    func.func @g(%a: {FUTURE}) -> {FUTURE} {{
      func.return %a : {FUTURE}
    }}
    """
    module = lowered(text)
    symbols = [op.sym_name.data for op in found_in(module, instructions.FrameOp)]
    assert symbols == ["f", "f.a", "f.b", "f.s", "g"]
    (select,) = found_in(module, instructions.SelectOp)
    assert [value.name_hint for value in select.captures] == ["a"]


def test_frames_know_where_they_come_from() -> None:
    module = lowered(
        f"func.func @f(%a: {FUTURE}) -> {FUTURE} {{\n"
        f"  %h, %r = sched.scope -> {FUTURE} do {{\n"
        f"    sched.yield %a : {FUTURE}\n"
        f"  }}\n  func.return %r : {FUTURE}\n}}"
    )
    _, frame = found_in(module, instructions.FrameOp)
    assert '"t.mlir":2' in str(frame.location)


def nested(depth: int) -> str:
    """Scopes in one another."""
    opening = "\n".join(f"%h{i}, %r{i} = sched.scope -> {FUTURE} do {{" for i in range(depth))
    closing = "\n".join(f"sched.yield %r{i} : {FUTURE}\n}}" for i in reversed(range(1, depth)))
    return (
        f"func.func @f(%a: {FUTURE}) -> {FUTURE} {{\n{opening}\nsched.yield %a : {FUTURE}\n}}\n"
        f"{closing}\nfunc.return %r0 : {FUTURE}\n}}"
    )


def test_regions_may_nest_as_deep_as_the_text() -> None:
    text = nested(300)
    module = parse_module(text, limits=Limits(depth=1000))
    compiled = compile_to(module, "exec")
    assert len(found_in(compiled, instructions.FrameOp)) == 301


# What cannot be lowered


@pytest.mark.parametrize(
    ("body", "given", "message"),
    [
        (
            "%c = arith.constant dense<1> : tensor<2xi64>",
            "tensor<2xi64>",
            r"t\.mlir:5:\d+: 'arith.constant' must be a text, a number \(i64, f64\) or i1, "
            r"but got dense<1>",
        ),
    ],
)
def test_what_has_no_instruction_is_refused(body: str, given: str, message: str) -> None:
    text = f"""{MODELS}func.func @f() -> !sched.future<{given}> {{
      %r = sched.task() -> !sched.future<{given}> {{ {body}
        sched.yield %c : {given}
      }}
      func.return %r : !sched.future<{given}>
    }}"""
    with pytest.raises(InvalidIRError, match=message):
        lowered(text)


def test_a_declared_function_has_no_frame() -> None:
    text = f'"func.func"() <{{sym_name = "f", function_type = () -> {FUTURE}}}> ({{}}) : () -> ()'
    with pytest.raises(InvalidIRError, match="must have a body to be lowered, but it is only"):
        lowered(text)


# Cached regions


def cached(
    inside: str, *, before: str = "", models: str = MODELS, priority: str = "", own: str = "%a"
) -> str:
    """A function with one cached region, and what stands before it."""
    return f"""{models}func.func @f(%a: {FUTURE}, %other: {FUTURE}) -> {FUTURE} {{
      {before}
      %r = sched.cached per user for 60 seconds -> {FUTURE} do {{
        %s = sched.task(%x = {own} : {FUTURE}) on @l {priority} {ESTIMATE} -> {FUTURE} {{
          {inside}
          sched.yield %y : !llm.text
        }}
        sched.yield %s : {FUTURE}
      }}
      func.return %r : {FUTURE}
    }}"""


def lookup(text: str) -> instructions.CacheLookupOp:
    (found,) = found_in(lowered(text), instructions.CacheLookupOp)
    return found


GREEDY = "%y = sched.request @m(%x) temperature 0 site <0>"
SAMPLED = "%y = sched.request @m(%x) draw <0>"


def test_names_and_what_stands_around_do_not_change_a_digest() -> None:
    digest = lookup(cached(GREEDY)).digest
    before = f"""%early = sched.task(%v = %a : {FUTURE}) -> {FUTURE} {{
        %t = llm.template "{{0}}!"(%v)
        sched.yield %t : !llm.text
      }}"""
    same = [
        cached(GREEDY, before=before),
        cached(GREEDY, own="%other"),
        cached(GREEDY, priority="priority 3"),
        cached(GREEDY.replace("%x", "%prompt"), before=before).replace("%x = %a", "%prompt = %a"),
        cached(GREEDY).replace("@m", "@another").replace("@f", "@g"),
        cached(GREEDY).replace("concurrency 1", "concurrency 9 timeout 5 seconds"),
    ]
    assert [lookup(text).digest for text in same] == [digest] * len(same)
    assert re.fullmatch("[0-9a-f]{32}", digest.data)


def test_all_that_a_result_depends_on_changes_a_digest() -> None:
    template = '%p = llm.template "{0}!"(%x)\n%y = sched.request @m(%p) temperature 0 site <0>'
    two = '%p = llm.template "{0}{1}"(%x, %x)\n%y = sched.request @m(%p) temperature 0 site <0>'
    different = [
        cached(GREEDY),
        cached(GREEDY, models=MODELS.replace("fast", "large")),
        cached(GREEDY, models=MODELS.replace("simulated", "vendor")),
        cached(GREEDY.replace("temperature 0", "temperature 0 max_tokens 5")),
        cached(GREEDY.replace("<0>", "<1>")),
        cached(SAMPLED),
        cached(template),
        cached(template.replace("!", "?")),
        cached(two),
    ]
    digests = {lookup(text).digest.data for text in different}
    assert len(digests) == len(different)


def test_the_tools_that_a_request_offers_change_a_digest() -> None:
    asks = (
        "%turn = sched.request @m(%x) temperature 0 tools [@t] site <0> -> !llm.messages\n"
        "%y = llm.content %turn"
    )
    digest = lookup(cached(asks)).digest
    assert lookup(cached(asks, models=MODELS.replace("the time", "lies"))).digest != digest
    renamed = cached(asks, models=MODELS.replace("@t", "@u")).replace("[@t]", "[@u]")
    assert lookup(renamed).digest != digest


def test_a_cached_region_says_whether_it_draws() -> None:
    assert lookup(cached(GREEDY)).sampled is None
    assert lookup(cached(SAMPLED)).sampled is not None


def test_which_of_two_values_is_read_where_changes_a_digest() -> None:
    def of(first: str, second: str) -> str:
        region = f"""func.func @f(%a: {FUTURE}, %b: {FUTURE}) -> !sched.list<!llm.text> {{
          %r = sched.cached per user for 60 seconds -> !sched.list<!llm.text> do {{
            %l = sched.list({first}, {second}) : !sched.list<!llm.text>
            sched.yield %l : !sched.list<!llm.text>
          }}
          func.return %r : !sched.list<!llm.text>
        }}"""
        return lookup(region).digest.data

    assert of("%a", "%b") == of("%b", "%a") != of("%a", "%a")


def test_a_cached_region_inside_counts_by_its_own_digest() -> None:
    def of(inner: str, audience: str = "user") -> list[instructions.CacheLookupOp]:
        text = f"""{MODELS}func.func @f(%a: {FUTURE}) -> {FUTURE} {{
          %r = sched.cached per user for 60 seconds -> {FUTURE} do {{
            %q = sched.cached per {audience} for 9 seconds -> {FUTURE} do {{
              %s = sched.task(%x = %a : {FUTURE}) on @l {ESTIMATE} -> {FUTURE} {{
                {inner}
                sched.yield %y : !llm.text
              }}
              sched.yield %s : {FUTURE}
            }}
            sched.yield %q : {FUTURE}
          }}
          func.return %r : {FUTURE}
        }}"""
        return found_in(lowered(text), instructions.CacheLookupOp)

    outer, inner = of(GREEDY)
    assert outer.digest != inner.digest
    assert inner.digest == lookup(cached(GREEDY)).digest
    assert [found.sampled for found in (outer, inner)] == [None, None]
    assert all(found.sampled is not None for found in of(SAMPLED))
    assert of(GREEDY.replace("<0>", "<5>"))[0].digest != outer.digest
    assert of(GREEDY, "tenant")[0].digest != outer.digest


# Laws


@given(programs(max_ops=15))
def test_every_program_has_instructions(program: Program) -> None:
    module = parse_module(program.text)
    try:
        compile_to(module, "llm")
    except LabelError:
        # What the program itself tells whom it must not is no affair of the lowering.
        return
    text = print_module(compile_to(module, "exec"))
    assert print_module(parse_module(text)) == text
    # The text of the level between says as much.
    compile_to(parse_module(print_module(compile_to(module, "sched"))), "exec")
