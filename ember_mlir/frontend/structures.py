"""Arguments of entries that are made of parts: dicts, dataclasses, tuples, models, lists of them.

How they are laid out is part of the plan, and their values are those of the run. What an
annotation leaves open (`dict[str, str]` says no keys, `str | list[str]` no type) the value
says that is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ember_mlir.errors import CaptureError, SourceLocation
from ember_mlir.frontend.annotations import layout_of_type
from ember_mlir.frontend.inspection import layout_of
from ember_mlir.frontend.kinds import DictKind, InstanceKind, Kind, TupleKind
from ember_mlir.frontend.layouts import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    NONE,
    OBJECT,
    Layout,
    Leaf,
    ListOf,
    Maybe,
    Parts,
)
from ember_mlir.frontend.plain import is_dict, is_list, is_unicode
from ember_mlir.frontend.values import describe


@dataclass(frozen=True, slots=True)
class Structure:
    """An input of the program that is laid out so."""

    layout: Layout

    def __str__(self) -> str:
        return shown(self.layout)


@dataclass(frozen=True, slots=True)
class Opaque:
    """An argument that no value of a program can be; `kind` is what it is, in words."""

    kind: str

    def __str__(self) -> str:
        return self.kind


def annotated(annotation: object) -> Structure | None:
    """What an annotation declares; None if it leaves something open."""
    try:
        layout = layout_of_type(annotation)
    except (NameError, TypeError, AttributeError):
        # A field whose annotation names what is not there.
        return None
    return None if _is_open(layout) else Structure(layout)


def found_structure(value: object) -> Structure | None:
    """What a value is; None if no value of a program can be it."""
    layout = layout_of(value)
    return None if layout is None or not _is_readable(layout) else Structure(layout)


def fitting(declared: Structure, value: object) -> Structure | Opaque:
    """What an argument is that is declared so: as declared, if it can be.

    What does not fit is as declared, too: whoever checks it tells so.
    """
    found = found_structure(value)
    if found is None:
        return Opaque(describe(value))
    widens = _widens(found.layout, declared.layout)
    return found if not widens and _agrees(found.layout, declared.layout) else declared


def fits(expected: Structure, value: object) -> bool:
    """Whether a value can be held so, with nothing changed."""
    found = found_structure(value)
    return found is not None and _widens(found.layout, expected.layout)


def check_held(types: Mapping[str, object], function: str, location: SourceLocation) -> None:
    """Raise `CaptureError` for an argument that no value of a program can be."""
    for name, found in types.items():
        if isinstance(found, Opaque):
            raise CaptureError(
                f"argument '{name}' of '{function}', which is {found}, is not captured yet; pass "
                "texts, numbers, dataclasses, models, tuples, dicts whose keys are texts, or lists "
                "of one of those",
                location=location,
            )


def is_written_in_unicode(value: object) -> bool:
    """Whether every text in a written argument can be sent."""
    if isinstance(value, str):
        return is_unicode(value)
    if is_dict(value):
        return all(map(is_written_in_unicode, value.values()))
    return all(map(is_written_in_unicode, value)) if is_list(value) else True


def shown(layout: Layout) -> str:
    """A layout as a user would annotate it.

    >>> shown(ListOf(Maybe(INT))), shown(Parts(DictKind(("a",)), (INT,)))
    ('list[int | None]', "{'a': int}")
    """
    match layout:
        case ListOf(element):
            return f"list[{'object' if element is None else shown(element)}]"
        case Maybe(inner):
            return f"{shown(inner)} | None"
        case Parts(kind=TupleKind(), items=items):
            return f"tuple[{', '.join(map(shown, items))}]"
        case Parts(kind=InstanceKind(made=made)):
            return made.__name__
        case Parts(kind=DictKind(keys=keys), items=items):
            pairs = zip(keys, items, strict=True)
            return f"{{{', '.join(f'{key!r}: {shown(item)}' for key, item in pairs)}}}"
        case Leaf(name):
            return name
        case _:
            return "object"


def _is_open(layout: Layout) -> bool:
    """Whether something of what is laid out so may be anything."""
    match layout:
        case ListOf(element):
            return element is None or _is_open(element)
        case Maybe(inner):
            return _is_open(inner)
        case Parts(items=items):
            return any(map(_is_open, items))
        case _:
            return layout in (OBJECT, ANY)


def _is_readable(layout: Layout) -> bool:
    """Whether the layout says all of a value: keys that are equal may be of several types."""
    match layout:
        case ListOf(element):
            return element is None or _is_readable(element)
        case Maybe(inner):
            return _is_readable(inner)
        case Parts(kind=kind, items=items):
            return _has_text_keys(kind) and all(map(_is_readable, items))
        case _:
            return layout not in (OBJECT, ANY)


def _has_text_keys(kind: Kind) -> bool:
    return not isinstance(kind, DictKind) or all(type(key) is str for key in kind.keys)


def _widens(found: Layout, declared: Layout) -> bool:
    """Whether what is found can be held as declared, with nothing changed."""
    match found, declared:
        case (_, Maybe(inner)):
            bare = found.inner if isinstance(found, Maybe) else found
            return bare == NONE or _widens(bare, inner)
        case (ListOf(element=one), ListOf(element=other)):
            return one is None or (other is not None and _widens(_all_given(one), other))
        case (Parts(kind=one, items=left), Parts(kind=other, items=right)):
            return one == other and all(map(_widens, left, right))
        case _:
            return found == declared


def _all_given(layout: Layout) -> Layout:
    """The layout of models in a list, of which each may have been given other fields."""
    match layout:
        case Maybe(inner):
            return Maybe(_all_given(inner))
        case Parts(kind=kind, items=items):
            kind = replace(kind, unset=()) if isinstance(kind, InstanceKind) else kind
            return Parts(kind, tuple(map(_all_given, items)))
        case _:
            return layout


_PROMOTED = ((INT, FLOAT), (BOOL, FLOAT), (BOOL, INT))


def _agrees(found: Layout, declared: Layout) -> bool:
    """Whether a type checker would take what is found for what is declared."""
    match found, declared:
        case (_, Maybe(inner)):
            bare = found.inner if isinstance(found, Maybe) else found
            return bare == NONE or _agrees(bare, inner)
        case (ListOf(element=one), ListOf(element=other)):
            return one is None or (other is not None and _agrees(one, other))
        case (Parts(kind=InstanceKind(made=one)), Parts(kind=InstanceKind(made=other))):
            return issubclass(one, other)
        case (Parts(kind=one, items=left), Parts(kind=other, items=right)):
            return one == other and all(map(_agrees, left, right))
        case _:
            # As in annotations, an int is a float; it stays an int all the same.
            return found == declared or (found, declared) in _PROMOTED
