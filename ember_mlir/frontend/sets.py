"""Sets that captured code makes, and what changes them.

Nobody can tell in which order a set runs through its elements but by how it has grown. So a set
of the program is held as its elements in the order in which they came.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from ember_mlir.frontend.changes import note_change
from ember_mlir.frontend.containers import KnownSet, TrackedSet
from ember_mlir.frontend.inspection import layout_of
from ember_mlir.frontend.layouts import (
    BOOL,
    OBJECT,
    TEXT_LEAF,
    Gone,
    Layout,
    ListOf,
    SetOf,
    is_held_as_it_is,
    joined,
)
from ember_mlir.frontend.plain import is_list
from ember_mlir.frontend.regions.merging import tracked
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.values import Symbolic, describe, holds_symbolic, known_or_symbolic

IN_PLACE: Mapping[str, str] = {
    "|": "update",
    "&": "intersection_update",
    "-": "difference_update",
    "^": "symmetric_difference_update",
}
"""The methods that do what operators in place do."""

_CHANGING = ("add", "clear", "discard", "remove", *IN_PLACE.values())
_NEW = ("copy", "difference", "intersection", "symmetric_difference", "union")


def set_of(trace: Trace, items: object) -> object:
    """The set of the elements of a list, which may not be known."""
    if is_list(items) and not holds_symbolic(items):
        return trace.made_set([*items])
    found = layout_of(items)
    element = (found.element or OBJECT) if isinstance(found, ListOf) else OBJECT
    return tracked(trace, trace.apply_python("set", distinct, [items], result=SetOf(element)))


def distinct(items: Iterable[object]) -> tuple[object, ...]:
    """The elements of a list, each once, where it comes first.

    >>> distinct(["b", "a", "b"])
    ('b', 'a')
    """
    return tuple(dict.fromkeys(items))


def set_method(trace: Trace, owner: object, name: str, args: Sequence[object]) -> object:
    """A method of a set."""
    if name in _CHANGING and isinstance(owner, TrackedSet):
        _change(trace, owner, name, args)
        return None
    value = known_or_symbolic(owner)
    if name in _CHANGING or not isinstance(layout_of(value), SetOf):
        trace.refuse(f"set.{name}() of {describe(value)}", "make one inside, as in set(items)")
    if name == "pop":
        step = "take one of sorted(items), and discard it"
        trace.refuse("set.pop(), which takes any element,", step)
    function: Callable[..., object] = getattr(set, name)
    result = _all_in(value, args) if name in _NEW else BOOL
    made = trace.apply_python(f"set.{name}", function, [_plain(value), *args], result=result)
    return tracked(trace, made)


def _plain(value: object) -> object:
    return {*value.items} if isinstance(value, TrackedSet) else value


def _change(trace: Trace, owner: TrackedSet, name: str, args: Sequence[object]) -> None:
    note_change(trace, owner, f"set.{name}()")
    made = owner.symbolic
    if made is None:
        made = trace.symbolic_of(KnownSet(owner.items))
    assert isinstance(made, Symbolic)
    if name in ("add", "discard", "remove"):
        (item,) = args
        made = _stepped(trace, made, name, item, layout_of(item) or OBJECT)
    elif name == "update":
        for more in map(known_or_symbolic, args):
            made = _stepped(trace, made, name, _plain(more), _element_of(more))
    else:
        layout, change = made.layout, partial(changed, name)
        made = trace.apply_python(f"set.{name}", change, [made, *args], result=layout)
    owner.symbolic = made


def _stepped(
    trace: Trace, before: object, name: str, given: object, element: Layout | None
) -> object:
    """A set as a method leaves it that is given such elements."""
    assert isinstance(before, Symbolic)
    assert isinstance(before.layout, SetOf)
    both = joined(before.layout, SetOf(element)) if name in ("add", "update") else before.layout
    assert isinstance(both, SetOf)
    elements = (before.layout.element, element, both.element)
    if not all(map(is_held_as_it_is, elements)):
        change = partial(changed, name)
        return trace.apply_python(f"set.{name}", change, [before, given], result=both)
    held = Symbolic(before.ssa, before.scope, OBJECT)
    made = trace.apply_python(f"set.{name}", _STEPS[name], [held, given], result=OBJECT)
    assert isinstance(made, Symbolic)
    return Symbolic(made.ssa, made.scope, both)


Held = tuple[object, ...]
"""What was added to a set, and taken away, in order."""


def _added(held: Held, item: object) -> Held:
    return _grown(held, [item])


def _grown(held: Held, more: Iterable[object]) -> Held:
    """What is held of a set to which more is added: what is there already changes nothing."""
    there = SetOf(None).read(held)
    assert isinstance(there, set)
    new: list[object] = [item for item in dict.fromkeys(more) if item not in there]
    return (*held, *new)


def _discarded(held: Held, item: object) -> Held:
    there = SetOf(None).read(held)
    assert isinstance(there, set)
    return (*held, Gone(item)) if item in there else held


def _removed(held: Held, item: object) -> Held:
    after = _discarded(held, item)
    if after is held:
        raise KeyError(item)
    return after


_STEPS: Mapping[str, Callable[..., object]] = {
    "add": _added,
    "update": _grown,
    "discard": _discarded,
    "remove": _removed,
}


def changed(name: str, before: set[object], *args: object) -> object:
    """A set as a method leaves it.

    >>> changed("discard", {1, 2}, 2)
    {1}
    """
    after = {*before}
    getattr(after, name)(*args)
    return after


def _all_in(value: object, others: Sequence[object]) -> SetOf:
    """The layout of a set that may have elements of all of these."""
    result = SetOf(_element_of(value))
    for other in others:
        both = joined(result, SetOf(_element_of(other)))
        assert isinstance(both, SetOf)
        result = both
    return result


def _element_of(items: object) -> Layout | None:
    """How what stands in a list, set or text is laid out."""
    layout = layout_of(items)
    if isinstance(layout, ListOf | SetOf):
        return layout.element
    return TEXT_LEAF if layout == TEXT_LEAF else OBJECT
