"""What branches and attempts share: arms that are captured from one state, and merged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from xdsl.ir import Block, SSAValue

from ember_mlir.frontend.containers import frozen
from ember_mlir.frontend.recorder import Recorder
from ember_mlir.frontend.regions.merging import Merge, Outcome
from ember_mlir.frontend.regions.raising import PathRaises
from ember_mlir.frontend.regions.region import Region, State
from ember_mlir.frontend.rewriting.places import Place
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.values import UNBOUND, Symbolic, known_or_symbolic


class Arms(Region):
    """A statement each of whose arms begins with what there was before it."""

    def __init__(self, recorder: Recorder, place: Place) -> None:
        super().__init__(recorder, place)
        self._entry: State = ()
        self._outcomes: list[Outcome] = []
        self._raised = False

    def enter(self, variables: Mapping[str, object]) -> State:
        if not self._outcomes:
            self._entry = tuple(map(self._if_here, self.state(variables)))
        self.trace.open(Block())
        self._depth = len(self.trace.scopes)
        self._raised = False
        return self._entry

    def _if_here(self, value: object) -> object:
        """A value that a name has, unless it is left from an arm before that nobody reads."""
        is_left = isinstance(value, Symbolic) and not self.trace.is_here(value)
        return UNBOUND if is_left else value

    def takes(self, error: BaseException) -> bool:
        self._raised = super().takes(error)
        return self._raised

    def leave(self, variables: Mapping[str, object]) -> None:
        block = self.trace.block
        state = self.state(variables)
        held = tuple(map(frozen, state))
        changes = self.trace.close()
        if self._raised:
            pairs = zip(self.place.names, self._entry, state, strict=True)
            names = [name for name, before, after in pairs if before is not after]
            self.trace.lose(names, changes.values())
        self._outcomes.append(Outcome(block, state, held, changes, self._raised))


def merged(
    trace: Trace,
    outcomes: Sequence[Outcome],
    names: Sequence[str],
    emit: Callable[[Merge], Sequence[SSAValue]],
) -> State:
    """The state behind a statement with these outcomes, which `emit` writes.

    Raises `PathRaises` behind one of which no arm goes on.
    """
    merge = Merge(trace, outcomes)
    if not merge.alive:
        emit(merge)
        raise PathRaises
    values = merge.values(names)
    changes = [*merge.changes()]
    before = trace.block.last_op
    results = emit(merge)
    for place, contents in changes:
        trace.change(place, before)
        place.become(known_or_symbolic(merge.filled(contents, results)))
    return tuple([merge.filled(value, results) for value in values])
