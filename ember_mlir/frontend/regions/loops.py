"""`for` over a list that is not known, and `while` with a test that is not.

for x in xs: body      =>   scf.for %i = 0 to length of %xs iter_args(state)
while test: body       =>   scf.while (state) { test } do { body }
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import count
from typing import NoReturn

from xdsl.dialects import arith, scf
from xdsl.dialects.builtin import IntegerAttr, i64
from xdsl.ir import Attribute, Block, Operation, SSAValue
from xdsl.ir import Region as Body

from ember_mlir.dialects.llm import GetOp, LengthOp
from ember_mlir.frontend.containers import TrackedDict, TrackedList
from ember_mlir.frontend.iterators import OneTimeIterator, OneTimeList, is_iterator
from ember_mlir.frontend.layouts import ListOf
from ember_mlir.frontend.recorder import Recorder
from ember_mlir.frontend.regions.carried import Carried
from ember_mlir.frontend.regions.region import Region, State
from ember_mlir.frontend.rewriting.places import Place
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.tracing.scopes import Scope
from ember_mlir.frontend.values import Symbolic, describe

MAX_PASSES = 50
"""How often a body is captured before it is refused as one that never settles."""

MAX_ROUNDS = 10_000
"""How often a loop with a known test runs at capture."""


class CapturedLoop(Region):
    """A loop whose rounds are captured as one."""

    def __init__(self, recorder: Recorder, place: Place) -> None:
        super().__init__(recorder, place)
        self.carried: Carried | None = None
        self.block = Block()

    def passes(self) -> Iterator[object]:
        """What the body runs for, again and again, until what it hands on stays the same."""
        for _ in range(MAX_PASSES):
            self.renew([] if self.carried is None else self.carried.types)
            self.trace.location = self.place.location
            self.trace.open(self.block)
            yield self.element()
            assert self.carried is not None
            if self.carried.is_stable:
                self.trace.location = self.place.location
                self.result = self.finish(self.carried)
                return
        self.trace.refuse("a loop that never settles", "simplify it", self.place.location)

    @abstractmethod
    def renew(self, types: Sequence[Attribute]) -> None:
        """Forget the pass before; of `types` are the arguments that stand for the state."""

    @abstractmethod
    def element(self) -> object:
        """What a round is about."""

    @abstractmethod
    def finish(self, carried: Carried) -> State:
        """Emit the loop, whose body is that of the last pass; returns the state behind it."""

    @abstractmethod
    def arguments(self) -> Sequence[SSAValue]:
        """The arguments of the round that stand for its state."""

    def enter(self, variables: Mapping[str, object]) -> State:
        if self.carried is None:
            self.carried = Carried(self.trace, self.place.names, self.state(variables))
        self._depth = len(self.trace.scopes)
        return self.carried.begin(self.arguments())


class Loop(CapturedLoop):
    """One `for`."""

    def __init__(
        self, recorder: Recorder, place: Place, items: object, source: object = None
    ) -> None:
        super().__init__(recorder, place)
        self.items = items
        once = isinstance(source, OneTimeIterator | OneTimeList)
        self.sources = source.watched if once else (source,)
        self.live = isinstance(items, Symbolic)
        self._source = source
        self._may_be_left = False

    def is_over(self, broken: object) -> bool:
        self._may_be_left |= not isinstance(broken, bool)
        return super().is_over(broken)

    def __iter__(self) -> Iterator[object]:
        # Python closes this iterator when the loop is left by `break`, too.
        with self.recorder.repetitions() as begin:
            if self.live:
                begin(None)
                yield from self.passes()
                return
            assert is_iterator(self.items)
            for index, item in enumerate(self.items):
                begin(index)
                yield item
        if self._may_be_left and isinstance(self._source, OneTimeIterator):
            self._source.leave()

    def renew(self, types: Sequence[Attribute]) -> None:
        erase_behind(self.block)
        self.block = Block(arg_types=[i64, *types])

    def element(self) -> object:
        assert isinstance(self.items, Symbolic)
        layout = self.items.layout
        if not isinstance(layout, ListOf):
            what = f"a loop over {describe(self.items)}"
            self.trace.refuse(what, "loop over a list", self.place.location)
        element = self.trace.emit(GetOp(self.trace.checked(self.items), self.block.args[0]))
        return self.trace.part(element, layout.known)

    def arguments(self) -> Sequence[SSAValue]:
        return self.block.args[1:]

    def leave(self, variables: Mapping[str, object]) -> None:
        assert self.carried is not None
        state = self.state(variables)
        self.carried.end_names(state)
        changes = self.trace.close()
        if any(id(source) in changes for source in self.sources):
            refuse_change(self.trace, self.place)
        self.carried.end_places(changes)

    def finish(self, carried: Carried) -> State:
        assert isinstance(self.items, Symbolic)
        trace = self.trace
        yields = carried.handed_on(self.block, self.block.args[1:])
        with trace.inside(self.block):
            trace.add(scf.YieldOp(*yields))
        zero, one = [trace.emit(arith.ConstantOp(IntegerAttr(n, i64))) for n in (0, 1)]
        length = trace.emit(LengthOp(trace.checked(self.items)))
        mark = trace.block.last_op
        op = scf.ForOp(zero, length, one, carried.initial(), Body(self.block))
        trace.add(op)
        return carried.finish(op.results, mark)


class Rounds(CapturedLoop):
    """One `while`: it runs as it is until its test is not known, and then is captured."""

    def __init__(self, recorder: Recorder, place: Place, variables: Mapping[str, object]) -> None:
        super().__init__(recorder, place)
        self._start = self.state(variables)
        self._over = False
        self._again = False
        self._behind = Block()
        self._condition: Symbolic | None = None
        self._begun: dict[int, object] = {}
        self._tested: list[SSAValue] = []

    def __iter__(self) -> Iterator[object]:
        with self.recorder.repetitions() as begin:
            yield from self._known(begin)
            if self._again:
                begin(None)
                self.live = True
                yield from self.passes()

    def _known(self, begin: Callable[[int | None], None]) -> Iterator[object]:
        """The rounds with a known test, which are undone if it does not stay so."""
        scope = mark = None
        if isinstance(self.recorder, Trace):
            mark = self.recorder.block.last_op
            scope = Scope(self.recorder.block)
            self.recorder.scopes.append(scope)
        for index in count():
            if self.recorder.is_capture and index == MAX_ROUNDS:
                self.recorder.refuse("a loop of very many rounds", "bound it", self.place.location)
            begin(index)
            yield index
            if self._over or self._again:
                break
        if scope is not None:
            self._end_known(scope, mark)

    def _end_known(self, scope: Scope, mark: Operation | None) -> None:
        assert self.trace.scopes.pop() is scope
        if self._again:
            scope.journal.undo()
            erase_behind(scope.block, mark)
            return
        around = self.trace.scopes[-1]
        around.rebound |= scope.rebound
        scope.join(around)
        for place, before in scope.journal:
            if place.home.outermost() is not around:
                around.journal.adopt(place, partial(_given, before))

    def goes_on(self, test: object) -> bool:
        """Whether the body is to run: in a captured round, always."""
        if self.live:
            return self._asked(test)
        if isinstance(test, Symbolic):
            self._again = True
            return False
        self._over = not test
        return not self._over

    def _asked(self, test: object) -> bool:
        if len(self.trace.scopes) != self._depth:
            self.trace.refuse("a test that is not known", "write it with 'if'")
        assert self.carried is not None
        # What the test changes is so in the body, and behind the loop.
        self._tested = self.carried.now(self.block.args, self._begun)
        self._condition = test if isinstance(test, Symbolic) else None
        # What is behind the test is another block of the operation.
        self.trace.open(self._behind)
        self._depth += 1
        return True

    def renew(self, types: Sequence[Attribute]) -> None:
        erase_behind(self._behind)
        erase_behind(self.block)
        self.block, self._behind = Block(arg_types=types), Block()

    def element(self) -> object:
        return None

    def enter(self, variables: Mapping[str, object]) -> State:
        if self.carried is None:
            self.carried = Carried(self.trace, self.place.names, self._start)
        state = super().enter(variables)
        self._begun = {place.key(): place.now() for place, _ in self.trace.scopes[-1].journal}
        return state

    def arguments(self) -> Sequence[SSAValue]:
        return self.block.args

    def leave(self, variables: Mapping[str, object]) -> None:
        assert self.carried is not None
        self.carried.end_names(self.state(variables))
        changes = self.trace.close()
        # The state that the round began with was noted outside of its second block.
        for key, change in self.trace.close().items():
            changes.setdefault(key, change).before = change.before
        self.carried.end_places(changes)

    def finish(self, carried: Carried) -> State:
        trace = self.trace
        if self._condition is None:
            trace.refuse("a loop that never ends", "bound it, as in 'for _ in range(5)'")
        with trace.inside(self.block):
            yields = carried.handed_on(self._behind, self.block.args)
        with trace.inside(self._behind):
            trace.add(scf.YieldOp(*yields))
        # The same value is handed on once: whoever reads it behind the test reads the first.
        handed = [*self._tested]
        handed += [one for one in _used_behind(self.block, self._behind) if one not in handed]
        with trace.inside(self.block):
            trace.add(scf.ConditionOp(self._condition.ssa, *handed))
        _renamed_behind(self._behind, handed)
        types = [value.type for value in handed]
        mark = trace.block.last_op
        op = scf.WhileOp(carried.initial(), types, Body(self.block), Body(self._behind))
        trace.add(op)
        return carried.finish(op.results, mark)


def steps(recorder: Recorder, items: Iterable[object], place: Place) -> Iterator[object]:
    """The elements of what is known, one after the other, as they are by then."""
    if isinstance(items, TrackedDict):
        yield from _keys_of(recorder, items, place)
        return
    if not isinstance(items, TrackedList):
        yield from items
        return
    number = 0
    while items.symbolic is not None or number < len(items):
        if items.symbolic is not None:
            refuse_change(recorder, place)
        yield items[number]
        number += 1


def _keys_of(recorder: Recorder, items: TrackedDict, place: Place) -> Iterator[object]:
    """The keys of a dict, which must not become others meanwhile."""
    keys = [*items]
    for key in keys:
        yield key
        if items.symbolic is not None:
            refuse_change(recorder, place, "dict")
        if len(items) != len(keys):
            raise RuntimeError("dictionary changed size during iteration")


def refuse_change(recorder: Recorder, place: Place, kind: str = "list") -> NoReturn:
    """Raise the `CaptureError` of a list or dict that changes meanwhile."""
    recorder.refuse(
        f"a {kind} that is changed while a loop runs through it",
        "loop over a copy, as in list(items)",
        place.location,
    )


def _given(value: object) -> object:
    return value


def erase_behind(block: Block, mark: Operation | None = None) -> None:
    """Erase the operations of `block` that stand behind `mark`, whoever reads them."""
    while (last := block.last_op) is not None and last is not mark:
        block.erase_op(last, safe_erase=False)


def _used_behind(block: Block, behind: Block) -> list[SSAValue]:
    """The arguments of `block`, and results of operations in it, that are read in `behind`."""
    return [
        result
        for found in (block.args, *[op.results for op in block.ops])
        for result in found
        if any(_is_inside(use.operation, behind) for use in result.uses)
    ]


def _is_inside(op: Operation, block: Block) -> bool:
    parent: Operation | None = op
    while parent is not None:
        if parent.parent is block:
            return True
        parent = parent.parent_op()
    return False


def _renamed_behind(behind: Block, handed: Sequence[SSAValue]) -> None:
    """Let `behind` read what is handed to it as arguments of its own."""
    for value in handed:
        argument = behind.insert_arg(value.type, len(behind.args))
        argument.name_hint = value.name_hint
        value.replace_uses_with_if(argument, lambda use: _is_inside(use.operation, behind))
