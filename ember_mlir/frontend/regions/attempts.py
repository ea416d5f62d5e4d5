"""`try` around what may fail when the program runs: a fallback.

    try: x = f(a)                 =>   %x = ensemble.fallback do { … yield %fa }
    except Exception: x = b                             else { … yield %b }

What comes before the first error that a handler may take stands before the fallback, as in
`float(generate(q))` with a handler of ValueError. Where what is left may fail otherwise, too,
or where the error is looked at, the fallback names the errors that it takes (`handling.py`);
one function says itself whether it has failed with such an error (`catching.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from xdsl.ir import Block, Operation, SSAValue
from xdsl.ir import Region as Body

from ember_mlir.dialects.ensemble import FallbackOp, YieldOp
from ember_mlir.dialects.llm import FieldOp, RecordOp
from ember_mlir.dialects.values import RecordType
from ember_mlir.frontend.layouts import OBJECT
from ember_mlir.frontend.recorder import Recorder
from ember_mlir.frontend.regions.arms import Arms, merged
from ember_mlir.frontend.regions.branches import branched
from ember_mlir.frontend.regions.catching import can_catch, caught
from ember_mlir.frontend.regions.failing import classes, errors_of, handler_of, is_taken
from ember_mlir.frontend.regions.handling import (
    HandlerChoice,
    Named,
    as_told,
    inlined,
    left_with,
    names_of_handlers,
)
from ember_mlir.frontend.regions.merging import Merge, Outcome
from ember_mlir.frontend.regions.region import State
from ember_mlir.frontend.rewriting.bindings import is_of_jump
from ember_mlir.frontend.rewriting.places import Place
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.tracing.scopes import Scope
from ember_mlir.frontend.values import Symbolic, Unknown, known_or_symbolic

BODY = 0


class Attempt(Arms):
    """One `try`; `kinds` are the classes of its handlers.

    Of the names that it binds, `last` are those that have no new value when it fails, and
    `again` those that may have been another one in between; the handlers of the numbers
    `looks` look at their error.

    In a run of the code as it is, the body runs, and a handler if it fails. In a capture the
    body is captured, and behind it the handlers that may take one of its errors.
    """

    def __init__(
        self,
        recorder: Recorder,
        place: Place,
        kinds: Sequence[object],
        last: Sequence[str],
        again: Sequence[str],
        looks: Sequence[int],
    ) -> None:
        super().__init__(recorder, place)
        self.kinds = kinds
        self.last = last
        self.again = frozenset(again)
        self.looks = frozenset(looks)
        self.scope: Scope | None = None
        self.live = isinstance(recorder, Trace)
        self._failed: BaseException | None = None
        self._arm = BODY
        self._named: Named | None = None
        # What names are bound to before the first error that a handler may take.
        self._bound: dict[str, object] = {}
        self._may_have_failed = False
        self._step: Operation | None = None
        self._home: Block | None = None

    def __iter__(self) -> Iterator[object]:
        yield BODY
        if self.live:
            yield from self._captured()
        elif self._failed is not None:
            yield from self._handler(self._failed)

    def _handler(self, error: BaseException) -> Iterator[object]:
        for number, kind in enumerate(self.kinds, 1):
            if isinstance(error, classes(kind)):
                self.error = error
                self._arm = number
                yield number
                return
        raise error

    def _captured(self) -> Iterator[object]:
        (body,) = self._outcomes
        errors = self._errors_in(body.block.walk())
        if not self._may_take(errors):
            self._inline(body)
            return
        for change in body.changes.values():
            if self._may_take(self._errors_in(_behind(change.mark, body.block))):
                self.trace.refuse(
                    "a list that is changed inside of 'try' before what may fail",
                    "change it behind",
                    self.place.location,
                )
        if self._bound or any(handler_of(error, self.kinds) is None for error in errors):
            self._move_before(body.block)
            self._settle_bound(body)
            errors = self._errors_in(body.block.walk())
        handlers = {handler_of(error, self.kinds) for error in errors}
        self.error = Unknown("the error", "which is known only when the program runs")
        numbers = self._numbers(errors)
        if self.looks.isdisjoint(numbers):
            if len(numbers) == 1 and None not in handlers:
                (self._arm,) = numbers
                yield self._arm
                self._finish()
                return
            if len(numbers) == 1 and self._is_one_step(body.block):
                yield from self._tested(body.block, numbers[0])
                return
        yield from self._told(body.block, numbers)

    def _numbers(self, errors: Iterable[type[BaseException]]) -> Sequence[int]:
        """The numbers of the handlers that may take one of these errors."""
        found = [*errors]
        return [
            number for number, kind in enumerate(self.kinds, 1) if is_taken(found, classes(kind))
        ]

    def _is_one_step(self, block: Block) -> bool:
        """Whether only the first step fails with what a handler takes, and can tell so itself."""
        first = block.first_op
        return can_catch(first) and not self._may_take(self._errors_in(_behind(first, block)))

    def _tested(self, block: Block, number: int) -> Iterator[object]:
        """Capture a handler of the only step whose errors it takes: it runs if that has failed."""
        trace = self.trace
        trace.location = self.place.location
        failed = caught(trace, block, classes(self.kinds[number - 1]))
        self._arm = number
        yield number
        body, handled = self._outcomes
        trace.location = self.place.location
        outcomes = [handled, body]
        self.result = branched(trace, failed, outcomes, self.place.names)

    def _told(self, body: Block, numbers: Sequence[int]) -> Iterator[object]:
        """Capture handlers of some errors, which are told of theirs."""
        trace = self.trace
        kinds = [self.kinds[number - 1] for number in numbers]
        self._named = names_of_handlers(kinds)
        block = Block(arg_types=[OBJECT.type])
        trace.open(block)
        error = trace.value(block.args[0], OBJECT)
        assert isinstance(error, Symbolic)
        self.error = as_told(error, body.walk())
        for number in numbers:
            self._arm = number
            yield number
        first, *handled = self._outcomes
        trace.location = self.place.location
        again = not self._named.exact
        choice = HandlerChoice(trace, error, self._entry, self.place.names, again=again)
        outcome = left_with(trace, self._entry, lambda: choice.emit(kinds, handled))
        self._outcomes = [first, outcome]
        self._finish()

    def _errors_in(self, ops: Iterable[Operation]) -> set[type[BaseException]]:
        """The errors that some operations may be when the program runs."""
        return {kind for op in ops for kind in errors_of(op, self.trace.functions)}

    def _may_take(self, errors: Iterable[type[BaseException]]) -> bool:
        """Whether a handler may take one of these errors, or of what they stand for."""
        return is_taken(errors, [kind for found in self.kinds for kind in classes(found)])

    def _move_before(self, block: Block) -> None:
        """Let what comes before the first error that a handler may take stand before `try`.

        Its own errors are those of no handler, and leave the `try` as they do in Python.
        """
        for op in [*block.ops]:
            if self._may_take(self._errors_in(op.walk())):
                return
            op.detach()
            self.trace.block.add_op(op)

    def _inline(self, body: Outcome) -> None:
        """What no handler takes is done as if there were no `try`."""
        assert self.scope is not None
        self.scope.join(self.trace.scopes[-1])
        self.result = inlined(self.trace, body)

    def enter(self, variables: Mapping[str, object]) -> State:
        if self._arm == BODY:
            self._home = self.trace.block
        entry = super().enter(variables)
        if self._arm == BODY:
            self.trace.scopes[-1].is_tried = True
            return entry
        # What a jump sets is the last that is done there.
        why = "which may have been given another value before the error"
        found: list[object] = []
        for name, before, after in zip(
            self.place.names, entry, self._outcomes[BODY].state, strict=True
        ):
            is_kept = before is after and name not in self.again
            if is_kept or is_of_jump(name) or name in self.last:
                found.append(before)
                continue
            bound = self._bound_before(name, after)
            found.append(Unknown(name, why) if bound is None else bound)
        return tuple(found)

    def step(self, variables: Mapping[str, object]) -> None:
        """A statement of the body is over: what it has bound is so if nothing has failed yet."""
        if self._may_have_failed or len(self.trace.scopes) != self._depth:
            return
        block = self.trace.block
        self._may_have_failed = self._may_take(self._errors_in(_behind(self._step, block)))
        self._step = block.last_op
        if not self._may_have_failed:
            self._bound = dict(zip(self.place.names, self.state(variables), strict=True))

    def _settle_bound(self, body: Outcome) -> None:
        """Let what stands before the `try` now be what the body leaves, too."""
        state, held = [*body.state], [*body.held]
        for number, name in enumerate(self.place.names):
            before = self._bound_before(name, state[number])
            if before is not None:
                state[number] = held[number] = before
        body.state, body.held = state, held

    def _bound_before(self, name: str, after: object) -> object | None:
        """What a name is bound to where a handler begins, if that is known."""
        found, last = known_or_symbolic(self._bound.get(name)), known_or_symbolic(after)
        if isinstance(found, bool) and found is last:
            return found
        if not isinstance(found, Symbolic) or not isinstance(last, Symbolic):
            return None
        if found.ssa is not last.ssa:
            return None
        if self.trace.is_here(found):
            return found
        # It stands before the `try` now, and so may be read in all arms.
        assert self._home is not None
        return Symbolic(found.ssa, self._home, found.layout)

    def takes(self, error: BaseException) -> bool:
        if self.live:
            return super().takes(error)
        first = self._arm == BODY and self._failed is None
        if first:
            self._failed = error
        return first

    def leave(self, variables: Mapping[str, object]) -> None:
        self.scope = self.trace.scopes[-1]
        if self._arm == BODY:
            self.again |= self.trace.lost_names()
        super().leave(variables)

    def _finish(self) -> None:
        self.trace.location = self.place.location
        self.result = merged(self.trace, self._outcomes, self.place.names, self._emit)

    def _emit(self, merge: Merge) -> Sequence[SSAValue]:
        """A fallback yields one value; several are a record."""
        trace = self.trace
        names = [str(number) for number in range(len(merge.types))]
        record = RecordType.of([*zip(names, merge.types, strict=True)])

        def end(yields: Sequence[SSAValue]) -> None:
            one = yields[0] if len(yields) == 1 else trace.emit(RecordOp(yields, record))
            trace.add(YieldOp(one))

        merge.end_arms(end)
        whole = merge.types[0] if len(merge.types) == 1 else record
        arms = [Body(outcome.block) for outcome in self._outcomes]
        errors = None if self._named is None else self._named.names
        result = trace.emit(FallbackOp(arms, whole, errors))
        if len(merge.types) == 1:
            return [result]
        return [trace.emit(FieldOp(name, result)) for name in names]


def _behind(mark: object, block: Block) -> Iterator[Operation]:
    """The operations behind `mark`, and those inside of them."""
    op = mark.next_op if isinstance(mark, Operation) else block.first_op
    while op is not None:
        yield from op.walk()
        op = op.next_op
