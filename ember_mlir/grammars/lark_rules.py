"""Checks a Lark text as a whole: every name is known, and every rule can end."""

from __future__ import annotations

from dataclasses import dataclass, field

from ember_mlir.errors import InvalidIRError
from ember_mlir.grammars.lark_common import COMMON
from ember_mlir.grammars.lark_nodes import All, Expression, LarkRules, Name, OneOf, Terminal, Times
from ember_mlir.grammars.lark_syntax import Definition, Import, lark_error, parse_lark
from ember_mlir.grammars.regex_nodes import Choice, Regex, Repeat, Sequence, is_nullable, size
from ember_mlir.grammars.regex_syntax import LARK, parse_regex
from ember_mlir.grammars.shapes import MAX_DEPTH, MAX_SIZE

START = "start"
"""The rule that the whole text must fit."""


def read_rules(text: str) -> LarkRules:
    """The rules and terminals of a Lark text; `start` is among the rules.

    Raises `InvalidIRError` for what is not in the subset: see `lark_syntax`.
    """
    definitions: dict[str, Definition] = {}
    terminals: dict[str, Regex] = {}
    for item in parse_lark(text):
        if item.name in definitions or item.name in terminals:
            raise lark_error(text, item.position, "define each name once", "rename one of them")
        if isinstance(item, Import):
            terminals[item.name] = _common(text, item)
        else:
            definitions[item.name] = item
    if START not in definitions:
        raise InvalidIRError(
            "a lark grammar must define the rule 'start', but got none; name the first rule start"
        )
    return _Resolver(text, definitions, terminals).rules()


def _common(text: str, item: Import) -> Regex:
    if item.terminal not in COMMON:
        known = ", ".join(COMMON)
        raise lark_error(text, item.position, f"import one of {known}", "define the terminal")
    return parse_regex(COMMON[item.terminal], LARK)


@dataclass(slots=True)
class _Resolver:
    text: str
    definitions: dict[str, Definition]
    terminals: dict[str, Regex]
    open: list[str] = field(default_factory=list[str])
    size: int = 0
    level: int = 0

    def rules(self) -> LarkRules:
        bodies = {
            name: definition.body for name, definition in self.definitions.items() if _is_rule(name)
        }
        for name, definition in self.definitions.items():
            if not _is_rule(name):
                self._terminal(name, definition.position)
        for body in bodies.values():
            self._check(body, 1)
        self._check_that_rules_end(bodies)
        return LarkRules(bodies, self.terminals)

    def _terminal(self, name: str, position: int) -> Regex:
        if name in self.terminals:
            return self.terminals[name]
        if name not in self.definitions:
            raise self._error(position, "define each name that it uses", f"define {name}")
        if name in self.open:
            raise self._error(position, "not use a terminal in itself", "make it a rule")
        self.open.append(name)
        regex = self._inlined(self.definitions[name].body)
        self.open.pop()
        self._count(size(regex), self.definitions[name].position)
        self.terminals[name] = regex
        return regex

    def _inlined(self, body: Expression) -> Regex:
        self.level += 1
        regex = self._inlined_part(body)
        self.level -= 1
        return regex

    def _inlined_part(self, body: Expression) -> Regex:
        match body:
            case Terminal(regex):
                return regex
            case Name(name, position):
                if _is_rule(name):
                    raise self._error(position, "use no rule in a terminal", "make both rules")
                if self.level > 2 * MAX_DEPTH:
                    raise self._error(position, "nest terminals less deep", "write one as a regex")
                return self._terminal(name, position)
            case All(parts):
                return Sequence(tuple(map(self._inlined, parts)))
            case OneOf(parts):
                return Choice(tuple(map(self._inlined, parts)))
            case Times(part, low, high):
                return Repeat(self._inlined(part), low, high)

    def _check(self, body: Expression, copies: int) -> None:
        """Check the names and the size of a rule's body that is written out `copies` times."""
        match body:
            case Terminal(regex, position):
                self._check_filled(regex, position)
                self._count(size(regex) + copies, position)
            case Name(name, position) if _is_rule(name):
                if name not in self.definitions:
                    raise self._error(position, "define each name that it uses", f"define {name}")
                self._count(copies, position)
            case Name(name, position):
                self._check_filled(self._terminal(name, position), position)
                self._count(copies, position)
            case All(parts) | OneOf(parts):
                for part in parts:
                    self._check(part, copies)
            case Times(part, low, high):
                self._check(part, copies * max(low, 1 if high is None else high))

    def _check_filled(self, regex: Regex, position: int) -> None:
        if is_nullable(regex):
            raise self._error(
                position,
                "have no terminal that fits the empty text",
                "write + for *, and ? after it",
            )

    def _count(self, symbols: int, position: int) -> None:
        self.size += symbols
        if self.size > MAX_SIZE:
            raise self._error(
                position,
                f"have at most {MAX_SIZE} symbols with its repetitions written out",
                "repeat less often",
            )

    def _check_that_rules_end(self, bodies: dict[str, Expression]) -> None:
        ending: set[str] = set()
        while found := {n for n in bodies.keys() - ending if _ends(bodies[n], ending)}:
            ending |= found
        for name in bodies:
            if name not in ending:
                position = self.definitions[name].position
                raise self._error(
                    position, "have only rules that some text fits", "add a part without itself"
                )

    def _error(self, position: int, rule: str, fix: str) -> InvalidIRError:
        return lark_error(self.text, position, rule, fix)


def _ends(body: Expression, ending: set[str]) -> bool:
    match body:
        case Terminal():
            return True
        case Name(name):
            return name in ending or not _is_rule(name)
        case All(parts):
            return all(_ends(part, ending) for part in parts)
        case OneOf(parts):
            return any(_ends(part, ending) for part in parts)
        case Times(part, low):
            return low == 0 or _ends(part, ending)


def _is_rule(name: str) -> bool:
    return name.islower()
