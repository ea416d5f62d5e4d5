"""What a request may ask for."""

from __future__ import annotations

import json
from decimal import Decimal

MAX_TEMPERATURE = 2
"""The highest temperature that any provider known to us accepts."""


def temperature_problem(temperature: Decimal) -> str | None:
    """Why a temperature is out of range, or None if it is not.

    >>> temperature_problem(Decimal("2.5"))
    'temperature must be between 0 and 2, but got 2.5'
    """
    if temperature.is_finite() and 0 <= temperature <= MAX_TEMPERATURE:
        return None
    return f"temperature must be between 0 and {MAX_TEMPERATURE}, but got {temperature}"


def top_p_problem(top_p: Decimal) -> str | None:
    """Why a share of probability is out of range, or None if it is not.

    >>> top_p_problem(Decimal(0))
    'top_p must be above 0 and at most 1, but got 0'
    """
    if top_p.is_finite() and 0 < top_p <= 1:
        return None
    return f"top_p must be above 0 and at most 1, but got {top_p}"


def extra_problem(extra: str) -> str | None:
    """Why a text is no JSON object of a provider's own parameters, or None if it is one.

    >>> extra_problem("[1]")
    'extra must be the text of a JSON object, but got a list'
    """
    try:
        found: object = json.loads(extra)
    except (ValueError, RecursionError) as error:
        return f"extra must be the text of a JSON object, but it is no JSON: {error}"
    if isinstance(found, dict):
        return None
    return f"extra must be the text of a JSON object, but got a {type(found).__name__}"


def max_tokens_problem(max_tokens: int) -> str | None:
    """Why a limit of answer tokens is out of range, or None if it is not.

    >>> max_tokens_problem(0)
    'max_tokens must be at least 1, but got 0'
    """
    if 1 <= max_tokens < 2**31:
        return None
    bound = "at least 1" if max_tokens < 1 else "below 2147483648"
    return f"max_tokens must be {bound}, but got {max_tokens}"
