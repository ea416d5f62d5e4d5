"""`prune-branches` beyond its lit file: on random programs, and wide cascades."""

from __future__ import annotations

import pytest
from hypothesis import given

from ember_mlir.dialects.ensemble import CascadeOp
from ember_mlir.grammars import Grammar
from ember_mlir.parsing import parse_module
from ember_mlir.passes.analysis.vocabularies import Vocabulary
from ember_mlir.testing import Program, programs
from ember_mlir.testing.exactness import FAULTS, check_exact, optimized, remarks_of
from ember_mlir.testing.moves import LANGUAGES
from ember_mlir.testing.samples import GRAMMARS, Fitting


@given(program=programs(LANGUAGES["prune-branches"]), faults=FAULTS)
def test_it_keeps_what_a_program_means(program: Program, faults: int) -> None:
    check_exact(program, "prune-branches", faults)


def cascade(rungs: int, effect: str = "") -> str:
    refused = f"{effect} ensemble.accept %q if %never : !llm.text }} else {{\n" * rungs
    return f"""func.func @f(%c: i1, %q: !llm.text) -> !llm.text {{
      %never = arith.constant false
      %r = ensemble.cascade : !llm.text do {{
        ensemble.accept %q if %c : !llm.text
      }} else {{
        {refused}
        ensemble.yield %q : !llm.text
      }}
      func.return %r : !llm.text
    }}"""


def test_all_rungs_that_are_never_accepted_go_at_once() -> None:
    module = optimized(parse_module(cascade(50)), "prune-branches")
    (found,) = [op for op in module.walk() if isinstance(op, CascadeOp)]
    assert len(found.arms) == 2


@pytest.mark.parametrize("rungs", [1, 2])
def test_it_tells_once_of_rungs_that_must_run(rungs: int) -> None:
    effect = "llm.apply effectful @charge() : () -> !llm.text"
    text = cascade(rungs, f"%x = {effect}")
    assert remarks_of(text, "prune-branches") == [
        (False, "has a rung that is never accepted, but its failure or effect counts")
    ]


RUNGS = (
    "%r = ensemble.cascade : !llm.text do {{ ensemble.accept %q if %c : !llm.text }} else {{ {} }}"
)
BRANCH = "%r = scf.if {} -> (!llm.text) {{ scf.yield %q : !llm.text }} else {{ {} }}"
OTHER = "scf.yield %k : !llm.text"
TOLD = {
    "": [],
    RUNGS.format("ensemble.yield %q : !llm.text"): [],
    RUNGS.format("ensemble.accept %q if %true : !llm.text"): [
        "has lost rungs that are decided before the program runs"
    ],
    BRANCH.format("%true", OTHER): ["is decided before the program runs"],
    BRANCH.format("%c", f"%t = llm.apply pure @tell(%c) : (i1) -> !llm.text {OTHER}"): [
        "reads a condition that is known in its arm"
    ],
    "%e = llm.equal %a, %k : !llm.text\n" + BRANCH.format("%e", OTHER): [
        "never holds, as the grammar of the answer has no such text",
        "is decided before the program runs",
    ],
}


@pytest.mark.parametrize(("body", "told"), TOLD.items(), ids=map(str, range(len(TOLD))))
def test_it_tells_of_what_is_decided(body: str, told: list[str]) -> None:
    text = f"""llm.model @m from "simulated"
    func.func @f(%c: i1, %q: !llm.text) -> !llm.text {{
      %true = arith.constant true
      %k = llm.constant "maybe"
      %a = llm.generate @m(%q) as regex "yes|no" draw <0>
      {body}
      func.return %q : !llm.text
    }}"""
    assert remarks_of(text, "prune-branches") == [(True, said) for said in told]


@pytest.mark.parametrize("fitting", GRAMMARS, ids=lambda fitting: fitting.grammar.text)
def test_what_fits_a_grammar_may_be_an_answer(fitting: Fitting) -> None:
    written, parsed = (Vocabulary(fitting.grammar, parsed=known) for known in (False, True))
    for text in fitting.texts:
        value = fitting.grammar.parse(text)
        assert written.has(text)
        assert written.has(f" {text}\n")
        assert all(written.has_within(f" {text}\n"[at:]) for at in range(len(text)))
        if isinstance(value, str):
            assert parsed.has(value)
            assert all(parsed.has_within(value[at:]) for at in range(len(value)))


def test_white_space_that_belongs_to_a_text_is_not_left_out() -> None:
    spaced = Grammar("regex", " yes| no")
    parsed, written = Vocabulary(spaced, parsed=True), Vocabulary(spaced, parsed=False)
    assert [parsed.has(text) for text in (" yes", "yes", " maybe")] == [True, False, False]
    assert [written.has(text) for text in (" yes", "  yes ", "yes")] == [True, False, False]
    assert [found.has_within(" ye") for found in (parsed, written)] == [True, True]


def test_what_was_parsed_from_json_is_known_if_its_values_are_few() -> None:
    few = Vocabulary(Grammar("json_schema", '{"enum": ["yes", "no"]}'), parsed=True)
    many = Vocabulary(Grammar("json_schema", '{"type": "string"}'), parsed=True)
    assert [few.has_within(part) for part in ("es", "maybe")] == [True, False]
    assert many.has_within("maybe")
