"""Lists that captured code makes, and what changes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NoReturn

from ember_mlir.frontend.changes import note_change
from ember_mlir.frontend.containers import TrackedList
from ember_mlir.frontend.inspection import layout_of
from ember_mlir.frontend.iterators import is_known_iterable
from ember_mlir.frontend.joining import joined
from ember_mlir.frontend.layouts import Layout, ListOf
from ember_mlir.frontend.operators import binary, element
from ember_mlir.frontend.plain import is_list
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.values import Symbolic, holds_symbolic, known_or_symbolic


def list_method(trace: Trace, items: TrackedList, name: str, args: Sequence[object]) -> object:
    """A method that changes a list."""
    note_change(trace, items, f"list.{name}()")
    if items.symbolic is None and not _becomes_symbolic(items, name, args):
        native: Callable[..., object] = getattr(items, name)
        return native(*args)
    method = _METHODS.get(name)
    if method is None:
        _refuse(trace, name)
    return method(trace, items, *args)


def _becomes_symbolic(items: TrackedList, name: str, args: Sequence[object]) -> bool:
    """Whether a known list is not known any more behind a method."""
    if name in ("extend", "__iadd__"):
        return isinstance(known_or_symbolic(args[0]), Symbolic)
    if name in ("insert", "pop"):
        return bool(args) and isinstance(args[0], Symbolic)
    return name in ("remove", "sort") and (holds_symbolic(items) or holds_symbolic(args))


def _append(trace: Trace, items: TrackedList, value: object) -> None:
    _extend(trace, items, [value])


def _extend(trace: Trace, items: TrackedList, more: object) -> None:
    found = known_or_symbolic(more)
    if not isinstance(found, Symbolic) and not is_list(found) and is_known_iterable(found):
        found = [*found]
    become(items, _concatenated(trace, as_known(items), found))


def _concatenated(trace: Trace, first: object, second: object) -> object:
    layouts = [layout_of(first), layout_of(second)]
    known = [layout for layout in layouts if isinstance(layout, ListOf)]
    if len(known) < 2 or joined(known[0], known[1]) is None:
        trace.refuse("a list whose elements differ", "make them of one type")
    for part in (first, second):
        trace.aliases.copy_parts(part)
    return binary(trace, "+", first, second)


def _pop(trace: Trace, items: TrackedList, index: object = -1) -> object:
    return _taken(trace, items, index, "list.pop()")


def _taken(trace: Trace, items: TrackedList, index: object, change: str) -> object:
    """An element, which the list has no more."""
    whole = as_known(items)
    layout = _layout_of(trace, whole, change)
    value = element(trace, whole, index)
    become(items, trace.apply_python("without", _without, [whole, index], result=layout))
    return value


def _insert(trace: Trace, items: TrackedList, index: object, value: object) -> None:
    whole = as_known(items)
    layout = _with_element(trace, whole, value)
    become(items, trace.apply_python("insert", _inserted, [whole, index, value], result=layout))


def _remove(trace: Trace, items: TrackedList, value: object) -> None:
    whole = as_known(items)
    layout = _layout_of(trace, whole, "list.remove()")
    become(items, trace.apply_python("removed", _removed, [whole, value], result=layout))


def _clear(trace: Trace, items: TrackedList) -> None:
    del trace
    become(items, ())


def _reverse(trace: Trace, items: TrackedList) -> None:
    whole = as_known(items)
    layout = _layout_of(trace, whole, "list.reverse()")
    become(items, trace.apply_python("reversed", _reversed, [whole], result=layout))


def _sort(trace: Trace, items: TrackedList) -> None:
    whole = as_known(items)
    layout = _layout_of(trace, whole, "list.sort()")
    become(items, trace.apply_python("sorted", sorted, [whole], result=layout))


_METHODS: dict[str, Callable[..., object]] = {
    "append": _append,
    "extend": _extend,
    "__iadd__": _extend,
    "pop": _pop,
    "insert": _insert,
    "clear": _clear,
    "remove": _remove,
    "reverse": _reverse,
    "sort": _sort,
}


def store_element(trace: Trace, items: TrackedList, index: object, value: object) -> None:
    """Store an element where not all is known: the list is not known behind it."""
    whole = as_known(items)
    layout = _with_element(trace, whole, value)
    become(items, trace.apply_python("replaced", _replaced, [whole, index, value], result=layout))


def delete_element(trace: Trace, items: TrackedList, index: object) -> None:
    """Delete an element where not all is known."""
    _taken(trace, items, index, "'del' of an element")


def _layout_of(trace: Trace, whole: object, change: str) -> Layout:
    layout = layout_of(whole)
    if layout is None:
        what = f"{change} of a list of what is no data"
        trace.refuse(what, "keep names in it, and look up what they stand for")
    return layout


def _with_element(trace: Trace, whole: object, value: object) -> Layout:
    trace.aliases.copy(value)
    first, second = layout_of(whole), layout_of([value])
    found = None if first is None or second is None else joined(first, second)
    if found is None:
        trace.refuse("a list whose elements differ", "make them of one type")
    return found


def as_known(items: TrackedList) -> object:
    """A list as a value that stays what it is now."""
    symbolic = items.symbolic
    return list(items) if symbolic is None else symbolic


def become(items: TrackedList, contents: object) -> None:
    """Let a list be made of a symbolic value, or of known items."""
    found = known_or_symbolic(contents)
    items.symbolic = found if isinstance(found, Symbolic) else None
    known: Iterable[object] = found if is_list(found) else ()
    items[:] = known


def _without(items: object, index: object) -> object:
    assert isinstance(items, list)
    assert isinstance(index, int)
    copy: list[object] = [*items]
    del copy[index]
    return copy


def _removed(items: object, value: object) -> object:
    assert isinstance(items, list)
    copy: list[object] = [*items]
    copy.remove(value)
    return copy


def _inserted(items: object, index: object, value: object) -> object:
    assert isinstance(items, list)
    assert isinstance(index, int)
    copy: list[object] = [*items]
    copy.insert(index, value)
    return copy


def _replaced(items: object, index: object, value: object) -> object:
    assert isinstance(items, list)
    assert isinstance(index, int)
    copy: list[object] = [*items]
    copy[index] = value
    return copy


def _reversed(items: object) -> object:
    assert isinstance(items, list)
    copy: list[object] = [*items]
    return copy[::-1]


def _refuse(trace: Trace, name: str) -> NoReturn:
    trace.refuse(
        f"list.{name}() of a list that is known only when the program runs",
        "build a new list with a comprehension",
    )
