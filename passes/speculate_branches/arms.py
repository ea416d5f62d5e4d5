"""What an arm of a branch asks, and which of that may be asked before the branch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xdsl.dialects import scf
from xdsl.ir import Region

from ember_mlir.dialects.values import has_no_effect
from ember_mlir.passes.analysis.disclosures import Call, Disclosure, sent_by
from ember_mlir.passes.analysis.invariants import Invariants
from ember_mlir.passes.analysis.order import Order
from ember_mlir.passes.optimization import missed
from ember_mlir.passes.speculate_branches.early import Early
from ember_mlir.passes.speculate_branches.obstacles import Obstacles


def calls_of(
    arm: Region, op: scf.IfOp, told: Sequence[Disclosure], obstacles: Obstacles, order: Order
) -> Iterator[Early]:
    """The calls of an arm that may be early, where others have `told` models something."""
    if not arm.blocks:
        return
    invariants, acts = Invariants(arm.block), False
    for inner in arm.block.ops:
        known = invariants.reads_no_varying(inner) and has_no_effect(inner)
        if known and isinstance(inner, Call):
            early = Early(inner, invariants.leading_to([inner]))
            obstacle = obstacles.of(early, op, told, behind_effect=acts)
            if obstacle is None:
                yield early
            else:
                missed(inner, obstacle)
        invariants.visit(inner)
        acts = acts or order.acts(inner)


def told_in(arm: Region) -> Sequence[Disclosure]:
    """What the calls of an arm, which may have no block, tell models."""
    ops = arm.block.ops if arm.blocks else ()
    return [found for op in ops for found in sent_by(op)]
