"""What runs through lists, texts and objects that are known only when the program runs.

for c in text                 =>   a loop over the list of its characters
for a, b in zip(xs, ys)       =>   a loop over the list of its pairs
for key in data               =>   a loop over what an object of Python's own gives
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import (
    chain,
    combinations,
    combinations_with_replacement,
    islice,
    pairwise,
    permutations,
    product,
)
from types import GeneratorType
from typing import TypeGuard

from ember_mlir.errors import ProgramError
from ember_mlir.frontend.containers import TrackedSet
from ember_mlir.frontend.inspection import layout_of
from ember_mlir.frontend.iterators import is_iterator, is_known_iterable
from ember_mlir.frontend.joining import joined
from ember_mlir.frontend.kinds import TupleKind
from ember_mlir.frontend.layouts import (
    EMBEDDING_LEAF,
    FLOAT,
    INT,
    OBJECT,
    TEXT_LEAF,
    Layout,
    ListOf,
    Parts,
    SetOf,
)
from ember_mlir.frontend.narrowing import is_any_sequence, is_iterable
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.values import Symbolic, holds_symbolic, known_or_symbolic

Args = Sequence[object]
Kwargs = Mapping[str, object]


def iterated(trace: Trace, value: object) -> object:
    """What a loop runs through: of a text its characters, of an embedding its numbers."""
    if isinstance(value, Symbolic) and value.layout == TEXT_LEAF:
        return trace.apply_python("list", list, [value], result=ListOf(TEXT_LEAF))
    if isinstance(value, Symbolic) and value.layout == EMBEDDING_LEAF:
        return trace.apply_python("list", list, [value], result=ListOf(FLOAT))
    if isinstance(value, Symbolic) and isinstance(value.layout, SetOf):
        return trace.apply_python("list", list, [value], result=ListOf(value.layout.element))
    if isinstance(value, TrackedSet):
        return trace.made([*value])
    if isinstance(value, Symbolic) and value.layout == OBJECT:
        listing = "elements"
        effect = "effectful"
        result = ListOf(OBJECT)
        return trace.apply_python(listing, elements_of, [value], result=result, effect=effect)
    return value


def elements_of(value: object) -> list[object]:
    """What a loop over an object runs through, where nothing else happens by that.

    >>> elements_of({"a": 1}), elements_of((1, 2))
    (['a'], [1, 2])
    """
    kind = type(value)
    if not is_iterable(value):
        raise TypeError(f"'{kind.__name__}' object is not iterable")
    if kind in _RUNS_CODE or kind.__module__ not in ("builtins", "collections", "itertools"):
        raise ProgramError(
            "a captured loop must run through a container or iterator of Python's own, but got "
            f"an object of type {kind.__name__}; make a list of it first, as in list(items)"
        )
    return [*value]


def apart(trace: Trace, value: object, size: int) -> list[object]:
    """The parts of an object, of which there must be so many."""
    result = Parts(TupleKind(size), (OBJECT,) * size)
    parts = trace.apply_python("unpacked", parts_of, [value, size], result=result)
    assert is_any_sequence(parts)
    return [*parts]


def parts_of(value: object, size: int) -> tuple[object, ...]:
    """The parts of an object, of which there must be so many.

    >>> parts_of([1, 2], 2)
    (1, 2)
    """
    if not is_iterable(value):
        raise TypeError(f"cannot unpack non-iterable {type(value).__name__} object")
    items = elements_of(value)
    if len(items) > size:
        raise ValueError(f"too many values to unpack (expected {size})")
    if len(items) < size:
        raise ValueError(f"not enough values to unpack (expected {size}, got {len(items)})")
    return tuple(items)


def of_size(items: list[object], size: int) -> list[object]:
    """A list, which must have so many elements.

    >>> of_size([1, 2], 2)
    [1, 2]
    """
    if len(items) != size:
        word = "too many values" if len(items) > size else "not enough values"
        raise ValueError(f"{word} to unpack (expected {size}, got {len(items)})")
    return items


def at_least(items: list[object], size: int) -> list[object]:
    """A list, which must have so many elements, or more.

    >>> at_least([1, 2], 1)
    [1, 2]
    """
    if len(items) < size:
        raise ValueError(
            f"not enough values to unpack (expected at least {size}, got {len(items)})"
        )
    return items


_RUNS_CODE: tuple[object, ...] = (map, filter, GeneratorType)


def one_by_one(trace: Trace, function: Callable[..., object], args: Args, kwargs: Kwargs) -> object:
    """What `enumerate`, `zip` or `reversed` gives: one by one if it is known how much."""
    lists = args if function in _OF_MANY else args[:1]
    rest = (*args[len(lists) :], *kwargs.values())
    known = [one for one in lists if _is_known(one)]
    if len(known) == len(lists) and not any(map(holds_symbolic, rest)):
        is_symbolic = any(map(holds_symbolic, lists))
        name = getattr(function, "__name__", "iterator")
        made = function(*args, **kwargs)
        assert is_iterator(made)
        return trace.once(name, made, is_symbolic=is_symbolic, watched=lists)
    given = [[*one] if type(one) is str or _is_known(one) else one for one in lists]
    elements = [_element_of(one) for one in given]
    result = _row(function, elements, rest)
    whole = [*given, *args[len(lists) :]]
    name = getattr(function, "__name__", "listed")
    listing = LISTED[function]
    made = trace.apply_python(name, listing, whole, dict(kwargs), result=ListOf(result))
    return trace.once_of(name, made, lists)


def _is_known(items: object) -> TypeGuard[Iterable[object]]:
    return type(items) is str or is_known_iterable(known_or_symbolic(items))


def _element_of(items: object) -> Layout:
    """How the elements of a list are laid out, as far as is known."""
    found = layout_of(items)
    if found == TEXT_LEAF:
        return TEXT_LEAF
    if found == EMBEDDING_LEAF:
        return FLOAT
    return (found.element if isinstance(found, ListOf) else None) or OBJECT


def _row(function: object, elements: Sequence[Layout], rest: Args) -> Layout:
    """How what is given one by one is laid out; `rest` are the arguments that are no lists."""
    if function is reversed or function is islice:
        return elements[0]
    if function is chain:
        return _common(elements)
    if function is enumerate or function is zip or function is product:
        columns = (INT, *elements) if function is enumerate else tuple(elements)
        repeated = function is product and bool(rest)
        return OBJECT if repeated else Parts(TupleKind(len(columns)), columns)
    sizes: Args = (2,) if function is pairwise else rest
    if len(sizes) != 1 or not isinstance(sizes[0], int):
        return OBJECT
    return Parts(TupleKind(sizes[0]), (elements[0],) * sizes[0])


def _common(elements: Sequence[Layout]) -> Layout:
    """The layout of what may be of any of some layouts."""
    found = elements[0] if elements else OBJECT
    for one in elements[1:]:
        found = joined(found, one) or OBJECT
    return found


def listed(function: Callable[..., Iterable[object]], *args: object, **kwargs: object) -> object:
    """What a function gives one by one, as a list.

    >>> listed(zip, [1, 2], "ab")
    [(1, 'a'), (2, 'b')]
    """
    return [*function(*args, **kwargs)]


_OF_MANY: tuple[object, ...] = (zip, product, chain)
"""What takes any number of lists, and not one only."""

ONE_BY_ONE: tuple[Callable[..., object], ...] = (
    *(enumerate, zip, reversed, product, chain, pairwise, islice),
    *(combinations, combinations_with_replacement, permutations),
)
LISTED: Mapping[object, Callable[..., object]] = {
    function: partial(listed, function) for function in (*ONE_BY_ONE, range)
}
