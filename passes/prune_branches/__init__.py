"""`prune-branches`: leave out what is known not to be taken.

    scf.if %c { … %c … } else { … %c … }     =>  scf.if %c { … true … } else { … false … }
    equal (answer as "yes" | "no"), "maybe"  =>  false       of contains, the same
    scf.if %c { yield %x } else { yield %x } =>  %x
    cascade … else { accept %x if true } …   =>  cascade … else { yield %x }
    cascade … else { accept %x if false } …  =>  cascade … …

Branches and cascades whose condition is then known are folded as `canonicalize` does it. A
condition has one value, so what an arm is for tells it in the arm, and what it is made of
by "and", "or" and "not". An answer that a grammar is asked for fits it, or there is none;
texts are equal if all characters are, so white space and case count.

Legal because no operation is left out that would have run, but rungs that are never
accepted: only such as apply no function that is not pure, and whose failure would be the
end of the program and nothing else. Keeps `exact`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xdsl.context import Context
from xdsl.dialects import scf
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation
from xdsl.pattern_rewriter import RewritePattern

from ember_mlir.dialects import ensemble
from ember_mlir.passes.canonicalize import MAX_WALKS
from ember_mlir.passes.canonicalize.ensemble import CascadeOfKnown
from ember_mlir.passes.canonicalize.scf import BranchOnConstant
from ember_mlir.passes.canonicalize.simplifier import Simplifier
from ember_mlir.passes.optimization import Optimization, fired
from ember_mlir.passes.prune_branches.answers import NeverThatText
from ember_mlir.passes.prune_branches.arms import Arms, SameInBothArms
from ember_mlir.passes.prune_branches.rungs import RungsOfKnown


class PruneBranchesPass(Optimization):
    """Leave out what is known not to be taken."""

    name = "prune-branches"
    equivalence = "exact"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        arms = Arms()
        for region in op.regions:
            arms.tell(region)
        if arms.found:
            known = patterns(op)
            # What is erased may leave an arm with nothing but its yield.
            for _ in range(MAX_WALKS):
                if not fold(op, known):
                    break


def fold(module: ModuleOp, known: Mapping[str, Sequence[RewritePattern]]) -> bool:
    """Walk once over a module and fold what is decided; whether anything was."""
    simplifier = Simplifier(known, tell_what_is_known)
    for region in module.regions:
        simplifier.simplify(region)
    simplifier.finish()
    return simplifier.has_changed


def patterns(module: ModuleOp) -> Mapping[str, Sequence[RewritePattern]]:
    """What is applied to the operations of `module`."""
    return {
        "llm.equal": (NeverThatText(),),
        "llm.contains": (NeverThatText(),),
        "scf.if": (BranchOnConstant(), SameInBothArms()),
        "ensemble.cascade": (RungsOfKnown(module), CascadeOfKnown()),
    }


def tell_what_is_known(op: Operation) -> None:
    """Tell of an operation that is decided before the program runs."""
    match op:
        case scf.IfOp():
            fired(op, "is decided before the program runs")
        case ensemble.CascadeOp():
            fired(op, "has lost rungs that are decided before the program runs")
        case _:
            fired(op, "never holds, as the grammar of the answer has no such text")
