"""Operands that may not be evaluated, and comprehensions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ember_mlir.frontend.containers import TrackedSet
from ember_mlir.frontend.dicts import dict_of
from ember_mlir.frontend.hooks.made import MadeHooks
from ember_mlir.frontend.iterators import OneTimeIterator, OneTimeList, taken
from ember_mlir.frontend.layouts import OBJECT
from ember_mlir.frontend.narrowing import (
    is_any_list,
    is_any_tuple,
)
from ember_mlir.frontend.one_by_one import iterated
from ember_mlir.frontend.sets import set_of
from ember_mlir.frontend.stand_ins import tracked
from ember_mlir.frontend.values import (
    Symbolic,
    Unknown,
    holds_symbolic,
    known_or_symbolic,
)

_DICTS = ("dict_of_pairs", "dict_of_new")


class ExpressionHooks(MadeHooks):
    """The hooks of `and`, `or`, `x if c else y` and comprehensions."""

    __slots__ = ()

    # Expressions whose operands may not be evaluated

    def unless_false(self, number: int, value: object, /) -> object:
        """The first operand of `and`."""
        return self._choices.first(self._places[number], value, is_and=True)

    def unless_true(self, number: int, value: object, /) -> object:
        """The first operand of `or`."""
        return self._choices.first(self._places[number], value, is_and=False)

    def joined(self, number: int, value: object, /) -> object:
        """The value of `and` or `or`."""
        del number
        return self._choices.joined(value)

    def asked(self, number: int, value: object, /) -> bool:
        """The condition of `x if c else y`."""
        return self._choices.asked(self._places[number], value)

    def then(self, value: object, /) -> object:
        """Its first value, or its second."""
        return self._choices.then(value)

    otherwise = then

    def other(self) -> bool:
        """Whether its second value is evaluated."""
        return self._choices.other()

    def chosen(self, number: int, first: object, second: object, /) -> object:
        """Its value."""
        return self._choices.chosen(self._places[number], first, second)

    # Comprehensions

    def collect(self) -> None:
        """A comprehension begins."""
        self._collections.begin()

    def source(self, number: int, items: Any, /) -> Iterator[object]:
        """What it runs through."""
        place = self._places[number]
        once = isinstance(items, OneTimeIterator | OneTimeList)
        sources = items.watched if once else (items,)
        items = known_or_symbolic(taken(items))
        if isinstance(items, Symbolic | TrackedSet):
            items = iterated(self._capture(number), items)
        return self._collections.source(place, items, place.shape, sources)

    def kept(self, number: int, value: object, /) -> object:
        """Its condition."""
        return self._collections.kept(self._places[number], value)

    def known(self, number: int, value: object, /) -> object:
        """A condition before another loop of it."""
        if isinstance(known_or_symbolic(value), Symbolic | Unknown):
            self._at(number).refuse(
                "a condition between two 'for' that is not known", "write two comprehensions"
            )
        return value

    def item(self, number: int, value: object, /) -> object:
        """Its element."""
        self._at(number)
        return self._collections.item(value)

    def collected(self, number: int, kind: str, begun: None, known: list[object], /) -> object:
        """Its value."""
        del begun
        value = self._collections.end(known)
        found = known_or_symbolic(value)
        if isinstance(found, Symbolic):
            if kind == "once":
                return self._capture(number).once_of("generator", found)
            trace = self._capture(number)
            if kind == "made_set":
                return set_of(trace, found)
            if kind in _DICTS:
                whole = trace.apply_python("dict", dict, [found], result=OBJECT)
                return dict_of(trace, whole, is_given=kind == "dict_of_pairs")
            return tracked(self._capture(number), found)
        assert is_any_list(value)
        items = value
        if kind == "made_set":
            return self.made_set(number, items)
        if kind in _DICTS:
            pairs = [pair for pair in items if is_any_tuple(pair)]
            return self.made_dict(number, *pairs)
        if kind == "once":
            is_symbolic = holds_symbolic(items)
            return self._recorder.once("generator", iter(items), is_symbolic=is_symbolic)
        return self._recorder.made(items)
