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
the same model a request that is built from all the same values: so that the condition
decides what is asked, and not whether the data is sent, as that of a moderation does. The
prompt must be there before the branch, and the condition must wait for more requests than
it; what stands behind a function that is not pure stays. What is speculated is bounded: of
a branch whose calls are early, no branch in the arms is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from xdsl.context import Context
from xdsl.dialects import scf
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation, Region, SSAValue
from xdsl.traits import get_effects

from ember_mlir.passes.analysis.disclosures import Call, Disclosure, disclosure_of, sends
from ember_mlir.passes.analysis.invariants import Invariants
from ember_mlir.passes.analysis.order import Order
from ember_mlir.passes.optimization import (
    Objective,
    Optimization,
    current_setting,
    fired,
    missed,
)
from ember_mlir.passes.rewriting import rename
from ember_mlir.passes.speculate_branches.early import Early, make_early
from ember_mlir.passes.speculate_branches.obstacles import Obstacles

RECENT = 16
"""How many of the calls before a branch, and in its other arm, are looked at."""


class SpeculateBranchesPass(Optimization):
    """Ask before it is known which arm of a branch will be taken."""

    name = "speculate-branches"
    equivalence = "exact"
    serves: ClassVar[Objective | None] = "latency"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        if current_setting().speculate:
            speculation = Speculation(op)
            for region in op.regions:
                speculation.visit(region)


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
        told = [[found for inner in ops_of(arm) for found in sent_by(inner)] for arm in op.regions]
        found: list[Early] = []
        for arm, others in zip(op.regions, reversed(told), strict=True):
            found += self.calls(arm, op, [*others[:RECENT], *self.sent[-RECENT:]])
        readers = {use.operation for early in found for use in early.call.results[0].uses}
        new: dict[SSAValue, SSAValue] = {}
        for early in found:
            fired(early.call, "is asked while the condition of its branch is being found out")
            new[early.call.results[0]] = make_early(early, op)
        for reader in readers:
            rename(reader, new)
        return bool(found)

    def calls(self, arm: Region, op: scf.IfOp, told: Sequence[Disclosure]) -> Iterator[Early]:
        """The calls of an arm that may be early, where others have `told` models something."""
        if not arm.blocks:
            return
        invariants, acts = Invariants(arm.block), False
        for inner in arm.block.ops:
            known = invariants.reads_no_varying(inner) and get_effects(inner) == set()
            if known and isinstance(inner, Call):
                early = Early(inner, invariants.leading_to([inner]))
                obstacle = self.obstacles.of(early, op, told, behind_effect=acts)
                if obstacle is None:
                    yield early
                else:
                    missed(inner, obstacle)
            invariants.visit(inner)
            acts = acts or self.order.acts(inner)


def ops_of(region: Region) -> Sequence[Operation]:
    """The operations of a region, which may have no block."""
    return list(region.block.ops) if region.blocks else []


def sent_by(op: Operation) -> Sequence[Disclosure]:
    """What `op` tells a model in any case, if it is a call."""
    found = disclosure_of(op) if isinstance(op, Call) and sends(op) else None
    return [] if found is None else [found]
