"""Finds keys in folded texts: what opens a door for whoever holds it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from math import log2

from ember_mlir.redaction.spans import Span

_KNOWN = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"sk-[\w\-]{16,}+"
    r"|[rsp]k_(?:live|test)_[A-Za-z0-9]{16,}+"
    r"|A(?:KIA|SIA)[A-Z0-9]{16}"
    r"|AIza[\w\-]{35}"
    r"|gh[pousr]_[A-Za-z0-9]{20,}+"
    r"|github_pat_\w{20,}+"
    r"|glpat-[\w\-]{20,}+"
    r"|hf_[A-Za-z0-9]{20,}+"
    r"|xox[a-z]-[A-Za-z0-9\-]{10,}+"
    r")",
    re.ASCII,
)
_JWT = re.compile(r"(?<![\w\-])eyJ[\w\-]{5,}+\.[\w\-]{5,}+(?:\.[\w\-]*+)?+", re.ASCII)
_BEARER = re.compile(r"\b(?:bearer|basic)[ \t]{1,4}(?P<key>[\w.~+/\-]{16,}+=*+)", re.I | re.ASCII)
_AFTER_WORD = re.compile(
    r"(?:key|token|secret|password|passwd|pwd|credential)s?(?![A-Za-z0-9])"
    r"[\"'`]?[ \t]{0,3}(?:[:=]|=>|is|->)?[ \t\n]{0,3}[\"'`]?"
    r"(?P<key>[A-Za-z0-9+/_.\-]{16,}+=*+)",
    re.I | re.ASCII,
)
_BEGIN = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_END = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_BODY = re.compile(r"[A-Za-z0-9+/=\s:,\\\-]*+")
_LEAST_ENTROPY = 2.5
_ENTROPY_SAMPLE = 256


def find_keys(text: str) -> Iterator[Span]:
    """Keys of well-known services, tokens, private keys, and random signs after a word.

    >>> text = "my api_key = 9f86d081884c7d659a2feaa0c55ad015, the key is important"
    >>> [text[slice(*span)] for span in find_keys(text)]
    ['9f86d081884c7d659a2feaa0c55ad015']
    """
    for pattern in (_KNOWN, _JWT):
        for match in pattern.finditer(text):
            yield Span(*match.span())
    for pattern in (_BEARER, _AFTER_WORD):
        for match in pattern.finditer(text):
            if _is_random(match["key"]):
                yield Span(*match.span("key"))
    yield from _private_keys(text)


def _is_random(key: str) -> bool:
    """Whether signs look drawn: digits and letters, and many different ones."""
    if not any(map(str.isdecimal, key)) or not any(map(str.isalpha, key)):
        return False
    sample = key[:_ENTROPY_SAMPLE]
    shares = [count / len(sample) for count in Counter(sample).values()]
    return -sum(share * log2(share) for share in shares) >= _LEAST_ENTROPY


def _private_keys(text: str) -> Iterator[Span]:
    """Blocks from BEGIN to the next END; without an END, as far as it looks like a key."""
    ends = [match.end() for match in _END.finditer(text)]
    done = 0
    for begin in _BEGIN.finditer(text):
        if begin.start() < done:
            continue
        after = bisect_left(ends, begin.end())
        if after < len(ends):
            done = ends[after]
        else:
            body = _BODY.match(text, begin.end())
            done = begin.end() if body is None else body.end()
        yield Span(begin.start(), done)
