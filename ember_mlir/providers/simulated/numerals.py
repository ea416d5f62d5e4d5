"""Reading a question as numbers and operators, in symbols or in words."""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction

from ember_mlir.providers.simulated.marks import APOSTROPHES
from ember_mlir.providers.simulated.words import is_unspaced

Token = Fraction | str
"""A number, an operator, a word such as `sum` or `from`, or `BREAK`."""

BREAK = ";"
"""What stands between two expressions."""

_LONGEST_NUMBER = 40
_SUPERSCRIPTS = {ord("²"): "^2 ", ord("³"): "^3 "}
_SYMBOLS = {
    "**": "^",
    "\N{MULTIPLICATION SIGN}": "*",
    "·": "*",
    "∙": "*",
    "÷": "/",
    "\N{FRACTION SLASH}": "/",
    "\N{MINUS SIGN}": "-",
    "\N{EN DASH}": "-",
}
_PHRASES = {
    "*": ("times", "multiplied by", "multiplié par", "multipliée par", "fois"),
    "/": ("over", "divided by", "divisé par", "divisée par"),
    "^": ("to the power of", "to the power", "raised to the power of"),
    "-": ("minus", "moins", "decreased by"),
    "+": ("plus", "added to", "increased by"),
    "%": ("percent", "per cent", "pour cent", "pourcent"),
    "mod": ("mod", "modulo"),
    "squared": ("squared", "au carré"),
    "cubed": ("cubed", "au cube"),
    BREAK: ("work out",),
}
_SPOKEN = {phrase: symbol for symbol, phrases in _PHRASES.items() for phrase in phrases}
_KEPT = frozenset(
    "and of from to by with between sum product difference quotient "
    "add subtract multiply divide".split()
)
# What may stand around an expression without changing what is asked. Any other word
# makes it a question about the world, and 24/7 or 3-5 no calculation.
_FILLER = frozenset(
    """
    a an the what what's whats is are was be does do did how much many equal equals compute
    calculate evaluate solve simplify find tell give get gives make makes me us you
    i we if when please kindly can could now then so result value answer number numbers only
    just following expression question exact exactly final respond reply return write say as
    in integer digits digit nothing else no explanation step steps think quickly carefully
    for this it problem next first arithmetic math maths calculation ok hello hi let's
    quel quelle est combien font fait le la calcule calculer calculez résultat ça réponds
    répondez nombre seulement
    """.split()
)
_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_SMALL = {word: number for number, word in enumerate(_UNITS)} | {
    word: 20 + 10 * number for number, word in enumerate(_TENS)
}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}


def _any_of(phrases: list[str]) -> str:
    longest_first = sorted(phrases, key=len, reverse=True)
    return "|".join([re.escape(phrase).replace(r"\ ", r"\s+") for phrase in longest_first])


_SPELLED = _any_of([*_SMALL, *_SCALES])
_TOKEN = re.compile(
    rf"""(?P<date>\d{{4}}-\d\d?-\d\d?(?!\d)|\d+(?:[:.]\d+){{2,}}|\d+:\d+)
    |(?P<number>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?(?![\d,])|\d+(?:\.\d+)?|\.\d+)
    |(?P<spelled>\b(?:{_SPELLED})(?:(?:[ -]|(?:(?<=hundred)|(?<=thousand))\ and\ )
        (?:{_SPELLED}))*\b)
    |(?P<spoken>\b(?:{_any_of(list(_SPOKEN))})\b)
    |(?P<word>[^\W\d_]+(?:[{APOSTROPHES}-][^\W\d_]+)*)
    |(?P<symbol>{_any_of(list(_SYMBOLS))}|[-+*/^%(),])
    |(?P<other>\S)""",
    re.VERBOSE,
)


def read_tokens(question: str) -> list[Token] | None:
    """The numbers and operators of `question`, with `BREAK` for anything that parts them.

    None if it holds a word, a date or a number that no calculation has.

    >>> read_tokens("What is twenty-one times 1,000?")
    [';', ';', Fraction(21, 1), '*', Fraction(1000, 1), ';']
    >>> read_tokens("Who works 24/7?") is None
    True
    """
    tokens: list[Token] = []
    text = unicodedata.normalize("NFKC", question.translate(_SUPERSCRIPTS)).casefold()
    for match in _TOKEN.finditer(text):
        token = _token(match[0], match.lastgroup, tokens[-1] if tokens else BREAK)
        if token is None:
            return None
        if token != "":
            tokens.append(token)
    return tokens


def _token(text: str, kind: str | None, before: Token) -> Token | None:
    match kind:
        case "number":
            return Fraction(text.replace(",", "")) if len(text) <= _LONGEST_NUMBER else None
        case "spelled":
            return _spelled_number(text)
        case "spoken":
            return _SPOKEN[" ".join(text.split())]
        case "symbol":
            return _SYMBOLS.get(text, text)
        case "word":
            return _word(text, before)
        case "date":
            return None
        case _:
            return BREAK


def _word(word: str, before: Token) -> Token | None:
    if word in _KEPT:
        return word
    # Articles stand inside expressions too: "the sum of the squares", "to the power of".
    if word == "the":
        return ""
    if word == "half":
        return Fraction(1, 2)
    if word == "x" and (isinstance(before, Fraction) or before in (")", "%")):
        return "*"
    return BREAK if word in _FILLER or is_unspaced(word[0]) else None


def _spelled_number(text: str) -> Fraction | None:
    """The number that words spell, or None if they spell none.

    >>> _spelled_number("two thousand three hundred and forty-five")
    Fraction(2345, 1)
    >>> _spelled_number("seven eight") is None
    True
    """
    total, current, room = 0, 0, 100
    for word in re.split(r"[ -]and[ -]|[ -]", text):
        scale = _SCALES.get(word)
        if scale == 100:
            current, room = (current or 1) * 100, 100
        elif scale is not None:
            total, current, room = total + (current or 1) * scale, 0, 100
        elif _SMALL[word] >= room:
            return None
        else:
            current += _SMALL[word]
            room = 10 if _SMALL[word] >= 20 else 0
    return Fraction(total + current)
