"""`try` around what may fail when the program runs: a fallback.

    try: x = f(a)                 =>   %x = ensemble.fallback do { … yield %fa }
    except Exception: x = b                             else { … yield %b }

A fallback takes its next arm after any error of the program. So what comes before the first
error that a handler may take stands before it, as in `float(generate(q))` with a handler of
ValueError. Where what is left is one function that may fail otherwise, too, it says itself
whether the handler takes its error (`catching.py`); anything else is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from xdsl.dialects import arith
from xdsl.dialects.builtin import FloatAttr, IntegerAttr, f64, i64
from xdsl.ir import Block, Operation, SSAValue
from xdsl.ir import Region as Body
from xdsl.traits import is_speculatable

from ember_mlir.dialects.ensemble import FallbackOp, YieldOp
from ember_mlir.dialects.llm import ApplyOp, FieldOp, GenerateOp, RecordOp
from ember_mlir.dialects.values import RecordType
from ember_mlir.errors import ParseError, ProgramError, ProviderError
from ember_mlir.frontend.applied import Functions
from ember_mlir.frontend.library import known_errors
from ember_mlir.frontend.narrowing import is_any_tuple
from ember_mlir.frontend.operators import FUNCTIONS
from ember_mlir.frontend.recorder import Recorder
from ember_mlir.frontend.regions.arms import Arms, merged
from ember_mlir.frontend.regions.branches import branched
from ember_mlir.frontend.regions.catching import can_catch, caught
from ember_mlir.frontend.regions.merging import Merge, Outcome
from ember_mlir.frontend.regions.raising import Raising
from ember_mlir.frontend.regions.region import State
from ember_mlir.frontend.rewriting.jumps import PREFIX
from ember_mlir.frontend.rewriting.places import Place
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.tracing.scopes import Scope
from ember_mlir.frontend.values import Symbolic, Unknown

BODY = 0


class Attempt(Arms):
    """One `try`; `kinds` are the classes of its handlers.

    Of the names that it binds, `last` are those that have no new value when it fails.

    In a run of the code as it is, the body runs, and a handler if it fails. In a capture the
    body is captured, and the handler of all its errors behind it.
    """

    def __init__(
        self, recorder: Recorder, place: Place, kinds: Sequence[object], last: Sequence[str]
    ) -> None:
        super().__init__(recorder, place)
        self.kinds = kinds
        self.last = last
        self.scope: Scope | None = None
        self.live = isinstance(recorder, Trace)
        self._failed: BaseException | None = None
        self._arm = BODY

    def __iter__(self) -> Iterator[object]:
        yield BODY
        if self.live:
            yield from self._captured()
        elif self._failed is not None:
            yield from self._handler(self._failed)

    def _handler(self, error: BaseException) -> Iterator[object]:
        for number, kind in enumerate(self.kinds, 1):
            if isinstance(error, _classes(kind)):
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
        if any(_handler_of(error, self.kinds) is None for error in errors):
            self._move_before(body.block)
            errors = self._errors_in(body.block.walk())
        handlers = {_handler_of(error, self.kinds) for error in errors}
        self.error = Unknown("the error", "which is known only when the program runs")
        if len(handlers) == 1 and None not in handlers:
            (found,) = handlers
            self._arm = found or BODY
            yield self._arm
            self._finish()
            return
        self._arm, failed = self._caught(body.block)
        yield self._arm
        body, handled = self._outcomes
        self.trace.location = self.place.location
        outcomes = [handled, body]
        self.result = branched(self.trace, failed, outcomes, self.place.names)

    def _caught(self, block: Block) -> tuple[int, Symbolic]:
        """The handler of the only step that it may take an error of, and whether that has failed.

        What the handler does not take is an error of the program.
        """
        trace, first = self.trace, block.first_op
        behind = _behind(first, block)
        errors = self._errors_in(() if first is None else first.walk())
        may_take = [
            number for number, kind in enumerate(self.kinds, 1) if _is_taken(errors, _classes(kind))
        ]
        if len(may_take) != 1 or not can_catch(first) or self._may_take(self._errors_in(behind)):
            found = self._errors_in(block.walk())
            names = " or ".join(sorted(kind.__name__ for kind in found))
            trace.refuse(
                f"'try' around what may raise {names}, which no one handler takes,",
                "handle them together, as in 'except Exception'",
                self.place.location,
            )
        trace.location = self.place.location
        return may_take[0], caught(trace, block, _classes(self.kinds[may_take[0] - 1]))

    def _errors_in(self, ops: Iterable[Operation]) -> set[type[BaseException]]:
        """The errors that some operations may be when the program runs."""
        return {kind for op in ops for kind in errors_of(op, self.trace.functions)}

    def _may_take(self, errors: Iterable[type[BaseException]]) -> bool:
        """Whether a handler may take one of these errors, or of what they stand for."""
        return _is_taken(errors, [kind for found in self.kinds for kind in _classes(found)])

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
        trace = self.trace
        for op in [*body.block.ops]:
            op.detach()
            trace.block.add_op(op)
        trace.moved[body.block] = trace.block
        assert self.scope is not None
        self.scope.join(trace.scopes[-1])
        for change in body.changes.values():
            trace.change(change.place)
            change.place.become(change.after)
        self.result = tuple(body.state)

    def enter(self, variables: Mapping[str, object]) -> State:
        entry = super().enter(variables)
        if self._arm == BODY:
            return entry
        # What a jump sets is the last that is done there.
        why = "which may have been given another value before the error"
        return tuple(
            [
                before
                if before is after or name.startswith(PREFIX) or name in self.last
                else Unknown(name, why)
                for name, before, after in zip(
                    self.place.names, entry, self._outcomes[BODY].state, strict=True
                )
            ]
        )

    def takes(self, error: BaseException) -> bool:
        if self.live:
            return super().takes(error)
        first = self._arm == BODY and self._failed is None
        if first:
            self._failed = error
        return first

    def leave(self, variables: Mapping[str, object]) -> None:
        self.scope = self.trace.scopes[-1]
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
        result = trace.emit(FallbackOp([Body(outcome.block) for outcome in self._outcomes], whole))
        if len(merge.types) == 1:
            return [result]
        return [trace.emit(FieldOp(name, result)) for name in names]


def _behind(mark: object, block: Block) -> Iterator[Operation]:
    """The operations behind `mark`, and those inside of them."""
    op = mark.next_op if isinstance(mark, Operation) else block.first_op
    while op is not None:
        yield from op.walk()
        op = op.next_op


def errors_of(op: Operation, functions: Functions) -> Sequence[type[BaseException]]:
    """The errors that an operation may be when the program runs."""
    match op:
        case ApplyOp():
            function = functions.by_symbol[op.function.string_value()].function
            return [] if _divides(op, function) else errors_of_function(function)
        case GenerateOp() if op.grammar is not None:
            return [ProviderError, ParseError]
        case GenerateOp():
            return [ProviderError]
        case _:
            return [] if is_speculatable(op) or op.regions else [ProgramError]


def _divides(op: ApplyOp, function: object) -> bool:
    """Whether an operation divides a number by one that is known and not zero."""
    if function is not FUNCTIONS["/"] or any(one.type not in (i64, f64) for one in op.operands):
        return False
    match op.operands[-1].owner:
        case arith.ConstantOp(value=IntegerAttr() | FloatAttr() as divisor):
            return divisor.value.data != 0
        case _:
            return False


def errors_of_function(function: object) -> Sequence[type[BaseException]]:
    """The errors that a function may raise: any, unless more is known of it."""
    if isinstance(function, Raising):
        return [function.made]
    return known_errors(function)


def _handler_of(error: type[BaseException], kinds: Sequence[object]) -> int | None:
    """The number of the handler that takes an error of a class, from 1."""
    for number, kind in enumerate(kinds, 1):
        if any(issubclass(error, one) for one in _classes(kind)):
            return number
    return None


def _is_taken(errors: Iterable[type[BaseException]], kinds: Sequence[type[BaseException]]) -> bool:
    """Whether an error of some classes, or of one below them, may be of one of `kinds`."""
    # What is an error of the program may be an IndexError in Python.
    return any(
        error is ProgramError or issubclass(error, kind) or issubclass(kind, error)
        for error in errors
        for kind in kinds
    )


def _classes(kind: object) -> tuple[type[BaseException], ...]:
    """The classes that a handler names."""
    found = kind if is_any_tuple(kind) else (kind,)
    return tuple([one for one in found if isinstance(one, type) and issubclass(one, BaseException)])
