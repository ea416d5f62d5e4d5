"""The limits of a lane, which `sched` and `exec` state alike."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from xdsl.dialects.builtin import IntegerAttr
from xdsl.ir import Attribute, Operation
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.formats.requests import integer, verify_limits
from ember_mlir.dialects.formats.strategies import BACKOFF, verify_tries
from ember_mlir.dialects.values import DecimalAttr, LabelAttr

LANE_LIMITS = (
    "(`requests_per_minute` $requests_per_minute^)? (`tokens_per_minute` $tokens_per_minute^)? "
    "(`clearance` $clearance^)? (`retries` $retries^)? (`at_most` $at_most^)? "
    f"{BACKOFF} (`timeout` custom<Number>($timeout)^ `seconds`)?"
)
"""What a lane lets through beside its number of requests in flight, and when it sends again."""

LANE_PROPERTIES = (
    "requests_per_minute",
    "tokens_per_minute",
    "clearance",
    "retries",
    "at_most",
    "least_backoff",
    "most_backoff",
    "timeout",
)
"""The properties that `LANE_LIMITS` spells, in its order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneLimits:
    """What a lane lets through, how sensitive it may be, and when it sends again.

    None is no limit of its own. A lane without a clearance takes only what is public.
    `retries` is how often it may send again while nothing is answered, `at_most` how
    often one request is sent in all (None: once); `backoff`, the least and most that it
    waits in between, and `timeout`, how long one sending may take, are in seconds.
    """

    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    clearance: str | None = None
    retries: int | None = None
    at_most: int | None = None
    backoff: tuple[Decimal, Decimal] | None = None
    timeout: Decimal | None = None

    def properties(self) -> dict[str, Attribute | None]:
        """These limits as the properties of an operation."""
        least, most = self.backoff or (None, None)
        return {
            "requests_per_minute": _optional(self.requests_per_minute),
            "tokens_per_minute": _optional(self.tokens_per_minute),
            "clearance": None if self.clearance is None else LabelAttr(self.clearance),
            "retries": _optional(self.retries),
            "at_most": _optional(self.at_most),
            "least_backoff": _seconds(least),
            "most_backoff": _seconds(most),
            "timeout": _seconds(self.timeout),
        }


def _optional(count: int | None) -> IntegerAttr | None:
    return None if count is None else integer(count)


def _seconds(amount: Decimal | None) -> DecimalAttr | None:
    return None if amount is None else DecimalAttr(amount)


def verify_lane(op: Operation) -> None:
    """Check that the limits which a lane states can be kept, and its tries make sense."""
    verify_limits(op, "concurrency", "requests_per_minute", "tokens_per_minute")
    verify_tries(op, "backoff")
    timeout, retries = op.properties.get("timeout"), op.properties.get("retries")
    if isinstance(timeout, DecimalAttr) and timeout.data <= 0:
        raise VerifyException(f"timeout must be above 0 seconds, but got {timeout.data:f}")
    if isinstance(retries, IntegerAttr) and retries.value.data < 0:
        raise VerifyException(f"retries must not be negative, but got {retries.value.data}")
