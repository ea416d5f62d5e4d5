"""Scores: how probable each of some labels is for a text."""

from __future__ import annotations

from ember_mlir.providers.simulated.chance import Chance
from ember_mlir.providers.simulated.labels import label_weights

_PRIOR = 0.05
_NOISE = 4


def scores(labels: tuple[str, ...], text: str, chance: Chance, quality: float) -> tuple[float, ...]:
    """A probability per label, by what label and text share; together they are 1.

    The less the quality, the more noise. Equal requests get equal scores.

    >>> scores(("ham", "spam"), "Win a free prize!", Chance(b"a key"), 1.0)[1] > 0.9
    True
    """
    weights = [
        _PRIOR + weight + _NOISE * (1 - quality) * chance.fraction(f"score {number}")
        for number, weight in enumerate(label_weights(labels, text))
    ]
    total = sum(weights)
    return tuple([weight / total for weight in weights])
