"""What keeps a call in its arm, though its prompt is known before the branch."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects import scf
from xdsl.dialects.builtin import ModuleOp

from ember_mlir.passes.analysis.disclosures import Disclosure, disclosure_of
from ember_mlir.passes.analysis.known_labels import KnownLabels
from ember_mlir.passes.analysis.request_depths import request_depths
from ember_mlir.passes.speculate_branches.early import Early


class Obstacles:
    """What keeps the calls of a module in their arms."""

    def __init__(self, module: ModuleOp) -> None:
        self.labels = KnownLabels(module)
        self.depths = request_depths(module)

    def of(
        self, early: Early, op: scf.IfOp, told: Sequence[Disclosure], *, behind_effect: bool
    ) -> str | None:
        """Why a call whose prompt is known before its branch must wait, if it must."""
        read = [v for part in (early.call, *early.leading) for v in part.operands]
        made = {result for part in early.leading for result in part.results}
        waits = max([0, *(self.depths[value] for value in read if value not in made)])
        if self.depths[op.cond] <= waits:
            return "is known before its branch, but would not be asked sooner than it"
        if behind_effect:
            return "is known before its branch, but stands behind a function that is not pure"
        if self.labels.of_request(early.call) > 0:
            return "is known before its branch, but tells what is not public, or is decided by it"
        own = disclosure_of(early.call)
        if own is None or not any(other.covers(own) for other in told):
            return "is known before its branch, which may keep what it tells from its model"
        return None
