"""`speculate-branches`: ask before it is known which arm of a branch will be taken.

    scf.if %c {                          %early = ensemble.parallel on_error drop {
      %a = llm.generate @m(%p)             yield llm.generate @m(%p) draw <d> }
        draw <d>                   =>    scf.if %c {
      … %a … } else { … }                  %a = ensemble.fallback { yield %early[0] } else {
                                             yield llm.generate @m(%p) draw <d> }
                                           … %a … } else { … }

Only if speculation is asked for, and for latency: it makes requests that the program might
not have made. The answer is the same, as request and draw are; where the early request
fails, which is no failure yet, so does the same one in the arm. So this keeps `exact`, but
for the bill.

It tells nobody what the program would not tell. Nothing that is above public is told early,
or decides. And a call is early only if all arms of the branch, or a call before it, send
the same model a request that is built from all the same values, and waits for nothing that
may fail which the call does not wait for: so that the condition decides what is asked, and
not whether the data is sent, as that of a moderation does. The
prompt must be there before the branch, and the condition must wait for more requests than
it; what stands behind a function that is not pure stays. What is speculated is bounded: of
a branch whose calls are early, no branch in the arms is.
"""

from __future__ import annotations

from typing import ClassVar

from xdsl.context import Context
from xdsl.dialects import scf
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Region, SSAValue

from ember_mlir.passes.analysis.disclosures import Call, Disclosure, sent_by
from ember_mlir.passes.analysis.order import Order
from ember_mlir.passes.optimization import Objective, Optimization, current_setting, fired, missed
from ember_mlir.passes.rewriting import rename
from ember_mlir.passes.speculate_branches.arms import calls_of, told_in
from ember_mlir.passes.speculate_branches.early import Early, make_early
from ember_mlir.passes.speculate_branches.obstacles import Obstacles

RECENT = 16
"""How many of the calls before a branch, and in its other arm, are looked at."""


class SpeculateBranchesPass(Optimization):
    """Ask before it is known which arm of a branch will be taken."""

    name = "speculate-branches"
    equivalence = "exact"
    serves: ClassVar[Objective | None] = "latency"

    def is_about(self, module: ModuleOp) -> bool:
        # Who has not asked for speculation need not be told that there is none.
        return current_setting().speculate and _has_calls_in_branches(module)

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        if current_setting().speculate:
            speculation = Speculation(op)
            for region in op.regions:
                speculation.visit(region)
        elif _has_calls_in_branches(op):
            missed(op, "is left alone: no calls may be made in vain unless speculation is allowed")


def _has_calls_in_branches(module: ModuleOp) -> bool:
    calls = (op for op in module.walk() if isinstance(op, Call))
    return any(isinstance(call.parent_op(), scf.IfOp) for call in calls)


class Speculation:
    """Makes the calls of branches early, from outside in.

    `sent` is what has been told whom where the walk is, in any case.
    """

    def __init__(self, module: ModuleOp) -> None:
        self.order = Order(module)
        self.obstacles = Obstacles(module)
        self.sent: list[Disclosure] = []

    def visit(self, region: Region) -> None:
        """Make calls early of the branches in a region that are no part of one that was."""
        known = len(self.sent)
        for op in (op for block in region.blocks for op in list(block.ops)):
            if isinstance(op, scf.IfOp) and self.speculate(op):
                continue
            for inner in op.regions:
                self.visit(inner)
            self.sent += sent_by(op)
        del self.sent[known:]

    def speculate(self, op: scf.IfOp) -> bool:
        """Make the calls in the arms of `op` early that may be; whether there was one."""
        told = [told_in(arm) for arm in op.regions]
        found: list[Early] = []
        for arm, others in zip(op.regions, reversed(told), strict=True):
            recent = [*others[:RECENT], *self.sent[-RECENT:]]
            found += calls_of(arm, op, recent, self.obstacles, self.order)
        readers = {use.operation for early in found for use in early.call.results[0].uses}
        new: dict[SSAValue, SSAValue] = {}
        for early in found:
            fired(early.call, "is asked while the condition of its branch is being found out")
            new[early.call.results[0]] = make_early(early, op)
        for reader in readers:
            rename(reader, new)
        return bool(found)
