"""Calls of what calls a function for each element."""

from __future__ import annotations

from collections.abc import Callable

from ember_mlir.frontend.calls.arguments import Args
from ember_mlir.frontend.containers import TrackedList
from ember_mlir.frontend.iterators import is_known_iterable, taken
from ember_mlir.frontend.lists import list_method
from ember_mlir.frontend.narrowing import is_iterable
from ember_mlir.frontend.regions.collections import Collections
from ember_mlir.frontend.regions.loops import Loop, erase_behind
from ember_mlir.frontend.rewriting.places import Place
from ember_mlir.frontend.trace import StateChange, Trace
from ember_mlir.frontend.values import Symbolic, describe, holds_symbolic, known_or_symbolic


class Spreading:
    """A function that is called with the elements of a tuple."""

    def __init__(self, function: object) -> None:
        self.function = function

    def __call__(self, row: object) -> object:
        raise AssertionError("it is called by captured code alone")


def lazily(trace: Trace, made: type, args: Args) -> object:
    """`map` and `filter`, whose functions are called at once."""
    function, *lists = args
    if made is filter:
        found = _kept(trace, function, lists[0])
    elif len(lists) == 1:
        found = each(trace, function, lists[0])
    else:
        rows = trace.invoke(zip, tuple(lists), {})
        found = each(trace, Spreading(function), taken(rows))
    if isinstance(known_or_symbolic(found), Symbolic):
        return trace.once_of(made.__name__, found)
    assert is_iterable(found)
    return trace.once(made.__name__, iter(found), is_symbolic=holds_symbolic(found))


def each(trace: Trace, function: object, items: object) -> object:
    """The results of a function for each element."""
    assert callable(function)
    found = known_or_symbolic(items)
    if isinstance(found, Symbolic):
        return _mapped(trace, function, found, items)
    if type(found) is not str and not is_known_iterable(found):
        trace.refuse(f"a loop over {describe(found)}", "loop over a list")
    return trace.each(function, [*found])


def _mapped(
    trace: Trace, function: Callable[..., object], found: Symbolic, items: object
) -> object:
    """The results for each element of a list: a map, or a loop if that changes something."""
    block, depth = trace.block, len(trace.scopes)
    mark = block.last_op
    try:
        with trace.back_at(trace.chain, trace.indices):
            return trace.map(function, found)
    except StateChange:
        while len(trace.scopes) > depth:
            trace.close()
        erase_behind(block, mark)
    assert trace.location is not None
    result = trace.made([])
    assert isinstance(result, TrackedList)
    loop = Loop(trace, Place(trace.location), found, items)
    with trace.repetitions() as begin:
        begin(None)
        for element in loop.passes():
            loop.enter({})
            list_method(trace, result, "append", [trace.invoke(function, (element,), {})])
            loop.leave({})
    return known_or_symbolic(result)


def _kept(trace: Trace, function: object, items: object) -> object:
    """The elements that a test holds for: a comprehension with `if`."""
    collections = Collections(trace)
    assert trace.location is not None
    place = Place(trace.location)
    collections.begin()
    assert is_iterable(items)
    known = [
        collections.item(item)
        for item in collections.source(place, items, None, (items,))
        if collections.kept(
            place, item if function is None else trace.invoke(function, (item,), {})
        )
    ]
    return collections.end(trace.made(known))
