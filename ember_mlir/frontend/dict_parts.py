"""Lists and sets in a dict whose keys are not known, which are changed where they stand.

groups[kind].append(x)                    =>   %groups = a copy with another list in it
groups.setdefault(kind, []).append(x)     =>   the same, with an empty list if there is none
labels[kind].append(x)                    =>   scf.if for each list that it may be

Whoever has got a list out of such a dict would not see the change, so it is only made as long as
nobody has.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from functools import partial

from ember_mlir.frontend.bound import BoundMethod
from ember_mlir.frontend.changes import note_change
from ember_mlir.frontend.containers import TrackedDict, TrackedList, TrackedSet
from ember_mlir.frontend.dicts import as_known_dict, change_dict
from ember_mlir.frontend.inspection import layout_of
from ember_mlir.frontend.layouts import ATOMS, OBJECT, ListOf
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.values import Selection, describe, holds_symbolic

_FACTORIES: tuple[object, ...] = (bool, dict, float, int, list, set, str, tuple)


class DictPart:
    """The value that a dict has for a key, or else what `factory` makes; it was `seen` then."""

    def __init__(self, owner: TrackedDict, key: object, factory: type[object] | None) -> None:
        self.owner = owner
        self.key = key
        self.factory = factory or owner.factory
        self.seen = owner.symbolic


def part_method(
    owner: object, key: object, name: str, factory: type[object] | None = None
) -> object:
    """The method `name` of `owner[key]`, if that is to be changed in its dict; or else None."""
    if not isinstance(owner, TrackedDict):
        return None
    if owner.symbolic is not None:
        return BoundMethod(DictPart(owner, key, factory), name)
    if not holds_symbolic(key):
        return None
    lists = [one for one in owner.values() if isinstance(one, TrackedList | TrackedSet)]
    if owner and len(lists) == len(owner) and factory is None:
        cases: list[tuple[object, object]] = [
            (known, BoundMethod(one, name)) for known, one in owner.items()
        ]
        return Selection(key, cases, KeyError)
    return BoundMethod(DictPart(owner, key, factory), name)


def change_part(
    trace: Trace, part: DictPart, name: str, args: Sequence[object], kwargs: Mapping[str, object]
) -> None:
    """Change what a dict has for a key."""
    owner = part.owner
    if owner.symbolic is not part.seen:
        trace.refuse("a dict that is changed by what is put into it", "compute that first")
    note_change(trace, owner, f"'.{name}()' of an element")
    if owner.symbolic is None and not all(map(is_atom, owner.values())):
        owner.is_given = True
    if owner.is_given:
        trace.refuse(
            f"'.{name}()' of an element of a dict that others may have, too",
            "look into the dict only behind all changes, or collect a list of pairs",
        )
    for value in (*args, *kwargs.values()):
        trace.aliases.copy(value)
    change = partial(with_part_changed, name, part.factory)
    change_dict(trace, owner, name, change, [part.key, *args], kwargs)


def is_atom(value: object) -> bool:
    """Whether a value never changes, and holds nothing that does."""
    return layout_of(value) in ATOMS.values()


def with_part_changed(
    name: str,
    factory: type[object] | None,
    entries: dict[object, object],
    key: object,
    *args: object,
    **kwargs: object,
) -> dict[object, object]:
    """A dict in which the value of a key is another one.

    >>> with_part_changed("append", list, {"a": [1]}, "b", 2)
    {'a': [1], 'b': [2]}
    """
    after = entries.copy()
    part = copy(after[key]) if key in after or factory is None else factory()
    getattr(part, name)(*args, **kwargs)
    after[key] = part
    return after


# Dicts that say what stands for a key that is not there


def collection(
    trace: Trace, made: type, args: Sequence[object], kwargs: Mapping[str, object]
) -> object:
    """A `defaultdict` or `Counter`, which is known only when the program runs."""
    factory = args[0] if made is defaultdict and args else None
    if made is defaultdict and not any(factory is known for known in _FACTORIES):
        trace.refuse(f"a defaultdict of {describe(factory)}", "give it int, str, list, dict or set")
    entries = trace.made_dict({})
    assert isinstance(entries, TrackedDict)
    value = trace.apply_python(made.__name__, made, args, dict(kwargs), result=OBJECT)
    entries.symbolic = value
    entries.factory = factory if isinstance(factory, type) else None
    entries.is_given = made is defaultdict and len(args) + len(kwargs) > 1
    counted = layout_of(args[0]) if made is Counter and len(args) == 1 and not kwargs else None
    entries.counted = counted.element if isinstance(counted, ListOf) else None
    return entries


def with_default(trace: Trace, owner: TrackedDict, key: object) -> object:
    """`owner[key]` of a dict that makes what is not there."""
    factory = owner.factory
    assert factory is not None
    was_given = owner.is_given
    note_change(trace, owner, "an element that may be new")
    args = [as_known_dict(owner), key]
    read = partial(default_of, factory)
    value = trace.apply_python("element", read, args, result=OBJECT)
    if factory in ATOMS:
        # Whatever else has been put there counts as given already.
        owner.is_given = was_given
    change_dict(trace, owner, "with_default", partial(_with_default, factory), [key])
    return value


def default_of(
    factory: Callable[[], object], entries: Mapping[object, object], key: object
) -> object:
    """The value of a key, or what stands for it.

    >>> default_of(int, {"a": 1}, "b")
    0
    """
    return entries[key] if key in entries else factory()


def _with_default(
    factory: Callable[[], object], entries: dict[object, object], key: object
) -> dict[object, object]:
    if key in entries:
        return entries
    after = entries.copy()
    after[key] = factory()
    return after
