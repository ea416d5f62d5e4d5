"""Canonicalization where texts are long, lists wide, or patterns wrong; its cases stand in lit."""

from __future__ import annotations

from pathlib import Path

import pytest
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from ember_mlir.dialects import llm
from ember_mlir.dialects.locations import source_of
from ember_mlir.errors import EmberError
from ember_mlir.interpreter import interpret
from ember_mlir.parsing import parse_module, print_module
from ember_mlir.passes.analysis.verification import verify_module
from ember_mlir.passes.canonicalize import CanonicalizePass, simplifier
from ember_mlir.passes.canonicalize import llm as llm_patterns
from ember_mlir.passes.canonicalize.ensemble import MAX_UNROLLED
from ember_mlir.passes.canonicalize.templates import MAX_SHARED, FlattenTemplate
from ember_mlir.providers import Reply, Request

CASES = sorted((Path(__file__).parents[2] / "lit_tests" / "passes").glob("canonicalize_*.mlir"))


def canonical(text: str) -> ModuleOp:
    module = parse_module(text, "test.mlir")
    CanonicalizePass().apply(Context(), module)
    verify_module(module)
    return module


def names(module: ModuleOp) -> list[str]:
    return [op.name for op in module.walk() if op.name.startswith(("llm", "ensemble"))]


def two_readers(op: str) -> str:
    return f"""func.func @f(%x: !llm.text) -> !llm.list<!llm.text> {{
      %k = {op}
      %a = llm.template "1 {{0}}"(%k)
      %b = llm.template "2 {{0}}"(%k)
      %l = llm.list(%a, %b) : !llm.list<!llm.text>
      func.return %l : !llm.list<!llm.text>
    }}"""


@pytest.mark.parametrize(
    ("op", "kind"),
    [('llm.constant "{}"', "llm.constant"), ('llm.template "{}{{0}}"(%x)', "llm.template")],
)
def test_a_long_text_that_several_read_is_not_copied(op: str, kind: str) -> None:
    fixed = len("{0}") if kind == "llm.template" else 0
    short = canonical(two_readers(op.format("a" * (MAX_SHARED - fixed))))
    assert names(short) == [kind, kind, "llm.list"]
    long = canonical(two_readers(op.format("a" * (MAX_SHARED - fixed + 1))))
    assert names(long) == [kind, "llm.template", "llm.template", "llm.list"]


def test_a_long_text_that_one_reads_is_taken_in() -> None:
    module = canonical(f"""func.func @f(%x: !llm.text) -> !llm.text {{
      %k = llm.constant "{"a" * 5000}"
      %t = llm.template "{{0}}{{1}}{"b" * 5000}"(%k, %x)
      %u = llm.template "<{{0}}>"(%t)
      func.return %u : !llm.text
    }}""")
    assert names(module) == ["llm.template"]


def test_a_long_text_that_one_reads_twice_is_not_doubled() -> None:
    module = canonical(f"""func.func @f() -> !llm.text {{
      %k = llm.constant "{"a" * 5000}"
      %t = llm.template "{{0}}{{0}}"(%k)
      func.return %t : !llm.text
    }}""")
    assert names(module) == ["llm.constant", "llm.template"]


def test_templates_that_double_do_not_grow_without_bound() -> None:
    lines = [f'%t{i + 1} = llm.template "{{0}}{{0}}"(%t{i})' for i in range(40)]
    body = "\n".join(lines).replace("%t0", "%x")
    module = canonical(f"""func.func @f(%x: !llm.text) -> !llm.text {{
      {body}
      func.return %t40 : !llm.text
    }}""")
    assert len(print_module(module)) < 100 * MAX_SHARED


def map_over(count: int) -> str:
    items = ", ".join(["%x"] * count)
    return f"""llm.model @m from "p"
    func.func @f(%x: !llm.text) -> !llm.list<!llm.text> {{
      %xs = llm.list({items}) : !llm.list<!llm.text>
      %r = ensemble.map %e in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {{
        %a = llm.generate @m(%e) draw <0[*]>
        ensemble.yield %a : !llm.text
      }}
      func.return %r : !llm.list<!llm.text>
    }}"""


