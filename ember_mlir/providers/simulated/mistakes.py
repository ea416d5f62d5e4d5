"""Plausible wrong numbers: how people and models err, spread over several answers."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"(-?)(\d+)(?:\.(\d+))?")
# Slips happen anywhere, but a list of all of them for hundreds of digits serves nobody.
_SLIPPING_DIGITS = 8


def counting_mistakes(right: int) -> tuple[str, ...]:
    """Wrong counts close to the right one, never below 0.

    >>> counting_mistakes(1)
    ('0', '2', '3', '4')
    """
    near = (right - 2, right - 1, right + 1, right + 2, right + 3)
    return tuple([str(number) for number in near if number >= 0])


def arithmetic_mistakes(right: str) -> tuple[str, ...]:
    """Wrong results of a calculation: off by one, slipped, swapped or lost digits.

    A result that is not a number is taken for one.

    >>> arithmetic_mistakes("0.5")
    ('0.3', '0.4', '0.6', '0.7', '1.5', '5')
    >>> "91" in arithmetic_mistakes("19")
    True
    """
    match = _NUMBER.fullmatch(right)
    if match is None:
        return "0", "1", "infinity"
    sign, whole, decimals = match[1], match[2], match[3] or ""
    digits = whole + decimals
    value = int(digits)
    places = len(decimals)
    wrong = {value - 2, value - 1, value + 1, value + 2, value + 10, value * 10}
    wrong |= _slips(digits)
    wrong -= {value}
    texts = [_written(sign, number, places) for number in sorted(wrong) if number >= 0]
    if sign:
        texts.append(right[1:])
    return tuple(dict.fromkeys(texts))


def _slips(digits: str) -> set[int]:
    value = int(digits)
    slips: set[int] = set()
    for place in range(min(len(digits) - 1, _SLIPPING_DIGITS)):
        unit = 10 ** (place + 1)
        # A carry that is dropped, or added twice.
        slips |= {value - unit, value + unit}
        at = len(digits) - 2 - place
        slips.add(int(digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]))
    return slips


def _written(sign: str, number: int, places: int) -> str:
    digits = str(number).rjust(places + 1, "0")
    if not places:
        return sign + digits if number else digits
    whole, decimals = digits[:-places], digits[-places:].rstrip("0")
    text = f"{whole}.{decimals}" if decimals else whole
    return sign + text if number else text
