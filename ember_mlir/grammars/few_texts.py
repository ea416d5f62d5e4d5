"""All texts that fit a grammar, where they are few."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from ember_mlir.grammars.grammar import Grammar
from ember_mlir.grammars.lark_nodes import All, Expression, LarkRules, Name, OneOf, Terminal, Times
from ember_mlir.grammars.lark_rules import START, read_rules
from ember_mlir.grammars.regex_nodes import CharacterSet, Choice, Group, Regex, Repeat, Sequence
from ember_mlir.grammars.regex_spelling import read_regex_grammar

Texts = frozenset[str]


class _Many(Exception):
    """There are too many texts, or more than can be told."""


@lru_cache(maxsize=64)
def few_texts(grammar: Grammar, most: int = 64) -> Texts | None:
    """The texts that fit, without outer white space; None if they are more than `most`.

    JSON has many spellings of one value, so of JSON there are never few. Raises
    `InvalidIRError` for a grammar that is not in the subset.

    >>> sorted(few_texts(Grammar("lark", 'start: "yes" | "no"')))
    ['no', 'yes']
    >>> print(few_texts(Grammar("regex", "[0-9]+")))
    None
    """
    try:
        match grammar.spelling:
            case "regex":
                found = _Few(most, {}).regex(read_regex_grammar(grammar.text).regex)
            case "lark":
                rules = read_rules(grammar.text)
                found = _Few(most, _bodies(rules)).expression(rules.rules[START])
            case "json_schema":
                return None
    except _Many:
        return None
    return frozenset([text.strip() for text in found])


def _bodies(rules: LarkRules) -> Mapping[str, Expression | Regex]:
    return {**rules.terminals, **rules.rules}


class _Few:
    """Makes the texts of expressions; raises `_Many` if they are more than `most`."""

    def __init__(self, most: int, bodies: Mapping[str, Expression | Regex]) -> None:
        self._most = most
        self._bodies = bodies
        self._open: set[str] = set()

    def expression(self, whole: Expression) -> Texts:
        match whole:
            case Terminal(regex):
                return self.regex(regex)
            case Name(name):
                return self._named(name)
            case All(parts):
                return self._row(map(self.expression, parts))
            case OneOf(parts):
                return self._any(map(self.expression, parts))
            case Times(part, low, high):
                return self._repeated(self.expression(part), low, high)

    def regex(self, node: Regex) -> Texts:
        match node:
            case CharacterSet():
                return self._characters(node)
            case Sequence(parts):
                return self._row(map(self.regex, parts))
            case Choice(parts):
                return self._any(map(self.regex, parts))
            case Repeat(part, low, high):
                return self._repeated(self.regex(part), low, high)
            case Group(_, part):
                return self.regex(part)

    def _named(self, name: str) -> Texts:
        if name in self._open:
            # A rule that stands in itself has texts without end.
            raise _Many
        self._open.add(name)
        body = self._bodies[name]
        match body:
            case Terminal() | Name() | All() | OneOf() | Times():
                found = self.expression(body)
            case _:
                found = self.regex(body)
        self._open.discard(name)
        return found

    def _characters(self, letters: CharacterSet) -> Texts:
        count = sum(high - low + 1 for low, high in letters.ranges)
        if letters.negated or letters.classes or count > self._most:
            raise _Many
        return frozenset([chr(p) for low, high in letters.ranges for p in range(low, high + 1)])

    def _row(self, parts: Iterable[Texts]) -> Texts:
        found = frozenset([""])
        for part in parts:
            found = self._few({before + text for before in found for text in part})
        return found

    def _any(self, parts: Iterable[Texts]) -> Texts:
        found: Texts = frozenset()
        for part in parts:
            found = self._few(found | part)
        return found

    def _repeated(self, part: Texts, low: int, high: int | None) -> Texts:
        if high is None and part != frozenset([""]):
            raise _Many
        row = self._row([part] * low)
        found = row
        for _ in range(low, low if high is None else high):
            row = self._row([row, part])
            found = self._few(found | row)
        return found

    def _few(self, found: Iterable[str]) -> Texts:
        texts = frozenset(found)
        if len(texts) > self._most:
            raise _Many
        return texts
