"""Branches, loops, attempts, errors and patterns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from typing import TypeVar

from ember_mlir.frontend import operators
from ember_mlir.frontend.builtins import length_of
from ember_mlir.frontend.containers import TrackedSet
from ember_mlir.frontend.hooks.expressions import ExpressionHooks
from ember_mlir.frontend.iterators import is_known_iterable, taken
from ember_mlir.frontend.layouts import ListOf
from ember_mlir.frontend.narrowing import (
    is_any_sequence,
    is_iterable,
)
from ember_mlir.frontend.one_by_one import iterated
from ember_mlir.frontend.regions.attempts import Attempt
from ember_mlir.frontend.regions.branches import Branch
from ember_mlir.frontend.regions.handling import emit_again
from ember_mlir.frontend.regions.loops import Loop, Rounds, steps
from ember_mlir.frontend.regions.raising import PathRaises, SymbolicError, emit_raise
from ember_mlir.frontend.regions.region import Region
from ember_mlir.frontend.regions.trying import tried
from ember_mlir.frontend.stopping import LOOPS
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.values import (
    Symbolic,
    Unknown,
    describe,
    is_symbolic,
    known_or_symbolic,
    refuse_look,
)

RegionT = TypeVar("RegionT", bound=Region)


class StatementHooks(ExpressionHooks):
    """The hooks of statements, and so all there are."""

    __slots__ = ()

    # Statements

    def branch(self, number: int, test: object, /) -> Branch:
        """An `if`."""
        found = known_or_symbolic(test)
        if is_symbolic(found):
            found = operators.truth(self._capture(number), found)
        return self._begun(Branch(self._recorder, self._places[number], found))

    def loop(self, number: int, items: Iterable[object], /) -> Loop:
        """A `for`."""
        place = self._places[number]
        found = known_or_symbolic(taken(items))
        if isinstance(found, TrackedSet):
            return self.loop(number, [*found])
        if isinstance(found, Symbolic):
            found = iterated(self._capture(number), found)
            return self._begun(Loop(self._recorder, place, found, items))
        if isinstance(found, Unknown):
            refuse_look("iteration", found, place.location)
        if type(items) is not str and not is_known_iterable(items):
            if self._recorder.is_capture or not is_iterable(items):
                self._at(number).refuse(f"a loop over {describe(items)}", "loop over a list")
        each = steps(self._recorder, items, place)
        return self._begun(Loop(self._recorder, place, each, items))

    def rounds(self, number: int, variables: Mapping[str, object], /) -> Rounds:
        """A `while`, with the variables as they are before it."""
        return self._begun(_Rounds(self, number, variables))

    def test(self, number: int, value: object) -> object:
        """The truth of the test of a loop."""
        found = known_or_symbolic(value)
        if is_symbolic(found):
            return operators.truth(self._capture(number), found)
        return bool(found)

    def attempt(
        self,
        number: int,
        kinds: tuple[object, ...],
        last: tuple[str, ...],
        again: tuple[str, ...],
        looks: tuple[int, ...],
        /,
    ) -> Attempt:
        """A `try`."""
        return self._begun(Attempt(self._recorder, self._places[number], kinds, last, again, looks))

    def _begun(self, region: RegionT) -> RegionT:
        """A region, which forgets the expressions that an error in it leaves unfinished."""
        marks = self._choices.depth, self._collections.depth
        indices, place = self._recorder.indices, self._recorder.indices.here()

        def unwind() -> None:
            self._choices.forget(marks[0])
            self._collections.forget(marks[1])
            # The frame of a comprehension lives on with its error, and its rounds with it.
            indices.back_to(place)

        region.unwind = unwind
        return region

    def raised(self, number: int, error: object = None, cause: object = None, /) -> BaseException:
        """What is raised."""
        recorder = self._at(number)
        if error is None or isinstance(error, Unknown):
            recorder.refuse("'raise' of an error that is handled", "leave the 'try' out")
        again = known_or_symbolic(error)
        if isinstance(again, Symbolic):
            emit_again(self._capture(number), again)
            return PathRaises()
        if isinstance(error, type) and issubclass(error, BaseException):
            error = error()
        if isinstance(recorder, Trace) and isinstance(known_or_symbolic(cause), Symbolic):
            assert isinstance(error, BaseException)
            emit_raise(recorder, error, cause)
            return PathRaises()
        if isinstance(error, SymbolicError):
            assert isinstance(recorder, Trace)
            emit_raise(recorder, error)
            return PathRaises()
        assert isinstance(error, BaseException)
        if isinstance(cause, BaseException):
            error.__cause__ = cause
        return error

    def context(self, number: int, value: object, /) -> object:
        """What a `with` enters: in a capture, only what does nothing to values."""
        if self._recorder.is_capture and nullcontext not in type(value).__mro__:
            step = "enter it around the call of the program"
            self._at(number).refuse("a 'with' block", step)
        return value

    # What stops at the first element that decides

    def stopping(
        self,
        number: int,
        function: Callable[..., object],
        source: object,
        every: Callable[[], object],
        stop: Callable[..., object],
        /,
        *default: object,
    ) -> object:
        """`any`, `all` or `next` of a generator expression, `default` being of `next`.

        Reading its `source` here may be an error; `every` and `stop` read it themselves.
        """
        del source
        if not any(function is one for one in (any, all, next)):
            return self.call(number, function, every(), *default)
        if isinstance(self._recorder, Trace):
            marks = self._choices.depth, self._collections.depth
            found = tried(
                self._capture(number), lambda: self.call(number, function, every(), *default)
            )
            if found:
                return found[0]
            self._choices.forget(marks[0])
            self._collections.forget(marks[1])
        return stop(*default)

    def stopped(self, number: int, items: object, /, *given: object) -> object:
        """Elements asked one after the other until one decides."""
        return self.call(number, LOOPS[self._places[number].name, len(given)], items, *given)

    # Patterns

    def true(self, value: object, /) -> bool:
        """A test that always holds, and has bound a name."""
        del value
        return True

    def is_sequence_of(self, value: object, size: int, /) -> object:
        """Whether a value is a list or tuple of that size."""
        found = known_or_symbolic(value)
        if isinstance(found, Symbolic) and isinstance(found.layout, ListOf):
            assert isinstance(self._recorder, Trace)
            length = length_of(self._recorder, found)
            return operators.compared(self._recorder, "==", length, size)
        if isinstance(found, Symbolic | Unknown):
            refuse_look("length", value)
        return is_any_sequence(value) and len(value) == size

    def is_mapping(self, value: object, /) -> bool:
        """Whether a value is a dict."""
        if isinstance(known_or_symbolic(value), Symbolic | Unknown):
            refuse_look("search", known_or_symbolic(value))
        return isinstance(value, Mapping)

    def matched(self, made: type, value: object, number: int, /) -> object:
        """The part of an object that stands at a place of a pattern without names."""
        if made in (str, int, float, bool, list, dict, tuple, set, bytes):
            return value
        names: tuple[str, ...] = getattr(made, "__match_args__", ())
        return getattr(value, names[number])


class _Rounds(Rounds):
    """A `while`, whose tests may be anything that has a truth."""

    def __init__(self, hooks: StatementHooks, number: int, variables: Mapping[str, object]) -> None:
        super().__init__(hooks.recorder(), hooks.place(number), variables)
        self._hooks = hooks
        self._number = number

    def goes_on(self, test: object) -> bool:
        return super().goes_on(self._hooks.test(self._number, test))
