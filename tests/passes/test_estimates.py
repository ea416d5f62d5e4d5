"""Counting calls and tokens before anything runs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ember_mlir.dialects import llm
from ember_mlir.dialects.values import ListType
from ember_mlir.parsing import parse_module
from ember_mlir.passes.analysis.counts import NOTHING, Count, Estimate, N, Range, exactly
from ember_mlir.passes.analysis.estimates import estimate
from ember_mlir.pipeline import for_reference
from ember_mlir.testing import Program, programs, reference

LIST = "!llm.list<!llm.text>"
CALL = "llm.generate @m(%q) temperature 0 max_tokens 10"


def calls(body: str) -> str:
    """The calls of a function that does `body`."""
    return str(estimated(body).calls)


def estimated(body: str) -> Estimate:
    text = f"""
llm.model @m from "simulated" batch 4
func.func @f(%q: !llm.text, %xs: {LIST}, %c: i1) {{
  {body}
  func.return
}}"""
    return estimate(parse_module(text))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", "0"),
        (f"%a = {CALL}\n%b = {CALL}", "2"),
        ("%a = ensemble.sample 5 of @m(%q)", "5"),
        ('%a = llm.generate @m(%q) as regex "a+" retries 2', "1 to 3"),
        ("%a = ensemble.judge @m(%q) among %xs", "0 to 1"),
        ("%a = llm.embed @m(%q)", "1"),
        (f"%a = llm.embed @m(%xs : {LIST}) -> !llm.list<tensor<?xf32>>", "0.25n"),
        (
            f"%l = llm.list(%q, %q, %q, %q, %q) : {LIST}\n"
            f"%a = llm.embed @m(%l : {LIST}) -> !llm.list<tensor<?xf32>>",
            "2",
        ),
        ("%a = llm.score @m(%q) among %xs", "0 to 1"),
        (f"%d = ensemble.sample 5 of @m(%q)\n%v = ensemble.vote %d : {LIST}", "5"),
        (
            f"%d = ensemble.sample 5 of @m(%q)\n%v = ensemble.vote %d stop lossless : {LIST}",
            "3 to 5",
        ),
        (
            f"%d = ensemble.sample 5 of @m(%q)\n"
            f"%v = ensemble.vote %d stop lossless at_once : {LIST}",
            "5",
        ),
        (
            f"%d = ensemble.sample 9 of @m(%q)\n"
            f"%v = ensemble.vote %d stop adaptive confidence 0.95 : {LIST}",
            "4 to 9",
        ),
        (
            f"%r = ensemble.map %x in %xs : {LIST} -> {LIST} do {{\n"
            f"%a = {CALL}\nensemble.yield %a : !llm.text\n}}",
            "n",
        ),
        (
            f"%l = llm.list(%q, %q, %q) : {LIST}\n"
            f"%r = ensemble.map %x in %l : {LIST} -> {LIST} do {{\n"
            f"%a = {CALL}\nensemble.yield %a : !llm.text\n}}",
            "3",
        ),
        (
            f"%d = ensemble.sample 4 of @m(%q) on_error drop\n"
            f"%r = ensemble.map %x in %d : {LIST} -> {LIST} do {{\n"
            f"%a = {CALL}\nensemble.yield %a : !llm.text\n}}",
            "4 to 8",
        ),
        (
            f"%r = ensemble.reduce %g in %xs by 3 : {LIST} do {{\n"
            f"%a = {CALL}\nensemble.yield %a : !llm.text\n}}",
            "0.5n",
        ),
        (
            f"%r = scf.if %c -> (!llm.text) {{\n%a = {CALL}\nscf.yield %a : !llm.text\n"
            f"}} else {{\nscf.yield %q : !llm.text\n}}",
            "0 to 1",
        ),
        (
            f"%r = ensemble.fallback : !llm.text do {{\n%a = {CALL}\nensemble.yield %a : !llm.text"
            f"\n}} else {{\n%b = {CALL}\nensemble.yield %b : !llm.text\n}}",
            "1 to 2",
        ),
        (
            f"%r = ensemble.race : !llm.text do {{\n%a = {CALL}\nensemble.yield %a : !llm.text"
            f"\n}} or {{\n%b = {CALL}\nensemble.yield %b : !llm.text\n}}",
            "1 to 2",
        ),
        (
            f"%r = ensemble.refine %x from %q at_most 4 : !llm.text do {{\n%a = {CALL}\n"
            "ensemble.accept %a if %c : !llm.text\n}",
            "1 to 4",
        ),
        (
            "%0 = arith.constant 0 : i64\n%5 = arith.constant 5 : i64\n%2 = arith.constant 2 : i64"
            f"\nscf.for %i = %0 to %5 step %2 : i64 {{\n%a = {CALL}\nscf.yield\n}}",
            "3",
        ),
        (
            "%r = scf.while (%s = %q) : (!llm.text) -> (!llm.text) {\n"
            "scf.condition(%c) %s : !llm.text\n} do {\n^bb0(%t: !llm.text):\n"
            f"%a = {CALL}\nscf.yield %a : !llm.text\n}}",
            "0 to n",
        ),
    ],
)
def test_calls_are_counted(body: str, expected: str) -> None:
    assert calls(body) == expected


def test_tokens_are_those_of_prompt_and_answer() -> None:
    known = '%p = llm.constant "12345678"\n'
    assert str(estimated(known + "%a = llm.generate @m(%p) max_tokens 10").tokens) == "12"
    assert str(estimated("%a = llm.generate @m(%q)").tokens) == "320"
    template = '%p = llm.template "1234{0}{0}"(%q)\n'
    assert str(estimated(template + "%a = llm.embed @m(%p)").tokens) == "129"


numbers = st.integers(-9, 9)


def polynomial(terms: list[int]) -> Count:
    return Count.of(terms[0]) + Count.of(terms[1]) * N + Count.of(terms[2]) * N * N


counts = st.lists(numbers, min_size=3, max_size=3).map(polynomial)


@given(counts, counts, counts)
def test_counts_are_polynomials(a: Count, b: Count, c: Count) -> None:
    assert (a + b) * c == a * c + b * c
    assert a - a == Count()
    assert a + b - b == a
    assert (a.least(b) - a).sign <= 0 <= (a.most(b) - a).sign


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (Count(), "0"),
        (Count.of(3) + N, "n + 3"),
        (N * N - Count.of(2), "n² - 2"),
        (Count.of(1) - N * N * N, "-n^3 + 1"),
    ],
)
def test_counts_are_readable(count: Count, shown: str) -> None:
    assert str(count) == shown


def test_a_range_rises_if_either_bound_does() -> None:
    one, two = Count.of(1), Count.of(2)
    assert exactly(one).rises_to(Range(one, two))
    assert Range(one, two).rises_to(exactly(two))
    assert not Range(one, two).rises_to(Range(Count(), two))
    # For long lists n is more than any number.
    assert not exactly(N).rises_to(exactly(two))
    assert NOTHING.rises_to(Estimate(exactly(one)))


def test_a_batch_tells_as_many_texts_as_it_has() -> None:
    each, batch = [
        estimate(
            parse_module(
                f"""llm.model @m from "simulated" batch 100
                func.func @f(%texts: !llm.list<!llm.text>) -> !llm.list<tensor<?xf32>> {{
                  {body}
                  func.return %r : !llm.list<tensor<?xf32>>
                }}"""
            )
        )
        for body in (
            """%r = ensemble.map %t in %texts
                 : !llm.list<!llm.text> -> !llm.list<tensor<?xf32>> do {
               %v = llm.embed @m(%t) site <0[*]>
               ensemble.yield %v : tensor<?xf32>
             }""",
            "%r = llm.embed @m(%texts : !llm.list<!llm.text>) site <0[*]>"
            " -> !llm.list<tensor<?xf32>>",
        )
    ]
    assert batch.tokens == each.tokens
    assert batch.calls != each.calls


@given(programs())
def test_a_run_takes_what_was_estimated(program: Program) -> None:
    module = for_reference(parse_module(program.text))
    found = estimate(module).calls
    outcome = reference(module, program, 1)
    # The reference asks for each text of a list alone, which the engine does not.
    listed = any(
        isinstance(op, llm.EmbedOp | llm.ScoreOp) and isinstance(op.text.type, ListType)
        for op in module.walk()
    )
    # What is counted is a run in which nothing fails, and what fails may be handled.
    handles = any(word in program.text for word in ("on_error", "fallback", "race"))
    if outcome.error is None and len(found.most.terms) <= 1 and not listed and not handles:
        assert outcome.requests.total() <= sum(found.most.terms)
        if len(found.least.terms) <= 1:
            assert sum(found.least.terms) <= outcome.requests.total()
