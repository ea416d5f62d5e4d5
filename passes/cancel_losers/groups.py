"""Which of what runs ahead of a branch may be cancelled, and what keeps the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Block, Region

from ember_mlir.dialects import sched
from ember_mlir.dialects.operations import walk
from ember_mlir.dialects.values import AsksModel
from ember_mlir.passes.analysis.enclosing import with_enclosing
from ember_mlir.passes.analysis.known_labels import KnownLabels
from ember_mlir.passes.analysis.losers import Group
from ember_mlir.passes.cancel_losers.ending import empty
from ember_mlir.passes.lower_to_sched.effects import failing_operations, handles
from ember_mlir.passes.optimization import missed


class Cancelling:
    """Which groups of a module may be cancelled."""

    def __init__(self, module: ModuleOp) -> None:
        self.labels = KnownLabels(module)
        self.asking = with_enclosing(op for op in walk(module) if op.has_trait(AsksModel))
        self.failing = failing_operations(module)
        self.handled = set[Block]()
        for region in module.regions:
            self.note_handled(region, handled=False)

    def note_handled(self, region: Region, *, handled: bool) -> None:
        """Note the blocks in which a failure is not the end of the program."""
        for block in region.blocks:
            if handled:
                self.handled.add(block)
            for op in block.ops:
                again = isinstance(op, sched.FirstOp) or "at_most" in op.properties
                for inner in op.regions:
                    self.note_handled(inner, handled=handled or again or handles(op, inner))

    def of(self, groups: Iterable[Group]) -> Iterator[Group]:
        """Those of the groups that ask a model and may be cancelled."""
        for group in groups:
            if self.asking.isdisjoint(group.ops):
                continue
            obstacle = self.obstacle(group)
            if obstacle is None:
                yield group
            else:
                missed(group.last, obstacle)

    def obstacle(self, group: Group) -> str | None:
        """Why a group must run to its end, if it must."""
        found = group.last.results[0].type
        if isinstance(found, sched.StreamType) and "drop" not in group.last.properties:
            return "is read in one arm alone, but piece by piece, and would come as a whole"
        if empty(sched.value_of(found)) is None:
            return "is read in one arm alone, but nothing can be made up in its place"
        if group.branch.parent in self.handled and not self.failing.isdisjoint(group.ops):
            return "is read in one arm alone, but its failure is handled"
        if self.rises(group):
            return "is read in one arm alone, but would tell of what ends it, and that is secret"
        return None

    def rises(self, group: Group) -> bool:
        """Whether a request of a group would tell more than it does."""
        if not self.labels.are_written:
            return False
        inside = [inner for op in group.ops for inner in op.walk()]
        requests = [self.labels.of_request(op) for op in inside if op.has_trait(AsksModel)]
        values = [group.branch.condition, *(result for op in inside for result in op.results)]
        return max(map(self.labels.of, values)) > min(requests)
