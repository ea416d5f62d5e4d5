"""Counting questions: how many letters, words, vowels, sentences, lines there are."""

from __future__ import annotations

import re
import unicodedata

from ember_mlir.providers.simulated.marks import (
    APOSTROPHES,
    CLOSE_QUOTES,
    COLONS,
    OPEN_QUOTES,
    QUESTION_ENDS,
)
from ember_mlir.providers.simulated.questions import QUOTED, QUOTED_LINE
from ember_mlir.providers.simulated.sentences import split_sentences

_MANY = (
    r"(?:how many(?: times)?|count|the number of"
    rf"|combien(?: de| d[{APOSTROPHES}]| y a-t-il de)?)"
)
_COUNTS = re.compile(rf"\b{_MANY}", re.I)
_KINDS = {
    "letter": r"letters?|lettres?",
    "character": r"characters?|chars?|caractères?|文字",
    "vowel": r"vowels?|voyelles?",
    "consonant": r"consonants?|consonnes?",
    "digit": r"digits?|chiffres?",
    "word": r"words?|mots?",
    "sentence": r"sentences?|phrases?",
    "line": r"lines?|lignes?",
}
_KIND = "|".join([f"(?P<{kind}>{names})" for kind, names in _KINDS.items()])
_ASKED = re.compile(rf"\b{_MANY}\s+(?:the\s+|all\s+)?(?:{_KIND})\b", re.I)
_ASKED_JAPANESE = re.compile(rf"(?P<text>{QUOTED_LINE})は何文字")
_SINGLE = rf"[{OPEN_QUOTES}]?(?P<letter>\w)[{CLOSE_QUOTES}]?"
_PLURAL = rf"(?:[{APOSTROPHES}]?s)?"
_STOP = f"{''.join(QUESTION_ENDS)}!"
_LETTER = re.compile(
    rf"\b(?:letters?|characters?|lettres?)\s+{_SINGLE}{_PLURAL}(?!\w)"
    rf"|\b{_MANY}\s+(?:the\s+)?{_SINGLE.replace('letter', 'bare')}{_PLURAL}\s+"
    r"(?:are\b|is\b|do\b|does\b|there\b|in\b|dans\b)",
    re.I,
)
_PHRASE = re.compile(rf"\b(?:word|phrase|mot)\s+(?P<phrase>{QUOTED_LINE})\s+(?:appear|occur)", re.I)
_PLACE = re.compile(
    r"\b(?:in|of|within|dans)\s+(?:(?:the|this|my|le|la|ce|cette)\s+)?(?:following\s+)?"
    r"(?:(?:word|sentence|text|string|phrase|name|line|paragraph|mot|texte|chaîne)s?\s*)?"
    rf"[{COLONS}]?\s*(?P<text>{QUOTED}|[^\s{_STOP}]+(?=\s*[.{_STOP}]*\s*$))",
    re.I,
)
_POINTS = re.compile(rf"\b(?:following|below|suivante?)\b|[{COLONS}]\s*$", re.I)


def count_asked(question: str, rest: str) -> int | None:
    """The count that `question` asks for, or None if it is no counting question.

    What is counted stands in the question, quoted or as its last word, or else in
    `rest`, the text after it.

    >>> count_asked("How many r's are in strawberry?", "")
    3
    >>> count_asked('How many words are in "to be or not"?', "")
    4
    """
    japanese = _ASKED_JAPANESE.search(question)
    if japanese is not None:
        return count_kind("character", _unquoted(japanese["text"]))
    if _COUNTS.search(question) is None:
        return None
    for asked in (_count_phrase, _count_letter, _count_kind):
        count = asked(question, rest)
        if count is not None:
            return count
    return None


def _count_phrase(question: str, rest: str) -> int | None:
    asked = _PHRASE.search(question)
    text = None if asked is None else _counted_text(question, asked.end(), rest)
    if asked is None or text is None:
        return None
    phrase = re.escape(_unquoted(asked["phrase"]).casefold())
    return len(re.findall(rf"(?<!\w){phrase}(?!\w)", text.casefold()))


def _count_letter(question: str, rest: str) -> int | None:
    asked = _LETTER.search(question)
    text = None if asked is None else _counted_text(question, asked.start(), rest)
    if asked is None or text is None:
        return None
    return _folded(text).count(_folded(asked["letter"] or asked["bare"]))


def _count_kind(question: str, rest: str) -> int | None:
    asked = _ASKED.search(question)
    text = None if asked is None else _counted_text(question, asked.end(), rest)
    if asked is None or text is None or asked.lastgroup is None:
        return None
    return count_kind(asked.lastgroup, text)


def count_kind(kind: str, text: str) -> int:
    """How many there are in `text` of a kind: `letter`, `word`, `line` and so on.

    A word is what stands between white space and has a letter or digit; a character is
    a code point of the composed text; accents do not keep a vowel from being one.

    >>> count_kind("vowel", "Été 24"), count_kind("word", "Été - 24")
    (2, 2)
    """
    composed = unicodedata.normalize("NFC", text)
    match kind:
        case "word":
            return sum(any(map(str.isalnum, word)) for word in composed.split())
        case "sentence":
            return len(split_sentences(composed))
        case "line":
            return len(composed.splitlines())
        case "letter":
            return sum(map(str.isalpha, composed))
        case "digit":
            return sum(map(str.isdigit, composed))
        case "vowel":
            return sum(map(_is_vowel, composed))
        case "consonant":
            return sum(map(str.isalpha, composed)) - sum(map(_is_vowel, composed))
        case _:
            return len(composed)


def _is_vowel(character: str) -> bool:
    return unicodedata.normalize("NFD", character)[0].casefold() in "aeiou"


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def _counted_text(question: str, after: int, rest: str) -> str | None:
    place = _PLACE.search(question, after)
    if place is not None and place["text"][0] in OPEN_QUOTES:
        return _unquoted(place["text"])
    if _POINTS.search(question):
        below = f"{question[after:].partition(':')[2]}\n{rest}".strip()
        return _unquoted(below) if below else None
    if place is not None:
        return place["text"]
    quoted = re.search(QUOTED, question)
    return None if quoted is None else _unquoted(quoted[0])


def _unquoted(text: str) -> str:
    for fence in ('"""', "```"):
        if len(text) >= 2 * len(fence) and text.startswith(fence) and text.endswith(fence):
            return text[len(fence) : -len(fence)].strip("\n")
    return text[1:-1].strip() if len(text) > 1 and re.fullmatch(QUOTED, text) else text
