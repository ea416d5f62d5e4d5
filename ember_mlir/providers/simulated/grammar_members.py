"""Texts of a grammar, made by walking its rules: short ones, and never without end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from ember_mlir.grammars.lark_nodes import All, Expression, LarkRules, Name, OneOf, Terminal, Times
from ember_mlir.grammars.lark_rules import START, read_rules
from ember_mlir.grammars.regex_nodes import (
    CharacterSet,
    Choice,
    Group,
    Regex,
    Repeat,
    Sequence,
)

Pick = Callable[[int], int]
"""A whole number from 0 up to, but not including, its argument."""

Costs = Mapping[str, int]
"""The least number of steps that each rule takes."""

_ENOUGH = 200
_MOST = 20_000
_MORE = 3
_COSTLY = 10**9
_LETTERS = "etaoinshrdlu"
_LIKED = "etaoinshrdlucmfwypvbgkjqxzETAOINSHRDLUCMFWYPVBGKJQXZ1234567890 .,-_:;!?/'()"
_POINTS = (*range(0x20, 0x7F), *range(0xA0, 0x3000), 10, 9, 13, 0x4E00, 0xAC00, 0x1F600)


class Unwritable(Exception):
    """No text was found in a bounded number of steps."""


class Walker:
    """Writes texts that fit: `pick` decides, and `words` are used where they fit.

    Once a text has had enough steps, only the cheapest ways are taken.
    """

    def __init__(self, pick: Pick, words: tuple[str, ...] = ()) -> None:
        self._pick = pick
        self._words = words
        self._steps = 0

    def text(self, grammar: str) -> str:
        """A text that fits a Lark text; raises `Unwritable` if there is none that is short."""
        rules, costs = costed_rules(grammar)
        return self.expression(rules.rules[START], rules, costs)

    def expression(self, whole: Expression, rules: LarkRules, costs: Costs) -> str:
        """A text that fits a part of a grammar."""
        parts: list[str] = []
        left = [whole]
        while left:
            part = left.pop()
            match part:
                case Terminal(regex):
                    parts.append(self.regex(regex))
                case Name(name):
                    if name in rules.rules:
                        left.append(rules.rules[name])
                    else:
                        parts.append(self.regex(rules.terminals[name]))
                case All(parts=inner):
                    left += reversed(inner)
                case OneOf(parts=inner):
                    left.append(self._one_of(inner, costs))
                case Times(inner, low, high):
                    left += [inner] * self._times(low, high)
            self._count()
        return "".join(parts)

    def regex(self, node: Regex) -> str:
        """A text that fits a regular expression."""
        self._count()
        match node:
            case CharacterSet():
                return self._character(node)
            case Sequence(parts):
                return "".join([self.regex(part) for part in parts])
            case Choice(parts):
                return self.regex(parts[0 if self._is_enough() else self._pick(len(parts))])
            case Repeat(part, low, high):
                return self._repeated(part, low, high)
            case Group(_, part):
                return self.regex(part)

    def _repeated(self, part: Regex, low: int, high: int | None) -> str:
        if isinstance(part, CharacterSet) and (high is None or high > 1):
            fitting = [
                word
                for word in self._words
                if low <= len(word) <= (len(word) if high is None else high)
                and all(character in part for character in word)
            ]
            if fitting:
                return fitting[self._pick(len(fitting))]
        # Texts of no characters are right, but say nothing.
        least = max(low, 1) if high != 0 and not self._is_enough() else low
        return "".join([self.regex(part) for _ in range(self._times(least, high))])

    def _character(self, letters: CharacterSet) -> str:
        liked = [character for character in _LIKED if character in letters]
        if liked:
            few = [character for character in liked if character in _LETTERS] or liked
            return few[self._pick(len(few))]
        ranges = [point for ends in letters.ranges for point in ends]
        for point in (*([] if letters.negated else ranges), *_POINTS):
            if not 0xD800 <= point <= 0xDFFF and chr(point) in letters:
                return chr(point)
        raise Unwritable

    def _one_of(self, parts: tuple[Expression, ...], costs: Costs) -> Expression:
        if self._is_enough():
            return min(parts, key=lambda part: cost(part, costs))
        possible = [part for part in parts if cost(part, costs) < _COSTLY]
        return (possible or parts)[self._pick(len(possible or parts))]

    def _times(self, low: int, high: int | None) -> int:
        if self._is_enough():
            return low
        most = low + _MORE if high is None else min(high, low + _MORE)
        return low + self._pick(most - low + 1)

    def _is_enough(self) -> bool:
        return self._steps > _ENOUGH

    def _count(self) -> None:
        self._steps += 1
        if self._steps > _MOST:
            raise Unwritable


def cost(part: Expression, costs: Costs) -> int:
    """The least number of steps that `part` takes, given those of the rules."""
    match part:
        case Terminal():
            return 1
        case Name(name):
            return 1 + costs.get(name, 0)
        case All(parts):
            return min(_COSTLY, 1 + sum([cost(inner, costs) for inner in parts]))
        case OneOf(parts):
            return 1 + min([cost(inner, costs) for inner in parts])
        case Times(inner, low):
            return min(_COSTLY, 1 + low * cost(inner, costs))


@lru_cache(maxsize=64)
def costed_rules(grammar: str) -> tuple[LarkRules, Costs]:
    """The rules of a Lark text, and what each costs."""
    rules = read_rules(grammar)
    costs = dict.fromkeys(rules.rules, _COSTLY)
    changed = True
    while changed:
        changed = False
        for name, body in rules.rules.items():
            least = min(_COSTLY, cost(body, costs))
            changed |= least < costs[name]
            costs[name] = least
    return rules, costs
