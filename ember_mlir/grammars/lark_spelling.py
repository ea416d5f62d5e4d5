"""The spelling `lark`: a Lark text, read as text or as a record of rules.

If `start` is a sequence that mentions rules, as in

    start: "Name: " name "\\n" "Age: " age
    name: /[^\\n]+/
    age: /[0-9]+/

the value is a record of the texts of these rules, in their order. Only rules that stand
there plainly count: not those in groups, alternatives or repetitions, and not those whose
names begin with `_`. Of several ways to read a text, each field in turn takes as much as
it can. Any other `start`, one that is another rule alone included, gives the text.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ember_mlir.errors import InvalidIRError, ParseError
from ember_mlir.grammars.automaton import Work
from ember_mlir.grammars.earley import Chart, Recognizer
from ember_mlir.grammars.lark_nodes import All, Expression, LarkRules, Name
from ember_mlir.grammars.lark_rules import START, read_rules
from ember_mlir.grammars.shapes import RecordShape, Shape, Value
from ember_mlir.semantics import abridged


@dataclass(frozen=True)
class LarkGrammar:
    """A checked Lark text."""

    lark: str
    rules: LarkRules
    fields: tuple[str | None, ...]

    @property
    def shape(self) -> Shape:
        """A record of the fields if there are any, else text."""
        named = [name for name in self.fields if name is not None]
        return RecordShape(tuple((name, "text") for name in named)) if named else "text"

    def read(self, text: str) -> Value:
        """The value of a text, as it is or without outer white space."""
        work = Work()
        stripped = text.strip()
        chart = self._recognizer.chart(stripped, work)
        if self._recognizer.fits(chart, stripped):
            return self._value(stripped, chart)
        if text != stripped:
            whole = self._recognizer.chart(text, work)
            if self._recognizer.fits(whole, text):
                return self._value(text, whole)
        raise _mismatch(stripped, chart)

    @cached_property
    def _recognizer(self) -> Recognizer:
        return Recognizer(self.rules, _parts(self.rules))

    def _value(self, text: str, chart: Chart) -> Value:
        if self.shape == "text":
            return text
        cuts = _cuts(self._recognizer.parts, chart, len(text))
        return {
            name: text[start:end]
            for name, start, end in zip(self.fields, cuts, cuts[1:], strict=False)
            if name is not None
        }


def read_lark_grammar(text: str) -> LarkGrammar:
    """The grammar of a Lark text; raises `InvalidIRError` if it is not in the subset."""
    rules = read_rules(text)
    parts = _parts(rules)
    fields = tuple(_field(part) if len(parts) > 1 else None for part in parts)
    named = [name for name in fields if name is not None]
    if twice := sorted({name for name in named if named.count(name) > 1}):
        raise InvalidIRError(
            f"a rule that start mentions is a field and must stand there once, but '{twice[0]}' "
            f"stands there twice; begin its name with _ if it is no field"
        )
    return LarkGrammar(text, rules, fields)


def _parts(rules: LarkRules) -> tuple[Expression, ...]:
    body = rules.rules[START]
    return body.parts if isinstance(body, All) else (body,)


def _field(part: Expression) -> str | None:
    if not isinstance(part, Name) or part.name.startswith("_"):
        return None
    return part.name if part.name.islower() else None


def _cuts(parts: tuple[int, ...], chart: Chart, length: int) -> list[int]:
    """Where each part begins, and where the last ends: each as long as it can be, in turn."""
    cuts = [0]
    choices = [iter(reversed(chart.ends(parts[0], 0)))]
    failed: set[tuple[int, int]] = set()
    while True:
        end = next(choices[-1], None)
        if end is None:
            choices.pop()
            failed.add((len(choices), cuts.pop()))
        elif len(choices) == len(parts):
            if end == length:
                return [*cuts, end]
        elif (len(choices), end) not in failed:
            cuts.append(end)
            choices.append(iter(reversed(chart.ends(parts[len(choices)], end))))


def _mismatch(text: str, chart: Chart) -> ParseError:
    at = chart.farthest
    got = f'"{abridged(text[at:])}" at position {at}' if text[at:] else "its end too early"
    return ParseError(f"the text must fit the lark grammar, but got {got}; ask again")
