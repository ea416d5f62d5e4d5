"""`flatten-templates` beyond its lit file: what it tells, and random programs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xdsl.dialects.builtin import ModuleOp

from ember_mlir.parsing import make_context, parse_module, print_module
from ember_mlir.passes.canonicalize.templates import MAX_SHARED
from ember_mlir.passes.optimization import Setting
from ember_mlir.pipeline import parse_passes, run_passes
from ember_mlir.testing import Program, numbered, programs, reference


def told(module: ModuleOp) -> list[tuple[bool, str]]:
    """What is told of a module while its templates are flattened."""
    setting = Setting(remarks=[])
    passes = parse_passes("flatten-templates")
    run_passes(make_context(), module, passes, setting=setting, verify_each=True)
    return [(found.fired, found.said) for found in setting.remarks or []]


@given(program=programs(), faults=st.sampled_from((0, 15)))
def test_what_is_flattened_means_the_same(program: Program, faults: int) -> None:
    source = numbered(program)
    after = source.clone()
    told(after)
    for seed in range(2):
        before = reference(source, program, seed, faults)
        assert reference(after, program, seed, faults) == before


TEXT = """
func.func @f(%x: !llm.text, %ys: !llm.list<!llm.text>)
    -> (!llm.text, !llm.text, !llm.list<!llm.text>) {{
  %k = {inner}
  %a = llm.template "1 {{0}} {{1}}"(%k, %x){label}
  %b = llm.template "2 {{0}} {{1}}"(%x, {other})
  %r = ensemble.map %y in %ys : !llm.list<!llm.text> -> !llm.list<!llm.text> do {{
    %c = llm.template "{{0}} {{1}}"({outer}, %y)
    ensemble.yield %c : !llm.text
  }}
  func.return %a, %b, %r : !llm.text, !llm.text, !llm.list<!llm.text>
}}
"""
PII = ' {ember.label = #llm.label"pii"}'
LONG = 'llm.template "{0}' + "a" * MAX_SHARED + '"(%x)'
LONG_CONSTANT = 'llm.constant "' + "a" * (MAX_SHARED + 1) + '"'
LABELLED = 'llm.template "{0}!"(%x)' + PII
LOST = "does not take in a text with a label, which would be lost"
TOO_LONG = "does not take in a long text that others read too"
CASES = [
    ("has a label of its own, so it takes in no text", {"label": PII}),
    (LOST, {"inner": 'llm.constant "k" label "pii"'}),
    (LOST, {"inner": LABELLED}),
    ("does not take in a text from outside of its region", {"outer": "%k"}),
    (TOO_LONG, {"inner": LONG, "other": "%k"}),
    (TOO_LONG, {"inner": LONG_CONSTANT, "other": "%k", "outer": "%k"}),
]


@pytest.mark.parametrize(("said", "change"), CASES)
def test_what_stays_apart_says_why(said: str, change: dict[str, str]) -> None:
    plain = {"inner": 'llm.template "{0}!"(%x)', "label": "", "other": "%x", "outer": "%x"}
    remarks = told(parse_module(TEXT.format(**{**plain, **change})))
    assert (False, said) in remarks
    assert {found for fired, found in remarks if not fired} == {said}


def test_what_is_taken_in_is_told_once_for_each_text() -> None:
    module = parse_module(
        """func.func @f(%x: !llm.text) -> !llm.text {
          %a = llm.template "a{0}"(%x)
          %b = llm.template "{0}{1}b"(%a, %x)
          func.return %b : !llm.text
        }"""
    )
    assert told(module) == [(True, "takes in the texts that it was put together from")]
    assert 'llm.template "a{0}{0}b"(%x)' in print_module(module)
    assert told(module) == []
