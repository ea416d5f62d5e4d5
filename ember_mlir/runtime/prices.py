"""What calls cost, in whole trillionths of a dollar, for budgets."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import lcm

DOLLAR = 10**12
"""A dollar in the unit of budgets."""

_MILLION = 10**6


@dataclass(frozen=True, slots=True)
class Prices:
    """What a token of input and one of output cost, in `per`ths of the unit of budgets.

    >>> Prices.of(Decimal("0.15"), Decimal("0.60")).cost(1000, 100)
    210000000
    """

    read: int
    written: int
    per: int

    @classmethod
    def of(cls, read: Decimal, written: Decimal) -> Prices:
        """Prices in US dollars per million tokens, as exact as they are."""
        reading, writing = Fraction(read) * _MILLION, Fraction(written) * _MILLION
        per = lcm(reading.denominator, writing.denominator)
        return cls(int(reading * per), int(writing * per), per)

    def cost(self, read: int, written: int) -> int:
        """The cost of so many tokens of input and output, rounded up."""
        return -(-(read * self.read + written * self.written) // self.per)


def dollars(amount: Decimal) -> int:
    """A sum of dollars in the unit of budgets, rounded down.

    >>> dollars(Decimal("1.5"))
    1500000000000
    """
    return int(amount * DOLLAR)
