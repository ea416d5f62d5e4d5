"""What calls cost, in whole trillionths of a dollar, for budgets."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal

from ember_mlir.runtime.tables import LaneTable

DOLLAR = 10**12
"""A dollar in the unit of budgets."""

_MILLION = Decimal(10**6)


def worst_cost(tokens: tuple[int, int] | None, lane: LaneTable) -> int | None:
    """The cost of so many tokens of input and output; None if they or a price are unknown.

    >>> worst_cost((1000, 100), LaneTable(number=0, symbol="l", model="m", provider="p",
    ...     concurrency=1, input_usd_per_million=Decimal("0.15"),
    ...     output_usd_per_million=Decimal("0.60")))
    210000000
    """
    if tokens is None:
        return None
    read, written = tokens
    if not (read or written):
        return 0
    prices = lane.input_usd_per_million, lane.output_usd_per_million
    if prices[0] is None or prices[1] is None:
        return None
    cost = (read * prices[0] + written * prices[1]) * _MILLION
    return int(cost.to_integral_value(ROUND_CEILING))


def settled_cost(read: int, written: int, lane: LaneTable) -> int:
    """The cost of the tokens that a call has used."""
    return worst_cost((read, written), lane) or 0


def dollars(amount: Decimal) -> int:
    """A sum of dollars in the unit of budgets, rounded down.

    >>> dollars(Decimal("1.5"))
    1500000000000
    """
    return int(amount * DOLLAR)
