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


def test_it_tells_once_of_rungs_that_must_run() -> None:
    effect = "llm.apply effectful @charge() : () -> !llm.text"
    text = cascade(2, f"%x = {effect}")
    assert remarks_of(text, "prune-branches") == [
        (False, "has a rung that is never accepted, but its failure or effect counts")
    ]


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
