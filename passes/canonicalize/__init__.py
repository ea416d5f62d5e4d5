"""`canonicalize`: bring operations into their simplest form.

    the patterns and folds that operations declare, until none applies

Each stands with its equation in `passes/canonicalize/`, one file per dialect. A greedy
application that renames all uses of each result takes quadratic time on wide lists, so
this walks in program order, and renames operands when their user is visited. As what is
erased may let more be simplified, it walks again until nothing changes. Keeps `exact`:
draws stay what they are, and what can fail is folded only where it does not.
"""

from __future__ import annotations

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Region

from ember_mlir.passes.analysis.failures import decisive_operations
from ember_mlir.passes.canonicalize.simplifier import Simplifier
from ember_mlir.passes.optimization import Optimization
from ember_mlir.passes.remove_dead_calls import remove_dead

MAX_WALKS = 10
"""How often a module is walked at most: two or three times, unless it was made to need more."""


class CanonicalizePass(Optimization):
    """Bring operations into their simplest form, and erase what nobody uses."""

    name = "canonicalize"
    equivalence = "exact"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for region in op.regions:
            remove_dead(region, decisive_operations(op))
            for _ in range(MAX_WALKS):
                if not simplify(region):
                    break
                remove_dead(region, decisive_operations(op))


def simplify(region: Region) -> bool:
    """Walk once over a region and simplify what is there; whether anything changed."""
    simplifier = Simplifier()
    simplifier.simplify(region)
    simplifier.finish()
    return simplifier.has_changed
