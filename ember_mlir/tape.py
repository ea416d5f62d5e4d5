"""The tape: all the randomness of one invocation, as a function of what is drawn.

A program is a function of its inputs and of a tape of independent random draws. The
tape of an invocation is H(seed, entry name); a sampled request reads it at its draw,
which is a chain of call sites and a vector of indices. H is BLAKE2b with 128 bits
(RFC 7693), so draws are independent for all practical purposes and need no state:
any part of a run can be replayed, in any order, on any machine.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from secrets import randbits


def fresh_seed() -> int:
    """A seed that no other invocation has had: 64 bits from the operating system."""
    return randbits(64)


def tape_of(seed: int, entry: str) -> bytes:
    """The tape of an invocation of `entry` under `seed`: 16 bytes.

    >>> tape_of(7, "answer").hex()
    '482809687512764ede57cbcf2d451672'
    """
    return blake2b(f"{seed}\n{entry}".encode(), digest_size=16, person=b"ember tape").digest()


def draw_number(tape: bytes, chain: Iterable[int], indices: Iterable[int]) -> int:
    """The 128-bit number that stands on `tape` at one draw.

    `chain` is the call sites from the entry to the request, `indices` the position in
    every enclosing region that repeats, outermost first.

    >>> tape = tape_of(7, "answer")
    >>> draw_number(tape, (4, 3), (2, 0)) == draw_number(tape, (4, 3), (2, 1))
    False
    """
    place = f"{'/'.join(map(str, chain))}[{','.join(map(str, indices))}]"
    return int.from_bytes(blake2b(place.encode(), digest_size=16, key=tape).digest(), "big")
