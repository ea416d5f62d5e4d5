"""The chance of a simulated answer: numbers that are fixed by what is asked and drawn."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

from ember_mlir.providers.protocol import Message, Request


class Chance:
    """All that is random in one answer, as a function of a key and of a purpose.

    It has no state: asked again for the same purpose it says the same.

    >>> chance = Chance(b"a key")
    >>> chance.fraction("right") == chance.fraction("right")
    True
    """

    __slots__ = ("_key",)

    _key: bytes

    def __init__(self, key: bytes) -> None:
        self._key = key

    def fraction(self, purpose: str) -> float:
        """A number from 0 up to, but not including, 1."""
        return self._number(purpose) / 2**53

    def pick(self, purpose: str, count: int) -> int:
        """A whole number from 0 up to, but not including, `count`."""
        return self._number(purpose) * count >> 53

    def _number(self, purpose: str) -> int:
        # 53 bits are what a float holds exactly.
        data = purpose.encode("utf-8", "surrogatepass")
        digest = blake2b(data, key=self._key, digest_size=8).digest()
        return int.from_bytes(digest, "big") >> 11


def chances(request: Request) -> list[Chance]:
    """The chance of each answer to `request`: one per draw, or just one without draws.

    It depends on the model, on what is said and on the answer's own draw, and on nothing
    else: answer i of n is the same as that of a request for its draw alone. Under a seed,
    the seed and the place of the answer stand for its draw.
    """
    content = _content_key(request)
    if not request.draws:
        return [Chance(content)]
    return [
        Chance(blake2b(str(drawn).encode("utf-8"), key=content, digest_size=16).digest())
        for drawn in _drawn(request)
    ]


def _drawn(request: Request) -> Sequence[object]:
    """What makes the answers differ: their draws, or under a seed their places alone."""
    if request.seed is None:
        return request.draws
    return [("seed", request.seed, place) for place in range(len(request.draws))]


def request_key(request: Request) -> bytes:
    """16 bytes for what is asked, its model and all its draws: what makes it one value."""
    drawn = f"{request.kind}{request.draws}".encode()
    return blake2b(drawn, key=_content_key(request), digest_size=16).digest()


def _content_key(request: Request) -> bytes:
    parts = [request.model]
    if request.prompt is not None:
        parts.append(request.prompt)
    parts += request.prompts
    for message in request.messages or ():
        # Of a turn that is one text, that text is all; else how it is put together counts.
        is_text = message == Message(message.role, (message.text,))
        parts += [message.role, message.text if is_text else repr(message)]
    hashed = blake2b(digest_size=16)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        # Lengths keep ("ab", "c") and ("a", "bc") apart.
        hashed.update(len(data).to_bytes(8, "big"))
        hashed.update(data)
    return hashed.digest()
