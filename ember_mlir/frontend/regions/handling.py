"""Handlers of some errors: which errors a fallback names for them, and which handler it is.

    try: x = f(a)              =>   %x = ensemble.fallback errors ["KeyError", "ValueError"] do {
    except KeyError: x = b            … yield %fa
    except ValueError as e: …       } else %e {
                                      %k = llm.apply pure @is_KeyError(%e)
                                      %y = scf.if %k { … } else { … }
                                      yield %y
                                    }

A class that is not Python's own or Ember's is named by the nearest that it inherits from. So
its handlers test the error all the same, and one that none of them takes is raised again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from xdsl.ir import Block, Operation

from ember_mlir.dialects.llm import GetOp
from ember_mlir.errors import errors_by_name
from ember_mlir.frontend.containers import frozen
from ember_mlir.frontend.layouts import BOOL, NONE
from ember_mlir.frontend.regions.branches import branched
from ember_mlir.frontend.regions.failing import classes, is_element_of_round
from ember_mlir.frontend.regions.merging import Outcome
from ember_mlir.frontend.regions.raising import PathRaises
from ember_mlir.frontend.regions.region import State
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.values import Symbolic, Unknown


class Named(NamedTuple):
    """The names of the errors that handlers take; `exact` if they take no others of these."""

    names: tuple[str, ...]
    exact: bool


def names_of_handlers(kinds: Sequence[object]) -> Named:
    """The names of the errors that some handlers take.

    >>> names_of_handlers([KeyError, (OSError, EOFError)])
    Named(names=('KeyError', 'OSError', 'EOFError'), exact=True)
    >>> from json import JSONDecodeError
    >>> names_of_handlers([JSONDecodeError])
    Named(names=('ValueError',), exact=False)
    """
    known = errors_by_name()
    names: dict[str, None] = {}
    exact = True
    for found in (one for kind in kinds for one in classes(kind)):
        if found is BaseException:
            # Whatever is no Exception ends a program, and is handled by nothing in it.
            names["Exception"] = None
            continue
        near = next((base for base in found.__mro__ if known.get(base.__name__) is base), None)
        if near is not None:
            names[near.__name__] = None
            exact = exact and near is found
    return Named(tuple(names), exact)


def as_told(error: Symbolic, ops: Iterable[Operation]) -> object:
    """The error of some operations as handlers may look at it, if it is the one of Python."""
    if any(isinstance(op, GetOp) and not is_element_of_round(op) for op in ops):
        return Unknown("the error", "whose text is another one when the program runs")
    return error


class IsOf:
    """Whether an error is one of some classes."""

    def __init__(self, kinds: tuple[type[BaseException], ...]) -> None:
        self.kinds = kinds

    def __call__(self, error: object) -> bool:
        return isinstance(error, self.kinds)


def raise_again(error: object) -> None:
    """Raise an error that no handler takes, or that a handler lets go on."""
    assert isinstance(error, BaseException)
    raise error


def emit_again(trace: Trace, error: Symbolic) -> None:
    """Let the program raise an error here that it has handled."""
    trace.apply_python("raise_again", raise_again, [error], result=NONE, effect="effectful")


class HandlerChoice:
    """Which of several handlers is run, in the block that is told of the error.

    Each has `kinds` and an outcome; with `again` none of them may take the error.
    """

    def __init__(
        self, trace: Trace, error: Symbolic, entry: State, names: Sequence[str], *, again: bool
    ) -> None:
        self.trace = trace
        self.error = error
        self.entry = entry
        self.names = names
        self.again = again

    def emit(self, kinds: Sequence[object], outcomes: Sequence[Outcome]) -> State:
        """Emit the tests and the handlers; the state behind them.

        Raises `PathRaises` if none of them goes on.
        """
        if not outcomes:
            emit_again(self.trace, self.error)
            raise PathRaises
        (kind, *kinds_left), (outcome, *left) = kinds, outcomes
        if not left and not self.again:
            return inlined(self.trace, outcome)
        found = classes(kind)
        test = self.trace.apply_python(
            f"is_{found[0].__name__}", IsOf(found), [self.error], result=BOOL
        )
        assert isinstance(test, Symbolic)
        other = outcome_of(self.trace, self.entry, lambda: self.emit(kinds_left, left))
        return branched(self.trace, test, [outcome, other], self.names)


def outcome_of(trace: Trace, entry: State, emit: Callable[[], State]) -> Outcome:
    """The outcome of what `emit` emits, in a block of its own."""
    trace.open(Block())
    return left_with(trace, entry, emit)


def left_with(trace: Trace, entry: State, emit: Callable[[], State]) -> Outcome:
    """The outcome of what `emit` emits in the innermost block, which it closes."""
    state, raises = entry, False
    try:
        state = emit()
    except PathRaises:
        raises = True
    block = trace.block
    held = tuple(map(frozen, state))
    changes = trace.close()
    if raises:
        trace.lose((), changes.values())
    return Outcome(block, state, held, changes, raises)


def inlined(trace: Trace, outcome: Outcome) -> State:
    """What an arm does is done here; raises `PathRaises` if it does not go on."""
    for op in [*outcome.block.ops]:
        op.detach()
        trace.block.add_op(op)
    trace.moved[outcome.block] = trace.block
    for change in outcome.changes.values():
        trace.change(change.place)
        change.place.become(change.after)
    if outcome.raises:
        raise PathRaises
    return tuple(outcome.state)
