"""`cancel-losers`: end what only the arm of a branch reads that is not taken.

    %a = sched.task … on @m_lane …        %a = sched.first {
    sched.if %c { … %a … } else { … }       yield nothing, which is accepted unless %c
                                    =>    } or {
                                            %a = sched.task … on @m_lane …; yield %a }
                                          sched.if %c { … %a … } else { … }

What runs ahead of a branch, because it was speculated or has to, and is read in one arm
alone, is cancelled once the other arm is taken: then the first region succeeds, with a
value that nobody reads. Where the arm is taken that reads it, the first region fails, so
the other one gives the value, or the error. What leads to it and is read by nobody else
goes along. (A `sched.cancel` would not do: whoever reads a result of a scope waits for it,
and a branch reads what its arms read, taken or not.)

Legal because nothing is cancelled that has an effect, and what is cancelled can no longer
fail: where a failure is handled, only what cannot fail is. What an effect has to wait for
is read beside the branch. A request in there would tell of the condition that ends it, and
of what takes time or fails with it, so nothing is cancelled where a label would rise. A
list that comes piece by piece would come as a whole, so it stays, as does a value that
nobody can make up. Keeps `exact`.
"""

from __future__ import annotations

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation, SSAValue

from ember_mlir.dialects import sched
from ember_mlir.dialects.operations import walk
from ember_mlir.passes.analysis.failures import effectful_operations
from ember_mlir.passes.analysis.losers import Losers
from ember_mlir.passes.cancel_losers.ending import cancel_unless_read
from ember_mlir.passes.cancel_losers.groups import Cancelling
from ember_mlir.passes.optimization import Optimization, fired
from ember_mlir.passes.rewriting import rename


class CancelLosersPass(Optimization):
    """End what only the arm of a branch reads that is not taken."""

    name = "cancel-losers"
    equivalence = "exact"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        if not any(isinstance(found, sched.IfOp) for found in walk(op)):
            return
        groups = Losers(op, effectful_operations(op)).groups
        if not groups:
            return
        new: dict[SSAValue, SSAValue] = {}
        readers: dict[Operation, None] = {}
        for group in reversed(list(Cancelling(op).of(groups))):
            (value,) = group.last.results
            readers |= dict.fromkeys(use.operation for use in value.uses)
            fired(group.last, "is cancelled where the arm is taken that does not read it")
            new[value] = cancel_unless_read(group)
        for reader in readers:
            rename(reader, new)
