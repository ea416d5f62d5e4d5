"""How long to wait before something is tried again."""

from __future__ import annotations

from collections.abc import Sequence

from ember_mlir.errors import EmberError, ProviderError
from ember_mlir.providers.failures import wait_asked
from ember_mlir.runtime.tables import SECOND
from ember_mlir.tape import draw_number

APART = 1 << 128
"""No call site has this number: waits are drawn apart from answers."""

LEAST = 1000
"""The shortest wait, in nanoseconds: none is rounded to nothing, and so none spins."""


def longest_wait(least: int, most: int, doublings: int) -> int:
    """The longest time to wait before another try, in nanoseconds; it doubles each time.

    >>> [longest_wait(5, 30, tries) for tries in range(4)]
    [5, 10, 20, 30]
    """
    return min(most, least << min(doublings, 40))


def jittered(
    longest: int, tape: bytes, chain: Sequence[int], place: Sequence[int], error: EmberError
) -> int:
    """A random part of the longest time to wait, and at least what the provider asks for.

    The part is drawn from the tape, at a place of what is tried and how often it was. So
    that those who failed together do not come back together, it is evenly drawn from the
    whole time. Source: "Exponential Backoff And Jitter" (M. Brooker, 2015), full jitter.
    """
    asked = nanoseconds(wait_asked(error)) if isinstance(error, ProviderError) else 0
    draw = draw_number(tape, (APART, *chain), place)
    return max(longest * draw >> 128, asked, LEAST)


def nanoseconds(seconds: float) -> int:
    """A time in whole nanoseconds, rounded up so that no wait becomes none.

    >>> nanoseconds(0.1), nanoseconds(1e-12)
    (100000000, 1)
    """
    return -int(-seconds * SECOND // 1)
