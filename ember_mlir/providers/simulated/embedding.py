"""Embeddings of hashed words: texts that share words are near one another."""

from __future__ import annotations

import re
from collections import Counter
from hashlib import blake2b
from math import sqrt
from struct import pack, unpack

from ember_mlir.providers.simulated.words import terms

DIMENSION = 64
"""How many numbers an embedding has."""

_WORD = re.compile(r"\w+")


def embedding(model: str, text: str) -> tuple[float, ...]:
    """The embedding of `text`: a vector of length 1, or of zeros if it has no word.

    Each word adds its count at a place, and with a sign, that its hash gives. Words that
    carry no meaning count only where there are no others. Every number is one that
    `float32` holds exactly. Models have hashes of their own.

    >>> embedding("small", "A cat.") == embedding("small", "the cats")
    True
    >>> any(embedding("small", ""))
    False
    """
    sums = [0] * DIMENSION
    words = terms(text) or _WORD.findall(text.casefold())
    key = blake2b(model.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    for word, count in Counter(words).items():
        data = word.encode("utf-8", "surrogatepass")
        number = int.from_bytes(blake2b(data, key=key, digest_size=8).digest(), "big")
        sums[number % DIMENSION] += -count if number >> 63 else count
    # Words may cancel one another out.
    length = sqrt(sum([value * value for value in sums])) or 1.0
    return tuple([_float32(value / length) for value in sums])


def _float32(value: float) -> float:
    number: tuple[float] = unpack("<f", pack("<f", value))
    return number[0]
