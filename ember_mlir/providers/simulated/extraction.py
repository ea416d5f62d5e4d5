"""Extraction: e-mail addresses, names, dates, numbers and the like, by their patterns."""

from __future__ import annotations

import re

from ember_mlir.providers.simulated.marks import APOSTROPHES
from ember_mlir.providers.simulated.solutions import Solution
from ember_mlir.providers.simulated.words import terms

NOTHING = "none"
"""What is answered where there is nothing of the kind."""

_MONTHS = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    "|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_UPPER = "[A-ZÀ-ÖØ-Þ]"
_CAPITAL = (
    rf"(?!(?:Dear|Hello|Hi|From|The)\b)(?:{_UPPER}[{APOSTROPHES}])?"
    rf"{_UPPER}[a-zà-öø-ÿ]+(?:-{_UPPER}[a-zà-öø-ÿ]+)?"
)
_PATTERNS: dict[str, str] = {
    "email": r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}",
    "url": r"(?i:https?://|www\.)[^\s<>\"']{1,500}[^\s<>\"'.,;:!?)]",
    "phone": r"(?<![\w+])\+?\(?\d{1,4}\)?(?:[ .-]\(?\d{2,5}\)?){2,5}(?!\w)",
    "date": rf"\d{{4}}-\d\d-\d\d|(?i:\b\d{{1,2}}(?:st|nd|rd|th)? {_MONTHS}(?:,? \d{{4}})?\b"
    rf"|\b{_MONTHS} \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?\b)"
    r"|\b\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\b",
    "time": r"(?i:\b\d{1,2}:\d\d(?::\d\d)?(?: ?[ap]\.?m\b\.?)?|\b\d{1,2} ?[ap]m\b)",
    "year": r"\b(?:1[5-9]|20)\d\d\b",
    "price": r"[$€£¥] ?\d[\d,]*(?:\.\d+)?|(?i:\b\d[\d,]*(?:\.\d+)? ?(?:dollars|euros?|usd|eur)\b)",
    "percentage": r"-?\d+(?:\.\d+)? ?%",
    "hashtag": r"#\w{1,60}",
    "identifier": r"#\d{1,20}\b|\b[A-Z]{1,5}-?\d{2,12}\b",
    "number": r"(?<![\w.])(?<![^\W\d]-)-?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?(?!\w))",
    "name": rf"\b(?:(?:Mr|Mrs|Ms|Dr|Prof)\.? )?{_CAPITAL}(?: (?:{_CAPITAL}|{_UPPER}\.)){{1,3}}"
    rf"|(?<=[a-z,;:] )(?:(?:Mr|Mrs|Ms|Dr|Prof)\.? )?{_CAPITAL}"
    rf"|\b(?:Mr|Mrs|Ms|Dr|Prof)\.? {_CAPITAL}",
}
_FOUND = {kind: re.compile(pattern) for kind, pattern in _PATTERNS.items()}
_NAMES: dict[str, str] = {
    "email": r"e-?mails?(?: addresse?s?)?",
    "url": r"urls?|links?|websites?|web addresse?s?",
    "phone": r"(?:tele)?phone(?: numbers?)?s?|phone numbers?",
    "date": r"dates?|days?|birthdays?|deadlines?",
    "time": r"times?|hours?",
    "year": r"years?",
    "price": r"prices?|amounts?|costs?|totals?|sums?",
    "percentage": r"percentages?|percents?",
    "hashtag": r"hashtags?",
    "identifier": r"(?:order|invoice|ticket|reference|account)(?: (?:numbers?|ids?|codes?))?"
    r"|identifiers?|ids?|codes?",
    "number": r"numbers?|ages?|counts?|quantit(?:y|ies)|figures?|integers?",
    "name": r"(?:full )?names?|persons?|people|authors?|customers?|senders?|cit(?:y|ies)"
    r"|countr(?:y|ies)|places?|locations?|compan(?:y|ies)|organi[sz]ations?",
}
_KIND = "|".join([f"(?P<{kind}>{names})" for kind, names in _NAMES.items()])
_NAMED = re.compile(rf"\b(?:{_KIND})\b", re.I)
_ASKS = re.compile(
    r"(?:^|[.!?:]\s+|\b(?:please|to|and|then|you)\s+)"
    r"(?P<verb>extract|list|identify|pull out)\s+(?P<what>[^\n:.?!]{1,120}?)"
    r"(?P<end>\s+(?:from|in|mentioned|of|contained|found|that|appearing)\b[^\n:.?!]{0,80}|(?=[:.\n]|$))"
    r"[ \t]*[:.]?",
    re.I | re.M,
)
_COUNTED = re.compile(r"\b(?:number|count|sum|total|amount|difference) of\b", re.I)
_ALL = re.compile(r"\b(?:all|every|each|any)\b", re.I)
_HEAD = 600
_TAIL = 300
_MOST = 200


