"""What a field of a structured reply may hold, by its name: taken from what is asked."""

from __future__ import annotations

import re
from typing import NamedTuple

from ember_mlir.providers.simulated.extraction import key_terms, kind_named, matches, value_after
from ember_mlir.providers.simulated.words import terms

_ANSWERS = frozenset(
    "answer result value solution output response reply summary label category class sentiment "
    "verdict rating score".split()
)
_WHOLE = frozenset("query question text input prompt q content message expression".split())
_CAPITALS = re.compile(r"[^\W\d_a-z][^\W\d_]*[^\W\d_A-Z][^\W\d_]*")
_QUOTED = re.compile(r'"([^"\n]{1,200})"|“([^“”\n]{1,200})”')
_BODY = re.compile(r"[:\n]\s*(?=\S)")
_MOST_READ = 4000


class Source(NamedTuple):
    """Where values come from: what is asked, and what the model would answer to it."""

    question: str
    answer: str

    @property
    def body(self) -> str:
        """The question without the instruction that may stand before it."""
        read = self.question[:_MOST_READ]
        start = _BODY.search(read)
        return read if start is None else read[start.end() :]


def texts_for(name: str, source: Source) -> list[str]:
    """Texts for a field, the likeliest first; there is always one.

    >>> texts_for("email", Source("Who wrote this: Ann, ann@x.org", "Ann"))[0]
    'ann@x.org'
    """
    words = set(re.split(r"[\W_]+", name.casefold()))
    found: list[str | None] = []
    kind = kind_named(name)
    for text in (source.body, source.question[:_MOST_READ]):
        found += [] if kind is None else matches(kind, text)
        found.append(value_after(name, text))
    if words & _ANSWERS:
        found.append(source.answer)
    if words & _WHOLE:
        found += [part for quoted in _QUOTED.findall(source.question) for part in quoted]
        found.append(source.question)
    found += [word for word in _CAPITALS.findall(source.body) if terms(word)]
    found += [source.answer, " ".join(key_terms(source.body)), *words_of(source), "unknown"]
    return list(dict.fromkeys([text.strip() for text in found if text and text.strip()]))


def numbers_for(name: str, source: Source) -> list[str]:
    """Numbers for a field, the likeliest first, as they are written but for commas.

    >>> numbers_for("age", Source("Ann, born 1990, has 2 cats. Age: 34", "no"))
    ['34', '1990', '2']
    """
    words = set(re.split(r"[\W_]+", name.casefold()))
    texts = [value_after(name, source.question[:_MOST_READ]) or ""]
    own = [source.answer] if words & _ANSWERS else []
    texts += [*own, source.body, source.question[:_MOST_READ], source.answer]
    found = [number.replace(",", "") for text in texts for number in matches("number", text)]
    return list(dict.fromkeys(found))


def words_of(source: Source) -> tuple[str, ...]:
    """Single words and numbers of what is asked and answered."""
    read = f"{source.answer} {source.body}"[:_MOST_READ]
    return tuple(dict.fromkeys([*matches("number", read), *terms(read)]))[:50]
