"""`fuse-maps`: make two maps in a row one.

    %ys = ensemble.map %x in %xs { f }          %zs = ensemble.map %x in %xs { f; g }
    %zs = ensemble.map %y in %ys { g }    =>    (%y is what f yields)

Nobody but the second map reads what the first one gives. Neither has an `on_error`, so
element i of both is the same one: every draw stays what it is. Legal because the bodies of
a map are independent. Both run as often as before, and all succeed or the program fails;
only the order changes. So neither applies a function that is not pure, nor does one stand
between them; and where a failure is handled, what is asked before it counts, so there the
first map must be one that cannot fail. One with a label written on it stays, as the label
would be lost. Keeps `exact`.
"""

from __future__ import annotations

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Region, SSAValue

from ember_mlir.dialects.ensemble import MapOp
from ember_mlir.dialects.operations import has_any
from ember_mlir.passes.analysis.order import Order
from ember_mlir.passes.fuse_maps.obstacles import obstacle
from ember_mlir.passes.optimization import Optimization, fired, missed
from ember_mlir.passes.rewriting import move_ops, rename


class FuseMapsPass(Optimization):
    """Make two maps in a row one."""

    name = "fuse-maps"
    equivalence = "exact"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        if not has_any(op, MapOp):
            return
        fusion = Fusion(Order(op))
        for region in op.regions:
            fusion.fuse_in(region)


class Fusion:
    """Fuses the maps of regions, from outside in, so that every operation moves once.

    `renamed` says what the element of a second map has become; operations are told when
    they are visited.
    """

    def __init__(self, order: Order) -> None:
        self.order = order
        self.renamed: dict[SSAValue, SSAValue] = {}

    def fuse_in(self, region: Region) -> None:
        """Fuse the maps of a region and of the regions in it."""
        for block in region.blocks:
            for op in list(block.ops):
                rename(op, self.renamed)
                if isinstance(op, MapOp) and (first := map_before(op)) is not None:
                    if (why := obstacle(first, op, self.order)) is None:
                        self.fuse(first, op)
                    else:
                        missed(op, why)
            for op in block.ops:
                for inner in op.regions:
                    self.fuse_in(inner)

    def fuse(self, first: MapOp, second: MapOp) -> None:
        """map(map(xs, f), g) => map(xs, g∘f), where the second map stands."""
        fired(second, "takes in the map before it, whose list nobody else reads")
        body, behind = first.body.block, second.body.block
        yielded = body.last_op
        assert yielded is not None
        value = yielded.operands[0]
        self.renamed[behind.args[0]] = self.renamed.get(value, value)
        yielded.detach()
        yielded.erase()
        move_ops(behind, body, {})
        first.body.detach_block(body)
        second.body.detach_block(behind)
        second.body.add_block(body)
        second.operands = [first.items]
        first.detach()
        first.erase()


def map_before(op: MapOp) -> MapOp | None:
    """The map in the same block whose list `op` maps over, if there is one."""
    owner = op.items.owner
    return owner if isinstance(owner, MapOp) and owner.parent is op.parent else None
