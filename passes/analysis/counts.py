"""Numbers of calls and tokens that are known only up to the length of a list, or as a range."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import zip_longest
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Count:
    """A number that may depend on n, the length of a list: a + b·n + c·n² + …

    >>> print(Count.of(2) + Count.of(3) * N)
    3n + 2
    """

    terms: tuple[Fraction, ...] = ()

    @classmethod
    def of(cls, number: int | Fraction) -> Count:
        """A known number."""
        return cls((Fraction(number),) if number else ())

    def __add__(self, other: Count) -> Count:
        return Count(_trimmed(a + b for a, b in self._with(other)))

    def __sub__(self, other: Count) -> Count:
        return Count(_trimmed(a - b for a, b in self._with(other)))

    def __mul__(self, other: Count) -> Count:
        if not self.terms or not other.terms:
            return Count()
        made = [Fraction(0)] * (len(self.terms) + len(other.terms) - 1)
        for i, a in enumerate(self.terms):
            for j, b in enumerate(other.terms):
                made[i + j] += a * b
        return Count(_trimmed(made))

    def least(self, other: Count) -> Count:
        """What is at most both."""
        return Count(_trimmed(min(a, b) for a, b in self._with(other)))

    def most(self, other: Count) -> Count:
        """What is at least both."""
        return Count(_trimmed(max(a, b) for a, b in self._with(other)))

    @property
    def sign(self) -> int:
        """Whether it is above 0 (1), below (-1) or 0, of a list that is long."""
        return 0 if not self.terms else (1 if self.terms[-1] > 0 else -1)

    def __str__(self) -> str:
        powers = ["", "n", "n²", *(f"n^{i}" for i in range(3, len(self.terms)))]
        shown = [_term(t, p) for t, p in zip(self.terms, powers, strict=False) if t]
        return " + ".join(reversed(shown)).replace("+ -", "- ") or "0"

    def _with(self, other: Count) -> Iterable[tuple[Fraction, Fraction]]:
        return zip_longest(self.terms, other.terms, fillvalue=Fraction(0))


def _trimmed(terms: Iterable[Fraction]) -> tuple[Fraction, ...]:
    found = list(terms)
    while found and not found[-1]:
        found.pop()
    return tuple(found)


def _term(term: Fraction, power: str) -> str:
    whole = term.denominator == 1
    number = f"{term.numerator}" if whole else f"{float(term):.3g}"
    return number.replace("1", "") + power if power and number in ("1", "-1") else number + power


N = Count((Fraction(0), Fraction(1)))
ZERO, ONE = Count(), Count.of(1)


class Range(NamedTuple):
    """At least so many, and at most so many."""

    least: Count = ZERO
    most: Count = ZERO

    def plus(self, other: Range) -> Range:
        """Both one after the other."""
        return Range(self.least + other.least, self.most + other.most)

    def minus(self, other: Range) -> Range:
        """How much less the other one is."""
        least, most = self.least - other.least, self.most - other.most
        return Range(least.least(most), least.most(most))

    def times(self, how_often: Range) -> Range:
        """Repeated."""
        return Range(self.least * how_often.least, self.most * how_often.most)

    def or_else(self, other: Range) -> Range:
        """One of both."""
        return Range(self.least.least(other.least), self.most.most(other.most))

    def rises_to(self, other: Range) -> bool:
        """Whether either bound of the other is higher, for long lists."""
        return any((b - a).sign > 0 for a, b in zip(self, other, strict=True))

    def __str__(self) -> str:
        least, most = str(self.least), str(self.most)
        return most if least == most else f"{least} to {most}"


def exactly(count: Count) -> Range:
    """Just so many."""
    return Range(count, count)


class Estimate(NamedTuple):
    """The calls and the tokens of a part of a program."""

    calls: Range = Range()
    tokens: Range = Range()

    def plus(self, other: Estimate) -> Estimate:
        """Both one after the other."""
        return Estimate(self.calls.plus(other.calls), self.tokens.plus(other.tokens))

    def minus(self, other: Estimate) -> Estimate:
        """How much less the other one is."""
        return Estimate(self.calls.minus(other.calls), self.tokens.minus(other.tokens))

    def times(self, how_often: Range) -> Estimate:
        """Repeated."""
        return Estimate(self.calls.times(how_often), self.tokens.times(how_often))

    def or_else(self, other: Estimate) -> Estimate:
        """One of both."""
        return Estimate(self.calls.or_else(other.calls), self.tokens.or_else(other.tokens))

    def shown(self) -> str:
        """In words.

        >>> Estimate(exactly(ONE), exactly(Count.of(300))).shown()
        '1 call and about 300 tokens'
        """
        unit = "call" if self.calls == exactly(ONE) else "calls"
        return f"{self.calls} {unit} and about {self.tokens} tokens"

    def rises_to(self, other: Estimate) -> bool:
        """Whether the other may take more calls, or more tokens for as many calls."""
        if self.calls.rises_to(other.calls):
            return True
        return self.calls == other.calls and self.tokens.rises_to(other.tokens)


NOTHING = Estimate()
