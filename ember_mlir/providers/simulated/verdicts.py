"""Yes or no: whether an answer is right, a text says so, or is good enough."""

from __future__ import annotations

import re
from collections.abc import Callable

from ember_mlir.providers.simulated.likeness import are_related
from ember_mlir.providers.simulated.sentences import split_sentences
from ember_mlir.providers.simulated.words import terms

Solve = Callable[[str], str | None]
"""The right answer to a question, or None if it has none that the simulator can tell."""

YES = frozenset({"yes", "true"})
NO = frozenset({"no", "false"})

_ANSWER = re.compile(
    r"^[ \t>#*_-]*(?:[\w ]{0,20}\b)?answer[ \t*_]*[:=][ \t*_]*(?P<said>[^\n]+)", re.I | re.M
)
_EQUATION = re.compile(r"(?P<left>[^=\n?]{1,200}[\d)])[ \t]*=[ \t]*(?P<right>-?\d[\d,.]*)")
_VALUES = frozenset(
    terms("good right correct acceptable accurate complete clear ready fine ok okay valid helpful")
)
_NEGATIONS = re.compile(r"\b(?:not|no|never|cannot|without)\b|n't\b", re.I)
_ENOUGH = 12


def is_same_answer(said: str, right: str) -> bool:
    """Whether `said` gives the answer `right`, alone or as its last word.

    >>> is_same_answer("It is 391.", "391"), is_same_answer("3910", "391")
    (True, False)
    """
    words = said.casefold().replace(",", "").rstrip(" .!").split()
    right_words = right.casefold().replace(",", "").split()
    return bool(right_words) and words[-len(right_words) :] == right_words


def worth(text: str) -> float:
    """How much `text` says, from 0 to 1: what is short and repeats itself says little.

    >>> worth("Yes.") < worth("The moon pulls the water of the sea.")
    True
    """
    return min(1.0, len(set(terms(text))) / _ENOUGH)


def answer_worth(text: str, solve: Solve) -> float | None:
    r"""1 if the answer that `text` shows is right and 0 if it is wrong; None if it shows none.

    >>> answer_worth("Q: 1+1\nAnswer: 2", lambda question: "2")
    1.0
    """
    answers = list(_ANSWER.finditer(text))
    if answers:
        shown = answers[-1]
        right = solve(text[: shown.start()])
        if right is not None:
            return float(is_same_answer(shown["said"], right))
    equation = _EQUATION.search(text)
    right = None if equation is None else solve(equation["left"])
    if equation is None or right is None:
        return None
    return float(is_same_answer(equation["right"].rstrip("."), right))


def is_yes(text: str, solve: Solve) -> bool:
    """Whether the question in `text` is to be answered with yes.

    An answer or equation in it is checked. Else a text is good if it says enough, and a
    question is true if one sentence has all of its words.

    >>> is_yes("The ship sank on Monday. Did the ship sink on Friday?", lambda question: None)
    False
    """
    shown = answer_worth(text, solve)
    if shown is not None:
        return shown == 1
    sentences = split_sentences(text)
    asked = next((sentence for sentence in reversed(sentences) if sentence.endswith("?")), "")
    said = [sentence for sentence in sentences if sentence != asked]
    about = terms(asked)
    if not about or any(term in _VALUES for term in about):
        return worth(" ".join(said)) >= 0.5
    return any(_supports(sentence, asked, about) for sentence in said)


def _supports(sentence: str, asked: str, about: list[str]) -> bool:
    found = terms(sentence)
    if not all(any(are_related(term, other) for other in found) for term in about):
        return False
    return (_NEGATIONS.search(sentence) is None) == (_NEGATIONS.search(asked) is None)
