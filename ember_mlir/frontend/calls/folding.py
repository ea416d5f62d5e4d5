"""`functools.reduce`: from the first element to the last, or a tree if the order does not matter.

reduce(f, xs, start)     =>   scf.for, which hands on what has been merged so far
                         =>   ensemble.reduce, if f is declared `@ember.associative`
"""

from __future__ import annotations

from collections.abc import Sequence

from ember_mlir.frontend.calls.arguments import Args
from ember_mlir.frontend.effects import is_associative
from ember_mlir.frontend.guards import Callee
from ember_mlir.frontend.inspection import layout_of
from ember_mlir.frontend.iterators import is_known_iterable
from ember_mlir.frontend.layouts import ListOf
from ember_mlir.frontend.narrowing import is_any_sequence, is_iterable
from ember_mlir.frontend.one_by_one import iterated
from ember_mlir.frontend.operators import binary, element
from ember_mlir.frontend.recorder import Recorder
from ember_mlir.frontend.regions.loops import Loop
from ember_mlir.frontend.rewriting.places import Place
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.values import Symbolic, describe, known_or_symbolic

_TOTAL = "what has been merged so far"
_EMPTY = "reduce() of empty iterable with no initial value"


class Merging:
    """A function of two values, which is given them as a list."""

    def __init__(self, function: object) -> None:
        self.function = function

    def __call__(self, pair: object) -> object:
        raise AssertionError("it is called by captured code alone")

    def parts(self, recorder: Recorder, pair: object) -> Args:
        """The two values."""
        if isinstance(recorder, Trace):
            return tuple([element(recorder, pair, number) for number in (0, 1)])
        assert is_any_sequence(pair)
        return tuple(pair)


def merges_any(function: object) -> bool:
    """Whether a function may merge any neighbours of a list first."""
    return is_associative(function.function if isinstance(function, Callee) else function)


def folded(recorder: Recorder, args: Args) -> object:
    """`functools.reduce`."""
    function, items, *start = args
    found = known_or_symbolic(items)
    if isinstance(recorder, Trace):
        if isinstance(found, Symbolic):
            return _of_any_length(recorder, function, iterated(recorder, found), start, items)
        if not is_known_iterable(found) and type(found) is not str:
            recorder.refuse(f"functools.reduce() of {describe(found)}", "give it a list")
    assert is_iterable(found)
    whole = [*start, *found]
    if not whole:
        raise TypeError(_EMPTY)
    if merges_any(function):
        return _tree(recorder, function, whole)
    total = whole[0]
    for number, item in enumerate(whole[1:]):
        with recorder.repetition(number):
            total = recorder.invoke(function, (total, item), {})
    return total


def _tree(recorder: Recorder, function: object, items: object) -> object:
    if recorder.is_capture and not isinstance(layout_of(items), ListOf):
        recorder.refuse("a reduction of items of several types", "map them to one type first")
    return recorder.reduce(Merging(function), items, 2)


def _of_any_length(
    trace: Trace, function: object, items: object, start: Sequence[object], source: object
) -> object:
    layout = layout_of(items)
    if not isinstance(layout, ListOf):
        trace.refuse(f"functools.reduce() of {describe(items)}", "give it a list")
    if merges_any(function):
        first = trace.made([*start])
        whole = binary(trace, "+", first, items) if start else _some(trace, items, layout)
        return _tree(trace, function, whole)
    if start:
        return _loop(trace, function, items, start[0], source)
    whole = _some(trace, items, layout)
    rest = element(trace, whole, slice(1, None, None))
    return _loop(trace, function, rest, element(trace, whole, 0), source)


def _some(trace: Trace, items: object, layout: ListOf) -> object:
    return trace.apply_python("not_empty", not_empty, [items], result=layout)


def not_empty(items: list[object]) -> list[object]:
    """A list, which must have an element.

    >>> not_empty([1])
    [1]
    """
    if not items:
        raise TypeError(_EMPTY)
    return items


def _loop(trace: Trace, function: object, items: object, total: object, source: object) -> object:
    """A fold from the first element to the last."""
    assert trace.location is not None
    loop = Loop(trace, Place(trace.location, names=(_TOTAL,)), items, source)
    with trace.repetitions() as begin:
        begin(None)
        for item in loop.passes():
            (so_far,) = loop.enter({_TOTAL: total})
            loop.leave({_TOTAL: trace.invoke(function, (so_far, item), {})})
    return loop.result[0]
