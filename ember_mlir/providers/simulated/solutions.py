"""Questions with a right answer, and the wrong ones that a model may give instead."""

from __future__ import annotations

from typing import NamedTuple

from ember_mlir.providers.simulated.chance import Chance


class Solution(NamedTuple):
    """The right answer to a question, and wrong ones, if any.

    >>> Solution("4", ("5",)).answer(Chance(b"a key"), quality=1.0, max_tokens=None)
    '4'
    """

    right: str
    wrong: tuple[str, ...]

    def answer(self, chance: Chance, quality: float, max_tokens: int | None) -> str:
        """The right answer with probability `quality`, else any of the wrong ones."""
        if not self.wrong or chance.fraction("right") < quality:
            return self.right
        return self.wrong[chance.pick("mistake", len(self.wrong))]
