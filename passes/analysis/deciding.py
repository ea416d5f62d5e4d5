"""What decides whether a region runs: the conditions and acceptances around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from xdsl.dialects import scf
from xdsl.ir import Region, SSAValue

from ember_mlir.dialects.ensemble import CascadeOp


class Deciding:
    """Something about all conditions and acceptances that let a region run.

    `measure` says what it is of one of them, and `combine` makes one of two; of none it is
    0. Each region is looked at once.
    """

    def __init__(
        self, measure: Callable[[SSAValue], int], combine: Callable[[int, int], int]
    ) -> None:
        self._measure = measure
        self._combine = combine
        self._found: dict[Region, int] = {}

    def of(self, region: Region) -> int:
        """What is so of all that lets `region` run, from the outermost region on."""
        if region not in self._found:
            op, around = region.parent, region.parent_region()
            found = 0 if around is None else self.of(around)
            if isinstance(op, scf.IfOp):
                found = self._combine(found, self._measure(op.cond))
            for inner in (region,) if op is None else op.regions:
                self._found[inner] = found
                for accepted in acceptances(inner) if isinstance(op, CascadeOp) else ():
                    found = self._combine(found, self._measure(accepted))
        return self._found[region]


def acceptances(rung: Region) -> Sequence[SSAValue]:
    """What decides about a rung, if anything does; the rungs behind it run if it does not hold."""
    last = rung.block.last_op
    return () if last is None else last.operands[1:]
