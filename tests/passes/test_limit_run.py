"""`limit-run`: what its options must be, and that it runs only where somebody asks for it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from xdsl.dialects.func import FuncOp

from ember_mlir.dialects import sched
from ember_mlir.dialects.locations import source_of
from ember_mlir.errors import PipelineError
from ember_mlir.parsing import make_context, parse_module, print_module
from ember_mlir.passes.limit_run import LimitRunPass
from ember_mlir.passes.optimization import Setting
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


SEVERAL = """
func.func @f(%a: !sched.future<!llm.text>) -> !sched.future<!llm.text> {
  func.return %a : !sched.future<!llm.text>
}
func.func private @helper(%a: !sched.future<!llm.text>) -> !sched.future<!llm.text> {
  func.return %a : !sched.future<!llm.text>
}
func.func @elsewhere(!sched.future<!llm.text>) -> !sched.future<!llm.text>
"""


def test_only_what_can_be_run_from_outside_is_limited() -> None:
    module = parse_module(SEVERAL, "limits.mlir")
    setting = Setting(remarks=[])
    with setting.current():
        LimitRunPass(usd=0).apply(make_context(), module)
    module.verify()
    scopes = [op for op in module.walk() if isinstance(op, sched.ScopeOp)]
    assert [str(source_of(scope)) for scope in scopes] == ["limits.mlir:2:1"]
    function = scopes[0].parent_op()
    assert isinstance(function, FuncOp)
    assert function.sym_name.data == "f"
    assert [value.name_hint for value in scopes[0].values] == ["a"]
    assert setting.remarks is not None
    assert [remark.said for remark in setting.remarks] == ["has a limit"]


def test_without_limits_nothing_changes() -> None:
    module = parse_module(SEVERAL)
    before = print_module(module)
    LimitRunPass().apply(make_context(), module)
    assert print_module(module) == before
