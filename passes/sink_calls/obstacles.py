"""What keeps a call where it is, though it is read under a condition alone."""

from __future__ import annotations

from operator import add

from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation, SSAValue

from ember_mlir.dialects.values import has_no_effect
from ember_mlir.passes.analysis.deciding import Deciding
from ember_mlir.passes.analysis.failures import decisive_operations
from ember_mlir.passes.analysis.known_labels import KnownLabels
from ember_mlir.passes.analysis.lateness import late_values
from ember_mlir.passes.analysis.readers import Place
from ember_mlir.passes.optimization import current_setting


class Obstacles:
    """What keeps the calls of a module where they are, under the current setting."""

    def __init__(self, module: ModuleOp) -> None:
        self.decisive = decisive_operations(module)
        self.labels = KnownLabels(module)
        self.secrecy = Deciding(self.labels.of, max)
        self.aim = current_setting().optimize_for
        late = late_values(module) if self.aim == "both" else set[SSAValue]()
        self.waits = Deciding(lambda value: int(value in late), add)

    def of(self, call: Operation, place: Place) -> str | None:
        """Why a call that is read at `place` alone must stay, if it must."""
        if self.aim == "latency" or self.would_wait(call, place):
            return "is read under a condition alone, but would wait for it, and time counts"
        if call in self.decisive:
            return "is read under a condition alone, but its failure is handled, or keeps an effect"
        if not has_no_effect(call):
            return "is read under a condition alone, but has no draw yet"
        if self.secrecy.of(place.region) > self.labels.of_request(call):
            return "is read under a condition alone, but would tell of it, and that is secret"
        return None

    def would_wait(self, call: Operation, place: Place) -> bool:
        """Whether some condition between a call and `place` is not known from the start."""
        own = call.parent_region()
        return own is not None and self.waits.of(place.region) > self.waits.of(own)
