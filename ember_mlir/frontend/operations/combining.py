"""What becomes of several values: votes, joins, maps and reductions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from ember_mlir.errors import InputError
from ember_mlir.frontend.inspection import layout_of
from ember_mlir.frontend.layouts import ListOf
from ember_mlir.frontend.operations.checks import (
    as_declared,
    check_function,
    check_known,
    elements,
    is_int,
    is_text,
    known_list,
    recorder_of_call,
    shown,
    texts,
)
from ember_mlir.frontend.plain import is_list
from ember_mlir.frontend.values import Symbolic, describe

T = TypeVar("T")
U = TypeVar("U")


def vote(answers: Iterable[str]) -> str:
    """The answer given most often.

    Answers are compared without outer white space and without case; a tie goes to the
    answer that stands first. Raises `EmptyVoteError` if there is none.

    >>> vote(["4", "5", "5 "])
    '5'
    """
    with recorder_of_call() as recorder:
        return as_declared(recorder.vote(texts("the answers of a vote", answers)))


def join(items: Iterable[str], separator: str = "") -> str:
    """The texts of a list as one, with `separator` between them.

    >>> join(["a", "b"], ", ")
    'a, b'
    """
    with recorder_of_call() as recorder:
        check_known(recorder, "a separator that is", separator, "write it out, as in ', '")
        if not is_text(separator):
            raise InputError(
                f"the separator of a join must be a known str, but got {describe(separator)}; "
                "write it out, as in ', '"
            )
        joined = texts("the items of a join", items)
        for text in (separator, *elements(joined)):
            recorder.check_unicode(text)
        return as_declared(recorder.join(joined, separator))


def map(fn: Callable[[T], U], items: Iterable[T]) -> list[U]:
    """The results of `fn` for each item, in the order of the items.

    The calls are independent: a compiled program makes them at once.

    >>> map(lambda word: f"{word}!", ["a", "b"])
    ['a!', 'b!']
    """
    with recorder_of_call() as recorder:
        check_function("map", fn)
        known = known_list("the items of a map", items)
        if is_list(known) and not known:
            # It may be a list of anything: there is nothing that a capture could go by.
            return as_declared(recorder.made([]))
        layout = layout_of(known)
        whole = isinstance(known, Symbolic)
        if whole or (isinstance(layout, ListOf) and recorder.maps(layout)):
            return as_declared(recorder.map(fn, known))
        assert is_list(known)
        return as_declared(recorder.each(fn, known))


def reduce(fn: Callable[[list[T]], T], items: Iterable[T], *, arity: int = 4) -> T:
    """A list merged to one value: `fn` merges groups of up to `arity` neighbours.

    The groups form a tree whose shape depends on the number of items alone. One item is
    its own result; of none it is the error `EmptyReduceError`.

    >>> reduce("".join, ["a", "b", "c", "d", "e"], arity=2)
    'abcde'
    """
    with recorder_of_call() as recorder:
        check_function("reduce", fn)
        if not is_int(arity) or arity < 2:
            raise InputError(
                f"the arity of a reduction must be an int of at least 2, but got {shown(arity)}; "
                "give the number of neighbours to merge"
            )
        known = known_list("the items of a reduction", items)
        if recorder.is_capture and not isinstance(layout_of(known), ListOf):
            recorder.refuse("a reduction of items of several types", "map them to texts first")
        return as_declared(recorder.reduce(fn, known, arity))
