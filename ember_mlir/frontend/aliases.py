"""Lists that may be one and the same, and what has become a part of another value.

x = a if c else b        =>   x may be a or b: if one of the three changes, nobody
                              knows what the others are made of
rows.append(row)         =>   if rows is a value of the program, row is a copy in it,
                              so that later changes of row would be missed
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ember_mlir.frontend.containers import TrackedDict, TrackedList, TrackedSet
from ember_mlir.frontend.narrowing import instance_fields
from ember_mlir.frontend.plain import is_dict, is_list


class Aliases:
    """What one capture knows of the lists, dicts and objects that it has made."""

    def __init__(self) -> None:
        self._twins: dict[int, list[object]] = {}
        # The objects themselves are kept, so that their ids stay theirs.
        self._copied: dict[int, object] = {}

    def link(self, value: object, others: Iterable[object]) -> None:
        """Take note that `value` may be one of `others`."""
        for other in others:
            if other is not value and is_changeable(other):
                self._twins.setdefault(id(value), []).append(other)
                self._twins.setdefault(id(other), []).append(value)

    def twins(self, value: object) -> list[object]:
        """What may be the same as `value`, or as something that may be."""
        found = {id(value): value}
        pending = [value]
        while pending:
            for other in self._twins.get(id(pending.pop()), ()):
                if id(other) not in found:
                    found[id(other)] = other
                    pending.append(other)
        return [*found.values()][1:]

    def copy(self, value: object) -> None:
        """Take note that `value` has become a part of another one, as it is now."""
        for inner in parts_of(value):
            self.copy(inner)
        if is_changeable(value):
            self._copied[id(value)] = value

    def copy_parts(self, value: object) -> None:
        """Take note that what `value` is made of has become a part of another one."""
        for inner in parts_of(value):
            self.copy(inner)

    def is_copied(self, value: object) -> bool:
        """Whether a change of `value` would be missed elsewhere."""
        return id(value) in self._copied


def is_changeable(value: object) -> bool:
    """Whether captured code may change `value`."""
    if isinstance(value, TrackedList | TrackedDict | TrackedSet):
        return True
    return instance_fields(value) is not None


def parts_of(value: object) -> Iterator[object]:
    """What a list, tuple, dict, dataclass or model is made of."""
    if is_list(value):
        yield from value
    elif is_dict(value):
        yield from value.values()
    else:
        for name in instance_fields(value) or ():
            yield getattr(value, name, None)
