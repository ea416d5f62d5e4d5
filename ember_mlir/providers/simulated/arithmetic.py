"""Exact arithmetic on a question: sums, products, powers, percentages.

The grammar, in the order of binding; `A of B` is a product, as in "20% of 50":

    expression = product (("+" | "-") product)*
    product    = signed (("*" | "/" | "mod" | "of" | nothing before "(") signed)*
    signed     = "-"* power
    power      = postfix ("^" signed)?
    postfix    = atom ("%" | "squared" | "cubed")*
    atom       = number | "(" expression ")" | "sum of" … | "add" … "to" …

Sizes are bounded, so that no question takes long.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import reduce

from ember_mlir.providers.simulated.numerals import BREAK, Token, read_tokens

_MOST_TOKENS = 200
_DEEPEST = 40
_MOST_BITS = 4096
_MOST_PLACES = 10
_ROUNDED_PLACES = 4

Operation = Callable[[Fraction, Fraction], Fraction]

_OPERATIONS: dict[str, Operation] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
    "mod": lambda left, right: left % right,
}
_LISTED = {"sum": "+", "product": "*", "difference": "-", "quotient": "/"}
_ORDERED = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/"}
_JOINING = frozenset({"and", "to", "by", "with"})
_OPENING = frozenset({"(", "-", *_LISTED, *_ORDERED})
_CLOSING = frozenset({")", "%", "squared", "cubed"})


class _NoExpressionError(Exception):
    """The tokens are no expression, or too large a one."""


def evaluate(question: str) -> str | None:
    """The value of the last expression in `question`, or None if it asks for none.

    It is exact where it has few decimals, else rounded; a division by zero is
    `undefined`.

    >>> evaluate("What is 12.5% of (3 + 5)?"), evaluate("divide two by three")
    ('1', '0.6667')
    >>> evaluate("How tall is K2?") is None
    True
    """
    tokens = read_tokens(question)
    if tokens is None:
        return None
    value: str | None = None
    for expression in _expressions(tokens):
        try:
            value = _written(_Parser(expression).parse())
        except _NoExpressionError:
            continue
        except ZeroDivisionError:
            value = "undefined"
    return value


def _expressions(tokens: list[Token]) -> list[list[Token]]:
    runs: list[list[Token]] = [[]]
    for token in tokens:
        if token == BREAK:
            runs.append([])
        else:
            runs[-1].append(token)
    return [_trimmed(run) for run in runs if len(run) > 1]


def _trimmed(run: list[Token]) -> list[Token]:
    start, end = 0, len(run)
    while start < end and isinstance(run[start], str) and run[start] not in _OPENING:
        start += 1
    while end > start and isinstance(run[end - 1], str) and run[end - 1] not in _CLOSING:
        end -= 1
    return run[start:end]


class _Parser:
    _tokens: list[Token]
    _at: int
    _depth: int
    _operations: int

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0
        self._operations = 0

    def parse(self) -> Fraction:
        """The value of the whole expression; a lone number is none."""
        if len(self._tokens) > _MOST_TOKENS:
            raise _NoExpressionError
        value = self._expression()
        if self._at < len(self._tokens) or self._operations == 0:
            raise _NoExpressionError
        return value

    def _next(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _takes(self, *wanted: str) -> str | None:
        token = self._next()
        if isinstance(token, str) and token in wanted:
            self._at += 1
            return token
        return None

    def _expect(self, *wanted: str) -> None:
        if self._takes(*wanted) is None:
            raise _NoExpressionError

    def _apply(self, symbol: str, left: Fraction, right: Fraction) -> Fraction:
        self._operations += 1
        if symbol == "^":
            return _bounded(_power(left, right))
        return _bounded(_OPERATIONS[symbol](left, right))

    def _expression(self) -> Fraction:
        value = self._product()
        while sign := self._takes("+", "-"):
            value = self._apply(sign, value, self._product())
        return value

    def _product(self) -> Fraction:
        value = self._signed()
        while True:
            if self._takes("*", "of") or self._next() == "(":
                value = self._apply("*", value, self._signed())
            elif self._takes("/"):
                value = self._apply("/", value, self._signed())
            elif self._takes("mod", "%"):
                value = self._apply("mod", value, self._signed())
            else:
                return value

    def _signed(self) -> Fraction:
        negative = False
        while self._takes("-"):
            negative = not negative
        value = self._power()
        return -value if negative else value

    def _power(self) -> Fraction:
        base = self._postfix()
        return self._apply("^", base, self._signed()) if self._takes("^") else base

    def _postfix(self) -> Fraction:
        value = self._atom()
        while True:
            if self._next() == "%" and not self._is_modulo():
                self._at += 1
                value = self._apply("/", value, Fraction(100))
            elif name := self._takes("squared", "cubed"):
                value = self._apply("^", value, Fraction(2 if name == "squared" else 3))
            else:
                return value

    def _is_modulo(self) -> bool:
        after = self._tokens[self._at + 1 : self._at + 2]
        return bool(after) and (isinstance(after[0], Fraction) or after[0] == "(")

    def _atom(self) -> Fraction:
        token = self._next()
        if token is None:
            raise _NoExpressionError
        self._at += 1
        if isinstance(token, Fraction):
            return token
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _NoExpressionError
        value = self._group(token)
        self._depth -= 1
        return value

    def _group(self, opening: str) -> Fraction:
        if opening == "(":
            value = self._expression()
            self._expect(")")
            return value
        if opening in _LISTED:
            return self._of_list(_LISTED[opening])
        if opening in _ORDERED:
            return self._ordered(opening)
        raise _NoExpressionError

    def _of_list(self, symbol: str) -> Fraction:
        self._expect("of", "between")
        values = [self._expression()]
        while self._takes(",", "and"):
            self._takes("and")
            values.append(self._expression())
        if len(values) < 2:
            raise _NoExpressionError
        return reduce(lambda left, right: self._apply(symbol, left, right), values)

    def _ordered(self, verb: str) -> Fraction:
        first = self._expression()
        self._expect(*(_JOINING if verb != "subtract" else ("from",)))
        second = self._expression()
        if verb == "subtract":
            first, second = second, first
        return self._apply(_ORDERED[verb], first, second)


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    bits = max(base.numerator.bit_length(), base.denominator.bit_length())
    if exponent.denominator != 1 or abs(exponent) * bits > _MOST_BITS:
        raise _NoExpressionError
    return base**exponent.numerator


def _bounded(value: Fraction) -> Fraction:
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > _MOST_BITS:
        raise _NoExpressionError
    return value


def _written(value: Fraction) -> str:
    """A number as people write it.

    >>> _written(Fraction(5, 4)), _written(Fraction(-2, 3)), _written(Fraction(1, 70000))
    ('1.25', '-0.6667', '0.00001429')
    """
    places = 0
    while (value * 10**places).denominator != 1 and places < _MOST_PLACES:
        places += 1
    if (value * 10**places).denominator != 1:
        places = _ROUNDED_PLACES
        # Small numbers keep four digits that say something.
        while abs(value) * 10**places < 10 ** (_ROUNDED_PLACES - 1) and abs(value) < 1:
            places += 1
    scaled = round(value * 10**places)
    digits = str(abs(scaled)).rjust(places + 1, "0")
    sign = "-" if scaled < 0 else ""
    if not places:
        return sign + digits
    return f"{sign}{digits[:-places]}.{digits[-places:]}".rstrip("0").rstrip(".")