def test_a_map_over_many_elements_stays() -> None:
    # The body is the call and the yield.
    unrolled = names(canonical(map_over(MAX_UNROLLED // 2)))
    assert unrolled.count("llm.generate") == MAX_UNROLLED // 2
    assert "ensemble.map" not in unrolled
    assert "ensemble.map" in names(canonical(map_over(MAX_UNROLLED // 2 + 1)))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_what_is_canonical_stays(path: Path) -> None:
    once = canonical(path.read_text(encoding="utf-8"))
    text = print_module(once)
    CanonicalizePass().apply(Context(), once)
    assert print_module(once) == text


def test_what_takes_the_place_of_an_operation_comes_from_where_it_did() -> None:
    module = canonical("""func.func @f() -> i64 {
      %a = llm.constant "[1, 2]"
      %l = llm.parse %a as json_schema
        "{\\"type\\": \\"array\\", \\"items\\": {\\"type\\": \\"integer\\"}}" : !llm.list<i64>
      %n = llm.length of %l : !llm.list<i64>
      func.return %n : i64
    }""")
    (constant,) = [op for op in module.walk() if op.name == "arith.constant"]
    assert source_of(constant).line == 5


def test_what_may_be_null_is_read_when_the_program_runs() -> None:
    optional = '"{\\"type\\": [\\"string\\", \\"null\\"]}"'
    module = canonical(f"""func.func @f() -> !llm.object {{
      %a = llm.constant "null"
      %v = llm.parse %a as json_schema {optional} : !llm.object
      func.return %v : !llm.object
    }}""")
    assert names(module) == ["llm.constant", "llm.parse"]


def test_what_nobody_reads_goes_though_nothing_else_is_simplified() -> None:
    module = canonical("""func.func @f(%x: !llm.text) -> !llm.text {
      %t = llm.template "<{0}>"(%x)
      func.return %x : !llm.text
    }""")
    assert names(module) == []


@pytest.mark.parametrize(
    ("length", "readers", "stays"),
    [(MAX_SHARED, 2, False), (MAX_SHARED + 1, 2, True), (MAX_SHARED + 1, 1, False)],
)
def test_a_long_list_that_several_read_is_not_copied(
    length: int, readers: int, stays: bool
) -> None:
    joins = "\n".join(f'%j{n} = llm.join %l with "{n}"' for n in range(readers))
    module = canonical(f"""func.func @f() -> !llm.list<!llm.text> {{
      %k = llm.constant "k"
      %l = llm.list({", ".join(["%k"] * length)}) : !llm.list<!llm.text>
      {joins}
      %r = llm.list({", ".join(f"%j{n}" for n in range(readers))}) : !llm.list<!llm.text>
      func.return %r : !llm.list<!llm.text>
    }}""")
    assert ("llm.join" in names(module)) == stays


def test_each_operation_that_is_rewritten_is_told() -> None:
    module = parse_module("""func.func @f(%x: !llm.text) -> !llm.text {
      %t = llm.template "<{0}>"(%x)
      %u = llm.template "({0})"(%t)
      func.return %u : !llm.text
    }""")
    told: list[str] = []
    walk = simplifier.Simplifier(
        {"llm.template": (FlattenTemplate(),)}, lambda op: told.append(op.name)
    )
    walk.simplify(module.body)
    walk.finish()
    assert (told, walk.has_changed) == (["llm.template"], True)


class Endless(RewritePattern):
    """Replaces an operation by itself, for ever."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: llm.LengthOp, rewriter: PatternRewriter, /) -> None:
        rewriter.has_done_action = True


def test_patterns_that_do_not_end_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simplifier, "MAX_REWRITES", 10)
    monkeypatch.setattr(llm_patterns, "PATTERNS", {"llm.length": (Endless(),)})
    with pytest.raises(EmberError, match=r"the patterns of 'llm\.length' must come to an end"):
        canonical("""func.func @f(%a: !llm.text) -> i64 {
          %n = llm.length of %a : !llm.text
          func.return %n : i64
        }""")


def test_a_program_means_the_same_and_draws_the_same() -> None:
    text = """llm.model @m from "p"
    func.func @f(%a: !llm.text) -> !llm.text {
      %greeting = llm.constant "Hi"
      %xs = llm.list(%a, %greeting) : !llm.list<!llm.text>
      %ys = ensemble.map %x in %xs : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
        %t = llm.template "<{0}>"(%x)
        %s = ensemble.sample 1 of @m(%t) draw <0[*, *]>
        %v = ensemble.vote %s : !llm.list<!llm.text>
        %r = ensemble.refine %d from %v at_most 1 : !llm.text do {
          %e = llm.generate @m(%d) draw <1[*, *]>
          %same = llm.equal %e, %d : !llm.text
          ensemble.accept %e if %same : !llm.text
        }
        ensemble.yield %r : !llm.text
      }
      %j = llm.join %ys with "; "
      func.return %j : !llm.text
    }"""
    asked: list[list[Request]] = []
    results: list[object] = []
    for module in (parse_module(text), canonical(text)):
        requests: list[Request] = []

        def send(request: Request, requests: list[Request] = requests) -> Reply:
            requests.append(request)
            return Reply((f"[{request.prompt}{request.draws[0] % 10}]",), 1, 1)

        results.append(interpret(module, ["x"], seed=3, send=send))
        asked.append(requests)
    assert results[0] == results[1]
    assert asked[0] == asked[1]
    assert len(asked[0]) == 4
