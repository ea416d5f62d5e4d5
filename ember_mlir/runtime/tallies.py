"""When a vote is decided: by all members, by as many as settle it, or by a likely lead.

A tally counts the members of one vote as they come, in any order. It knows how many
there are, but not who runs them: it says who has won, and how many must have been
started for a decision to be possible. Adding a member takes constant time.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from decimal import Decimal
from functools import partial
from typing import Literal

from ember_mlir.semantics import Boundary, check_valid

Stop = Literal["lossless", "adaptive"]


class Standing:
    """How often a key was given, and the index of its first member."""

    __slots__ = ("count", "first")

    def __init__(self, first: int) -> None:
        self.count = 0
        self.first = first

    def is_ahead_of(self, other: Standing) -> bool:
        """Whether this key wins over another: it has more members, or as many and the first."""
        return (self.count, -self.first) > (other.count, -other.first)


class Count:
    """The keys of the members that count, and the two that stand best.

    >>> count = Count()
    >>> for index, key in enumerate("abb"):
    ...     count.add(index, key)
    >>> count.leader.first, count.runner_up.first
    (1, 0)
    """

    __slots__ = ("_standings", "leader", "runner_up", "valid")

    leader: Standing | None
    runner_up: Standing | None

    def __init__(self) -> None:
        self.valid = 0
        self.leader = None
        self.runner_up = None
        self._standings: dict[Hashable, Standing] = {}

    def add(self, index: int, key: Hashable) -> None:
        """Count a member."""
        self.valid += 1
        standing = self._standings.get(key)
        if standing is None:
            standing = self._standings[key] = Standing(index)
        elif index < standing.first:
            standing.first = index
        standing.count += 1
        self._place(standing)

    def _place(self, risen: Standing) -> None:
        """Rank the one standing that has become better; all others are what they were."""
        leader, runner_up = self.leader, self.runner_up
        if leader is None or leader is risen:
            self.leader = risen
        elif risen.is_ahead_of(leader):
            self.leader, self.runner_up = risen, leader
        elif runner_up is None or risen.is_ahead_of(runner_up):
            self.runner_up = risen


class Tally:
    """A vote over all of `members`, which are numbered from 0.

    Each must be added or left out once. Fewer than `min_valid` that are added (None: 1)
    elect nobody.

    >>> tally = Tally(3)
    >>> tally.add(2, "b")
    >>> tally.leave_out(1)
    >>> print(tally.winner())
    None
    >>> tally.add(0, "a")
    >>> tally.winner()
    0
    """

    __slots__ = ("_count", "_left", "_members", "_min_valid", "_prefix", "_there")

    def __init__(self, members: int, min_valid: int | None = None) -> None:
        self._members = members
        self._min_valid = min_valid
        self._count = Count()
        self._there = bytearray(members)
        self._left = members
        self._prefix = 0

    def add(self, index: int, key: Hashable) -> None:
        """Count member `index`, whose answer has the key `key`."""
        self._count.add(index, key)
        self._settle(index)

    def leave_out(self, index: int) -> None:
        """Take note that there will be no member `index`: it has failed, and is dropped."""
        self._settle(index)

    def winner(self) -> int | None:
        """The index of the member that is the result, as soon as it is decided.

        Raises `EmptyVoteError` if all members are there and too few count.
        """
        if self._left:
            return self._early()
        check_valid(self._count.valid, self._min_valid)
        leader = self._count.leader
        return None if leader is None else leader.first

    def demand(self) -> int:
        """How many members, from the first on, should have been started by now."""
        return self._members

    def _early(self) -> int | None:
        """The winner while members are missing, if it is decided."""
        return None

    def _settle(self, index: int) -> None:
        self._left -= 1
        there = self._there
        there[index] = True
        while self._prefix < self._members and there[self._prefix]:
            self._pass(self._prefix)
            self._prefix += 1

    def _pass(self, index: int) -> None:
        """Take note that all members up to `index` are there."""

    @property
    def _needed(self) -> int:
        """How many more must count, whatever they say."""
        return (1 if self._min_valid is None else self._min_valid) - self._count.valid


class LosslessTally(Tally):
    """A vote that is decided when no missing member could change its result.

    A missing member may have any key. Where `may_drop`, it may also be left out; then a
    decision waits for `min_valid` members. One before the first of the leader's might be
    the result in its stead, so a decision waits for these.

    >>> tally = LosslessTally(5)
    >>> tally.demand()
    3
    >>> for index, key in enumerate("aba"):
    ...     tally.add(index, key)
    >>> tally.winner(), tally.demand()
    (None, 4)
    >>> tally.add(3, "a")
    >>> tally.winner()
    0
    """

    __slots__ = ("_may_drop",)

    def __init__(
        self, members: int, min_valid: int | None = None, *, may_drop: bool = True
    ) -> None:
        super().__init__(members, min_valid)
        self._may_drop = may_drop

    def demand(self) -> int:
        return self._members - self._left + self._more()

    def _early(self) -> int | None:
        leader = self._count.leader
        return None if leader is None or self._more() else leader.first

    def _more(self) -> int:
        """The least k such that k more members, all for the leader, decide the vote.

        Then the others, `left - k`, do not suffice for the runner-up, nor for a new key.
        """
        left, leader, runner_up = self._left, self._count.leader, self._count.runner_up
        if self._needed > left:
            return left
        if leader is None:
            count, first, more = 0, self._prefix, 1
        else:
            count, first = leader.count, min(leader.first, self._prefix)
            more = int(self._prefix < leader.first)
        # A tie goes to the leader, before whom nobody is missing then.
        more = max(more, _half(left - count))
        if runner_up is not None:
            wins_ties = first < runner_up.first
            more = max(more, _half(runner_up.count + left - count + (not wins_ties)))
        if self._may_drop:
            more = max(more, self._needed)
        return min(more, left)


def _half(number: int) -> int:
    """Half of `number`, rounded up."""
    return -(-number // 2)


class AdaptiveTally(Tally):
    """A vote that is decided by the first row of answers whose lead is likely to last.

    It looks at the members from the first on, one by one, so that what it decides does
    not depend on who answers first, and stops by the rule of `Boundary`. If it never
    does, it is the vote over all.

    >>> tally = AdaptiveTally(40, Decimal("0.95"))
    >>> for index in (1, 2, 3):
    ...     tally.add(index, "yes")
    >>> tally.winner(), tally.demand()
    (None, 4)
    >>> tally.add(0, "yes")
    >>> tally.winner()
    0
    """

    __slots__ = ("_ahead", "_boundary", "_decided")

    def __init__(self, members: int, confidence: Decimal, min_valid: int | None = None) -> None:
        super().__init__(members, min_valid)
        self._boundary = Boundary(confidence, members)
        self._ahead: dict[int, Hashable] = {}
        self._decided: int | None = None

    def add(self, index: int, key: Hashable) -> None:
        self._ahead[index] = key
        self._settle(index)

    def winner(self) -> int | None:
        return super().winner() if self._decided is None else self._decided

    def demand(self) -> int:
        if self._decided is not None:
            return self._prefix
        leads, needed = self._lead()
        return min(self._members, self._prefix + max(needed - leads, self._needed))

    def _pass(self, index: int) -> None:
        # What was left out has no key. Once it is decided, nobody counts any more.
        if index not in self._ahead or self._decided is not None:
            return
        self._count.add(index, self._ahead.pop(index))
        leads, needed = self._lead()
        leader = self._count.leader
        if leader is not None and leads >= needed and self._needed <= 0:
            self._decided = leader.first

    def _lead(self) -> tuple[int, int]:
        """How many members the leader has, and how many it needs against the runner-up."""
        leader, runner_up = self._count.leader, self._count.runner_up
        needed = self._boundary.least_leader(0 if runner_up is None else runner_up.count)
        return 0 if leader is None else leader.count, needed


def tally_for(
    min_valid: int | None,
    stop: Stop | None,
    confidence: Decimal | None,
    *,
    may_drop: bool = True,
) -> Callable[[int], Tally]:
    """What makes the tally of a vote by its rules, for a number of members.

    `confidence` goes with the stop `adaptive`. `may_drop` says whether members may be
    left out; where that is unknown, they may.
    """
    if confidence is not None:
        return partial(AdaptiveTally, confidence=confidence, min_valid=min_valid)
    if stop == "lossless":
        return partial(LosslessTally, min_valid=min_valid, may_drop=may_drop)
    return partial(Tally, min_valid=min_valid)
