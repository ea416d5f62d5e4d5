"""What the rounds of a loop hand on: found by running the body until nothing new changes.

The body is captured as if it ran once. What it leaves otherwise than it found it must be an
argument of the round, so it is captured again with that, and so on until a round changes
nothing else. Then the region of the last pass is the body of the loop.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NoReturn

from xdsl.ir import Attribute, Block, SSAValue

from ember_mlir.frontend.containers import Change, DictPlace, Place, frozen
from ember_mlir.frontend.contents import as_list, joined_contents
from ember_mlir.frontend.inspection import layout_of
from ember_mlir.frontend.joining import joined
from ember_mlir.frontend.layouts import ANY, OBJECT, Layout, ListOf
from ember_mlir.frontend.narrowing import is_any_dict
from ember_mlir.frontend.plain import is_list
from ember_mlir.frontend.regions.merging import is_result
from ember_mlir.frontend.regions.region import State
from ember_mlir.frontend.rewriting.jumps import RESULT
from ember_mlir.frontend.sameness import have_same_keys, is_same, is_same_contents
from ember_mlir.frontend.stand_ins import built, linked
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.tracing.scopes import HERE
from ember_mlir.frontend.values import UNBOUND, Unbound, Unknown, known_or_symbolic

Key = int | tuple[int] | tuple[int, object]
"""What is handed on: a name, by its number, a list, or an entry of a dict or object."""


_UNCHANGED = object()


class Slot:
    """Something that rounds hand on: what it is at first, and what a round leaves."""

    def __init__(self, layout: Layout, first: object) -> None:
        self.layout = layout
        self.first = first
        self.last: object = _UNCHANGED
        # What is last is held as it was then; these may have been changed since.
        self.variants: list[object] = [first]

    def end(self, layout: Layout, live: object, held: object) -> bool:
        """Take what a round leaves; whether it is laid out as was thought."""
        same = layout == self.layout
        self.layout = layout
        self.last = held
        self.variants = [self.first, live]
        return same

    def parts(self, value: object) -> Sequence[tuple[object, Layout]]:
        """The parts of a value of this slot, with their layouts."""
        whole = as_list(value) if isinstance(self.layout, ListOf) else value
        return [*zip(self.layout.flatten(whole), self.layout.leaves, strict=True)]


class Carried:
    """The state of one loop."""

    def __init__(self, trace: Trace, names: Sequence[str], entry: State) -> None:
        self.trace = trace
        self.names = names
        self.entry = entry
        # A round may make something else of them.
        self.layouts = [layout_of(value) for value in entry]
        self.slots: dict[Key, Slot] = {}
        self.places: dict[int, tuple[Place, object]] = {}
        self.unknown: dict[Key, Unknown] = {}
        self.begun = entry
        self.is_stable = False

    @property
    def types(self) -> list[Attribute]:
        """The types of the arguments of a round."""
        return [leaf.type for slot in self.slots.values() for leaf in slot.layout.leaves]

    def begin(self, arguments: Sequence[SSAValue]) -> State:
        """The state at the begin of a round; lists are what the arguments say."""
        for slot in self.slots.values():
            slot.last = _UNCHANGED
        self.begun = tuple(self._become(arguments))
        return self.begun

    def finish(self, results: Sequence[SSAValue], mark: object) -> State:
        """The state behind the loop, which stands behind `mark`."""
        return tuple(self._become(results, mark))

    def _become(self, held: Sequence[SSAValue], mark: object = HERE) -> list[object]:
        """Make lists what is held, and give the names."""
        state = [self.unknown.get(number, value) for number, value in enumerate(self.entry)]
        contents: dict[int, object] = {}
        for place_key, (_, before) in self.places.items():
            contents[place_key] = dict(before) if is_any_dict(before) else before
        start = 0
        for key, slot in self.slots.items():
            end = start + len(slot.layout.leaves)
            value = self._value(key, slot, held[start:end])
            start = end
            if isinstance(key, int):
                state[key] = value
                continue
            whole = contents[key[0]]
            if len(key) == 2:
                assert is_any_dict(whole)
                whole[key[1]] = value
            else:
                contents[key[0]] = known_or_symbolic(value)
        for place_key, (place, _) in self.places.items():
            self.trace.change(place, mark)
            place.become(self.unknown.get((place_key,), contents[place_key]))
        return state

    def _value(self, key: Key, slot: Slot, held: Sequence[SSAValue]) -> object:
        """What a slot is, of values that hold it part by part."""
        if isinstance(key, tuple) and len(key) == 1:
            return built(self.trace, slot.layout, held)
        lists = any(is_list(found) for found in slot.variants)
        value = built(self.trace, slot.layout, held, is_list=lists)
        if not isinstance(key, int) or self.names[key] != RESULT:
            linked(self.trace, value, slot.variants)
        return value

    def now(self, arguments: Sequence[SSAValue], begun: Mapping[int, object]) -> list[SSAValue]:
        """What is handed on, as it is by now in a round that has `begun` with the arguments."""
        held: list[SSAValue] = []
        start = 0
        for key, slot in self.slots.items():
            end = start + len(slot.layout.leaves)
            value = self._now(key, slot, begun)
            if value is _UNCHANGED:
                held += arguments[start:end]
            else:
                held += [self.trace.hold(*part) for part in slot.parts(value)]
            start = end
        return held

    def _now(self, key: Key, slot: Slot, begun: Mapping[int, object]) -> object:
        """What a slot is by now, if it has changed and fits; if not, there is another pass."""
        if isinstance(key, int):
            return _UNCHANGED
        place, _ = self.places[key[0]]
        contents = place.now()
        if is_same_contents(contents, begun.get(place.key(), contents)):
            return _UNCHANGED
        value = contents[key[1]] if len(key) == 2 and is_any_dict(contents) else contents
        layout = layout_of(as_list(value) if isinstance(slot.layout, ListOf) else value)
        fits = layout is not None and joined(slot.layout, layout) == slot.layout
        return value if fits else _UNCHANGED

    def end_names(self, state: State) -> None:
        """Compare the names that a round leaves with those that it began with."""
        self.is_stable = True
        for number, (before, after) in enumerate(zip(self.begun, state, strict=True)):
            if number not in self.unknown and not is_same(before, after):
                self._end(number, self.entry[number], after, frozen(after))

    def end_places(self, changes: Mapping[int, Change]) -> None:
        """Compare what lists are made of, as far as a round has changed them."""
        for key, change in changes.items():
            if (key,) not in self.unknown:
                self._end_place(key, change)

    def _end(self, key: Key, before: object, after: object, held: object) -> None:
        slot = self.slots.get(key)
        if slot is None:
            layout = self._joined(self._first_layout(key, before, held), held)
        else:
            layout = self._joined(slot.layout, held)
        known = None not in (layout_of(held), self._first_layout(key, before, held))
        if layout is None and known and isinstance(key, int) and is_result(self.names[key]):
            layout = ANY
        if layout is None:
            self._give_up(key, before, after)
        elif slot is None:
            self.slots[key] = Slot(layout, before)
            self.is_stable = False
        else:
            self.is_stable &= slot.end(layout, after, held)

    def _first_layout(self, key: Key, before: object, after: object) -> Layout | None:
        if isinstance(before, Unbound):
            return layout_of(after)
        return self.layouts[key] if isinstance(key, int) else layout_of(before)

    def _joined(self, layout: Layout | None, value: object) -> Layout | None:
        found = layout_of(value)
        return None if layout is None or found is None else joined(layout, found)

    def _give_up(self, key: Key, before: object, after: object) -> None:
        why = "which may be of one type or another here"
        for value in (before, after):
            why = value.why if isinstance(value, Unknown) else why
        if not isinstance(key, int):
            self._refuse()
        self.slots.pop(key, None)
        self.unknown[key] = Unknown(self.names[key], why)
        self.is_stable = False

    def _end_place(self, key: int, change: Change) -> None:
        self.places.setdefault(key, (change.place, change.before))
        before = self.places[key][1]
        if isinstance(change.after, Unknown):
            self._forget(key, change.after)
        elif (key,) in self.slots or not is_any_dict(before):
            self._end_list(key, before, change)
        elif isinstance(change.place, DictPlace) and not have_same_keys([before, change.after]):
            self._end_dict(key, before, change)
        else:
            self._end_entries(key, before, change)

    def _end_dict(self, key: int, before: object, change: Change) -> None:
        """A dict whose keys are known no more."""
        for slot_key in [*self.slots]:
            if isinstance(slot_key, tuple) and slot_key[0] == key:
                del self.slots[slot_key]
        if None in (layout_of(before), layout_of(change.held)):
            self._refuse()
        self.trace.aliases.copy_parts(before)
        self.trace.aliases.copy_parts(change.after)
        self.slots[(key,)] = Slot(OBJECT, before)
        self.is_stable = False

    def _forget(self, key: int, why: Unknown) -> None:
        """Nobody knows what a list is made of after a round."""
        for slot_key in [*self.slots]:
            if isinstance(slot_key, tuple) and slot_key[0] == key:
                del self.slots[slot_key]
        self.unknown[(key,)] = why
        self.is_stable = False

    def _end_entries(self, key: int, before: dict[object, object], change: Change) -> None:
        after, held = change.after, change.held
        assert is_any_dict(after)
        assert is_any_dict(held)
        if [*before] != [*after]:
            self._refuse()
        for name, value in after.items():
            known: Key = (key, name)
            if known in self.slots or not is_same(before[name], value):
                self._end(known, before[name], value, held[name])

    def _end_list(self, key: int, before: object, change: Change) -> None:
        slot = self.slots.get((key,))
        if slot is None and is_same_contents(before, change.after):
            return
        if slot is not None and slot.layout == OBJECT:
            again = None if layout_of(change.held) is None else OBJECT
        else:
            again = joined_contents(before, change.held)
        layout = again if slot is None or again is None else _wider(slot.layout, again)
        if layout is None:
            self._refuse()
        self.trace.aliases.copy_parts(before)
        self.trace.aliases.copy_parts(change.after)
        if slot is None:
            self.slots[(key,)] = Slot(layout, before)
            self.is_stable = False
        else:
            self.is_stable &= slot.end(layout, change.after, change.held)

    def _refuse(self) -> NoReturn:
        self.trace.refuse(
            "a list or dict that a loop changes to another shape",
            "make its elements of one type, and give a dict all its keys first",
        )

    def initial(self) -> list[SSAValue]:
        """What the first round begins with."""
        held: list[SSAValue] = []
        for slot in self.slots.values():
            if slot.first is UNBOUND:
                held += [self.trace.nothing_of(leaf.type) for leaf in slot.layout.leaves]
            else:
                held += [self.trace.hold(*part) for part in slot.parts(slot.first)]
        return held

    def handed_on(self, block: Block, arguments: Sequence[SSAValue]) -> list[SSAValue]:
        """What a round hands on, as values in its block."""
        held: list[SSAValue] = []
        start = 0
        with self.trace.inside(block):
            for slot in self.slots.values():
                end = start + len(slot.layout.leaves)
                if slot.last is _UNCHANGED:
                    held += arguments[start:end]
                else:
                    held += [self.trace.hold(*part) for part in slot.parts(slot.last)]
                start = end
        return held


def _wider(first: Layout, second: Layout) -> Layout | None:
    """A layout of the contents of a list; one of a known length gives way to one of any."""
    found = joined(first, second)
    if found is not None:
        return found
    if isinstance(first, ListOf) or isinstance(second, ListOf):
        return second if isinstance(second, ListOf) else first
    return None
