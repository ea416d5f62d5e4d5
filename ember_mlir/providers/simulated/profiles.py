"""How fast and how good the simulated models are. Their prices stand in the catalog."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Profile(NamedTuple):
    """The character of a simulated model.

    `quality` is the probability that an answer is right, from 0 to 1;
    `first_token_seconds` and `seconds_per_token` (of output) are the middle of what a
    request takes.

    >>> PROFILES["large"].quality
    0.97
    """

    quality: float
    first_token_seconds: float
    seconds_per_token: float


PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        "small": Profile(0.70, 0.25, 0.008),
        "medium": Profile(0.85, 0.40, 0.014),
        "large": Profile(0.97, 0.60, 0.022),
    }
)
"""The simulated models; any other name behaves as `small`."""
