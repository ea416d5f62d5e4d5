"""Recognizes the texts of a Lark grammar: every way to read them is tried at once.

A text is read character by character, with no separate lexer: a terminal ends wherever
it can. So whatever a decoder lets a model write, longest match or not, is recognized.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ember_mlir.grammars.automaton import Automaton, Work
from ember_mlir.grammars.lark_nodes import All, Expression, LarkRules, Name, OneOf, Terminal, Times
from ember_mlir.grammars.regex_nodes import Regex

_ITEM_STEPS = 20
"""What an item counts for in `Work`: it takes more time and memory than a character."""


class Chart:
    """Where the parts of a text can end that was read, and how far it could be read."""

    def __init__(self) -> None:
        self.found: dict[tuple[int, int], list[int]] = {}
        self.farthest = 0

    def ends(self, symbol: int, start: int) -> Sequence[int]:
        """All ends of `symbol` when it begins at `start`, ascending."""
        return self.found.get((symbol, start), ())


@dataclass(slots=True)
class _Column:
    """What can be going on at one position of the text."""

    items: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    seen: set[tuple[int, int]] = field(default_factory=set[tuple[int, int]])
    waiting: dict[int, list[tuple[int, int]]] = field(
        default_factory=dict[int, list[tuple[int, int]]]
    )


class Recognizer:
    """A Lark grammar, ready to be run; safe to share between threads.

    Symbols are numbers: rules and parts of rules count from 0, terminals down from -1.
    A dot is a place in a production; `_after[dot]` is the symbol that follows, None at
    the end, and `_whole[dot]` the symbol that the production belongs to.
    """

    def __init__(self, rules: LarkRules, parts: Sequence[Expression]) -> None:
        self._rules = rules
        self._automata: list[Automaton] = []
        self._terminals: dict[Regex, int] = {}
        self._named: dict[str, int] = {}
        self._starts: list[list[int]] = []
        self._after: list[int | None] = []
        self._whole: list[int] = []
        self._start = self._new()
        for name in rules.rules:
            self._named[name] = self._new()
        for name, body in rules.rules.items():
            self._define(self._named[name], body)
        self.parts = tuple(self._symbol(part) for part in parts)
        self._produce(self._start, self.parts)

    def fits(self, chart: Chart, text: str) -> bool:
        """Whether the whole text that a chart is about fits the parts."""
        return len(text) in chart.ends(self._start, 0)

    def chart(self, text: str, work: Work) -> Chart:
        """The chart of a text, whether it fits or not."""
        return _Run(self._after, self._whole, self._starts, self._automata, text, work).chart(
            self._start
        )

    def _new(self) -> int:
        self._starts.append([])
        return len(self._starts) - 1

    def _produce(self, symbol: int, parts: Sequence[int]) -> None:
        self._starts[symbol].append(len(self._after))
        self._after += [*parts, None]
        self._whole += [symbol] * (len(parts) + 1)

    def _define(self, symbol: int, body: Expression) -> None:
        match body:
            case OneOf(parts):
                for part in parts:
                    self._define(symbol, part)
            case All(parts):
                self._produce(symbol, [self._symbol(part) for part in parts])
            case _:
                self._produce(symbol, [self._symbol(body)])

    def _symbol(self, body: Expression) -> int:
        match body:
            case Terminal(regex):
                return self._terminal(regex)
            case Name(name) if name in self._named:
                return self._named[name]
            case Name(name):
                return self._terminal(self._rules.terminals[name])
            case Times(part, low, high):
                return self._times(self._symbol(part), low, high)
            case _:
                symbol = self._new()
                self._define(symbol, body)
                return symbol

    def _terminal(self, regex: Regex) -> int:
        if regex not in self._terminals:
            self._automata.append(Automaton(regex))
            self._terminals[regex] = -len(self._automata)
        return self._terminals[regex]

    def _times(self, part: int, low: int, high: int | None) -> int:
        rest = self._new()
        self._produce(rest, ())
        if high is None:
            self._produce(rest, (rest, part))
        else:
            for _ in range(high - low):
                more = self._new()
                self._produce(more, ())
                self._produce(more, (part, rest))
                rest = more
        symbol = self._new()
        self._produce(symbol, [part] * low + [rest])
        return symbol


@dataclass(slots=True)
class _Run:
    """One reading of one text."""

    after: list[int | None]
    whole: list[int]
    starts: list[list[int]]
    automata: list[Automaton]
    text: str
    work: Work
    columns: dict[int, _Column] = field(default_factory=dict[int, _Column])
    found: Chart = field(default_factory=Chart)

    def chart(self, start: int) -> Chart:
        for dot in self.starts[start]:
            self._add(0, dot, 0)
        for position in range(len(self.text) + 1):
            column = self.columns.get(position)
            if column is not None:
                self.found.farthest = position
                for dot, origin in column.items:  # grows while it is walked
                    self._advance(position, column, dot, origin)
        return self.found

    def _add(self, position: int, dot: int, origin: int) -> None:
        column = self.columns.get(position)
        if column is None:
            column = self.columns[position] = _Column()
        if (dot, origin) not in column.seen:
            self.work.spend(_ITEM_STEPS)
            column.seen.add((dot, origin))
            column.items.append((dot, origin))

    def _advance(self, position: int, column: _Column, dot: int, origin: int) -> None:
        symbol = self.after[dot]
        if symbol is None:
            self._complete(position, self.whole[dot], origin)
        elif symbol < 0:
            ends = self._terminal_ends(symbol, position)
            self.work.spend(len(ends))
            for end in ends:
                self._add(end, dot + 1, origin)
        else:
            self._predict(position, column, symbol, dot, origin)

    def _complete(self, position: int, symbol: int, origin: int) -> None:
        ends = self.found.found.setdefault((symbol, origin), [])
        if ends and ends[-1] == position:
            return
        ends.append(position)
        waiting = self.columns[origin].waiting.get(symbol, [])
        self.work.spend(len(waiting))
        for dot, first in waiting:
            self._add(position, dot + 1, first)

    def _predict(self, position: int, column: _Column, symbol: int, dot: int, origin: int) -> None:
        waiting = column.waiting.get(symbol)
        if waiting is None:
            waiting = column.waiting[symbol] = []
            for start in self.starts[symbol]:
                self._add(position, start, position)
        waiting.append((dot, origin))
        if position in self.found.ends(symbol, position):
            # It has been completed here already, as the empty text.
            self._add(position, dot + 1, origin)

    def _terminal_ends(self, symbol: int, position: int) -> list[int]:
        ends = self.found.found.get((symbol, position))
        if ends is None:
            ends = list(self.automata[-symbol - 1].ends(self.text, position, self.work))
            self.found.found[symbol, position] = ends
        return ends
