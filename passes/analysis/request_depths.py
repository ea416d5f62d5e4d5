"""How many requests each value waits for, one after the other."""

from __future__ import annotations

from collections.abc import Mapping

from xdsl.ir import Operation, Region, SSAValue

from ember_mlir.dialects.values import AsksModel


def request_depths(root: Operation) -> Mapping[SSAValue, int]:
    """The length of the longest row of requests that each value in `root` waits for.

    What stands in a region waits for all that its operation reads, and runs of a region
    that repeats count once. Linear in `root`.
    """
    depths: dict[SSAValue, int] = {}
    for region in root.regions:
        _add(region, 0, depths)
    return depths


def _add(region: Region, around: int, depths: dict[SSAValue, int]) -> int:
    """Note the depths of a region that waits for `around` requests; the greatest of them."""
    most = around
    for block in region.blocks:
        depths.update(dict.fromkeys(block.args, around))
        for op in block.ops:
            depth = max([around, *(depths[operand] for operand in op.operands)])
            depth += op.has_trait(AsksModel)
            depth = max([depth, *(_add(inner, depth, depths) for inner in op.regions)])
            depths.update(dict.fromkeys(op.results, depth))
            most = max(most, depth)
    return most
