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
from ember_mlir.frontend.joining import joined
from ember_mlir.frontend.layouts import (
    BOOL,
    OBJECT,
    TEXT_LEAF,
    Layout,
    ListOf,
    SetOf,
    Step,
    is_held_as_it_is,
)
from ember_mlir.frontend.plain import is_list
from ember_mlir.frontend.stand_ins import tracked
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
    before = owner.symbolic
    if before is None:
        before = trace.symbolic_of(KnownSet(owner.items))
    assert isinstance(before, Symbolic)
    given = [_plain(known_or_symbolic(one)) for one in args]
    added = {"add": [[*args]], "update": args, "symmetric_difference_update": args}
    layout = _all_in(before, added.get(name, ()))
    elements = before.layout.element if isinstance(before.layout, SetOf) else OBJECT, layout.element
    if elements[0] != elements[1] and not all(map(is_held_as_it_is, elements)):
        change = partial(changed, name)
        owner.symbolic = trace.apply_python(f"set.{name}", change, [before, *given], result=layout)
        return
    held = Symbolic(before.ssa, before.scope, OBJECT)
    step = partial(stepped, name)
    made = trace.apply_python(f"set.{name}", step, [held, *given], result=OBJECT)
    assert isinstance(made, Symbolic)
    owner.symbolic = Symbolic(made.ssa, made.scope, layout)


Held = tuple[object, ...]
"""What a set is held as: its first elements, and the steps that have changed it."""


def stepped(name: str, held: Held, *args: object) -> Held:
    """What is held of a set behind a method that changes it.

    >>> SetOf(None).read(stepped("add", (1, 2), 3))
    {1, 2, 3}
    """
    # What cannot be done is an error here, and not where the set is read.
    tried = SetOf(None).read(held)
    getattr(tried, name)(*args)
    return (*held, Step(name, args))


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
