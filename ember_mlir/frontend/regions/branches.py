"""`if` on what is not known: both arms are captured.

if c: x = f(a)        =>   %x = scf.if %c { … yield %fa } else { … yield %gb }
else: x = g(b)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from xdsl.dialects import scf
from xdsl.ir import Block, SSAValue
from xdsl.ir import Region as Body

from ember_mlir.frontend.containers import frozen
from ember_mlir.frontend.recorder import Recorder
from ember_mlir.frontend.regions.merging import Merge, Outcome
from ember_mlir.frontend.regions.raising import emit_raise
from ember_mlir.frontend.regions.region import PathRaises, Region, State, belongs_to_program
from ember_mlir.frontend.rewriting.places import Place
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.values import Symbolic, known_or_symbolic


class Branch(Region):
    """One `if`; `test` is a truth that is known, or a condition."""

    def __init__(self, recorder: Recorder, place: Place, test: object) -> None:
        super().__init__(recorder, place)
        self.test = test
        self.live = isinstance(test, Symbolic)
        self._entry: State = ()
        self._outcomes: list[Outcome] = []
        self._raised = False
        self._depth = 0

    def __iter__(self) -> Iterator[object]:
        if not self.live:
            yield bool(self.test)
            return
        yield True
        yield False
        assert isinstance(self.recorder, Trace)
        assert isinstance(self.test, Symbolic)
        self.recorder.location = self.place.location
        self.result = branched(self.recorder, self.test, self._outcomes, self.place.names)

    def enter(self, variables: Mapping[str, object]) -> State:
        assert isinstance(self.recorder, Trace)
        if not self._outcomes:
            self._entry = self.state(variables)
        self._depth = len(self.recorder.scopes)
        self.recorder.open(Block())
        self._raised = False
        return self._entry

    def takes(self, error: BaseException) -> bool:
        if not self.live or not belongs_to_program(error):
            return False
        assert isinstance(self.recorder, Trace)
        if len(self.recorder.scopes) != self._depth + 1:
            self.recorder.refuse(
                "an error inside of an expression that may not be evaluated",
                "write it with 'if'",
                self.place.location,
            )
        emit_raise(self.recorder, error)
        self._raised = True
        return True

    def leave(self, variables: Mapping[str, object]) -> None:
        assert isinstance(self.recorder, Trace)
        block = self.recorder.block
        state = self.state(variables)
        held = tuple(map(frozen, state))
        changes = self.recorder.close()
        self._outcomes.append(Outcome(block, state, held, changes, self._raised))


def branched(
    trace: Trace,
    test: Symbolic,
    outcomes: Sequence[Outcome],
    names: Sequence[str],
) -> State:
    """Emit a branch; returns the state behind it."""
    merge = Merge(trace, outcomes)
    if not merge.alive:
        _emit_if(trace, test, outcomes, merge)
        raise PathRaises
    values = merge.values(names)
    changes = [*merge.changes()]
    before = trace.block.last_op
    results = _emit_if(trace, test, outcomes, merge)
    for place, contents in changes:
        trace.change(place, before)
        place.become(known_or_symbolic(merge.filled(contents, results)))
    return tuple([merge.filled(value, results) for value in values])


def _emit_if(
    trace: Trace, test: Symbolic, outcomes: Sequence[Outcome], merge: Merge
) -> Sequence[SSAValue]:
    number = 0
    for outcome in outcomes:
        if outcome.raises:
            with trace.inside(outcome.block):
                yields = [trace.nothing_of(found) for found in merge.types]
        else:
            yields = merge.yields(number)
            number += 1
        with trace.inside(outcome.block):
            trace.add(scf.YieldOp(*yields))
    if not merge.types and all(len(outcome.block.ops) == 1 for outcome in outcomes):
        return ()
    bodies = [Body(outcome.block) for outcome in outcomes]
    op = scf.IfOp(trace.checked(test), merge.types, bodies[0], bodies[1])
    trace.add(op)
    return op.results
