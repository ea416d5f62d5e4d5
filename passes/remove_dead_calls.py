"""`remove-dead-calls`: erase operations whose results nobody uses.

    %a = llm.generate @m(%p)      (no use of %a)      =>      (nothing)

Legal for every operation whose only effects are spending money, disclosing text and
drawing: these allow deletion. Operations that do more stay, as do symbols. Keeps
`exact`: a program that succeeds has the same results; one that failed only in what is
now gone may succeed.
"""

from __future__ import annotations

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Region
from xdsl.passes import ModulePass
from xdsl.transforms.dead_code_elimination import is_trivially_dead


class RemoveDeadCallsPass(ModulePass):
    """Erase calls, and what leads to them, whose results nobody uses."""

    name = "remove-dead-calls"
    equivalence = "exact"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for region in op.regions:
            remove_dead(region)


def remove_dead(region: Region) -> None:
    """Erase what is dead in a region, last operation first, so that one walk is enough."""
    for block in reversed(region.blocks):
        op = block.last_op
        while op is not None:
            before = op.prev_op
            if op.results and is_trivially_dead(op):
                op.detach()
                op.erase()
            else:
                for inner in op.regions:
                    remove_dead(inner)
            op = before
