"""What is made of several values, and taken apart."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Mapping
from typing import Any

from ember_mlir.frontend import operators
from ember_mlir.frontend.calls import KEYWORDS
from ember_mlir.frontend.dicts import dict_of
from ember_mlir.frontend.hooks.values import ValueHooks
from ember_mlir.frontend.iterators import taken
from ember_mlir.frontend.layouts import OBJECT, ListOf
from ember_mlir.frontend.narrowing import (
    is_any_tuple,
    is_iterable,
    is_mapping,
)
from ember_mlir.frontend.one_by_one import apart, at_least, iterated, of_size
from ember_mlir.frontend.rewriting.places import Shape
from ember_mlir.frontend.sets import set_of
from ember_mlir.frontend.stand_ins import tracked
from ember_mlir.frontend.values import (
    Spread,
    Symbolic,
    Unknown,
    describe,
    holds_symbolic,
    known_or_symbolic,
    refuse_look,
)


class MadeHooks(ValueHooks):
    """The hooks of lists, sets, dicts, and of assignments that take values apart."""

    __slots__ = ()

    # What is made of several values

    def made(self, value: list[object], /) -> list[object]:
        """A list was made."""
        return self._recorder.made(value)

    def made_of(self, number: int, /, *parts: tuple[bool, object]) -> object:
        """A list was made, of elements and of lists that are spread in it."""
        result: object = self._recorder.made([])
        for is_spread, value in parts:
            found = known_or_symbolic(taken(value)) if is_spread else [value]
            if isinstance(found, Unknown):
                refuse_look("iteration", found, self._places[number].location)
            if is_spread and isinstance(found, Symbolic):
                found = iterated(self._capture(number), found)
            if not isinstance(found, Symbolic):
                assert is_iterable(found)
                found = self._recorder.made([*found])
            result = self.binary(number, "+", result, found)
        return result

    def made_set(self, number: int, value: list[object], /) -> object:
        """A set was made."""
        if any(isinstance(one, Spread) for one in value):
            pairs = [
                (True, one.value) if isinstance(one, Spread) else (False, one) for one in value
            ]
            whole = self.made_of(number, *pairs)
            return set_of(self._capture(number), known_or_symbolic(whole))
        if holds_symbolic(value):
            return set_of(self._capture(number), value)
        return self._recorder.made_set(value)

    def made_dict(self, number: int, /, *pairs: tuple[object, ...]) -> object:
        """A dict was made, of pairs, and of other dicts that are spread in it."""
        made: dict[object, object] = {}
        if all(len(pair) == 2 for pair in pairs) and any(holds_symbolic(pair[0]) for pair in pairs):
            trace = self._capture(number)
            for _, value in pairs:
                trace.aliases.copy(value)
            return dict_of(trace, trace.apply_python("dict", dict, [[*pairs]], result=OBJECT))
        if any(isinstance(known_or_symbolic(pair[0]), Symbolic) for pair in pairs):
            return self._merged(number, pairs)
        for pair in pairs:
            if len(pair) == 1:
                spread = known_or_symbolic(pair[0])
                if isinstance(spread, Unknown):
                    refuse_look("iteration", spread, self._places[number].location)
                assert is_mapping(spread)
                made.update(spread)
                continue
            key, value = pair
            if holds_symbolic(key):
                self._at(number).refuse(
                    "a key that is known only when the program runs", "use a list of pairs"
                )
            made[key] = value
        return self._recorder.made_dict(made)

    def _merged(self, number: int, pairs: Iterable[tuple[object, ...]]) -> object:
        """A dict of pairs and other dicts, of which some is known only when the program runs."""
        trace = self._capture(number)
        dicts: list[object] = []
        for pair in pairs:
            found = known_or_symbolic(pair[0])
            if len(pair) == 1 and isinstance(found, Unknown):
                refuse_look("iteration", found, self._places[number].location)
            for value in pair:
                trace.aliases.copy_parts(value) if len(pair) == 1 else trace.aliases.copy(value)
            dicts.append([tuple(pair)] if len(pair) > 1 else [found])
        return dict_of(trace, trace.apply_python("dict", merged, dicts, result=OBJECT))

    def spread(self, number: int, value: Any, /) -> Iterable[object]:
        """`*value`, in a call or a set."""
        found = known_or_symbolic(taken(value))
        if isinstance(found, Symbolic):
            found = iterated(self._capture(number), found)
        if isinstance(found, Symbolic) and isinstance(found.layout, ListOf):
            return [Spread(found)]
        return self.spread_known(number, found if isinstance(found, Symbolic) else value)

    def spread_entries(self, number: int, value: Any, /) -> Mapping[str, object]:
        """`**value`, in a call."""
        found = known_or_symbolic(value)
        if isinstance(found, Unknown):
            refuse_look("iteration", found, self._places[number].location)
        return {f"{KEYWORDS}{number}": Spread(found)} if isinstance(found, Symbolic) else value

    def spread_known(self, number: int, value: Any, /) -> Iterable[object]:
        """`*value`, where it must be known how much that is."""
        found = known_or_symbolic(taken(value))
        if isinstance(found, Symbolic | Unknown):
            refuse_look("iteration", found, self._places[number].location)
        return value

    def unpacked(self, number: int, value: Any, /) -> object:
        """A value is taken apart by an assignment."""
        shape = self._places[number].shape
        value = taken(value)
        return value if shape is None else self._taken_apart(number, value, shape)

    def _taken_apart(self, number: int, value: Any, shape: Shape) -> object:
        found = known_or_symbolic(value)
        if isinstance(found, Symbolic | Unknown):
            return self._parts_of_symbolic(number, found, shape)
        if not any(shape.parts) and shape.star is None:
            return value
        parts = [*value]
        if shape.star is not None:
            parts = self._with_star(at_least(parts, len(shape.parts) - 1), shape)
        return self._each_apart(number, parts, shape)

    def _with_star(self, parts: list[object], shape: Shape) -> list[object]:
        """Parts of which those between are one list."""
        assert shape.star is not None
        stop = len(parts) - (len(shape.parts) - 1 - shape.star)
        between = self._recorder.made(parts[shape.star : stop])
        return [*parts[: shape.star], between, *parts[stop:]]

    def _each_apart(self, number: int, parts: list[object], shape: Shape) -> list[object]:
        """Parts, of which some are taken apart themselves."""
        if len(parts) != len(shape.parts):
            return parts
        return [
            part if inner is None else self._taken_apart(number, part, inner)
            for part, inner in zip(parts, shape.parts, strict=True)
        ]

    def _parts_of_symbolic(
        self, number: int, value: Symbolic | Unknown, shape: Shape
    ) -> list[object]:
        trace = self._capture(number)
        is_object = isinstance(value, Symbolic) and value.layout == OBJECT
        if is_object and shape.star is None and not any(shape.parts):
            return apart(trace, value, len(shape.parts))
        found = iterated(trace, value) if isinstance(value, Symbolic) else value
        if not isinstance(found, Symbolic) or not isinstance(found.layout, ListOf):
            trace.refuse(f"unpacking of {describe(value)}", "take its elements by index")
        return self._elements(number, found, shape)

    def _elements(self, number: int, whole: Symbolic, shape: Shape) -> list[object]:
        """The elements of a list that names are given, and of a star those between."""
        trace, layout = self._capture(number), whole.layout
        count, star = len(shape.parts), shape.star
        if star is None:
            exact = trace.apply_python("of_size", of_size, [whole, count], result=layout)
            parts = [operators.element(trace, exact, n) for n in range(count)]
            return self._each_apart(number, parts, shape)
        enough = trace.apply_python("at_least", at_least, [whole, count - 1], result=layout)
        last = count - 1 - star
        parts = [operators.element(trace, enough, n) for n in range(star)]
        stop = -last if last else None
        between = operators.element(trace, enough, builtins.slice(star, stop))
        parts.append(tracked(trace, between))
        parts += [operators.element(trace, enough, n) for n in range(-last, 0)]
        return self._each_apart(number, parts, shape)

    def named(self, number: int, value: object, /) -> object:
        """A value was given a name."""
        self._recorder.named(value, self._places[number].name)
        return value

    def bound(self, number: int, value: object, /) -> object:
        """A value is given a name inside of an expression."""
        if self._choices.is_captured or self._collections.is_captured:
            self._at(number).refuse(
                f"':=' of '{self._places[number].name}' where it may not be evaluated, or more "
                "than once",
                "assign it in a statement before",
            )
        return value


def merged(*parts: list[object]) -> dict[object, object]:
    """A dict of what each part holds: a pair, or another dict.

    >>> merged([{"a": 1, "b": 1}], [("b", 2)])
    {'a': 1, 'b': 2}
    """
    made: dict[object, object] = {}
    for (part,) in parts:
        if is_any_tuple(part):
            key, value = part
            made[key] = value
            continue
        if not is_mapping(part):
            raise TypeError(f"'{type(part).__name__}' object is not a mapping")
        made.update(part)
    return made
