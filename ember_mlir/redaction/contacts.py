"""Finds e-mail addresses and telephone numbers in folded texts.

Every pattern is linear in the text: repetitions are possessive or bounded, and a run of
characters is entered once, at its beginning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ember_mlir.redaction.spans import Span

# Scripts that put no space between words are apart, so that a sentence around an address
# is not taken for a part of it.
_WIDE = "\u0e00-\U0010ffff"
_NAME = "A-Za-z0-9_\u00c0-\u0dff\\-"
_LOCAL = f"{_NAME}.!#$%&'*+/=?^`{{|}}~"
_LABEL = f"(?:[{_NAME}]{{1,63}}+|[{_WIDE}]{{1,63}}+)"
_EMAIL = re.compile(
    f'(?:(?<![{_LOCAL}])[{_LOCAL}]++|(?<![{_WIDE}])[{_WIDE}]++|"[^"\n]{{1,64}}")'
    f"@(?P<domain>{_LABEL}(?:\\.{_LABEL})++)"
)
_PUNCTUATION = "'*/={}|?&#!$^~`.-"


def find_emails(text: str) -> Iterator[Span]:
    """E-mail addresses: something, `@`, and a domain with a dot.

    >>> [text[slice(*span)] for text in ["<ann@a.example.org>."] for span in find_emails(text)]
    ['ann@a.example.org']
    """
    for match in _EMAIL.finditer(text):
        start, end = match.span()
        last = _domain_end(text, match.start("domain"), end)
        if last is not None:
            name = match[0].lstrip(_PUNCTUATION)
            yield Span(start + len(match[0]) - len(name), last)


def _domain_end(text: str, start: int, end: int) -> int | None:
    """Where a domain ends, whose last label has letters; None if it has no dot."""
    while (dot := text.rfind(".", start, end)) >= 0:
        label = text[dot + 1 : end]
        if len(label) > 1 and any(map(str.isalpha, label)):
            return end
        end = dot
    return None


_GAP = r"[ ./()\-]{0,3}"
_WORDS = (
    "tel|telephone|telefon|téléphone|teléfono|telefono|telefone|phone|mobile|mob|cell|fax|handy|"
    "whatsapp|sms|call|тел|电话|電話|手机"
)
_PHONES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # +49 (0)30 123456: whatever follows, as no one else writes a plus so.
        rf"\+[ (]?[0-9](?:{_GAP}[0-9]){{6,}}+",
        rf"(?<![0-9])(?<![0-9][.,])00[1-9](?:{_GAP}[0-9]){{6,}}+",
        # (555) 123-4567, 1 (555) 123-4567
        r"(?<![0-9])(?:[0-9]{1,3}[ .\-]?)?\([0-9]{1,5}\)[ ./\-]{0,3}"
        r"[0-9](?:[ ./\-]?[0-9]){4,11}(?![0-9])",
        # 555-123-4567, 1.555.123.4567
        r"(?<![0-9.\-])(?:1[ .\-])?[0-9]{3}[ .\-][0-9]{3}[ .\-][0-9]{4}(?![0-9])",
        # 555-1234
        r"(?<![0-9.\-])[0-9]{3}-[0-9]{4}(?![0-9\-])",
        # 030 1234567, 0171/1234567, 01 23 45 67 89
        r"(?<![0-9])(?<![0-9][.,/\-])0[0-9]{1,5}[ ./\-](?:[0-9][ ./\-]?){5,11}[0-9](?![0-9])",
        # 8 800 555 35 35
        r"(?<![0-9])(?<![0-9][.,])8[ \-]\(?[0-9]{3}\)?[ \-][0-9]{3}"
        r"[ \-][0-9]{2}[ \-][0-9]{2}(?![0-9])",
        # 98765 43210
        r"(?<![0-9])(?<![0-9][.,])[6-9][0-9]{4}[ \-][0-9]{5}(?![0-9])",
        # 98-7654-3210
        r"(?<![0-9.\-])[0-9]{2,5}-[0-9]{2,4}(?:-[0-9]{2,4}){1,3}(?![0-9\-])",
        # Anything after a word that announces a number.
        rf"(?<![a-z])(?:{_WORDS})\w{{0,8}}[^0-9\n\w]{{0,8}}(?P<number>\+?[0-9](?:{_GAP}[0-9]){{6,}}+)",
    )
)
_DATE = re.compile(
    r"(?:[0-9]{4}[./\- ][0-9]{1,2}[./\- ][0-9]{1,2}"
    r"|[0-9]{1,2}[./\-][0-9]{1,2}[./\-](?:[0-9]{2}){1,2})"
    r"(?:[ ./\-]+[0-9]{1,2})?"
)
_FEWEST_DIGITS = 7


def find_phones(text: str) -> Iterator[Span]:
    """Telephone numbers of at least seven digits; no dates, and no plain numbers.

    International ones begin with `+` or `00`. Others have the separators of a common
    national form, or stand after a word such as `phone`. Parts may overlap: a national
    form may stand in an international one.

    >>> text = "Call +1 (555) 010-9999 after 2024-05-06, item 1234567"
    >>> max((text[slice(*span)] for span in find_phones(text)), key=len)
    '+1 (555) 010-9999'
    """
    for pattern in _PHONES:
        for match in pattern.finditer(text):
            start, end = match.span("number" if "number" in pattern.groupindex else 0)
            digits = sum(map(str.isdecimal, text[start:end]))
            if digits >= _FEWEST_DIGITS and not _DATE.fullmatch(text, start, end):
                yield Span(start, end)
