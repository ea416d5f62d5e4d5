"""`and`, `or` and `x if c else y`: operands that may not be evaluated are arms of a branch."""

from __future__ import annotations

from xdsl.dialects import arith
from xdsl.ir import Block

from ember_mlir.frontend.containers import frozen
from ember_mlir.frontend.inspection import layout_of
from ember_mlir.frontend.layouts import BOOL, Maybe
from ember_mlir.frontend.operators import truth
from ember_mlir.frontend.regions.branches import branched
from ember_mlir.frontend.regions.merging import Outcome
from ember_mlir.frontend.regions.under_way import UnderWay
from ember_mlir.frontend.rewriting.places import Place
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.values import Symbolic, known_or_symbolic

VALUE = ("the value of this expression",)


class Choice:
    """An expression under way, of which an operand is captured as an arm; or one that is known."""

    def __init__(self, place: Place, first: object, test: object, is_and: bool = True) -> None:
        self.place = place
        self.first = first
        self.test = test
        self.is_and = is_and
        self.outcomes: list[Outcome] = []

    @property
    def is_captured(self) -> bool:
        """Whether an operand is captured that may not be evaluated."""
        return isinstance(self.test, Symbolic)


class Choices(UnderWay[Choice]):
    """The expressions under way of one recorder, the innermost last."""

    def _truth(self, place: Place, value: object) -> object:
        if not isinstance(self.recorder, Trace):
            return bool(value)
        self.recorder.location = place.location
        return truth(self.recorder, known_or_symbolic(value))

    # and, or

    def first(self, place: Place, value: object, is_and: bool) -> object:
        """The first operand; what is given back makes Python evaluate the second if it may be."""
        test = self._truth(place, value)
        self._under_way.append(Choice(place, value, test, is_and))
        if not isinstance(test, Symbolic):
            return value
        self._open()
        return is_and

    def joined(self, last: object) -> object:
        """The value of both operands, of which `last` is what Python found."""
        choice = self._under_way.pop()
        if not isinstance(choice.test, Symbolic):
            return last
        trace = self.trace
        trace.location = choice.place.location
        second = self._close(last)
        is_bare = not [*second.block.ops] and not second.changes
        if is_bare and layout_of(last) == layout_of(choice.first) == BOOL:
            made = arith.AndIOp if choice.is_and else arith.OrIOp
            held = [trace.hold(value, BOOL) for value in (choice.first, last)]
            return trace.value(trace.emit(made(held[0], held[1])), BOOL)
        first = self._taken(choice)
        outcomes = [second, first] if choice.is_and else [first, second]
        (value,) = branched(trace, choice.test, outcomes, VALUE)
        return value

    def _taken(self, choice: Choice) -> Outcome:
        """The first operand as the value: of `or`, it is true, and so not None."""
        block, value = Block(), choice.first
        layout = layout_of(value)
        found = known_or_symbolic(value)
        if not choice.is_and and isinstance(layout, Maybe) and isinstance(found, Symbolic):
            with self.trace.inside(block):
                held = self.trace.converted(found.ssa, layout, layout.inner)
                value = self.trace.value(held, layout.inner)
        return Outcome(block, (value,), (frozen(value),), {})

    # x if c else y

    def asked(self, place: Place, value: object) -> bool:
        """Whether the first value is evaluated."""
        test = self._truth(place, value)
        self._under_way.append(Choice(place, None, test))
        if not isinstance(test, Symbolic):
            return bool(test)
        self._open()
        return True

    def then(self, value: object) -> object:
        """The first value has been evaluated."""
        choice = self._under_way[-1]
        if isinstance(choice.test, Symbolic):
            choice.outcomes.append(self._close(value))
        return value

    def other(self) -> bool:
        """Whether the second value is evaluated."""
        choice = self._under_way[-1]
        if not isinstance(choice.test, Symbolic):
            return not choice.test
        self._open()
        return True

    def chosen(self, place: Place, first: object, second: object) -> object:
        """The value of the expression."""
        choice = self._under_way.pop()
        if not isinstance(choice.test, Symbolic):
            return first if choice.test else second
        self.trace.location = place.location
        (value,) = branched(self.trace, choice.test, choice.outcomes, VALUE)
        return value

    # Arms

    def _open(self) -> None:
        self.trace.open(Block())

    def _close(self, value: object) -> Outcome:
        trace = self.trace
        block = trace.block
        held = frozen(value)
        return Outcome(block, (value,), (held,), trace.close())
