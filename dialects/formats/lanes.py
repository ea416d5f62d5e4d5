"""The limits of a lane, which `sched` and `exec` state alike."""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.dialects.builtin import IntegerAttr
from xdsl.ir import Attribute, Operation
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.formats.requests import integer, verify_limits
from ember_mlir.dialects.values import LabelAttr

LANE_LIMITS = (
    "(`requests_per_minute` $requests_per_minute^)? (`tokens_per_minute` $tokens_per_minute^)? "
    "(`clearance` $clearance^)? (`retries` $retries^)?"
)
"""What a lane lets through beside its number of requests in flight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneLimits:
    """What a lane lets through, and how sensitive it may be; None is no limit of its own.

    A lane without a clearance takes only what is public.
    """

    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    clearance: str | None = None
    retries: int | None = None

    def properties(self) -> dict[str, Attribute | None]:
        """These limits as the properties of an operation."""
        return {
            "requests_per_minute": _optional(self.requests_per_minute),
            "tokens_per_minute": _optional(self.tokens_per_minute),
            "clearance": None if self.clearance is None else LabelAttr(self.clearance),
            "retries": _optional(self.retries),
        }


def _optional(count: int | None) -> IntegerAttr | None:
    return None if count is None else integer(count)


def verify_lane(op: Operation) -> None:
    """Check that the limits which a lane states can be kept."""
    verify_limits(op, "concurrency", "requests_per_minute", "tokens_per_minute")
    retries = op.properties.get("retries")
    if isinstance(retries, IntegerAttr) and retries.value.data < 0:
        raise VerifyException(f"retries must not be negative, but got {retries.value.data}")