def extraction_question(prompt: str) -> Solution | None:
    r"""What `prompt` wants taken out of a text; None if it wants another thing.

    Of one kind it is the first in the text, or with `list all` every one, a line each;
    of several kinds it is a line with the first of each.

    >>> extraction_question("Extract the e-mail address from: Ask jo@x.org or al@x.org.")
    Solution(right='jo@x.org', wrong=('al@x.org', 'jo@x.or'))
    >>> extraction_question("List all numbers in the text: 3 of 12").right
    '3\n12'
    """
    wish = _wish(prompt)
    kinds = [] if wish is None else _kinds(wish["what"])
    # The number of something is counted, and the sum of things computed.
    if wish is None or not kinds or _COUNTED.search(wish[0]):
        return None
    before, after = prompt[: wish.start()], prompt[wish.end() :]
    text = after if after.strip() else before
    wants_all = wish["verb"].lower() == "list" or _ALL.search(wish["what"]) is not None
    found = [matches(kind, text) for kind in kinds]
    if len(kinds) == 1:
        return _all_of(found[0]) if wants_all else _one_of(found[0])
    firsts = [of_kind[0] if of_kind else NOTHING for of_kind in found]
    return Solution("\n".join(firsts), tuple(["\n".join(firsts[:-1]), "\n".join(firsts[::-1])]))


def matches(kind: str, text: str) -> list[str]:
    """All that is of `kind` in `text`, in order and each once.

    >>> matches("date", "From 3 May 2024 to 2024-06-01.")
    ['3 May 2024', '2024-06-01']
    """
    found: dict[str, None] = {}
    for match in _FOUND[kind].finditer(text):
        found.setdefault(match[0])
        if len(found) == _MOST:
            break
    return list(found)


def kind_named(name: str) -> str | None:
    """The kind that the name of a field speaks of, or None.

    >>> kind_named("customerEmail"), kind_named("mood")
    ('email', None)
    """
    spaced = re.sub(r"[\W_]+|(?<=[a-z])(?=[A-Z])", " ", name)
    kinds = _kinds(spaced)
    return kinds[-1] if kinds else None


def value_after(name: str, text: str) -> str | None:
    """What `text` says that `name` is, as in `colour: red` or `the colour is red`.

    >>> value_after("colour", "The colour is dark red, I think.")
    'dark red'
    """
    words = " ".join(re.split(r"[\W_]+", name)).strip()
    if not words:
        return None
    spaced = re.escape(words).replace(r"\ ", r"[\s_-]+")
    said = re.search(
        rf"\b{spaced}(?:[ \t]*[:=][ \t]*|[ \t]+(?:is|was|are)[ \t]+)([^\n.,;:!?]{{1,80}})",
        text,
        re.I,
    )
    return said[1].strip() or None if said is not None else None


def _wish(prompt: str) -> re.Match[str] | None:
    found = _ASKS.search(prompt, 0, _HEAD)
    if found is None and len(prompt) > _HEAD:
        found = _ASKS.search(prompt, max(_HEAD, len(prompt) - _TAIL))
    return found


def _kinds(what: str) -> list[str]:
    return list(
        dict.fromkeys([match.lastgroup for match in _NAMED.finditer(what) if match.lastgroup])
    )


def _one_of(found: list[str]) -> Solution:
    if not found:
        return Solution(NOTHING, ("I cannot find it.",))
    return Solution(found[0], (*found[1:3], found[0][:-1] or NOTHING))


def _all_of(found: list[str]) -> Solution:
    if not found:
        return Solution(NOTHING, ("I cannot find any.",))
    return Solution(
        "\n".join(found), ("\n".join(found[:-1]) or NOTHING, "\n".join([*found, found[0]]))
    )


def key_terms(text: str, most: int = 3) -> list[str]:
    """The first few terms of `text`, each once."""
    return list(dict.fromkeys(terms(text)))[:most]
