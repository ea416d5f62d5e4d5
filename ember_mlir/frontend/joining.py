"""One layout for values of several: of the elements of a list, or of either arm of a branch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from ember_mlir.frontend.kinds import DictKind, InstanceKind, Kind
from ember_mlir.frontend.layouts import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    NONE,
    OBJECT,
    TEXT_LEAF,
    Layout,
    ListOf,
    Maybe,
    Parts,
    SetOf,
    is_held_as_it_is,
)


def joined(first: Layout, second: Layout) -> Layout | None:
    """A layout for values of either, or None if no value of a module could be both.

    >>> joined(INT, FLOAT) == OBJECT, joined(NONE, TEXT_LEAF) == Maybe(TEXT_LEAF)
    (True, True)
    >>> joined(TEXT_LEAF, ListOf(TEXT_LEAF)) is None
    True
    """
    if first == second:
        return first
    if ANY in (first, second):
        return ANY
    match first, second:
        case (ListOf(element=a), ListOf(element=b)):
            if a is None or b is None:
                return ListOf(a or b)
            inner = joined(a, b)
            return None if inner is None else ListOf(inner)
        case (SetOf(element=a), SetOf(element=b)):
            inner = a or b if a is None or b is None else joined(a, b)
            return SetOf(inner or OBJECT)
        case (Parts() as a, Parts() as b):
            return _joined_parts(a, b)
        case _:
            return _joined_single(first, second)


def _joined_parts(first: Parts, second: Parts) -> Layout | None:
    """A layout for what is made of parts; dicts and messages of several shapes are objects."""
    kind = first.kind
    if isinstance(kind, InstanceKind) and kind.has_fields_of(second.kind):
        # Models that have been given other fields are of one layout: all count as given.
        kind = kind if kind == second.kind else replace(kind, unset=())
        second = replace(second, kind=kind)
    if kind == second.kind:
        pairs = zip(first.items, second.items, strict=True)
        items = _all([joined(*pair) for pair in pairs])
        if items is not None:
            return Parts(kind, items)
    return OBJECT if _is_message(first.kind) and _is_message(second.kind) else None


def _is_message(kind: Kind) -> bool:
    """Whether something may stand in a list of messages: it is a dict, or says so."""
    if isinstance(kind, DictKind):
        return True
    return isinstance(kind, InstanceKind) and getattr(kind.made, "is_said", False) is True


def joined_all(layouts: Iterable[Layout | None]) -> Layout | None:
    """A layout for values of any of `layouts`; None if one is not known, or there are none.

    >>> joined_all([INT, NONE, INT]) == Maybe(INT), joined_all([INT, None]), joined_all([])
    (True, None, None)
    """
    found: Layout | None = None
    for layout in layouts:
        if layout is None:
            return None
        found = layout if found is None else joined(found, layout)
        if found is None:
            return None
    return found


def _joined_single(first: Layout, second: Layout) -> Layout | None:
    if NONE in (first, second) or isinstance(first, Maybe) or isinstance(second, Maybe):
        bare = [_without_none(layout) for layout in (first, second)]
        known = [layout for layout in bare if layout is not None]
        inner = known[0] if len(known) == 1 else joined(known[0], known[1])
        return None if inner is None else Maybe(inner)
    # As a number of another type it would be shown otherwise: 1 is no 1.0, and no True.
    return OBJECT if OBJECT in (first, second) or {first, second} <= _SIMPLE else None


_SIMPLE = {TEXT_LEAF, BOOL, INT, FLOAT}


def _without_none(layout: Layout) -> Layout | None:
    if layout == NONE:
        return None
    return layout.inner if isinstance(layout, Maybe) else layout


def _all(found: Sequence[Layout | None]) -> tuple[Layout, ...] | None:
    known = tuple([layout for layout in found if layout is not None])
    return known if len(known) == len(found) else None


def parts_layout(
    kind: Kind, values: Sequence[object], layout_of: Callable[[object], Layout | None]
) -> Layout | None:
    """The layout of what is made of `values`, if each has one."""
    items = _all([layout_of(value) for value in values])
    return None if items is None else Parts(kind, items)


def list_layout(
    values: Sequence[object], layout_of: Callable[[object], Layout | None]
) -> Layout | None:
    """The layout of a list of `values`, if one fits all of them."""
    if not values:
        return ListOf(None)
    element = joined_all(map(layout_of, values))
    return None if element is None else ListOf(element)


def is_held_alike(found: Layout, wanted: Layout) -> bool:
    """Whether what holds a value in one way holds it in the other, if it can be either.

    >>> from ember_mlir.frontend.kinds import TupleKind
    >>> is_held_alike(TEXT_LEAF, Maybe(OBJECT)), is_held_alike(Parts(TupleKind(0), ()), OBJECT)
    (True, False)
    """
    match found, wanted:
        case _ if found == wanted or NONE in (found, wanted):
            return True
        case (Maybe(inner), _):
            return is_held_alike(inner, wanted)
        case (_, Maybe(inner)):
            return is_held_alike(found, inner)
        case (ListOf(element=a), ListOf(element=b)) | (SetOf(element=a), SetOf(element=b)):
            return a is None or b is None or is_held_alike(a, b)
        case (Parts(kind=a, items=left), Parts(kind=b, items=right)):
            return a == b and all(map(is_held_alike, left, right))
        case _:
            return is_held_as_it_is(found) and is_held_as_it_is(wanted)
