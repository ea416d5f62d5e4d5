"""`hoist-calls`: ask once, before a region that repeats, what is the same each time.

    ensemble.map %x in %xs {                  %a = llm.generate @m(%p) temperature 0 site <0[0]>
      %a = llm.generate @m(%p)          =>    ensemble.map %x in %xs { … %a … }
        temperature 0 site <0[*]>
      … %a … }

What draws nothing and does not depend on the region's arguments is one value in all runs
of the region: greedy answers, embeddings and scores. What leads to it moves with it, if it
neither fails nor asks. That goes for maps, reductions, refinements and loops that count,
and for what stands in the body itself, so that every run asks. Where a list may be too
short for a run, the call comes under a condition (see `guarding.py`), as nothing may be
asked that the program would not ask:

    %some = length of %xs > 0
    %a = scf.if %some { %a = llm.generate …; yield %a } else { yield "" }

Legal because the first run of the region would have made the same request, unless the
program had ended before. So no function that is not pure may stand before the call in the
body; and where a failure is handled, as that of a body with `on_error`, what is asked until
then counts, so nothing moves. Keeps `exact`; the `*` of the region becomes 0.
"""

from __future__ import annotations

from typing import get_args

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation, Region

from ember_mlir.dialects.operations import has_any
from ember_mlir.dialects.values import TextType, repeats
from ember_mlir.passes.analysis.invariants import Invariants
from ember_mlir.passes.analysis.lengths import Certainty, Lengths, Repeating, certainty
from ember_mlir.passes.analysis.order import Order
from ember_mlir.passes.hoist_calls.placing import asks_greedily, enough_items, put_before
from ember_mlir.passes.optimization import Optimization, missed


class HoistCallsPass(Optimization):
    """Ask once, before a region that repeats, what is the same each time."""

    name = "hoist-calls"
    equivalence = "exact"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        if not has_any(op, *get_args(Repeating)):
            return
        hoisting = Hoisting(Order(op))
        for region in op.regions:
            hoisting.hoist_in(region, 0)


class Hoisting:
    """Hoists the calls of regions, from inside out, so that one may leave several of them."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.lengths = Lengths()

    def hoist_in(self, region: Region, depth: int) -> None:
        """Hoist calls within a region that stands in `depth` others that repeat."""
        for block in region.blocks:
            for op in list(block.ops):
                self.lengths.note(op)
                for inner in op.regions:
                    self.hoist_in(inner, depth + repeats(op))
                if isinstance(op, Repeating):
                    self.hoist_out_of(op, depth)

    def hoist_out_of(self, op: Repeating, depth: int) -> None:
        """Put before `op` what is asked alike in all runs of its body."""
        runs = certainty(op, self.lengths)
        block = op.body.block
        invariants, calls, acts = Invariants(block), dict[Operation, None](), False
        for inner in block.ops:
            free = asks_greedily(inner) and invariants.reads_no_varying(inner)
            obstacle = self.obstacle(inner, runs, behind_effect=acts)
            if free and obstacle is not None:
                missed(inner, obstacle)
            elif free:
                calls[inner] = None
            # What is taken out of a list in the body is not there before it.
            invariants.visit(inner, invariant=inner in calls and keeps_place(inner, runs))
            acts = acts or self.order.acts(inner)
        if calls:
            moving = {*calls, *invariants.leading_to(calls)}
            some = enough_items(op) if runs == "by length" else None
            put_before(op, [inner for inner in block.ops if inner in moving], some, depth)

    def obstacle(self, call: Operation, runs: Certainty, *, behind_effect: bool) -> str | None:
        """Why a call that is the same in all runs must stay, if it must."""
        if self.order.is_handled(call):
            return "is the same each time, but its failure is handled"
        if behind_effect:
            return "is the same each time, but stands behind a function that is not pure"
        if runs == "unknown":
            return "is the same each time, but its loop may have no round"
        return None


def keeps_place(call: Operation, runs: Certainty) -> bool:
    """Whether the value of `call`, once it is hoisted, is there before the body."""
    return runs == "certain" or isinstance(call.results[0].type, TextType)
