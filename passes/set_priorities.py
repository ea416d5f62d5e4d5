"""`set-priorities`: of the requests that wait for one lane, let the longest path go first.

    %a = sched.task(…) on @l …        =>    %a = sched.task(…) on @l priority 1 …
    %b = sched.task(%x = %a) on @l …        %b = sched.task(%x = %a) on @l …

The priority of a task with a lane is the number of requests on the longest path from its
result to the end of the program; 0 is not written, and what was written is replaced. What
follows an operation with regions follows all that its regions yield, and what decides how
it runs (a condition, a list, a state) is read by everything in it; runs of a region that
repeats count once. Linear in the module. Priorities decide who waits, and nothing else, so
this keeps `exact`.
"""

from __future__ import annotations

from collections.abc import Iterable

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass

from ember_mlir.dialects import sched
from ember_mlir.dialects.formats import integer
from ember_mlir.dialects.operations import walk


class SetPrioritiesPass(ModulePass):
    """Give each request the length of the longest path behind it."""

    name = "set-priorities"
    equivalence = "exact"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        paths = Paths()
        # Backwards, an operation comes after all that reads it and after all inside of it.
        for found in reversed(list(walk(op))):
            paths.add(found)


class Paths:
    """The longest paths to the end of the program, in requests, behind what was added."""

    def __init__(self) -> None:
        self._behind: dict[SSAValue, int] = {}
        self._inside: dict[Operation, int] = {}

    def add(self, op: Operation) -> None:
        """Note the paths through `op`; if it is a task on a lane, set its priority."""
        around = op.parent_op()
        if isinstance(op, sched.YieldOp) and around is not None:
            # The handle of a scope comes before what its region yields.
            for value, result in zip(reversed(op.values), reversed(around.results), strict=False):
                self._raise([value], self._behind.get(result, 0))
            return
        length = max([self._inside.get(op, 0), *(self._behind.get(r, 0) for r in op.results)])
        if isinstance(op, sched.TaskOp) and op.lane is not None:
            op.properties.pop("priority", None)
            if length:
                op.properties["priority"] = integer(length)
            length += 1
        self._raise(op.operands, length)
        if around is not None and length > self._inside.get(around, 0):
            self._inside[around] = length

    def _raise(self, values: Iterable[SSAValue], length: int) -> None:
        for value in values:
            if length > self._behind.get(value, 0):
                self._behind[value] = length
