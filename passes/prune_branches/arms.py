"""Arms of branches: what is known in them, and that it does not matter which is taken."""

from __future__ import annotations

from xdsl.dialects import scf
from xdsl.dialects.builtin import i1
from xdsl.ir import Block, Region, SSAValue
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern
from xdsl.rewriter import InsertPoint, Rewriter

from ember_mlir.dialects import ensemble
from ember_mlir.passes.analysis.conditions import facts
from ember_mlir.passes.analysis.order import is_sure_region
from ember_mlir.passes.canonicalize.known import whole
from ember_mlir.passes.optimization import fired
from ember_mlir.passes.rewriting import rename, rewrites


class Arms:
    """Tells the operations in the arms of branches what is known there.

    `found` says whether there are branches or cascades at all.
    """

    def __init__(self) -> None:
        self.found = False
        self._known: dict[SSAValue, tuple[Block, bool]] = {}
        self._constants: dict[tuple[Block, bool], SSAValue] = {}

    def tell(self, region: Region) -> None:
        """Tell the operations of a region what is known where they stand."""
        for op in (op for block in region.blocks for op in block.ops):
            known = [value for value in op.operands if value in self._known]
            if known:
                fired(op, "reads a condition that is known in its arm")
                rename(op, {value: self._constant(*self._known[value]) for value in known})
            if isinstance(op, scf.IfOp):
                self._tell_arm(op.cond, op.true_region, holds=True)
                self._tell_arm(op.cond, op.false_region, holds=False)
            else:
                for inner in op.regions:
                    self.tell(inner)
            self.found = self.found or isinstance(op, scf.IfOp | ensemble.CascadeOp)

    def _tell_arm(self, condition: SSAValue, arm: Region, *, holds: bool) -> None:
        if arm.blocks:
            told = {value: (arm.block, found) for value, found in facts(condition, holds=holds)}
            new = {value: found for value, found in told.items() if value not in self._known}
            self._known |= new
            self.tell(arm)
            for value in new:
                del self._known[value]

    def _constant(self, arm: Block, holds: bool) -> SSAValue:
        if (arm, holds) not in self._constants:
            made, around = whole(int(holds), i1), arm.parent_op()
            assert around is not None
            made.location = around.location
            Rewriter.insert_op(made, InsertPoint.at_start(arm))
            self._constants[arm, holds] = made.result
        return self._constants[arm, holds]


class SameInBothArms(RewritePattern):
    """scf.if %c { yield %x } else { yield %x }  =>  %x"""

    @rewrites
    def match_and_rewrite(self, op: scf.IfOp, rewriter: PatternRewriter, /) -> None:
        if not all(is_sure_region(region) for region in op.regions):
            return
        given = [
            list(last.operands) if region.blocks and (last := region.block.last_op) else []
            for region in op.regions
        ]
        if given[0] == given[1]:
            rewriter.replace(op, (), given[0])
