"""How large a lead must be to last with a given confidence (Adaptive-Consistency, Beta).

With v1 answers for the leader and v2 for the runner-up, the leader is the likelier
answer with a probability of I(v1, v2) under a uniform prior, which is the share of the
subsets of v1 + v2 + 1 things that have at most v1 elements.
"""

from __future__ import annotations

from decimal import Decimal


class Boundary:
    """For each number of answers of the runner-up, how many suffice for the leader.

    That is the least v1 with Σ C(v1 + v2 + 1, k) for k = 0..v1 at least
    confidence · 2^(v1 + v2 + 1), computed in whole numbers. Each is found from the one
    before, so all up to v2 take time in proportion to the last v1.

    >>> boundary = Boundary(Decimal("0.95"), 40)
    >>> [boundary.least_leader(runner_up) for runner_up in range(8)]
    [4, 6, 8, 9, 11, 12, 14, 15]
    """

    __slots__ = ("_chosen", "_found", "_leader", "_members", "_share", "_subsets")

    def __init__(self, confidence: Decimal, members: int) -> None:
        self._share = confidence.as_integer_ratio()
        self._members = members
        self._found: list[int] = []
        # For v1 = v2 = 0, of 1 thing: the subsets of at most v1 elements, and of just v1.
        self._leader = 0
        self._subsets = 1
        self._chosen = 1

    def least_leader(self, runner_up: int) -> int:
        """How many answers of the leader decide against so many; above `members`: none do."""
        while len(self._found) <= runner_up:
            self._find(len(self._found))
        return self._found[runner_up]

    def _find(self, runner_up: int) -> None:
        if runner_up:
            self._add_runner_up(runner_up)
        while self._leader <= self._members and not self._is_enough(runner_up):
            self._add_leader(runner_up)
        self._found.append(max(1, self._leader))

    def _is_enough(self, runner_up: int) -> bool:
        above, below = self._share
        return self._subsets * below >= above << (self._leader + runner_up + 1)

    def _add_runner_up(self, runner_up: int) -> None:
        """Go from v2 - 1 to v2, by Pascal's rule."""
        things = self._leader + runner_up
        self._subsets = 2 * self._subsets - self._chosen
        self._chosen = self._chosen * (things + 1) // (runner_up + 1)

    def _add_leader(self, runner_up: int) -> None:
        """Go from v1 to v1 + 1."""
        things = self._leader + runner_up + 1
        self._leader += 1
        at_most_before = 2 * self._subsets - self._chosen
        self._chosen = self._chosen * (things + 1) // self._leader
        self._subsets = at_most_before + self._chosen
