"""Changing lists, dicts and objects that captured code has made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import NoReturn

from ember_mlir.frontend.containers import TrackedDict, TrackedList
from ember_mlir.frontend.inspection import layout_of
from ember_mlir.frontend.iterators import OneTimeList, is_known_iterable
from ember_mlir.frontend.joining import joined
from ember_mlir.frontend.layouts import (
    ATOMS,
    OBJECT,
    TEXT_LEAF,
    Layout,
    ListOf,
    Parts,
    TupleKind,
)
from ember_mlir.frontend.operators import binary, element
from ember_mlir.frontend.plain import is_list
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.values import (
    Symbolic,
    Unknown,
    describe,
    holds_symbolic,
    known_or_symbolic,
)


def note_change(trace: Trace, value: object, change: str) -> None:
    """Take note that `value` is changed; refuse it unless captured code has made it."""
    place = trace.place_of(value)
    if place is None:
        trace.refuse(
            f"{change} of {describe(value)} from outside",
            "make one inside, as in list(items), or return the value instead",
        )
    if trace.aliases.is_copied(value):
        trace.refuse(
            f"{change} of {describe(value)} that is a part of another value by now",
            "change it before it is put there, or make a new one",
        )
    if isinstance(value, TrackedList) and isinstance(value.symbolic, Unknown):
        trace.refuse(f"{change} of {describe(value.symbolic)}", "make a list of its own for it")
    trace.change(place)
    for twin in trace.aliases.twins(value):
        _forget(trace, twin, change)


def _forget(trace: Trace, twin: object, change: str) -> None:
    """Take note that `twin` may have been changed, too."""
    place = trace.place_of(twin)
    if place is None or trace.is_over(place):
        return
    if not isinstance(twin, TrackedList):
        trace.refuse(
            f"{change} of {describe(twin)} that may be one or another here",
            "make a new one instead of changing it",
        )
    if not isinstance(twin.symbolic, Unknown):
        trace.change(place)
        place.become(Unknown("a list", "which may have been changed under another name"))


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
    whole = as_known(items)
    layout = layout_of(whole)
    assert layout is not None
    value = element(trace, whole, index)
    become(items, trace.apply_python("without", _without, [whole, index], result=layout))
    return value


def _insert(trace: Trace, items: TrackedList, index: object, value: object) -> None:
    whole = as_known(items)
    layout = _with_element(trace, whole, value)
    become(items, trace.apply_python("insert", _inserted, [whole, index, value], result=layout))


def _remove(trace: Trace, items: TrackedList, value: object) -> None:
    whole = as_known(items)
    layout = layout_of(whole)
    if layout is None:
        trace.refuse("list.remove() of a list of what is no data", "make a list of what stays")
    become(items, trace.apply_python("removed", _removed, [whole, value], result=layout))


def _clear(trace: Trace, items: TrackedList) -> None:
    del trace
    become(items, ())


def _reverse(trace: Trace, items: TrackedList) -> None:
    whole = as_known(items)
    layout = layout_of(whole)
    assert layout is not None
    become(items, trace.apply_python("reversed", _reversed, [whole], result=layout))


def _sort(trace: Trace, items: TrackedList) -> None:
    whole = as_known(items)
    layout = layout_of(whole)
    assert layout is not None
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


def store(trace: Trace, owner: object, index: object, value: object) -> None:
    """`owner[index] = value`."""
    note_change(trace, owner, "assignment to an element")
    if isinstance(owner, TrackedList) and (owner.symbolic is not None or holds_symbolic(index)):
        whole = as_known(owner)
        layout = _with_element(trace, whole, value)
        args = [whole, index, value]
        become(owner, trace.apply_python("replaced", _replaced, args, result=layout))
        return
    if isinstance(owner, TrackedDict) and (owner.symbolic is not None or holds_symbolic(index)):
        _put(trace, owner, index, value)
        return
    assert isinstance(owner, TrackedList | TrackedDict)
    operator: Callable[..., None] = owner.__setitem__
    operator(index, value)


def _put(trace: Trace, owner: TrackedDict, key: object, value: object) -> None:
    """Store a value in a dict that is not known behind it."""
    is_new = (
        isinstance(value, TrackedList | TrackedDict)
        and value.symbolic is None
        and not value
        and not trace.aliases.is_copied(value)
        and not trace.aliases.twins(value)
    )
    values = [*([] if is_new else [value]), *owner.values()]
    owner.is_given |= not all(layout_of(one) in ATOMS.values() for one in values)
    trace.aliases.copy(value)
    change_dict(trace, owner, "stored", _stored, [key, value])
    place = trace.place_of(value)
    if is_new and place is not None:
        # It may be changed in the dict, which would not be seen here.
        trace.change(place)
        place.become(Unknown(describe(value), "which is a part of a dict by now"))


def delete(trace: Trace, owner: object, index: object) -> None:
    """`del owner[index]`."""
    note_change(trace, owner, "'del' of an element")
    if isinstance(owner, TrackedList) and (owner.symbolic is not None or holds_symbolic(index)):
        _pop(trace, owner, index)
        return
    if isinstance(owner, TrackedDict) and (owner.symbolic is not None or holds_symbolic(index)):
        change_dict(trace, owner, "without", _without_key, [index])
        return
    assert isinstance(owner, TrackedList | TrackedDict)
    operator: Callable[..., None] = owner.__delitem__
    operator(index)


def dict_method(trace: Trace, entries: TrackedDict, name: str, args: Sequence[object]) -> object:
    """A method that changes a dict of which not all is known; there is a new one behind it.

    Only what never changes can be got from such a dict: a list in it is a copy.
    """
    note_change(trace, entries, f"dict.{name}()")
    for value in args[1:]:
        trace.aliases.copy(value)
    match name:
        case "clear":
            entries.clear()
            entries.symbolic = None
            return None
        case "update" | "subtract" if len(args) < 2:
            for argument in args:
                trace.aliases.copy_parts(argument)
                entries.is_given |= layout_of(argument) != ListOf(TEXT_LEAF)
            change_dict(trace, entries, name, partial(_updated, name), args)
            return None
        case "setdefault" | "pop":
            taken, after = _TAKING[name]
            whole = as_known_dict(entries)
            entries.is_given = True
            value = trace.apply_python(name, taken, [whole, *args], result=OBJECT)
            change_dict(trace, entries, f"{name}_after", after, args)
            return value
        case _:
            trace.refuse(
                f"dict.{name}() of a dict that is known only when the program runs",
                "build a new dict with a comprehension",
            )


def dict_of(trace: Trace, symbolic: object, *, is_given: bool = True) -> dict[object, object]:
    """A dict of captured code, for one of which only the value is known."""
    entries = trace.made_dict({})
    assert isinstance(entries, TrackedDict)
    entries.symbolic = symbolic
    entries.is_given = is_given
    return entries


def viewed(trace: Trace, entries: TrackedDict, name: str) -> object:
    """The keys, values or items of a dict that is not known, as long as it stays as it is."""
    whole = entries.symbolic
    listing, element = VIEWS[name]
    listed = trace.apply_python(name, listing, [whole], result=ListOf(element))

    def check(is_taken: bool) -> None:
        if is_taken or entries.symbolic is not whole:
            trace.refuse(
                f"a second use of dict.{name}(), or one behind a change of the dict,",
                f"make a list of it first, as in list(entries.{name}())",
            )

    return OneTimeList(f"dict.{name}", listed, check)


def _keys(entries: dict[object, object]) -> object:
    return [*entries]


def _values(entries: dict[object, object]) -> object:
    return [*entries.values()]


def _items(entries: dict[object, object]) -> object:
    return [*entries.items()]


VIEWS: dict[str, tuple[Callable[..., object], Layout]] = {
    "keys": (_keys, OBJECT),
    "values": (_values, OBJECT),
    "items": (_items, Parts(TupleKind(2), (OBJECT, OBJECT))),
}
"""What looks through a dict: what lists it, and how the elements are laid out."""


def as_known_dict(entries: TrackedDict) -> object:
    """A dict as a value that stays what it is now."""
    if entries.symbolic is not None:
        return entries.symbolic
    known: dict[object, object] = {**entries}
    return known


def change_dict(
    trace: Trace,
    entries: TrackedDict,
    name: str,
    change: Callable[..., object],
    args: Sequence[object],
    kwargs: Mapping[str, object] | None = None,
) -> None:
    """Let a dict be what a function makes of it."""
    if entries.is_viewed:
        trace.refuse(
            "a key that is known only when the program runs, in a dict that has been looked "
            "through,",
            "loop over a copy, as in dict(entries).items()",
        )
    whole, is_given = as_known_dict(entries), entries.is_given
    given = {**kwargs} if kwargs else None
    after = trace.apply_python(name, change, [whole, *args], given, result=OBJECT)
    entries.clear()
    entries.symbolic, entries.is_given, entries.counted = after, is_given, None


# A copy is of the same class, as of a Counter.


def _stored(entries: dict[object, object], key: object, value: object) -> object:
    copy = entries.copy()
    copy[key] = value
    return copy


def _without_key(entries: dict[object, object], key: object) -> object:
    copy = entries.copy()
    del copy[key]
    return copy


def _updated(name: str, entries: dict[object, object], *others: object) -> object:
    copy = entries.copy()
    getattr(copy, name)(*others)
    return copy


def _set_default(entries: dict[object, object], key: object, default: object = None) -> object:
    return entries.get(key, default)


def _with_default(entries: dict[object, object], key: object, default: object = None) -> object:
    return entries if key in entries else _stored(entries, key, default)


def _popped(entries: dict[object, object], key: object, *default: object) -> object:
    return entries.get(key, *default) if default else entries[key]


def _without_popped(entries: dict[object, object], key: object, *default: object) -> object:
    del default
    return _without_key(entries, key) if key in entries else entries


_TAKING: dict[str, tuple[Callable[..., object], Callable[..., object]]] = {
    "setdefault": (_set_default, _with_default),
    "pop": (_popped, _without_popped),
}


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
