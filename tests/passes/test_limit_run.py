"""`limit-run`: what its options must be, and that it runs only where somebody asks for it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ember_mlir.errors import PipelineError
from ember_mlir.parsing import parse_module, print_module
from ember_mlir.passes.limit_run import LimitRunPass
from ember_mlir.pipeline import Options, compile_to

TEXT = """
func.func @f(%a: !llm.text) -> !llm.text {
  func.return %a : !llm.text
}
"""


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"usd": -1}, "usd of limit-run must be a number of at least 0, but got -1"),
        ({"seconds": float("inf")}, "seconds of limit-run must be a number of at least 0, but"),
    ],
)
def test_limits_are_amounts(options: dict[str, float], message: str) -> None:
    with pytest.raises(PipelineError) as caught:
        LimitRunPass(**options)
    assert caught.value.message.startswith(message)


def test_options_of_a_compilation_limit_a_run() -> None:
    module = parse_module(TEXT)
    limited = compile_to(module, "sched", Options(budget_usd=Decimal("0.10"), timeout_s=Decimal(5)))
    assert "sched.scope budget 0.1 usd deadline 5 seconds" in print_module(limited)
    assert "sched.scope" not in print_module(compile_to(module, "sched"))
    assert "sched.scope" not in print_module(
        compile_to(module, "llm", Options(timeout_s=Decimal(5)))
    )
