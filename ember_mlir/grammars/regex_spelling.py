"""The spelling `regex`: a Python regex that the whole text must fit.

The value is a record of the named groups' texts in order, or the text if no group is
named. A group that took no part is "". Of several ways to fit, the one that Python's
`re.fullmatch` finds counts (but a repetition never takes a round that is empty).
`(?i)` and `(?s)` may stand at the start, `^` and `$` around the whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from ember_mlir.errors import InvalidIRError, ParseError
from ember_mlir.grammars.automaton import Automaton, Work
from ember_mlir.grammars.regex_nodes import (
    EMPTY,
    Group,
    Regex,
    Sequence,
    group_names,
    is_nullable,
    size,
)
from ember_mlir.grammars.regex_syntax import PYTHON, parse_regex, strip_anchors
from ember_mlir.grammars.regex_writing import nonempty, write_terminal
from ember_mlir.grammars.shapes import MAX_LARK, MAX_SIZE, RecordShape, Shape, Value
from ember_mlir.semantics import abridged

_FLAGS = re.compile(r"\(\?([is]+)\)")


@dataclass(frozen=True)
class RegexGrammar:
    """A checked regex, its Lark form and its shape."""

    lark: str
    shape: Shape
    regex: Regex

    def read(self, text: str) -> Value:
        """The value of a text, as it is or without outer white space."""
        stripped = text.strip()
        work = Work()
        for candidate in dict.fromkeys((stripped, text)):
            found = self._automaton.groups(candidate, work)
            if found is not None:
                return candidate if self.shape == "text" else {**found}
        raise ParseError(
            f'the text must fit the regex as a whole, but got "{abridged(stripped)}"; ask again'
        )

    @cached_property
    def _automaton(self) -> Automaton:
        return Automaton(self.regex)


def read_regex_grammar(text: str) -> RegexGrammar:
    """The grammar of a regex; raises `InvalidIRError` if it is not in the subset."""
    flags = _FLAGS.match(text)
    body = strip_anchors(text[flags.end() :] if flags else text)
    regex = parse_regex(body, PYTHON, flags[1] if flags else "")
    _check_size(size(regex), MAX_SIZE, "symbols with its repetitions written out")
    names = group_names(regex)
    shape: Shape = RecordShape(tuple((name, "text") for name in names)) if names else "text"
    return RegexGrammar(_lark(regex), shape, regex)


def _check_size(got: int, limit: int, what: str) -> None:
    if got > limit:
        raise InvalidIRError(
            f"a regex must have at most {limit} {what}, but got {got}; shorten or split it"
        )


def _lark(regex: Regex) -> str:
    """The regex as a Lark text: a terminal for each group and for each stretch between."""
    stretches: list[Regex] = []
    for part in regex.parts if isinstance(regex, Sequence) else (regex,):
        last = stretches[-1] if stretches else None
        if isinstance(part, Group):
            stretches += [part.part, EMPTY]
        elif isinstance(last, Sequence):
            stretches[-1] = Sequence((*last.parts, part))
        else:
            stretches.append(Sequence((part,)))
    terminals = [(is_nullable(stretch), nonempty(stretch)) for stretch in stretches]
    filled = [(optional, regex) for optional, regex in terminals if regex is not None]
    _check_size(sum(size(regex) for _, regex in filled), MAX_SIZE, "symbols as a Lark text")
    lark = _rules(filled)
    _check_size(len(lark), MAX_LARK, "characters as a Lark text")
    return lark


def _rules(terminals: list[tuple[bool, Regex]]) -> str:
    """A rule of terminals one after the other; those that are optional may be left out.

    Such a one is a rule of its own: Lark refuses a rule that says the same with and
    without it.
    """
    words: list[str] = []
    lines: list[str] = []
    for optional, regex in terminals:
        written = write_terminal(regex)
        if optional:
            words.append(f"_part_{len(lines) + 1}")
            lines.append(f"{words[-1]}: {written}?\n")
        else:
            words.append(written)
    return "".join([f"start: {' '.join(words)}\n", *lines])
