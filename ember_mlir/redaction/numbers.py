"""Finds cards, bank accounts and addresses of computers in folded texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import AddressValueError, IPv6Address
from itertools import accumulate

from ember_mlir.redaction.spans import Span

_CARD_DIGITS = (13, 19)
_DIGITS = re.compile(r"[0-9](?:[ .\-]{0,2}[0-9]){12,}+")


def find_cards(text: str) -> Iterator[Span]:
    """Card numbers: 13 to 19 digits, separators allowed, whose check digit (Luhn) is right.

    A number begins and ends where a group of digits does, so that a card is found next to
    a date or a code, and not in the middle of a longer number.

    >>> text = "4111 1111 1111 1111 12/27"
    >>> [text[slice(*span)] for span in find_cards(text)]
    ['4111 1111 1111 1111']
    """
    for match in _DIGITS.finditer(text):
        places = [index for index in range(*match.span()) if text[index].isdecimal()]
        yield from _cards(text, places)


def _cards(text: str, places: list[int]) -> Iterator[Span]:
    digits = [int(text[place]) for place in places]
    doubled = [(digit * 2 - 9 if digit > 4 else digit * 2) for digit in digits]
    # Sums of a prefix, where the digits at even or at odd places are doubled.
    even = [0, *accumulate(b if i % 2 == 0 else a for i, (a, b) in _pairs(digits, doubled))]
    odd = [0, *accumulate(b if i % 2 == 1 else a for i, (a, b) in _pairs(digits, doubled))]
    begins = [i for i in range(len(places)) if i == 0 or places[i] > places[i - 1] + 1]
    ends = {i for i in range(1, len(places)) if places[i] > places[i - 1] + 1} | {len(places)}
    least, most = _CARD_DIGITS
    for begin in begins:
        for end in range(begin + most, begin + least - 1, -1):
            # The last digit is not doubled, the one before it is, and so on.
            sums = even if end % 2 == 0 else odd
            if end in ends and (sums[end] - sums[begin]) % 10 == 0 and any(digits[begin:end]):
                yield Span(places[begin], places[end - 1] + 1)
                break


def _pairs(digits: list[int], doubled: list[int]) -> Iterator[tuple[int, tuple[int, int]]]:
    return enumerate(zip(digits, doubled, strict=True))


_IBAN_LENGTHS = (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 "
    "DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 "
    "IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 "
    "MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 "
    "SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30"
)
_LENGTH = {entry[:2]: int(entry[2:]) for entry in _IBAN_LENGTHS.split()}
_IBAN_START = re.compile(r"(?=([A-Z]{2})[ \-]?[0-9][ \-]?[0-9])", re.IGNORECASE)


def find_ibans(text: str) -> Iterator[Span]:
    """International bank account numbers: the country's length, and a right check number.

    >>> text = "to DE89 3704 0044 0532 0130 00 today"
    >>> [text[slice(*span)] for span in find_ibans(text)]
    ['DE89 3704 0044 0532 0130 00']
    """
    for match in _IBAN_START.finditer(text):
        end = _iban_end(text, match.start(), _LENGTH.get(match[1].upper(), 0))
        if end:
            yield Span(match.start(), end)


def _iban_end(text: str, start: int, length: int) -> int:
    """Where an account number that begins at `start` ends, or 0 if there is none."""
    signs = ""
    place = start
    while len(signs) < length:
        if text[place : place + 1] in {" ", "-"} and text[place - 1] not in " -":
            place += 1
        sign = text[place : place + 1]
        if not (sign.isascii() and sign.isalnum()):
            return 0
        signs += sign
        place += 1
    number = "".join(str(int(sign, 36)) for sign in signs[4:] + signs[:4])
    return place if number and int(number) % 97 == 1 else 0


_IP_V4 = re.compile(r"(?<![0-9.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![0-9]|\.[0-9])")
_IP_V6 = re.compile(
    r"(?<![\w:.])[0-9a-f:]{2,39}+(?:\.[0-9]{1,3}){0,3}+(?:%\w{1,16})?+(?![\w:])", re.I
)


def find_ips(text: str) -> Iterator[Span]:
    """Addresses of the internet, version 4 or 6.

    >>> text = "from 10.0.0.255 and 2001:db8::1, at 12:30:45"
    >>> [text[slice(*span)] for span in find_ips(text)]
    ['10.0.0.255', '2001:db8::1']
    """
    for match in _IP_V4.finditer(text):
        if all(int(part) < 256 for part in match[0].split(".")):
            yield Span(*match.span())
    for match in _IP_V6.finditer(text):
        if _is_ip_v6(match[0]):
            yield Span(*match.span())


def _is_ip_v6(text: str) -> bool:
    # `a::b` and `::` stand in programs more often than in networks.
    if not any(map(str.isdecimal, text)):
        return False
    try:
        IPv6Address(text)
    except AddressValueError:
        return False
    return True
