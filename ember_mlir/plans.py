"""The plans that a program keeps: bounded, shared by threads, and never stale."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Generator, Hashable
from contextlib import contextmanager
from threading import Lock, RLock, local
from typing import Generic, NamedTuple, Protocol, TypeVar

__all__ = ["CacheInfo", "Plan", "PlanCache"]


class CacheInfo(NamedTuple):
    """What became of the calls of a program: as `functools.lru_cache` tells it.

    `hits` are the calls for which there was a plan, and `misses` those for which one was to
    be made. Of at most `maxsize` plans, `currsize` are kept.

    >>> CacheInfo(hits=2, misses=1, maxsize=64, currsize=1)
    CacheInfo(hits=2, misses=1, maxsize=64, currsize=1)
    """

    hits: int
    misses: int
    maxsize: int
    currsize: int


class Plan(Protocol):
    """Something that was made for a key, and is of use as long as it holds."""

    def holds(self) -> bool:
        """Whether all that it was made from is still as it was."""
        ...


P = TypeVar("P", bound=Plan)

MOST_OF_A_KEY = 4
"""How many plans a key has at most: where something changes to and fro, both are kept."""


class PlanCache(Generic[P]):
    """Plans by key; of more than `maxsize`, those of the key not used for longest go first.

    A plan is made once, however many threads ask for it first at once: the others wait for
    it. Whoever asks for another key, or for what there is already, does not wait.

    >>> class Always:
    ...     def holds(self) -> bool:
    ...         return True
    >>> plans = PlanCache[Always](maxsize=2)
    >>> plans.get_or_make("a", Always) is plans.get_or_make("a", Always)
    True
    >>> plans.info()
    CacheInfo(hits=1, misses=1, maxsize=2, currsize=1)
    """

    def __init__(self, maxsize: int) -> None:
        self._maxsize = maxsize
        self._lock = Lock()
        self._plans: OrderedDict[Hashable, tuple[P, ...]] = OrderedDict()
        self._makers: dict[Hashable, _Maker] = {}
        self._hits = self._misses = self._size = 0

    def get_or_make(self, key: Hashable, make: Callable[[], P]) -> P:
        """The plan for `key` that holds now, made by `make` if there is none.

        What `make` raises is raised, and nothing is kept; the next one tries again.
        """
        found = self._find(key)
        if found is not None:
            return found
        with self._alone(key):
            # Another thread may have made it while this one waited.
            found = self._find(key)
            return self._keep(key, make()) if found is None else found

    def info(self) -> CacheInfo:
        """How often there was a plan and how often not, and how many are kept."""
        with self._lock:
            return CacheInfo(self._hits, self._misses, self._maxsize, self._size)

    def _find(self, key: Hashable) -> P | None:
        for plan in self._plans.get(key, ()):
            if plan.holds():
                with self._lock:
                    self._hits += 1
                    # It may have gone meanwhile, for which it does not hold any less.
                    if key in self._plans:
                        self._plans.move_to_end(key)
                return plan
        return None

    def _keep(self, key: Hashable, plan: P) -> P:
        with self._lock:
            self._misses += 1
            before = self._plans.get(key, ())
            now = self._plans[key] = (plan, *before)[: min(MOST_OF_A_KEY, self._maxsize)]
            self._plans.move_to_end(key)
            self._size += len(now) - len(before)
            while self._size > self._maxsize:
                self._size -= len(self._plans.popitem(last=False)[1])
        return plan

    @contextmanager
    def _alone(self, key: Hashable) -> Generator[None]:
        """Make the plans of a key in one thread at a time.

        Python that runs at capture may call a program. As another thread may wait the other
        way round, whoever makes a plan does not wait for that of another.
        """
        with self._lock:
            maker = self._makers.setdefault(key, _Maker())
            maker.threads += 1
        waits = not _here.making
        try:
            if waits:
                maker.lock.acquire()
            _here.making += 1
            try:
                yield
            finally:
                _here.making -= 1
                if waits:
                    maker.lock.release()
        finally:
            with self._lock:
                maker.threads -= 1
                if not maker.threads:
                    del self._makers[key]


class _Maker:
    """Who makes the plans of a key now, and how many threads are there for it."""

    def __init__(self) -> None:
        self.lock = RLock()
        self.threads = 0


class _Here(local):
    """How many plans this thread is making, one for the sake of the other."""

    making = 0


_here = _Here()
