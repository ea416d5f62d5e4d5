"""Whether a module has any labels that a pass must look at, and how high they are."""

from __future__ import annotations

import pytest

from ember_mlir.dialects.llm import GenerateOp
from ember_mlir.parsing import parse_module
from ember_mlir.passes.analysis.known_labels import KnownLabels

TEXT = """llm.model @m from "simulated" clearance "pii"
func.func @f(%q: !llm.text{argument}) -> !llm.text {{
  %k = llm.constant "k"{constant}
  %t = llm.template "{{0}} {{1}}"(%q, %k){template}
  %a = llm.generate @m(%t) draw <0>
  func.return %a : !llm.text
}}"""


@pytest.mark.parametrize(
    ("place", "label", "rank"),
    [
        ("argument", "", None),
        ("argument", ' {ember.label = #llm.label"pii"}', 3),
        ("argument", ' {ember.label = #llm.label"public"}', None),
        ("constant", ' label "internal"', 1),
        ("constant", ' label "public"', None),
        ("template", ' {ember.label = #llm.label"confidential"}', 2),
        ("template", ' {ember.label = #llm.label"public"}', None),
        ("argument", ' {ember.length_label = #llm.label"pii"}', 0),
        ("template", ' {ember.length_label = #llm.label"pii"}', 0),
        ("template", ' {ember.length_label = #llm.label"public"}', None),
    ],
)
def test_labels_are_looked_at_if_one_is_above_public(
    place: str, label: str, rank: int | None
) -> None:
    texts = {"argument": "", "constant": "", "template": "", place: label}
    module = parse_module(TEXT.format(**texts))
    known = KnownLabels(module)
    (call,) = [op for op in module.walk() if isinstance(op, GenerateOp)]
    assert known.are_written == (rank is not None)
    assert (known.of(call.prompt), known.of_request(call)) == (rank or 0, rank or 0)
