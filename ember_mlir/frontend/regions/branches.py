"""`if` on what is not known: both arms are captured.

if c: x = f(a)        =>   %x = scf.if %c { … yield %fa } else { … yield %gb }
else: x = g(b)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xdsl.dialects import scf
from xdsl.ir import Region as Body
from xdsl.ir import SSAValue

from ember_mlir.frontend.recorder import Recorder
from ember_mlir.frontend.regions.arms import Arms, merged
from ember_mlir.frontend.regions.merging import Merge, Outcome
from ember_mlir.frontend.regions.region import State
from ember_mlir.frontend.rewriting.places import Place
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.values import Symbolic


class Branch(Arms):
    """One `if`; `test` is a truth that is known, or a condition."""

    def __init__(self, recorder: Recorder, place: Place, test: object) -> None:
        super().__init__(recorder, place)
        self.test = test
        self.live = isinstance(test, Symbolic)

    def __iter__(self) -> Iterator[object]:
        if not self.live:
            yield bool(self.test)
            return
        yield True
        yield False
        assert isinstance(self.test, Symbolic)
        self.trace.location = self.place.location
        self.result = branched(self.trace, self.test, self._outcomes, self.place.names)


def branched(
    trace: Trace,
    test: Symbolic,
    outcomes: Sequence[Outcome],
    names: Sequence[str],
) -> State:
    """Emit a branch; returns the state behind it."""

    def emit(merge: Merge) -> Sequence[SSAValue]:
        # `create` leaves out what their constructors do for those who write less exactly.
        merge.end_arms(lambda yields: trace.add(scf.YieldOp.create(operands=yields)))
        if not merge.types and all(len(outcome.block.ops) == 1 for outcome in outcomes):
            return ()
        bodies = [Body(outcome.block) for outcome in outcomes]
        condition = [trace.checked(test)]
        op = scf.IfOp.create(operands=condition, result_types=merge.types, regions=bodies)
        trace.add(op)
        return op.results

    return merged(trace, outcomes, names, emit)
