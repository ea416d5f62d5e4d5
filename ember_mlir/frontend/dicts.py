"""Dicts that captured code makes, and what changes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from ember_mlir.frontend.changes import note_change
from ember_mlir.frontend.containers import TrackedDict, TrackedList
from ember_mlir.frontend.inspection import layout_of
from ember_mlir.frontend.iterators import OneTimeList
from ember_mlir.frontend.kinds import TupleKind
from ember_mlir.frontend.layouts import ATOMS, OBJECT, TEXT_LEAF, Layout, ListOf, Parts
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.values import Unknown, describe


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


def store_entry(trace: Trace, entries: TrackedDict, key: object, value: object) -> None:
    """Store a value in a dict that is not known behind it."""
    is_new = (
        isinstance(value, TrackedList | TrackedDict)
        and value.symbolic is None
        and not value
        and not trace.aliases.is_copied(value)
        and not trace.aliases.twins(value)
    )
    values = [*([] if is_new else [value]), *entries.values()]
    entries.is_given |= not all(layout_of(one) in ATOMS.values() for one in values)
    trace.aliases.copy(value)
    change_dict(trace, entries, "stored", _stored, [key, value])
    place = trace.place_of(value)
    if is_new and place is not None:
        # It may be changed in the dict, which would not be seen here.
        trace.change(place)
        place.become(Unknown(describe(value), "which is a part of a dict by now"))


def delete_entry(trace: Trace, entries: TrackedDict, key: object) -> None:
    """Delete an entry of a dict of which not all is known."""
    change_dict(trace, entries, "without", _without_key, [key])


# What follows runs with the program. A copy is of the same class, as of a Counter.


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
