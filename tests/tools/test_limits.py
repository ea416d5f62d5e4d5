"""Limits: what is too large or too deep is an error with a place, and can be allowed."""

from __future__ import annotations

import sys
from contextvars import ContextVar
from threading import Thread

import pytest
from xdsl.dialects.builtin import ModuleOp

from ember_mlir.errors import InvalidIRError, SourceLocation
from ember_mlir.limits import Limits, on_any_stack, on_deep_stack
from ember_mlir.parsing import parse_module, print_module
from ember_mlir.passes.analysis.verification import verify_module
from ember_mlir.pipeline import compile_to


def nested(opening: str, closing: str, depth: int, inner: str = "") -> str:
    return opening * depth + inner + closing * depth


def attribute(text: str) -> str:
    return f"module attributes {{a = {text}}} {{}}"


def doubled(form: str, count: int, first: str) -> str:
    """Aliases, each made of the one before it twice."""
    sign = form[0]
    lines = [f"{sign}a0 = {first}"]
    lines += [f"{sign}a{i + 1} = {form[1:].format(f'{sign}a{i}')}" for i in range(count)]
    return "\n".join(lines)


TOO_MUCH = {
    "regions": (nested("scf.execute_region {", "}", 66), "depth"),
    "modules": (nested("module {", "}", 66), "depth"),
    "types": (attribute(nested("!llm.list<", ">", 66, "i1")), "depth"),
    "function types": (attribute(nested("() -> (", ")", 66, "i1")), "depth"),
    "attributes": (attribute(nested("[", "]", 66)), "depth"),
    "dictionaries": (attribute(nested("{a = ", "}", 66, "1")), "depth"),
    "locations": (attribute(f"loc({nested('callsite(', ' at unknown)', 66, 'unknown')})"), "depth"),
    "tensors": (attribute(f"dense<{nested('[', ']', 66, '1')}> : tensor<1xi8>"), "depth"),
    "signs": (attribute(f"affine_map<(d) -> ({'-' * 66}d)>"), "depth"),
    "sums": (attribute(f"affine_map<(d) -> (d{' + d' * 66})>"), "depth"),
    "dimensions": (
        attribute(f"affine_map<({', '.join(f'd{i}' for i in range(66))}) -> ()>"),
        "depth",
    ),
    "aliases in aliases": (
        "!a0 = i1\n" + "\n".join(f"!a{i + 1} = !llm.list<!a{i}>" for i in range(66)),
        "depth",
    ),
    "types of aliases": (doubled("!tuple<{0}, {0}>", 40, "i1"), "elements"),
    "attributes of aliases": (doubled("#[{0}, {0}]", 40, "1"), "elements"),
    "dictionaries of aliases": (doubled("#{{a = {0}, b = {0}}}", 40, "1"), "elements"),
    "locations of aliases": (doubled("#loc(callsite({0} at {0}))", 40, "loc(unknown)"), "elements"),
    "digits": (attribute("9" * 65), "digits"),
    "digits of a float": (attribute(f"1.{'0' * 65}"), "digits"),
    "hexadecimal digits": (attribute(f"0x{'f' * 65}"), "digits"),
    "digits of a name": (f"%{'0' * 65} = llm.constant", "digits"),
    "width": (attribute("1 : i65"), "width"),
    "digits of a width": (attribute(f"1 : i{'9' * 5000}"), "width"),
    "elements": (attribute("dense<0> : tensor<1001x1000xi8>"), "elements"),
}


@pytest.mark.parametrize(("text", "limit"), TOO_MUCH.values(), ids=TOO_MUCH)
def test_too_much_is_an_error_that_names_the_limit(text: str, limit: str) -> None:
    with pytest.raises(InvalidIRError) as caught:
        parse_module(text, "a.mlir")
    advice = f"; raise the limit by --max-{limit}, or Limits({limit}=…) in Python"
    assert caught.value.message.endswith(advice)
    assert caught.value.location is not None
    assert caught.value.location.file == "a.mlir"


def test_sizes_and_operations_are_limited() -> None:
    with pytest.raises(InvalidIRError, match=r"^a:1:1: a text must have at most 9 bytes; raise"):
        parse_module("// éééé", "a", limits=Limits(size=9))
    assert not list(parse_module("// ééé", limits=Limits(size=9)).ops)
    model = 'llm.model @{} from "p"\n'
    text = "".join(model.format(f"m{i}") for i in range(3))
    with pytest.raises(InvalidIRError, match=r"^a:3:1: a text must have at most 2 operations"):
        parse_module(text, "a", limits=Limits(operations=2))
    assert len(list(parse_module(text, limits=Limits(operations=3)).ops)) == 3


