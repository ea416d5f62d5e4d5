"""`limit-run`: let a run spend so much at most, and take so long at most.

    func.func @f(%a) { …; func.return %r }
      =>  func.func @f(%a) {
            %scope, %r' = sched.scope budget 0.50 usd deadline 30 seconds do {
              …; sched.yield %r }
            func.return %r' }

The scope is the whole of each function that can be run from outside, so that no call is
sent that might cost more than is left, and nothing is under way when the time is over. A
run that is within its limits gives what it would give without; one that is not fails, and
says so. As it may fail where it would not have, this keeps `meaning` only: somebody must
ask for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import Block, Region
from xdsl.passes import ModulePass

from ember_mlir.dialects import sched
from ember_mlir.dialects.formats.strategies import Limits
from ember_mlir.errors import PipelineError
from ember_mlir.passes.optimization import fired


@dataclass(frozen=True)
class LimitRunPass(ModulePass):
    """Put what runs from outside into a scope with a budget, a deadline, or both."""

    name = "limit-run"
    equivalence = "meaning"

    usd: int | float | None = None
    seconds: int | float | None = None

    def __post_init__(self) -> None:
        _amount("usd", self.usd)
        _amount("seconds", self.seconds)

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        limits = Limits(budget=_amount("usd", self.usd), deadline=_amount("seconds", self.seconds))
        if limits == Limits():
            return
        for function in op.ops:
            if isinstance(function, FuncOp) and is_entry(function):
                limit(function, limits)


def is_entry(function: FuncOp) -> bool:
    """Whether a function can be run from outside."""
    is_public = function.sym_visibility is None or function.sym_visibility.data == "public"
    return is_public and bool(function.body.blocks)


def limit(function: FuncOp, limits: Limits) -> None:
    """Put all that a function does into a scope."""
    outer = function.body.block
    leave = outer.last_op
    assert isinstance(leave, ReturnOp)
    inner = Block()
    for found in [*outer.ops]:
        if found is not leave:
            found.detach()
            inner.add_op(found)
    inner.add_op(sched.YieldOp(*leave.operands))
    scope = sched.ScopeOp(Region(inner), leave.operand_types, limits)
    scope.location = function.location
    outer.insert_op_before(scope, leave)
    for number, value in enumerate(scope.values):
        value.name_hint = leave.operands[number].name_hint
        leave.operands[number] = value
    fired(scope, "has a limit")


def _amount(name: str, given: float | None) -> Decimal | None:
    if given is None:
        return None
    # A float means the decimal that it prints as.
    found = Decimal(repr(given))
    if found.is_finite() and found >= 0:
        return found
    raise PipelineError(f"{name} of limit-run must be a number of at least 0, but got {given}")
