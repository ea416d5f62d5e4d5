"""`sink-calls`: ask only where the answer is read.

    %a = llm.generate @m(%p) draw <d>
    scf.if %c { … %a … } else { … }       =>    scf.if %c { %a = llm.generate …; … } else { … }

A call whose answer is read in one arm of a branch alone, or in one rung of a cascade that
is not its first, moves into it, however deep such regions stand in one another. What leads
to it and neither fails nor asks moves along, if nobody else reads it, so that the call
before it may follow.

Legal because a request need not be sent whose answer nobody reads. So no call moves whose
failure is more than the end of the program: one that is handled, or that comes before a
function that is not pure. None moves into a region that repeats or handles failures, nor
does one that has no draw yet. The condition cannot depend on a call that is read behind it
alone, but it may be secret: a request tells what decides that it is sent, so it stays where
its label would rise. A call that moves starts only when the condition is known: where time
counts too, it moves only if that is known from the start, and where time alone counts, not
at all. Keeps `exact`.
"""

from __future__ import annotations

from xdsl.context import Context
from xdsl.dialects import scf
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation, Region, SSAValue
from xdsl.rewriter import InsertPoint, Rewriter

from ember_mlir.dialects.ensemble import CascadeOp
from ember_mlir.dialects.operations import has_any
from ember_mlir.dialects.values import AsksModel
from ember_mlir.passes.analysis.order import is_sure
from ember_mlir.passes.analysis.readers import Place, Readers
from ember_mlir.passes.optimization import Optimization, fired, missed
from ember_mlir.passes.sink_calls.obstacles import Obstacles


class SinkCallsPass(Optimization):
    """Ask only where the answer is read."""

    name = "sink-calls"
    equivalence = "exact"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        if not has_any(op, *CONDITIONAL):
            return
        sinking = Sinking(op)
        for region in op.regions:
            sinking.sink_in(region, barrier=True)


CONDITIONAL = (scf.IfOp, CascadeOp)
"""The operations with regions that run once or not at all."""


class Sinking:
    """Sinks the calls of regions, last first, so that what leads to a call comes after it."""

    def __init__(self, module: ModuleOp) -> None:
        self.obstacles = Obstacles(module)
        self.readers = Readers()
        self.leading: set[SSAValue] = set()

    def sink_in(self, region: Region, *, barrier: bool) -> None:
        """Sink the calls of a region; nothing moves into it past a barrier."""
        with self.readers.inside(region, barrier=barrier):
            for op in (op for block in reversed(region.blocks) for op in reversed(list(block.ops))):
                place = self.place_for(op)
                if place is not None:
                    self.sink(op, place)
                    continue
                for operand in op.operands:
                    self.readers.read(operand)
                for inner in op.regions:
                    self.sink_in(inner, barrier=not is_conditional(op, inner))

    def place_for(self, op: Operation) -> Place | None:
        """Where `op` may move to, if it may and should."""
        is_call = op.has_trait(AsksModel)
        if len(op.results) != 1 or not (is_call or is_sure(op)):
            return None
        place = self.readers.of(op.results[0])
        if place is None or place.depth <= self.readers.depth:
            return None
        if not is_call:
            return place if op.results[0] in self.leading else None
        obstacle = self.obstacles.of(op, place)
        if obstacle is not None:
            missed(op, obstacle)
        return None if obstacle is not None else place

    def sink(self, op: Operation, place: Place) -> None:
        """Put `op` at the beginning of the region where it is read."""
        if op.has_trait(AsksModel):
            fired(op, "is asked only where its answer is read")
        op.detach()
        Rewriter.insert_op(op, InsertPoint.at_start(place.region.block))
        for operand in op.operands:
            self.readers.read_at(operand, place)
            self.leading.add(operand)


def is_conditional(op: Operation, region: Region) -> bool:
    """Whether `region`, one of `op`, runs once or not at all, and fails as all of `op` does."""
    return isinstance(op, scf.IfOp) or (isinstance(op, CascadeOp) and region is not op.regions[0])
