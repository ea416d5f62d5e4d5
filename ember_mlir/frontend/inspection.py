"""How a value that captured code has is laid out, as it is now."""

from __future__ import annotations

from enum import Enum

from ember_mlir.frontend.containers import KnownSet, TrackedSet, attributes_of
from ember_mlir.frontend.joining import joined_all, list_layout, parts_layout
from ember_mlir.frontend.kinds import DictKind, InstanceKind, TupleKind
from ember_mlir.frontend.layouts import ATOMS, OBJECT, Layout, ReadyOf, SetOf, fits_integer
from ember_mlir.frontend.narrowing import instance_fields, is_exact_tuple, is_model
from ember_mlir.frontend.plain import is_dict, is_list
from ember_mlir.frontend.ready_values import Ready
from ember_mlir.frontend.values import Symbolic, known_or_symbolic


def layout_of(value: object) -> Layout | None:
    """How `value` is laid out; None if no value of a module can be it."""
    value = known_or_symbolic(value)
    if isinstance(value, Symbolic):
        return value.layout
    if type(value) in ATOMS:
        known = not isinstance(value, int) or fits_integer(value)
        return ATOMS[type(value)] if known else None
    if isinstance(value, Enum):
        return OBJECT
    if is_exact_tuple(value):
        return parts_layout(TupleKind(len(value)), value, layout_of)
    if isinstance(value, KnownSet | TrackedSet):
        elements = [*map(layout_of, value.items)]
        if None in elements:
            return None
        return SetOf(None if not elements else joined_all(elements) or OBJECT)
    if is_list(value):
        return list_layout(value, layout_of)
    if is_dict(value):
        return parts_layout(DictKind(tuple(value)), [*value.values()], layout_of)
    if isinstance(value, Ready):
        inner = layout_of(value.value) if value.error is None else None
        return None if inner is None else ReadyOf(inner)
    names = instance_fields(value)
    is_all = names is not None and [*attributes_of(value)] == [*names] and not _has_more(value)
    if names is not None and is_all:
        kind = InstanceKind(type(value), names, unset_of(value, names))
        return parts_layout(kind, kind.parts(value), layout_of)
    return None


def is_set(value: object) -> bool:
    """Whether a value, known or not, is a set that a value of a module can be.

    What is no set is told at once, however many elements it has.
    """
    value = known_or_symbolic(value)
    may_be = isinstance(value, KnownSet | TrackedSet | Symbolic)
    return may_be and isinstance(layout_of(value), SetOf)


def unset_of(value: object, names: tuple[str, ...]) -> tuple[str, ...]:
    """The fields that nobody has given a model."""
    if not is_model(type(value)):
        return ()
    given: set[str] = getattr(value, "model_fields_set", set[str]())
    return tuple([name for name in names if name not in given])


def _has_more(value: object) -> bool:
    """Whether an instance of a model has more than its fields: extra values, or private ones."""
    names = ("__pydantic_extra__", "__pydantic_private__")
    return is_model(type(value)) and any(getattr(value, name, None) for name in names)
