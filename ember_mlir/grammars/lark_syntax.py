"""Reads Lark texts of the subset that decoders accept too.

In the subset: rules and terminals with `|`, groups, `?`, `*`, `+`, `~ n`, `~ n..m`,
`[...]`, literals (`"yes"i` for either case of ASCII letters), ranges, regexes of the
subset in `regex_syntax`, comments, and imports of the terminals in `lark_common`.

Not in it, because Lark or the decoders refuse it or read it differently: templates,
priorities, aliases, `?rule` and `!rule`, `%ignore` (white space without bound; write
where it may stand), `%declare`, `%override`, `%extend`, other imports, terminals that fit
the empty text, and recursion through terminals.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from ember_mlir.errors import InvalidIRError
from ember_mlir.grammars.lark_nodes import All, Expression, Name, OneOf, Terminal, Times
from ember_mlir.grammars.regex_nodes import (
    CharacterSet,
    Regex,
    Sequence,
    either_case,
    is_surrogate,
    single,
)
from ember_mlir.grammars.regex_syntax import LARK, parse_regex
from ember_mlir.grammars.shapes import MAX_DEPTH, MAX_REPETITIONS
from ember_mlir.semantics import abridged

MAX_DEFINITIONS = 1000
"""The most rules and terminals that a grammar may define."""

_TOKEN = re.compile(
    r"""(?P<space>[ \t]+|//[^\n]*|\#[^\n]*)
      | (?P<line>\r?\n)
      | (?P<text>"(?:[^"\\\n]|\\.)*"i?)
      | (?P<regex>/(?:[^/\\\n]|\\[^\n])+/[a-z]*)
      | (?P<rule>_?[a-z][a-z0-9_]*)
      | (?P<terminal>_?[A-Z][A-Z0-9_]*)
      | (?P<number>[0-9]{1,9})
      | (?P<sign>->|\.\.|%[a-z]*|[:|()\[\]?*+~.{},!&=<>@-])""",
    re.VERBOSE,
)
_LITERAL_ESCAPE = re.compile(r'\\(?:(["\\ntr])|u([0-9A-Fa-f]{4})|.)')
_ESCAPED = {'"': '"', "\\": "\\", "n": "\n", "t": "\t", "r": "\r"}
_FIXES = {
    "->": ("give no alias", "leave it out"),
    "{": ("use no template", "write the rule out, or ~ m..n to repeat"),
    ".": ("give no priority", "leave it out"),
    "!": ("give no modifier to a rule", "leave it out"),
    "%ignore": ("ignore nothing", "write where white space may stand, such as WS? between parts"),
    "%declare": ("declare nothing", "define each terminal"),
    "%override": ("override nothing", "define each name once"),
    "%extend": ("extend nothing", "define each name once"),
    "%json": ("hold no JSON schema", "use the spelling json_schema"),
    "%regex": ("use no %regex", "write the regex between slashes"),
}


class Token(NamedTuple):
    """A word of a Lark text, its kind, and where it stands."""

    kind: str
    text: str
    position: int


class Definition(NamedTuple):
    """A name and what it stands for; `position` is where the name stands."""

    name: str
    body: Expression
    position: int


class Import(NamedTuple):
    """A terminal of the library `common`, and what the grammar calls it."""

    terminal: str
    name: str
    position: int


def lark_error(text: str, position: int, rule: str, fix: str) -> InvalidIRError:
    """An error that says where in `text` something stands: line and column from 1."""
    line = text.count("\n", 0, position) + 1
    column = position - text.rfind("\n", 0, position)
    got = text[position : position + 20].partition("\n")[0]
    shown = f"'{abridged(got)}'" if got else "the end of the line"
    return InvalidIRError(
        f"a lark grammar must {rule}, but got {shown} at line {line}, column {column}; {fix}"
    )


def parse_lark(text: str) -> list[Definition | Import]:
    """The definitions and imports of a Lark text, in order.

    Raises `InvalidIRError` with the line and column of what is not in the subset. Names
    are not resolved here.
    """
    return _Reader(text, _tokens(text)).whole()


def _tokens(text: str) -> list[Token]:
    found: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise lark_error(
                text,
                position,
                "consist of rules, terminals, literals and regexes",
                "check the quotes and slashes around it",
            )
        if match.lastgroup != "space":
            found.append(Token(match.lastgroup, match[0], position))
        position = match.end()
    return [*found, Token("line", "", len(text)), Token("end", "", len(text))]


@dataclass(slots=True)
class _Reader:
    text: str
    tokens: list[Token]
    index: int = 0
    depth: int = 0
    items: list[Definition | Import] = field(default_factory=list[Definition | Import])

    def whole(self) -> list[Definition | Import]:
        while True:
            self._skip_lines()
            token = self._next()
            if token.kind == "end":
                return self.items
            if len(self.items) >= MAX_DEFINITIONS:
                raise self._error(token, f"define at most {MAX_DEFINITIONS} names", "split it")
            if token.kind in {"rule", "terminal"}:
                self.items.append(self._definition())
            elif token.text == "%import":
                self.items += self._import()
            else:
                raise self._unexpected("begin each line with a name and a colon")

    def _definition(self) -> Definition:
        name = self._take()
        if self._next().text != ":":
            raise self._unexpected("have a colon after the name that it defines")
        self._take()
        body = self._alternatives()
        if self._next().kind != "line":
            raise self._unexpected("end each definition with its line")
        return Definition(name.text, body, name.position)

    def _alternatives(self) -> Expression:
        parts = [self._sequence()]
        while self._bar():
            parts.append(self._sequence())
        return parts[0] if len(parts) == 1 else OneOf(tuple(parts))

    def _bar(self) -> bool:
        index = self.index
        while self._next().kind == "line":
            self.index += 1
        if self._next().text == "|":
            self.index += 1
            return True
        self.index = index
        return False

    def _sequence(self) -> Expression:
        parts: list[Expression] = []
        while self._next().kind in {"text", "regex", "rule", "terminal"} or (
            self._next().text in {"(", "["}
        ):
            parts.append(self._repeated(self._atom()))
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _repeated(self, part: Expression) -> Expression:
        token = self._next()
        bounds = {"?": (0, 1), "*": (0, None), "+": (1, None)}.get(token.text)
        if bounds is None:
            return self._counted(part) if token.text == "~" else part
        self._take()
        after = self._next()
        if token.text == "?" and after.kind == "rule" and after.position == token.position + 1:
            raise self._error(token, "have a space between '?' and a rule", "write it")
        if after.text in {"?", "*", "+", "~"}:
            raise self._error(after, "not repeat a repetition", "put it in a group first")
        return Times(part, *bounds)

    def _counted(self, part: Expression) -> Expression:
        tilde = self._take()
        low = high = self._number()
        if self._next().text == "..":
            self._take()
            high = self._number()
        if not low <= high <= MAX_REPETITIONS or high == 0:
            raise self._error(
                tilde,
                f"repeat 1 to {MAX_REPETITIONS} times, the lower number first",
                "use * or + for any number",
            )
        return Times(part, low, high)

    def _number(self) -> int:
        if self._next().kind != "number":
            raise self._unexpected("have a number after ~ or ..")
        return int(self._take().text)

    def _atom(self) -> Expression:
        token = self._take()
        if token.kind in {"rule", "terminal"}:
            return Name(token.text, token.position)
        if token.kind == "regex":
            return Terminal(self._regex(token), token.position)
        if token.kind == "text":
            return Terminal(self._literal(token), token.position)
        return self._group(token)

    def _group(self, opened: Token) -> Expression:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self._error(opened, f"nest at most {MAX_DEPTH} groups", "name some parts")
        body = self._alternatives()
        close = ")" if opened.text == "(" else "]"
        if self._next().text != close:
            raise self._error(opened, f"close each group with {close}", "check what it holds")
        self._take()
        self.depth -= 1
        # A group of its own, so that what it holds does not stand plainly in a rule.
        return All((body,)) if close == ")" else Times(body, 0, 1)

    def _regex(self, token: Token) -> Regex:
        body, _, flags = token.text[1:].rpartition("/")
        if set(flags) - {"i", "s"}:
            raise self._error(token, "use no regex flags but i and s", "leave out the others")
        line = self.text.count("\n", 0, token.position) + 1
        return parse_regex(body, LARK, flags, f" of line {line}")

    def _literal(self, token: Token) -> Regex:
        letters = self._letters(token)
        if self._next().text == "..":
            return self._range(token, letters)
        if token.text.endswith("i"):
            letters = [either_case(letter) for letter in letters]
        return letters[0] if len(letters) == 1 else Sequence(tuple(letters))

    def _range(self, token: Token, low: list[CharacterSet]) -> Regex:
        self._take()
        end = self._take()
        high = self._letters(end) if end.kind == "text" else []
        if len(low) != 1 or len(high) != 1 or low[0].ranges > high[0].ranges:
            raise self._error(
                token, "have ranges of single signs, from low to high", 'write "a".."z"'
            )
        return CharacterSet(((low[0].ranges[0][0], high[0].ranges[0][1]),))

    def _letters(self, token: Token) -> list[CharacterSet]:
        body = token.text.removesuffix("i")[1:-1]
        if not body:
            raise self._error(token, "have no empty literal", "leave it out, or use ?")
        plain = _LITERAL_ESCAPE.sub(lambda match: self._escape(token, match), body)
        if min(body) < " " or any(map(is_surrogate, plain)):
            raise self._error(
                token, "have no lone surrogate or control in a literal", "write \\n, \\t or \\uNNNN"
            )
        return [single(sign) for sign in plain]

    def _escape(self, token: Token, match: re.Match[str]) -> str:
        if match[1]:
            return _ESCAPED[match[1]]
        if match[2]:
            return chr(int(match[2], 16))
        at = Token(token.kind, "", token.position + 1 + match.start())
        raise self._error(
            at, 'use only the escapes \\" \\\\ \\n \\t \\r \\uNNNN in a literal', "use a regex"
        )

    def _import(self) -> list[Import]:
        self._take()
        library = self._take()
        if library.text != "common":
            raise self._error(library, "import terminals of common only", "define the others")
        if self._next().text == ".":
            self._take()
            imported = [self._terminal()]
            if self._next().text == "->":
                self._take()
                imported.append(self._terminal())
            first, last = imported[0], imported[-1]
            return [Import(first.text, last.text, first.position)]
        return [Import(token.text, token.text, token.position) for token in self._listed()]

    def _listed(self) -> list[Token]:
        if self._next().text != "(":
            raise self._unexpected("import as in '%import common.INT'")
        self._take()
        names = [self._terminal()]
        while self._next().text == ",":
            self._take()
            names.append(self._terminal())
        if self._take().text != ")":
            raise self._error(names[-1], "close the list of names with )", "check the commas")
        return names

    def _terminal(self) -> Token:
        if self._next().kind != "terminal":
            raise self._unexpected("import terminals, whose names are upper case")
        return self._take()

    def _skip_lines(self) -> None:
        while self._next().kind == "line":
            self.index += 1

    def _next(self) -> Token:
        return self.tokens[min(self.index, len(self.tokens) - 1)]

    def _take(self) -> Token:
        token = self._next()
        self.index += 1
        return token

    def _unexpected(self, rule: str) -> InvalidIRError:
        token = self._next()
        rule, fix = _FIXES.get(token.text, (rule, "check what stands here"))
        return self._error(token, rule, fix)

    def _error(self, token: Token, rule: str, fix: str) -> InvalidIRError:
        return lark_error(self.text, token.position, rule, fix)
