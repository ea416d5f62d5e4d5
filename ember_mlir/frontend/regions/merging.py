"""One value for what several arms have left: the arms yield what differs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from xdsl.ir import Attribute, Block, SSAValue

from ember_mlir.frontend.containers import (
    Change,
    DictPlace,
    Place,
)
from ember_mlir.frontend.contents import as_list, joined_layout, joined_lists
from ember_mlir.frontend.inspection import layout_of
from ember_mlir.frontend.layouts import ANY, OBJECT, Layout
from ember_mlir.frontend.narrowing import is_any_dict, is_any_tuple, is_exact_dict
from ember_mlir.frontend.plain import is_list
from ember_mlir.frontend.rewriting.jumps import RESULT, RESULT_BEFORE_END, RETURNED
from ember_mlir.frontend.sameness import have_same_keys, is_same, is_same_contents
from ember_mlir.frontend.stand_ins import built, linked
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.values import (
    UNBOUND,
    Unbound,
    Unknown,
)


@dataclass(slots=True)
class Outcome:
    """A captured arm: its operations, the state that it leaves, and what it has changed.

    What it leaves is `held` as it was at its end. Nothing comes behind one that `raises`.
    """

    block: Block
    state: Sequence[object]
    held: Sequence[object]
    changes: Mapping[int, Change]
    raises: bool = False


class Merge:
    """What a statement with several outcomes yields, and what stands for its results."""

    def __init__(self, trace: Trace, outcomes: Sequence[Outcome]) -> None:
        self.trace = trace
        self.outcomes = outcomes
        self.alive = [outcome for outcome in outcomes if not outcome.raises]
        self.types: list[Attribute] = []
        self._held: list[tuple[Layout, Sequence[object]]] = []

    def values(self, names: Sequence[str]) -> list[object]:
        """What stands for the state behind the statement."""
        found: list[object] = []
        returned = [_has_returned(names, outcome) for outcome in self.alive]
        for number, name in enumerate(names):
            states = [outcome.state[number] for outcome in self.alive]
            # Behind a `return` nobody looks at what is unknown there.
            variants = [
                UNBOUND if gone and isinstance(state, Unknown) else state
                for state, gone in zip(states, returned, strict=True)
            ]
            held = [outcome.held[number] for outcome in self.alive]
            found.append(self.value(name, variants, held))
        return found

    def are_one(self, variants: Sequence[object], same: Callable[[object, object], bool]) -> bool:
        """Whether all of `variants` are one that exists behind the statement, too."""
        first, *others = variants
        if not others:
            self.trace.adopt(first)
            return self.trace.is_here(first)
        return all(same(first, other) for other in others)

    def value(self, name: str, variants: Sequence[object], held: Sequence[object]) -> object:
        """What stands for one of `variants`, of which each arm that goes on has one.

        What they were at its end is `held`. Nobody looks at what has no value in the arm that
        has run: a flag would tell that.
        """
        first, *others = variants
        if others and all(other is first for other in others):
            return first
        bound = [found for found in variants if not isinstance(found, Unbound)]
        if not bound:
            return UNBOUND
        for found in bound:
            if isinstance(found, Unknown):
                return found
        if self.are_one(bound, is_same):
            return bound[0]
        if all(type(found) is tuple for found in bound):
            return self.tuple_of(name, variants, held)
        known = [one for one in held if not isinstance(one, Unbound | Unknown)]
        layout = joined_layout(known)
        if layout is None and is_result(name) and None not in map(layout_of, known):
            layout = ANY
        if layout is None:
            return Unknown(name, "which may be of one type or another here")
        return self.awaited(layout, bound, held, name)

    def tuple_of(self, name: str, variants: Sequence[object], held: Sequence[object]) -> object:
        """A tuple, part by part: a list that all of them have stays the same one."""
        sizes = {len(found) for found in variants if is_any_tuple(found)}
        if len(sizes) > 1:
            if is_result(name):
                return self.awaited(ANY, variants, held, name)
            return Unknown(name, "which may be of one size or another here")
        (size,) = sizes
        columns = zip(_columns(variants, size), _columns(held, size), strict=True)
        parts = [self.value(name, one, one_held) for one, one_held in columns]
        return next((part for part in parts if isinstance(part, Unknown)), tuple(parts))

    def awaited(
        self, layout: Layout, variants: Sequence[object], held: Sequence[object], name: str = ""
    ) -> object:
        """A stand-in for a value of which there will be results."""
        start = len(self.types)
        self.types += [leaf.type for leaf in layout.leaves]
        self._held.append((layout, held))
        return Pending(start, layout, variants, name)

    def end_arms(self, end: Callable[[Sequence[SSAValue]], None]) -> None:
        """Let `end` write the last of each arm, inside of it: it is given what the arm yields."""
        number = 0
        for outcome in self.outcomes:
            with self.trace.inside(outcome.block):
                if outcome.raises:
                    end([self.trace.nothing_of(found) for found in self.types])
                    continue
                end(self._yields(number))
                number += 1

    def _yields(self, number: int) -> list[SSAValue]:
        """What the arm of that number among those that go on yields, as values in its block."""
        held: list[SSAValue] = []
        for layout, variants in self._held:
            if isinstance(variants[number], Unbound | Unknown):
                held += [self.trace.nothing_of(leaf.type) for leaf in layout.leaves]
                continue
            parts = layout.flatten(variants[number])
            pairs = zip(parts, layout.leaves, strict=True)
            held += [self.trace.hold(part, leaf) for part, leaf in pairs]
        return held

    def filled(self, value: object, results: Sequence[SSAValue]) -> object:
        """A value, with results in the place of what was awaited."""
        if isinstance(value, Pending):
            return value.built(self.trace, results)
        if is_any_tuple(value):
            return tuple([self.filled(item, results) for item in value])
        # The dicts of captured code stay the same ones.
        if is_exact_dict(value):
            return {key: self.filled(item, results) for key, item in value.items()}
        return value

    def changes(self) -> Iterator[tuple[Place, object]]:
        """What lists and dicts are made of behind the statement, whichever arm has run."""
        places = {key: change for one in self.alive for key, change in one.changes.items()}
        for key, change in places.items():
            unchanged = Change(change.place, change.before, change.before)
            found = [outcome.changes.get(key, unchanged) for outcome in self.alive]
            variants, held = [one.after for one in found], [one.held for one in found]
            if isinstance(change.place, DictPlace) and not have_same_keys(variants):
                yield change.place, self.whole_dict(variants, held)
            else:
                yield change.place, self.contents(variants, held)

    def whole_dict(self, variants: Sequence[object], held: Sequence[object]) -> object:
        """The contents of one dict that has other keys in one arm than in another."""
        for found in variants:
            if isinstance(found, Unknown):
                return found
        if self.are_one(variants, is_same_contents):
            return variants[0]
        if None in map(layout_of, held):
            self.trace.refuse("a dict of what is no data", "give it all its keys first")
        for found in variants:
            self.trace.aliases.copy_parts(found)
        return self.awaited(OBJECT, variants, held)

    def contents(self, variants: Sequence[object], held: Sequence[object]) -> object:
        """The contents of one list or dict."""
        first = variants[0]
        for found in variants:
            if isinstance(found, Unknown):
                return found
        if self.are_one(variants, is_same_contents):
            return first
        if isinstance(first, dict):
            return self.entries(
                [found for found in variants if is_any_dict(found)],
                [found for found in held if is_any_dict(found)],
            )
        items = [found for found in variants if is_any_tuple(found)]
        if len(items) == len(variants) and len({len(found) for found in items}) == 1:
            rows = [found for found in held if is_any_tuple(found)]
            columns = zip(zip(*items, strict=True), zip(*rows, strict=True), strict=True)
            merged = [self.value("an element", *column) for column in columns]
            if not any(isinstance(one, Unknown) for one in merged):
                return tuple(merged)
        layout = joined_lists(held)
        if layout is None:
            self.trace.refuse("a list whose elements differ", "make them of one type")
        for found in variants:
            self.trace.aliases.copy_parts(found)
        lists = [as_list(found) for found in held]
        return self.awaited(layout, lists, lists)

    def entries(
        self, variants: Sequence[dict[object, object]], held: Sequence[dict[object, object]]
    ) -> object:
        """The entries of one dict, or the attributes of one object."""
        if len({tuple(found) for found in variants}) > 1:
            self.trace.refuse(
                "a dict or object that has other keys in one arm than in another",
                "give it all its keys first",
            )
        return {
            key: self.value(
                str(key), [found[key] for found in variants], [found[key] for found in held]
            )
            for key in variants[0]
        }


def _has_returned(names: Sequence[str], outcome: Outcome) -> bool:
    """Whether an arm has surely left the function, where no `finally` comes behind."""
    return RETURNED in names and RESULT in names and outcome.state[names.index(RETURNED)] is True


def _columns(rows: Sequence[object], size: int) -> list[list[object]]:
    """The parts of tuples of one size, place by place; of what is none, nothing at each."""
    return [[row[at] if is_any_tuple(row) else UNBOUND for row in rows] for at in range(size)]


class Pending:
    """Stands for a value until the operation has results."""

    def __init__(self, start: int, layout: Layout, variants: Sequence[object], name: str) -> None:
        self.name = name
        self.start = start
        self.layout = layout
        self.variants = variants

    def built(self, trace: Trace, results: Sequence[SSAValue]) -> object:
        """The value, of its results."""
        lists = any(is_list(found) for found in self.variants)
        value = built(trace, self.layout, results[self.start :], is_list=lists)
        if self.name != RESULT:
            linked(trace, value, self.variants)
        return value


def is_result(name: str) -> bool:
    """Whether a name is of what a function returns: nobody looks at it meanwhile."""
    return name in (RESULT, RESULT_BEFORE_END)
