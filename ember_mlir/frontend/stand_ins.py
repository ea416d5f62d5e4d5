"""What stands for values of a module: lists, sets and objects that captured code may change."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.ir import SSAValue

from ember_mlir.frontend.aliases import is_changeable
from ember_mlir.frontend.containers import TrackedList, TrackedSet
from ember_mlir.frontend.layouts import Layout, ListOf, Parts, SetOf
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.values import Symbolic


def built(
    trace: Trace, layout: Layout, values: Sequence[SSAValue], *, is_list: bool = False
) -> object:
    """What stands for values of a module that hold one value part by part."""
    leaves = zip(layout.leaves, values, strict=False)
    made = layout.build(iter([trace.value(ssa, leaf) for leaf, ssa in leaves]))
    if isinstance(layout, Parts):
        return trace.made_of(made)
    return tracked(trace, made) if is_list else made


def tracked(trace: Trace, value: object) -> object:
    """A list or set that may change, for one of which only the value is known."""
    if not isinstance(value, Symbolic):
        return value
    if isinstance(value.layout, SetOf):
        elements = TrackedSet((), trace.scopes[-1])
        elements.symbolic = value
        return elements
    if not isinstance(value.layout, ListOf):
        return value
    made = TrackedList((), trace.scopes[-1])
    made.symbolic = value
    return made


def linked(trace: Trace, value: object, variants: Sequence[object]) -> None:
    """Take note that `value` may be one of `variants`, or has copies of what they hold."""
    for found in variants:
        trace.aliases.copy_parts(found)
        if not is_changeable(value):
            trace.aliases.copy(found)
    if is_changeable(value):
        trace.aliases.link(value, variants)
