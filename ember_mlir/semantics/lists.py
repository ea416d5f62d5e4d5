"""What is taken from lists and vectors, and the shape of reductions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import fsum, hypot, inf, isnan
from operator import mul

from ember_mlir.errors import EmptyReduceError, PositionError, ShapeError
from ember_mlir.semantics.values import V, Vector


def element(items: Sequence[V], index: int) -> V:
    """The element at `index`, from the end if it is negative; `PositionError` if there is none.

    >>> element(["a", "b"], -1)
    'b'
    """
    if -len(items) <= index < len(items):
        return items[index]
    raise PositionError(
        f"an index must be between {-len(items)} and {len(items) - 1} in a list of "
        f"{len(items)}, but got {index}; test the length first"
        if items
        else f"an empty list must not be indexed, but got {index}; test the length first"
    )


def concatenated(*lists: Sequence[V]) -> list[V]:
    """The elements of all lists, in order.

    >>> concatenated([1], [], [2, 3])
    [1, 2, 3]
    """
    return [item for items in lists for item in items]


def top_k(query: Vector, vectors: Sequence[Vector], k: int) -> list[int]:
    """The indices of the `k` vectors nearest to `query` by cosine, nearest first.

    Equally near ones are in order of index. A vector of zeros has the cosine 0 to all; one
    whose cosine is not a number, as it holds what is none, is farther than all others.
    Raises `ShapeError` if a vector has another length than `query`.

    >>> top_k((1.0, 0.0), [(0.0, 1.0), (2.0, 0.0), (1.0, 1.0)], 2)
    [1, 2]
    """
    nearness = [_cosine(query, vector, index) for index, vector in enumerate(vectors)]
    return sorted(range(len(vectors)), key=lambda index: -nearness[index])[:k]


def _cosine(query: Vector, vector: Vector, index: int) -> float:
    if len(query) != len(vector):
        raise ShapeError(
            f"vectors must have one length to be compared, but the query has {len(query)} "
            f"and vector {index} has {len(vector)}; embed all of them with one model"
        )
    scale = hypot(*query) * hypot(*vector)
    try:
        cosine = fsum(map(mul, query, vector)) / scale if scale else 0.0
    except (OverflowError, ValueError):
        # The sum is too large, or of infinities of both signs.
        return -inf
    return -inf if isnan(cosine) else cosine


def check_reducible(length: int) -> None:
    """Raise `EmptyReduceError` unless a list of `length` elements can be reduced."""
    if length == 0:
        raise EmptyReduceError(
            "a reduction needs at least 1 element, but got an empty list; "
            "test the list before it is reduced"
        )


def reduce_levels(length: int, arity: int) -> Iterator[tuple[int, int]]:
    """The fixed shape of a reduction: (elements of a level, number of its first node).

    The nodes of a level take `arity` neighbours each. They are counted level by level
    from the leaves, left to right, from 0. A group of one is passed on and counts for
    nothing.

    >>> list(reduce_levels(6, 4))
    [(6, 0), (2, 2)]
    >>> list(reduce_levels(5, 4))
    [(5, 0), (2, 1)]
    """
    first = 0
    while length > 1:
        yield length, first
        groups = -(-length // arity)
        first += groups - (length % arity == 1)
        length = groups
