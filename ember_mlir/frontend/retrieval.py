"""Finding texts by what they are about."""

from __future__ import annotations

from ember_mlir.frontend.operations.reading import Texts, embed, nearest


def top_k(query: str, items: Texts, k: int, *, model: str | None = None) -> list[str]:
    """The `k` texts that are nearest to a query by their embeddings, the nearest first.

    Of equally near ones the first goes first; if there are fewer than `k`, all are taken.

    >>> import ember_mlir as ember
    >>> with ember.Session(clock="virtual"):
    ...     ember.top_k("a cat", ["a dog in the park", "a cat on the mat"], 1)
    ['a cat on the mat']
    """
    indices = nearest(embed(query, model=model), embed(items, model=model), k)
    return [items[index] for index in indices]
