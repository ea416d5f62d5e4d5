"""The words of a text that carry its subject, in scripts with and without spaces."""

from __future__ import annotations

import re

from ember_mlir.providers.simulated.marks import APOSTROPHES

_IDEOGRAPHS = (
    "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f"
    "\U00020000-\U0002fa1f"
)
_MARKS = "\u3000-\u3004\u3008-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
_UNSPACED = re.compile(f"[{_IDEOGRAPHS}{_MARKS}]")
_IDEOGRAPH = re.compile(f"[{_IDEOGRAPHS}]")
_LETTER = rf"[^\W_{_IDEOGRAPHS}]"
_WORD = re.compile(rf"{_LETTER}+(?:[{APOSTROPHES}-]{_LETTER}+)*|[{_IDEOGRAPHS}]+")

_STOP_WORDS = frozenset(
    """
    a about above after again all also am an and any are as at be because been before being
    below between both but by can cannot could did do does doing down during each few for
    from further had has have having he her here hers him his how i if in into is it its
    itself just me more most my no nor not now of off on once only or other our out over own
    same she should so some such than that the their them then there these they this those
    through to too under until up very was we were what when where which while who whom why
    will with would you your
    au aux avec ce ces cette comme dans de des du elle elles en est et eux il ils je la le
    les leur lui ma mais même mes moi mon ne nos notre nous on ont ou où par pas plus pour
    que qui sa se ses son sont sur ta tes toi ton tu un une vos votre vous être été
    """.split()
)


def is_unspaced(character: str) -> bool:
    """Whether it is a letter or mark of a script that writes words without spaces.

    >>> is_unspaced("京"), is_unspaced("。"), is_unspaced("é")
    (True, True, False)
    """
    return _UNSPACED.match(character) is not None


def terms(text: str) -> list[str]:
    """The words of `text` that carry meaning, in order, in a form that compares.

    Numbers and the stop words of English and French are left out, case and a plural s
    are ignored, and a run of ideographs counts as its overlapping pairs.

    >>> terms("The compilers of 東京都")
    ['compiler', '東京', '京都']
    """
    found: list[str] = []
    for word in _WORD.findall(text.casefold()):
        if _IDEOGRAPH.match(word):
            found += [word[i : i + 2] for i in range(len(word) - 1)] or [word]
        elif word not in _STOP_WORDS and not word.isdecimal():
            found.append(word[:-1] if len(word) > 3 and word[-1] == "s" else word)
    return found