def test_what_is_allowed_is_read() -> None:
    within = [
        (nested("module {", "}", 65), Limits()),
        (attribute(nested("[", "]", 64)), Limits()),
        (attribute("9" * 65 + " : index"), Limits(digits=65)),
        (attribute("1 : i128"), Limits(width=128)),
        (attribute("dense<0> : tensor<11xi8>"), Limits(elements=11)),
    ]
    for text, limits in within:
        printed = print_module(parse_module(text, limits=limits))
        assert print_module(parse_module(printed, limits=limits)) == printed


def test_a_module_of_its_own_is_no_level() -> None:
    text = f'llm.model @m from "p" {{a = {nested("[", "]", 63)}}}'
    for generic in (False, True):
        printed = print_module(parse_module(text), generic=generic)
        assert print_module(parse_module(printed), generic=generic) == printed


def maps(depth: int) -> str:
    """Maps in one another, `depth` regions deep with the function around them."""
    opening, closing = "", ""
    for level in range(depth - 1):
        items, result = f"%x{level}", "!llm.list<" * (depth - level)
        types = f"{result}!llm.text{'>' * (depth - level)}"
        opening += f"%y{level} = ensemble.map %x{level + 1} in {items} : {types} -> {types} do {{\n"
        inner = types.removeprefix("!llm.list<").removesuffix(">")
        closing = f"ensemble.yield %y{level + 1} : {inner}\n}}\n" + closing
    types = f"{'!llm.list<' * depth}!llm.text{'>' * depth}"
    return (
        f"func.func @f(%x0: {types}) -> {types} {{\n{opening}"
        f"%y{depth - 1} = llm.list() : !llm.list<!llm.text>\n{closing}func.return %y0 : {types}\n}}"
    )


def test_deep_programs_are_compiled_when_they_are_allowed() -> None:
    with pytest.raises(InvalidIRError, match="at most 64 deep"):
        parse_module(maps(66))
    module = parse_module(maps(66), limits=Limits(depth=300))
    verify_module(module)
    compiled = compile_to(module, "exec")
    assert [op.name for op in compiled.ops] == ["exec.frame"] * 66


def test_a_depth_of_a_thousand_works_when_it_is_asked_for() -> None:
    limits = Limits(depth=1000)
    for text in (nested("module {", "}", 1000), attribute(nested("[", "]", 1000))):
        module = parse_module(text, limits=limits)
        printed = print_module(module)
        assert print_module(parse_module(printed, limits=limits)) == printed
    with pytest.raises(InvalidIRError, match="must not stand in another module"):
        verify_module(parse_module(nested("module {", "}", 1000), limits=limits))


def test_beyond_the_largest_stack_is_an_error() -> None:
    with pytest.raises(InvalidIRError, match="must nest less deeply than the stack"):
        parse_module(nested("module {", "}", 40_000), "a.mlir", limits=Limits(depth=40_000))


# The deep stack


def recurse(level: int) -> int:
    return recurse(level - 1) + 1 if level else 0


def test_the_usual_stack_is_used_if_it_is_enough() -> None:
    calls: list[int] = []
    assert on_any_stack(lambda: calls.append(1)) is None
    assert calls == [1]


def test_a_deep_stack_restores_the_limit() -> None:
    usual = sys.getrecursionlimit()
    assert on_deep_stack(lambda: recurse(20_000)) == 20_000
    assert sys.getrecursionlimit() == usual
    with pytest.raises(InvalidIRError) as caught:
        on_deep_stack(lambda: recurse(100_000), SourceLocation("a.mlir", 1, 2))
    assert caught.value.location == SourceLocation("a.mlir", 1, 2)
    assert sys.getrecursionlimit() == usual


def test_errors_and_context_pass_through_a_deep_stack() -> None:
    variable = ContextVar("variable", default="")
    variable.set("here")
    assert on_deep_stack(variable.get) == "here"
    with pytest.raises(ZeroDivisionError):
        on_deep_stack(lambda: 1 // 0)


def test_several_threads_may_need_deep_stacks_at_once() -> None:
    usual = sys.getrecursionlimit()
    found: list[int] = []

    def work() -> None:
        found.append(on_deep_stack(lambda: on_deep_stack(lambda: recurse(5000))))

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [5000] * 4
    assert sys.getrecursionlimit() == usual


def test_a_module_made_in_python_may_be_deep() -> None:
    module = ModuleOp([])
    for _ in range(600):
        module = ModuleOp([module])
    assert print_module(module).count("builtin.module") == 601
