"""Rungs of cascades that are known to be accepted, or known not to be."""

from __future__ import annotations

from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Block, Operation, Region
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern

from ember_mlir.dialects import ensemble
from ember_mlir.passes.analysis.failures import decisive_operations
from ember_mlir.passes.analysis.order import is_sure
from ember_mlir.passes.canonicalize.known import known_integer
from ember_mlir.passes.optimization import missed
from ember_mlir.passes.rewriting import rewrites


class RungsOfKnown(RewritePattern):
    """A rung that is known to be accepted is the last, and one that is known not to be goes.

    Of a cascade in which something has an effect, all that may fail is decisive, and so is
    what has the effect.
    """

    def __init__(self, module: ModuleOp) -> None:
        self.decisive = decisive_operations(module)
        self.told: set[Operation] = set()

    @rewrites
    def match_and_rewrite(self, op: ensemble.CascadeOp, rewriter: PatternRewriter, /) -> None:
        arms = list(op.arms)
        last = next((at for at, arm in enumerate(arms) if accepts(arm)), len(arms) - 1)
        kept = [arm for arm in arms[:last] if accepts(arm) != 0 or self.matters(arm)]
        kept.append(arms[last])
        if any(accepts(arm) == 0 for arm in kept[:-1]) and op not in self.told:
            self.told.add(op)
            missed(op, "has a rung that is never accepted, but its failure or effect counts")
        if accepts(arms[last]):
            take_as_it_is(arms[last].block)
            rewriter.has_done_action = True
        if len(kept) < len(arms):
            op.regions = tuple(kept)
            for arm in set(arms).difference(kept):
                arm.parent = None
                for inner in arm.block.ops:
                    rewriter.erase(inner)

    def matters(self, arm: Region) -> bool:
        """Whether something is different if an arm that gives nothing does not run."""
        return any(op in self.decisive and not is_sure(op) for op in list(arm.block.ops)[:-1])


def take_as_it_is(rung: Block) -> None:
    """Let a rung that is accepted in any case say so."""
    last = rung.last_op
    assert last is not None
    leave = ensemble.YieldOp(last.operands[0])
    leave.location = last.location
    rung.insert_op_after(leave, last)
    last.detach()
    last.erase()


def accepts(arm: Region) -> int | None:
    """Whether a rung is known to be accepted (1) or refused (0)."""
    last = arm.block.last_op
    return known_integer(last.condition) if isinstance(last, ensemble.AcceptOp) else None
