"""Runs regular expressions in time that grows linearly with the text.

No text makes this slow in the way of a backtracking matcher: the automaton is in a set
of states at a time, and each character moves the set once. Sets that were met are kept,
within a bound, so that a move is mostly one look-up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ember_mlir.errors import ParseError
from ember_mlir.grammars.regex_nodes import (
    CharacterSet,
    Choice,
    Group,
    Regex,
    Repeat,
    Sequence,
    group_names,
)

MAX_STEPS = 10_000_000
"""The most steps of reading one text. It bounds time and memory for hostile texts."""

_THREAD_STEPS = 3
"""What a thread counts for in `Work`: it takes more time than a look-up."""

_KEPT_MOVES = 50_000


@dataclass(slots=True)
class Work:
    """Counts the steps of one reading; raises `ParseError` after `MAX_STEPS`."""

    left: int = MAX_STEPS

    def spend(self, steps: int) -> None:
        """Count `steps` more."""
        self.left -= steps
        if self.left < 0:
            raise ParseError(
                f"a text must be read within {MAX_STEPS} steps, but this one needs more; "
                "ask for a shorter text, or write a grammar with fewer ways to read it"
            )


@dataclass(frozen=True, slots=True)
class _Take:
    characters: CharacterSet
    after: int


@dataclass(frozen=True, slots=True)
class _Split:
    targets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Mark:
    slot: int
    after: int


_State = _Take | _Split | _Mark | None


@dataclass(eq=False, slots=True)
class _Place:
    """A set of states that the automaton can be in, and where characters lead."""

    states: tuple[int, ...]
    accepts: bool
    moves: dict[str, _Place] = field(default_factory=dict[str, "_Place"])


class Automaton:
    """A regular expression, ready to be run; safe to share between threads."""

    def __init__(self, node: Regex) -> None:
        self._names = group_names(node)
        self._states: list[_State] = [None]
        self._first = self._add(node, 0)
        self._places: dict[tuple[int, ...], _Place] = {}
        self._kept = 0

    def ends(self, text: str, start: int, work: Work) -> Iterator[int]:
        """All positions where a match of the expression that begins at `start` ends."""
        place = self._place((self._first,), work)
        if place.accepts:
            yield start
        for position in range(start, len(text)):
            character = text[position]
            place = place.moves.get(character) or self._move(place, character, work)
            work.spend(1)
            if not place.states:
                return
            if place.accepts:
                yield position + 1

    def fits(self, text: str, work: Work) -> bool:
        """Whether the whole text fits."""
        place = self._place((self._first,), work)
        for character in text:
            place = place.moves.get(character) or self._move(place, character, work)
            work.spend(1)
            if not place.states:
                return False
        return place.accepts

    def groups(self, text: str, work: Work) -> dict[str, str] | None:
        """The texts of the named groups if the whole text fits, else None.

        Of several ways to fit, the one that a backtracking matcher finds first counts. A
        group that took no part is "".
        """
        if not self.fits(text, work):
            return None
        marks: tuple[int, ...] = (-1,) * (2 * len(self._names))
        threads = self._threads([(self._first, marks)], 0, work)
        for position, character in enumerate(text, start=1):
            moved: list[tuple[int, tuple[int, ...]]] = []
            for state, marks in threads:
                take = self._states[state]
                if isinstance(take, _Take) and character in take.characters:
                    moved.append((take.after, marks))
            threads = self._threads(moved, position, work)
        marks = next(marks for state, marks in threads if self._states[state] is None)
        return {
            name: text[max(marks[2 * index], 0) : max(marks[2 * index + 1], 0)]
            for index, name in enumerate(self._names)
        }

    def _threads(
        self, entering: list[tuple[int, tuple[int, ...]]], position: int, work: Work
    ) -> list[tuple[int, tuple[int, ...]]]:
        """The states that take a character or accept, reached first to last, once each."""
        found: list[tuple[int, tuple[int, ...]]] = []
        seen: set[int] = set()
        waiting = entering[::-1]
        while waiting:
            number, marks = waiting.pop()
            if number in seen:
                continue
            seen.add(number)
            state = self._states[number]
            if isinstance(state, _Split):
                waiting += [(target, marks) for target in reversed(state.targets)]
            elif isinstance(state, _Mark):
                marked = (*marks[: state.slot], position, *marks[state.slot + 1 :])
                waiting.append((state.after, marked))
            else:
                found.append((number, marks))
        work.spend(_THREAD_STEPS * (len(seen) + len(entering)))
        return found

    def _move(self, place: _Place, character: str, work: Work) -> _Place:
        if self._kept > _KEPT_MOVES:
            # Moves are only a store of what is known: forgetting them costs time alone.
            self._places, self._kept = {}, 0
            place = self._keep(place.states, work)
        after: dict[int, None] = {}
        for number in place.states:
            state = self._states[number]
            if isinstance(state, _Take) and character in state.characters:
                after[state.after] = None
        work.spend(len(place.states))
        self._kept += 1
        place.moves[character] = found = self._place(tuple(after), work)
        return found

    def _place(self, entering: tuple[int, ...], work: Work) -> _Place:
        threads = self._threads([(number, ()) for number in entering], 0, work)
        return self._keep(tuple(sorted(number for number, _ in threads)), work)

    def _keep(self, states: tuple[int, ...], work: Work) -> _Place:
        place = self._places.get(states)
        if place is None:
            work.spend(len(states))
            accepts = any(self._states[number] is None for number in states)
            place = self._places[states] = _Place(states, accepts)
            self._kept += len(states)
        return place

    def _add(self, node: Regex, after: int) -> int:
        """Add states that read `node` and go on in `after`; the number of the first."""
        match node:
            case CharacterSet():
                return self._state(_Take(node, after))
            case Sequence(parts):
                for part in reversed(parts):
                    after = self._add(part, after)
                return after
            case Choice(parts):
                return self._state(_Split(tuple(self._add(part, after) for part in parts)))
            case Repeat(part, low, high, lazy):
                return self._add_repeat(part, low, high, lazy, after)
            case Group(name, part):
                return self._add_group(name, part, after)

    def _add_group(self, name: str, part: Regex, after: int) -> int:
        slot = 2 * self._names.index(name)
        return self._state(_Mark(slot, self._add(part, self._state(_Mark(slot + 1, after)))))

    def _add_repeat(self, part: Regex, low: int, high: int | None, lazy: bool, after: int) -> int:
        if high is None:
            # The state that decides on one more round is known before its rounds are.
            loop = self._state(None)
            first = self._add(part, loop)
            self._states[loop] = _either(first, after, lazy)
            after, low = (first, low - 1) if low else (loop, 0)
        else:
            done = after
            for _ in range(high - low):
                after = self._state(_either(self._add(part, after), done, lazy))
        for _ in range(low):
            after = self._add(part, after)
        return after

    def _state(self, state: _State) -> int:
        self._states.append(state)
        return len(self._states) - 1


def _either(more: int, done: int, lazy: bool) -> _Split:
    return _Split((done, more) if lazy else (more, done))
