"""How often a vote that stops adaptively differs from the vote over all, at most.

For answers that are drawn independently and can only be two, one with a probability of p,
the sequences of N answers for which the two votes differ are counted by dynamic
programming, by how many are the first answer. That gives the probability of a difference
as a polynomial, Σ M[a] p^a (1 - p)^(N - a), whose greatest value for p from 0 to 1 is
bounded from above by subdivision. All of it is done in whole numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from math import ceil, comb, lcm

from ember_mlir.semantics import Boundary

MAX_MEMBERS = 200
"""Of votes over more members no bound is computed: it takes time with the cube of them."""

PLACES = 4
"""The bound is rounded up to so many places."""

MARGIN = Fraction(1, 10**6)
"""How far the bound may be above the greatest probability, before it is rounded."""


@lru_cache(maxsize=64)
def most_differing(members: int, confidence: Decimal, min_valid: int = 1) -> Decimal:
    """The greatest probability, over p, of a difference; rounded up.

    >>> most_differing(39, Decimal("0.95"))
    Decimal('0.0576')
    >>> most_differing(5, Decimal("0.95"))
    Decimal('0.0000')
    """
    counts = differing(members, confidence, min_valid)
    if not any(counts):
        return Decimal("0.0000")
    bound = supremum([Fraction(counts[a], comb(members, a)) for a in range(members + 1)])
    return Decimal(ceil(bound * 10**PLACES)).scaleb(-PLACES)


def differing(members: int, confidence: Decimal, min_valid: int = 1) -> Sequence[int]:
    """How many sequences with a times the first answer there are whose votes differ, for each a."""
    boundary = Boundary(confidence, members)
    found = [0] * (members + 1)
    for first in (True, False):
        # How many rows of so many first and second answers have not been decided.
        open_rows = {(1, 0) if first else (0, 1): 1}
        for length in range(1, members):
            following: dict[tuple[int, int], int] = {}
            for (one, other), rows in open_rows.items():
                lead = max(one, other)
                if length >= min_valid and lead >= boundary.least_leader(length - lead):
                    _count(found, (one, other), rows, first=first)
                    continue
                for then in ((one + 1, other), (one, other + 1)):
                    following[then] = following.get(then, 0) + rows
            open_rows = following
    return found


def _count(found: list[int], row: tuple[int, int], rows: int, *, first: bool) -> None:
    """Count the ends of decided rows whose vote over all has another winner."""
    one, other = row
    members = len(found) - 1
    for more in range(members - one - other + 1):
        in_all = one + more
        if _wins(one, other, first) != _wins(in_all, members - in_all, first):
            found[in_all] += rows * comb(members - one - other, more)


def _wins(one: int, other: int, first: bool) -> bool:
    """Whether the first answer wins; a tie goes to the one that was given first."""
    return one > other or (one == other and first)


def supremum(shares: Sequence[Fraction]) -> Fraction:
    """More than the greatest value of Σ share[a] C(N, a) p^a (1 - p)^(N - a), by `MARGIN` at most.

    A polynomial lies below the greatest of its coefficients in this form, on any interval
    for which it is written so. An interval is halved until that is close enough.
    """
    unit = lcm(*(share.denominator for share in shares))
    pending = [([int(share * unit) for share in shares], unit)]
    reached = max(shares[0], shares[-1])
    while pending:
        coefficients, unit = pending.pop()
        if Fraction(max(coefficients), unit) > reached + MARGIN:
            left, right = _halves(coefficients)
            unit <<= len(shares) - 1
            reached = max(reached, Fraction(left[-1], unit))
            pending += [(left, unit), (right, unit)]
    return reached + MARGIN


def _halves(coefficients: Sequence[int]) -> tuple[list[int], list[int]]:
    """The coefficients for both halves of an interval, by de Casteljau, times 2^degree."""
    degree = len(coefficients) - 1
    left, right = list[int](), list[int]()
    row = list(coefficients)
    for step in range(degree + 1):
        scale = 1 << (degree - step)
        left.append(row[0] * scale)
        right.append(row[-1] * scale)
        row = [a + b for a, b in pairwise(row)]
    return left, right[::-1]
