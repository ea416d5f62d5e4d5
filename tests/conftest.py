"""How many random programs the laws are tried on: a few, or with `--hypothesis-profile=fuzz` many.

Laws that state a number of their own keep it.
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# Programs are large, and drawn by asking for many small choices.
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]

settings.register_profile(
    "test", max_examples=30, derandomize=True, deadline=None, suppress_health_check=SLOW
)
settings.register_profile(
    "fuzz", max_examples=10_000, derandomize=False, deadline=None, suppress_health_check=SLOW
)
settings.load_profile("test")
