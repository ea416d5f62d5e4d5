"""Where the failure of an operation is more than the end of the program, at each level."""

from __future__ import annotations

import pytest

from ember_mlir.parsing import parse_module
from ember_mlir.passes.analysis.failures import decisive_operations
from ember_mlir.testing.exactness import optimized

TEXT = """llm.model @m from "simulated"
func.func @f(%q: !llm.text) -> !llm.text {
  %a = llm.apply pure @upper(%q) : (!llm.text) -> !llm.text
  %c = llm.apply effectful @charge(%q) : (!llm.text) -> !llm.text
  func.return %a : !llm.text
}"""


@pytest.mark.parametrize(
    ("lowered", "found"),
    [
        ("", ["llm.apply"]),
        # There, what comes before what is said by other means.
        ("lower-to-sched", []),
        ("lower-to-sched,lower-to-exec", ["exec.apply", "exec.done"]),
    ],
)
def test_what_comes_before_an_effect_decides_about_it(lowered: str, found: list[str]) -> None:
    module = parse_module(TEXT)
    module = optimized(module, lowered) if lowered else module
    decisive = decisive_operations(module)
    assert [op.name for op in module.walk() if op in decisive] == found
