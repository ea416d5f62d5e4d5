"""The contents of lists and dicts, and how they are laid out where they are merged."""

from __future__ import annotations

from collections.abc import Sequence

from ember_mlir.frontend.inspection import layout_of
from ember_mlir.frontend.joining import joined_all, parts_layout
from ember_mlir.frontend.kinds import DictKind, TupleKind
from ember_mlir.frontend.layouts import Layout
from ember_mlir.frontend.narrowing import is_any_dict, is_any_tuple


def joined_layout(variants: Sequence[object]) -> Layout | None:
    """A layout that fits all of `variants`."""
    return joined_all(map(layout_of, variants))


def joined_lists(variants: Sequence[object]) -> Layout | None:
    """The layout of a list that is made of one of several contents."""
    return joined_layout([as_list(found) for found in variants])


def as_list(contents: object) -> object:
    """The contents of a list, as a list."""
    return [*contents] if is_any_tuple(contents) else contents


def contents_layout(contents: object) -> Layout | None:
    """How the contents of a list or dict are laid out, part by part."""
    if is_any_tuple(contents):
        return parts_layout(TupleKind(len(contents)), contents, layout_of)
    if is_any_dict(contents):
        return parts_layout(DictKind(tuple(contents)), [*contents.values()], layout_of)
    return layout_of(contents)


def joined_contents(first: object, second: object) -> Layout | None:
    """The layout of the contents of a list or dict before and behind a round of a loop."""
    found = joined_all([contents_layout(first), contents_layout(second)])
    if found is not None or isinstance(first, dict) or isinstance(second, dict):
        return found
    return joined_lists([first, second])
