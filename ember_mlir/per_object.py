"""Something for each of many objects, which is kept while the object lives and is used."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import RLock
from typing import Generic, TypeVar
from weakref import ReferenceType, ref

T = TypeVar("T")


class PerObject(Generic[T]):
    """A value for each object, told apart by identity: objects need not be hashable.

    A value may hold its object, which then lives as long as that is kept: so only those of
    the `most` objects are that were asked for last.

    >>> class Thing:
    ...     pass
    >>> thing, numbers = Thing(), PerObject[int]()
    >>> numbers.of(thing, lambda: 1), numbers.of(thing, lambda: 2)
    (1, 1)
    """

    def __init__(self, most: int = 256) -> None:
        self._lock = RLock()
        self._most = most
        self._made = OrderedDict[int, tuple[ReferenceType[object], T]]()

    def of(self, owner: object, make: Callable[[], T]) -> T:
        """The value for `owner`, made when it is first asked for."""
        key = id(owner)
        with self._lock:
            found = self._made.get(key)
            if found is not None and found[0]() is owner:
                self._made.move_to_end(key)
                return found[1]
            made = make()
            try:
                reference = ref(owner, lambda _: self._made.pop(key, None))
            except TypeError:
                # Nobody tells when such an object is gone, so nothing is kept for it.
                return made
            self._made[key] = reference, made
            while len(self._made) > self._most:
                self._made.popitem(last=False)
            return made
