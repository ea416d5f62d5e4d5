"""What a function is declared to return, as a layout."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from types import NoneType, UnionType
from typing import Union, get_args, get_origin, get_type_hints

from ember_mlir.frontend.kinds import InstanceKind, TupleKind
from ember_mlir.frontend.layouts import ATOMS, NONE, OBJECT, Layout, ListOf, Maybe, Parts
from ember_mlir.frontend.narrowing import is_class, is_model


def declared_result(function: Callable[..., object]) -> Layout:
    """The layout of what `function` is declared to return; an object if nobody says."""
    try:
        hints = get_type_hints(function)
    except Exception:
        return OBJECT
    return layout_of_type(hints["return"]) if "return" in hints else OBJECT


def layout_of_type(annotation: object) -> Layout:
    """The layout of values of a type, as it is written in annotations.

    >>> layout_of_type(list[str])
    ListOf(element=Leaf(name='str'))
    """
    if isinstance(annotation, type) and annotation in ATOMS:
        return ATOMS[annotation]
    if annotation is None:
        return NONE
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin in (list, Sequence) and len(inner) == 1:
        return ListOf(layout_of_type(inner[0]))
    if origin is tuple and inner and inner[-1] is not Ellipsis:
        return Parts(TupleKind(len(inner)), tuple(map(layout_of_type, inner)))
    if origin in (Union, UnionType):
        others = [kind for kind in inner if kind is not NoneType]
        return Maybe(layout_of_type(others[0])) if len(others) == 1 < len(inner) else OBJECT
    return _layout_of_class(annotation) if is_class(annotation) else OBJECT


def _layout_of_class(found: type[object]) -> Layout:
    """How instances of a class are laid out: those of dataclasses and models, by their fields."""
    names = _fields_of(found)
    if names is None:
        return OBJECT
    hints = get_type_hints(found)
    return Parts(InstanceKind(found, names), tuple([layout_of_type(hints[n]) for n in names]))


def _fields_of(found: type[object]) -> tuple[str, ...] | None:
    """The names of the fields of a class that is nothing but those."""
    if is_dataclass(found):
        return tuple([field.name for field in fields(found)])
    return tuple(found.model_fields) if is_model(found) else None
