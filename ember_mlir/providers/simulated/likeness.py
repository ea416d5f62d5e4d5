"""How near words and texts are to one another, and the mood of a text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ember_mlir.providers.simulated.words import terms

_STEM = 4
_POSITIVE = frozenset(
    terms(
        """
    positive good great excellent amazing wonderful fantastic awesome perfect brilliant superb
    outstanding lovely beautiful delicious nice happy glad pleased pleasant delight delighted
    delightful love loved enjoy enjoyed enjoyable like liked favorite favourite best better
    recommend recommended impressed impressive helpful friendly fast easy comfortable reliable
    worth win success successful satisfied thanks thank bon excellent super magnifique heureux
    """
    )
)
_NEGATIVE = frozenset(
    terms(
        """
    negative bad terrible awful horrible poor worst worse dreadful disgusting ugly nasty sad
    angry unhappy disappointed disappointing disappointment hate hated dislike disliked annoying
    annoyed boring broken broke defective slow rude dirty useless waste wasted fail failed
    failure problem refund complaint never crash crashed late mauvais nul horrible triste
    """
    )
)
_NEGATORS = frozenset("not no never hardly without nor cannot isn't wasn't don't didn't".split())
_TOKEN = re.compile(r"[^\W\d_]+(?:['\N{RIGHT SINGLE QUOTATION MARK}-][^\W\d_]+)*")
_REACH = 3
_SUBJECTS = {
    "spam": "free winner win prize click offer cash lottery subscribe unsubscribe deal viagra",
    "sport": "match team goal player game score league coach season championship football tennis",
    "politic": "government minister election vote parliament president senator policy law party",
    "technology": "software computer phone app chip device internet network processor laptop",
    "technical": "error crash bug login password server install update software app screen",
    "business": "market company profit share stock revenue bank investor sales merger",
    "science": "study research experiment scientist species planet physics biology cell",
    "billing": "invoice charge charged refund payment price card subscription paid fee",
    "shipping": "delivery package parcel arrive arrived tracking courier shipped late",
    "urgent": "immediately emergency asap critical outage down deadline",
}


def are_related(one: str, other: str) -> bool:
    """Whether two terms are the same word, or forms of one.

    >>> are_related("billing", "billed"), are_related("car", "cart")
    (True, False)
    """
    if one == other:
        return True
    length = max(_STEM, min(len(one), len(other)) - 3)
    return min(len(one), len(other)) >= length and one[:length] == other[:length]


def overlap(wanted: Sequence[str], found: Sequence[str]) -> int:
    """How many of the terms `found` are related to one that is `wanted`.

    >>> overlap(["refund"], ["refunded", "invoice", "refund"])
    2
    """
    return sum(any(are_related(word, other) for word in wanted) for other in found)


def mood(text: str) -> int:
    """The words of praise in `text` less those of blame; a `not` before one turns it round.

    >>> mood("The food was great."), mood("Not good, and the waiter was rude.")
    (1, -2)
    """
    total = 0
    words = [word.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'") for word in _TOKEN.findall(text)]
    words = [word.casefold() for word in words]
    for number, word in enumerate(words):
        sign = _sign(word)
        if sign and any(other in _NEGATORS for other in words[max(0, number - _REACH) : number]):
            sign = -sign
        total += sign
    return total


def subject_terms(label: str) -> list[str]:
    """The terms that speak for `label`: its own, and a few that are usual with it."""
    own = terms(label)
    usual = [words for name, words in _SUBJECTS.items() if any(are_related(name, t) for t in own)]
    return own + terms(" ".join(usual))


def _sign(word: str) -> int:
    found = terms(word)
    return sum((term in _POSITIVE) - (term in _NEGATIVE) for term in found)
