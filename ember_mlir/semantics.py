"""What the operations on values mean, as plain functions of Python values.

The reference interpreter, the engine and eager execution all call these, so that a
vote or a template has one definition. Nothing here knows about IR, models or time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from ember_mlir.errors import EmptyReduceError, EmptyVoteError, InvalidIRError

MAX_TEMPERATURE = 2
"""The highest temperature that any provider known to us accepts."""

_HOLE = re.compile(r"\{\{|\}\}|\{(0|[1-9][0-9]{0,5})\}|[{}]")


def parse_template(text: str) -> tuple[str | int, ...]:
    """Split a template into its literal pieces and the numbers of its holes.

    `{0}` is hole 0; `{{` and `}}` are braces. Any other brace raises
    `InvalidIRError` with its position, which counts characters from 0.

    >>> parse_template("Q: {0} of {{{1}}}")
    ('Q: ', 0, ' of {', 1, '}')
    """
    pieces: list[str | int] = []
    literal: list[str] = []
    end = 0
    for match in _HOLE.finditer(text):
        literal.append(text[end : match.start()])
        end = match.end()
        if match[1] is not None:
            pieces += [*_joined(literal), int(match[1])]
            literal = []
        elif len(match[0]) == 2:
            literal.append(match[0][0])
        else:
            raise InvalidIRError(
                f"a brace in a template must be '{{{{', '}}}}' or a hole such as '{{0}}', "
                f"but got '{match[0]}' at position {match.start()}; double it to mean a brace"
            )
    literal.append(text[end:])
    return (*pieces, *_joined(literal))


def _joined(literal: list[str]) -> list[str]:
    text = "".join(literal)
    return [text] if text else []


def escape_template(text: str) -> str:
    """The template that stands for `text` itself.

    >>> escape_template("a {brace}")
    'a {{brace}}'
    """
    return text.replace("{", "{{").replace("}", "}}")


def fill_template(pieces: Sequence[str | int], values: Sequence[str]) -> str:
    """Put `values` into the holes of a parsed template.

    A value is data: braces in it are never read as holes.

    >>> fill_template(parse_template("{1}, {0}!"), ["{0}", "hello"])
    'hello, {0}!'
    """
    return "".join([piece if isinstance(piece, str) else values[piece] for piece in pieces])


def vote_key(answer: str) -> str:
    """What answers are compared by in a vote: no outer white space, no case.

    >>> vote_key("  Yes\\n") == vote_key("YES")
    True
    """
    return answer.strip().casefold()


def vote(answers: Sequence[str]) -> str:
    """The answer given most often, as its first giver wrote it.

    Answers are compared by `vote_key`. A tie goes to the key whose first member stands
    earliest in the list, so the result never depends on who answered first. Raises
    `EmptyVoteError` when there is no answer.

    >>> vote(["b", " A", "a", "B"])
    'b'
    """
    first: dict[str, str] = {}
    count: dict[str, int] = {}
    for answer in answers:
        key = vote_key(answer)
        first.setdefault(key, answer)
        count[key] = count.get(key, 0) + 1
    if not count:
        raise EmptyVoteError("a vote needs at least 1 answer, but got none; sample at least one")
    # `max` keeps the first of equals, and dictionaries keep the order of insertion.
    return first[max(count, key=count.__getitem__)]


def check_reducible(length: int) -> None:
    """Raise `EmptyReduceError` unless a list of `length` elements can be reduced."""
    if length == 0:
        raise EmptyReduceError(
            "a reduction needs at least 1 element, but got an empty list; "
            "test the list before it is reduced"
        )


def reduce_levels(length: int, arity: int) -> Iterator[tuple[int, int]]:
    """The fixed shape of a reduction: (elements of a level, number of its first node).

    The nodes of a level take `arity` neighbours each. They are counted level by level
    from the leaves, left to right, from 0. A group of one is passed on and counts for
    nothing.

    >>> list(reduce_levels(6, 4))
    [(6, 0), (2, 2)]
    >>> list(reduce_levels(5, 4))
    [(5, 0), (2, 1)]
    """
    first = 0
    while length > 1:
        yield length, first
        groups = -(-length // arity)
        first += groups - (length % arity == 1)
        length = groups


def temperature_problem(temperature: Decimal) -> str | None:
    """Why a temperature is out of range, or None if it is not.

    >>> temperature_problem(Decimal("2.5"))
    'temperature must be between 0 and 2, but got 2.5'
    """
    if temperature.is_finite() and 0 <= temperature <= MAX_TEMPERATURE:
        return None
    return f"temperature must be between 0 and {MAX_TEMPERATURE}, but got {temperature}"


def max_tokens_problem(max_tokens: int) -> str | None:
    """Why a limit of answer tokens is out of range, or None if it is not.

    >>> max_tokens_problem(0)
    'max_tokens must be at least 1, but got 0'
    """
    if 1 <= max_tokens < 2**31:
        return None
    bound = "at least 1" if max_tokens < 1 else "below 2147483648"
    return f"max_tokens must be {bound}, but got {max_tokens}"
