"""Replies to requests with a grammar: mostly ones that fit, else ones that nearly do."""

from __future__ import annotations

from itertools import count

from ember_mlir.errors import ParseError
from ember_mlir.grammars import Grammar
from ember_mlir.grammars.json_schema import read_schema
from ember_mlir.grammars.json_texts import Json, JsonProblem, read_json, write_json
from ember_mlir.grammars.lark_nodes import All, Expression, Name, OneOf, Terminal
from ember_mlir.grammars.lark_rules import START
from ember_mlir.grammars.regex_nodes import Choice, Group, Sequence
from ember_mlir.grammars.regex_spelling import read_regex_grammar
from ember_mlir.grammars.regex_writing import only_text
from ember_mlir.providers.simulated.chance import Chance
from ember_mlir.providers.simulated.grammar_members import (
    Pick,
    Unwritable,
    Walker,
    costed_rules,
)
from ember_mlir.providers.simulated.json_replies import json_value, spoiled
from ember_mlir.providers.simulated.labels import best_label, named_label
from ember_mlir.providers.simulated.suggestions import Source, texts_for, words_of

_MOST_TEXTS = 12


def grammar_reply(grammar: Grammar, source: Source, chance: Chance, quality: float) -> str:
    """A reply that `grammar` accepts with probability `quality`, else a near miss.

    Its values are the answer, or words and numbers of the question, where they fit. Of a
    grammar whose texts are all too long the answer is returned as it is.

    >>> grammar = Grammar("json_schema", '{"type": "object", "properties": '
    ...     '{"name": {"type": "string"}, "age": {"type": "integer"}}}')
    >>> source = Source("Who is it: Ann Lee is 34.", "Ann Lee")
    >>> grammar_reply(grammar, source, Chance(b"a key"), 1.0)
    '{"name": "Ann Lee", "age": 34}'
    """
    fitting = fitting_reply(grammar, source, chance)
    if chance.fraction("fits") < quality:
        return fitting
    return _near_miss(grammar, fitting, _picks(chance, "near miss"))


def fitting_reply(grammar: Grammar, source: Source, chance: Chance) -> str:
    """A reply that `grammar` accepts, if one is found in a bounded number of steps."""
    try:
        return _fitting(grammar, source, _picks(chance, "fitting"))
    except Unwritable:
        return source.answer


def _fitting(grammar: Grammar, source: Source, pick: Pick) -> str:
    match grammar.spelling:
        case "json_schema":
            return write_json(json_value(read_schema(grammar.text), source, pick))
        case "regex":
            return _regex_reply(grammar, source, pick)
        case "lark":
            return _lark_reply(grammar, source, pick)


def _regex_reply(grammar: Grammar, source: Source, pick: Pick) -> str:
    regex = read_regex_grammar(grammar.text).regex
    if grammar.shape == "text":
        return _whole(grammar, _alternatives(Terminal(regex, 0)), source, pick)
    walker = Walker(pick, words_of(source))
    parts = regex.parts if isinstance(regex, Sequence) else (regex,)
    names = [part.name if isinstance(part, Group) else None for part in parts]
    labels = [
        _alternatives(Terminal(part.part, 0)) if isinstance(part, Group) else () for part in parts
    ]
    return _filled(grammar, [walker.regex(part) for part in parts], names, labels, source)


def _lark_reply(grammar: Grammar, source: Source, pick: Pick) -> str:
    rules, costs = costed_rules(grammar.text)
    start = rules.rules[START]
    if grammar.shape == "text" or not isinstance(start, All):
        return _whole(grammar, _alternatives(start), source, pick)
    walker = Walker(pick, words_of(source))
    parts = [walker.expression(part, rules, costs) for part in start.parts]
    names = [
        part.name if isinstance(part, Name) and part.name in rules.rules else None
        for part in start.parts
    ]
    labels = [() if name is None else _alternatives(rules.rules[name]) for name in names]
    return _filled(grammar, parts, names, labels, source)


def _filled(
    grammar: Grammar,
    parts: list[str],
    names: list[str | None],
    labels: list[tuple[str, ...]],
    source: Source,
) -> str:
    """The parts together, with fields that fit the question where the grammar lets them."""
    for place, name in enumerate(names):
        if name is None:
            continue
        texts = texts_for(name, source)[:_MOST_TEXTS]
        if labels[place]:
            texts = [_label(labels[place], source)]
        for text in texts:
            changed = [*parts[:place], text, *parts[place + 1 :]]
            if _reads(grammar, "".join(changed), name, text):
                parts = changed
                break
    return "".join(parts)


def _reads(grammar: Grammar, whole: str, name: str, text: str) -> bool:
    try:
        value = grammar.parse(whole)
    except ParseError:
        return False
    return isinstance(value, dict) and value.get(name) == text


def _label(labels: tuple[str, ...], source: Source) -> str:
    return named_label(labels, source.answer) or best_label(labels, source.body)


def _whole(grammar: Grammar, labels: tuple[str, ...], source: Source, pick: Pick) -> str:
    """The answer or a text of the question that fits as a whole, else any that does."""
    if labels:
        return _label(labels, source)
    for text in (source.answer, *texts_for("answer", source), *words_of(source)):
        if grammar.accepts(text):
            return text
    return Walker(pick, words_of(source)).text(grammar.lark)


def _alternatives(part: Expression) -> tuple[str, ...]:
    """The texts that `part` is a choice of, if it is one of plain texts."""
    match part:
        case OneOf(parts):
            texts = [only_text(one.regex) if isinstance(one, Terminal) else None for one in parts]
        case Terminal(Choice(parts)):
            texts = [only_text(one) for one in parts]
        case _:
            return ()
    found = tuple([text for text in texts if text])
    return found if len(found) == len(texts) else ()


def _near_miss(grammar: Grammar, text: str, pick: Pick) -> str:
    """What a careless model writes in place of `text`; the same where anything fits."""
    misses = [f"Sure! Here it is: {text}", text[:-1], f"{text}\n\nI hope this helps."]
    if grammar.spelling == "json_schema":
        misses += [write_json(value) for value in spoiled(_json(text), pick)]
    first = pick(len(misses))
    for miss in misses[first:] + misses[:first]:
        if not grammar.accepts(miss):
            return miss
    return text


def _json(text: str) -> Json:
    try:
        return read_json(text)
    except JsonProblem:
        return text


def _picks(chance: Chance, purpose: str) -> Pick:
    numbers = count()
    return lambda below: chance.pick(f"{purpose} {next(numbers)}", below)
