"""The tokens of the simulated models.

The rule: a token is 4 bytes of UTF-8, the last one may be shorter, and even an empty
text counts for one. It comes close to real tokenizers on English prose and code, and
anyone can check a bill with it.
"""

from __future__ import annotations

import unicodedata

from ember_mlir.providers.simulated.words import is_unspaced

BYTES_PER_TOKEN = 4


def byte_length(text: str) -> int:
    """The length of `text` in bytes of UTF-8.

    >>> byte_length("été")
    5
    """
    # Prompts from broken sources may hold lone surrogates: they count, and fail elsewhere.
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def count_tokens(text: str) -> int:
    """The tokens of `text`: UTF-8 bytes / 4, rounded up, and at least 1.

    >>> count_tokens("arithmetic"), count_tokens("")
    (3, 1)
    """
    return max(1, -(-byte_length(text) // BYTES_PER_TOKEN))


def cut_to_tokens(text: str, max_tokens: int) -> str:
    """The longest beginning of `text` of at most `max_tokens` that ends with a word.

    It is empty where not even the first word fits.

    >>> cut_to_tokens("one small step for a model", 3)
    'one small'
    """
    return cut_to_bytes(text, max_tokens * BYTES_PER_TOKEN)


def cut_to_bytes(text: str, limit: int) -> str:
    """The longest beginning of `text` of at most `limit` bytes that ends with a word.

    >>> cut_to_bytes("東京の天気", 7)
    '東京'
    """
    if byte_length(text) <= limit:
        return text
    end = len(text.encode("utf-8", "surrogatepass")[: max(limit, 0)].decode("utf-8", "ignore"))
    while end > 0 and not _ends_word(text, end):
        end -= 1
    return text[:end].rstrip()


def _ends_word(text: str, end: int) -> bool:
    before, after = text[end - 1], text[end]
    if before.isspace() or after.isspace():
        return True
    if unicodedata.category(after).startswith("M"):
        return False
    return is_unspaced(before) or is_unspaced(after)
