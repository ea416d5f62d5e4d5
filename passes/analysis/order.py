"""What stands between two operations of a block, and where a failure is handled.

An operation that may fail cannot move past a function that is not pure: that must be
called only if what comes before it has succeeded. Where its failure is handled, by another
arm, by a race or by `on_error`, the program goes on, and what has been asked until then
counts: there it cannot move past a request either, or past what decides about one.
"""

from __future__ import annotations

from xdsl.ir import Operation, Region
from xdsl.traits import is_speculatable

from ember_mlir.passes.analysis.failures import effectful_operations, handles_failure


class Order:
    """The order of the operations in `root`, as it was when this was made; linear in them."""

    def __init__(self, root: Operation) -> None:
        self._acting = effectful_operations(root)
        self._acts_before: dict[Operation, int] = {}
        self._unsure_before: dict[Operation, int] = {}
        self._handled: set[Operation] = set()
        for region in root.regions:
            self._add(region, handled=False)

    def acts(self, op: Operation) -> bool:
        """Whether a function that is not pure is applied by `op`, or inside of it."""
        return op in self._acting

    def acts_before(self, op: Operation) -> int:
        """How many operations before `op` in its block apply a function that is not pure."""
        return self._acts_before[op]

    def unsure_before(self, op: Operation) -> int:
        """How many operations before `op` in its block may fail or ask."""
        return self._unsure_before[op]

    def is_handled(self, op: Operation) -> bool:
        """Whether the program goes on after a failure of `op`."""
        return op in self._handled

    def _add(self, region: Region, *, handled: bool) -> None:
        for block in region.blocks:
            acts = unsure = 0
            for op in block.ops:
                self._acts_before[op] = acts
                self._unsure_before[op] = unsure
                acts += op in self._acting
                unsure += not is_sure(op)
                if handled:
                    self._handled.add(op)
                for inner in op.regions:
                    self._add(inner, handled=handled or handles_failure(op, inner))


def is_sure(op: Operation) -> bool:
    """Whether an operation neither fails nor asks, so that it may run at any time, or not."""
    return not op.regions and is_speculatable(op)


def is_sure_region(region: Region) -> bool:
    """Whether all operations of a region are sure."""
    return all(is_sure(op) for block in region.blocks for op in block.ops)
