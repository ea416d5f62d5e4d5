"""Classification: prompts that ask for one label out of a few that they list."""

from __future__ import annotations

import re
from typing import NamedTuple

from ember_mlir.providers.simulated.likeness import mood, overlap, subject_terms
from ember_mlir.providers.simulated.words import terms

_HEAD = 800
_TAIL = 400
_MOST_LABELS = 50
_QUOTES = "\"'`*“”‘’"  # noqa: RUF001 - these are the quotes that prompts have
_NO_LABEL = (
    r"(?!(?:or|and|based|using|by|for|on|according|given|in|from|only|please|with|of|to|as|it)\b)"
)
_WORD = rf"{_NO_LABEL}[^\W_][\w/+&-]{{0,39}}"
_ITEM = rf"[{_QUOTES}]?{_WORD}(?:[ \t]{_WORD}){{0,3}}[{_QUOTES}]?"
_COMMAS = rf"{_ITEM}(?:[ \t]*[,/|][ \t]*{_ITEM}){{0,48}}"
_OR = rf"{_COMMAS},?[ \t]+or[ \t]+{_ITEM}"
_LIST = rf"(?:{_COMMAS},?[ \t]+(?:or|and)[ \t]+{_ITEM}|{_ITEM}(?:[ \t]*[,/|][ \t]*{_ITEM}){{1,48}})"
_BULLETS = r"(?:[ \t]*\n[ \t]*(?:[-*•]|\d{1,2}[.)])[ \t]+[^\n]{1,60}){2,50}"
_CLASSES = r"(?:labels?|categor(?:y|ies)|class(?:es)?|topics?|sentiments?|options?|tags?)"
_VERBS = r"(?:answer|reply|respond|choose|pick|select)"
_FILL = (
    r"(?:(?:only|just|exactly|with|using|either|one of|from|between|among|one word|a single word"
    rf"|(?:the|one|these|following|given) ?{_CLASSES}?)[ \t,:]+){{0,6}}"
)
_ASKS = re.compile(
    rf"\b(?:classify|categori[sz]e|label|tag)\b[^\n:.?!]{{0,160}}?\b(?:as|into|among|between)\b"
    rf"[ \t:]*{_FILL}(?P<classified>{_LIST})"
    rf"|\bwhich (?:one )?(?:of )?(?:these |the following |the )?{_CLASSES}\b[^\n:?.]{{0,80}}"
    rf"[:(?][ \t]*(?P<which>{_LIST})"
    rf"|\b{_VERBS}[ \t]+{_FILL}(?P<answered>(?!\w+ly\b){_OR})(?=[ \t]*(?:[.:!?\n]|$))"
    rf"|\b(?:possible |allowed |the )?{_CLASSES}(?: are)?[ \t]*:[ \t]*"
    rf"(?P<listed>{_LIST}|{_BULLETS})"
    rf"|\b(?:is|was) (?:this|it|that|the \w{{1,30}})[ \t]+(?P<asked>{_OR})(?=\?)",
    re.I,
)
_SPLIT = re.compile(
    r"[ \t]*,?[ \t]+(?:or|and)[ \t]+|[ \t]*[,/|][ \t]*|\n[ \t]*(?:[-*•]|\d+[.)])[ \t]+", re.I
)
_LEFT_OPEN = re.compile(r"\n[ \t>#*_]*(?:\w+[ \t]){0,2}\w+[ \t*_]*:[\s*_]*$")
_DEFAULTS = frozenset("neutral other none unknown unclear mixed no neither general false".split())


class LabelQuestion(NamedTuple):
    """The labels that a prompt offers, and what is to be labelled."""

    labels: tuple[str, ...]
    text: str


def label_question(prompt: str) -> LabelQuestion | None:
    r"""What `prompt` wants classified, and as what; None if it wants another thing.

    The wish stands at the beginning or at the end.

    >>> label_question("Classify this review as positive, negative or neutral:\nI like it.")
    LabelQuestion(labels=('positive', 'negative', 'neutral'), text='I like it.')
    >>> label_question("It rains.\nIs it wet? Answer yes or no.").labels
    ('yes', 'no')
    """
    found = _ASKS.search(prompt, 0, _HEAD)
    if found is None and len(prompt) > _HEAD:
        found = _ASKS.search(prompt, max(_HEAD, len(prompt) - _TAIL))
    if found is None or found.lastgroup is None:
        return None
    labels = _labels(found[found.lastgroup])
    if not 2 <= len(labels) <= _MOST_LABELS:
        return None
    before = prompt[: found.start()]
    after = prompt[found.end() :].lstrip(" \t:.?!)\"'*")
    rest = _LEFT_OPEN.sub("", f"\n{after}").strip()
    before = before[: _sentence_start(before)]
    return LabelQuestion(labels, f"{before.strip()}\n{rest}".strip())


def label_weights(labels: tuple[str, ...], text: str) -> list[int]:
    """How well each label fits `text`: by shared words, and by its mood.

    >>> label_weights(("positive", "negative", "neutral"), "I love it, thank you!")
    [4, 0, 1]
    """
    found = terms(text)
    feeling = mood(text)
    weights: list[int] = []
    for label in labels:
        words = [word.casefold() for word in label.split()]
        if any(word in _DEFAULTS or word.startswith("non") for word in words) or "not" in words:
            weights.append(1)
            continue
        weight = 2 * overlap(subject_terms(label), found)
        label_mood = mood(label)
        if label_mood * feeling > 0:
            weight += 2 + abs(feeling)
        weights.append(weight)
    return weights


def best_label(labels: tuple[str, ...], text: str) -> str:
    """The label that fits `text` best; of equal ones the first.

    >>> best_label(("sports", "politics"), "The minister lost the election.")
    'politics'
    """
    weights = label_weights(labels, text)
    return labels[weights.index(max(weights))]


def named_label(labels: tuple[str, ...], text: str) -> str | None:
    """The label that is all that `text` says, whatever its case and its marks."""
    said = text.strip().strip(".!" + _QUOTES).casefold()
    return next((label for label in labels if label.casefold() == said), None)


def _labels(listed: str) -> tuple[str, ...]:
    items = [item.strip(" \t\n.:" + _QUOTES) for item in _SPLIT.split(listed)]
    return tuple(dict.fromkeys([item for item in items if item]))


def _sentence_start(before: str) -> int:
    return max(before.rfind("\n"), before.rfind(". "), before.rfind("? "), before.rfind("! ")) + 1
