"""What the operations on values mean, as plain functions of Python values.

The reference interpreter, the engine and eager execution all call these, so that a
vote or a template has one definition. Nothing here knows about IR, models or time.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Sequence, Sized
from decimal import Decimal
from math import fsum, hypot, inf, isnan
from operator import mul
from typing import Any, TypeGuard, TypeVar

from ember_mlir.errors import (
    EmptyChoiceError,
    EmptyReduceError,
    EmptyVoteError,
    InvalidIRError,
    ParseError,
    ShapeError,
)

Value = Any
"""A value of a program, as Python holds it: see `docs/meaning.md`."""

V = TypeVar("V")

Vector = tuple[float, ...]
"""An embedding."""

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


def vote_key(answer: Value) -> Hashable:
    """What answers are compared by in a vote: texts without outer white space and case.

    >>> vote_key("  Yes\\n") == vote_key("YES")
    True
    """
    return answer.strip().casefold() if isinstance(answer, str) else frozen(answer)


def frozen(value: Value) -> Hashable:
    """A value as a key of a dictionary: equal exactly where the values are.

    What is not a number is equal to nothing, itself included, wherever it stands.

    >>> frozen([1, {"a": [2]}]) == frozen([1, {"a": [2]}])
    True
    """
    if is_list(value) or is_vector(value):
        return tuple([frozen(item) for item in value])
    if is_record(value):
        return tuple([(name, frozen(item)) for name, item in value.items()])
    # Python takes a `nan` in a tuple for equal to itself, as it is the same object.
    return object() if isinstance(value, float) and isnan(value) else value


def is_list(value: Value) -> TypeGuard[list[Value]]:
    """Whether a value is a list."""
    return isinstance(value, list)


def is_vector(value: Value) -> TypeGuard[Vector]:
    """Whether a value is an embedding."""
    return isinstance(value, tuple)


def is_record(value: Value) -> TypeGuard[dict[str, Value]]:
    """Whether a value is a record."""
    return isinstance(value, dict)


def vote(
    answers: Sequence[V], keys: Sequence[Value] | None = None, min_valid: int | None = None
) -> V:
    """The answer given most often, as its first giver wrote it.

    Answers are compared by `keys`, one for each, or else by `vote_key`. A tie goes to the
    key whose first member stands earliest in the list, so the result never depends on
    who answered first. Raises `EmptyVoteError` if there are fewer than `min_valid` answers
    (None: 1), and `ShapeError` if there are not as many keys as answers.

    >>> vote(["b", " A", "a", "B"])
    'b'
    >>> vote(["x", "y", "z"], keys=[1, 2, 2])
    'y'
    """
    needed = 1 if min_valid is None else min_valid
    if len(answers) < needed:
        noun = "answer" if needed == 1 else "answers"
        raise EmptyVoteError(
            f"a vote needs at least {needed} {noun}, but got {len(answers) or 'none'}; "
            + ("sample at least one" if needed == 1 else "sample more, or lower min_valid")
        )
    check_same_length("the keys of a vote", keys, answers)
    first: dict[Hashable, V] = {}
    count: dict[Hashable, int] = {}
    compared = map(vote_key, answers) if keys is None else map(frozen, keys)
    for key, answer in zip(compared, answers, strict=True):
        first.setdefault(key, answer)
        count[key] = count.get(key, 0) + 1
    # `max` keeps the first of equals, and dictionaries keep the order of insertion.
    return first[max(count, key=count.__getitem__)]


def check_same_length(what: str, got: Sized | None, answers: Sized) -> None:
    """Raise `ShapeError` unless there is one of `what` for each answer."""
    if got is not None and len(got) != len(answers):
        raise ShapeError(
            f"{what} must be as many as its answers, {len(answers)}, but got {len(got)}; "
            "make one for each answer"
        )


def best(answers: Sequence[V], scores: Sequence[float]) -> V:
    """The answer with the highest score; of equal ones the first.

    What is not a number is below all numbers. Raises `EmptyChoiceError` if there is no
    answer, and `ShapeError` if there are not as many scores.

    >>> best(["a", "b", "c"], [1, 3, 3])
    'b'
    """
    check_choosable(len(answers))
    check_same_length("the scores of a choice", scores, answers)
    comparable = [(score == score, score) for score in scores]
    return answers[max(range(len(answers)), key=comparable.__getitem__)]


def check_choosable(length: int) -> None:
    """Raise `EmptyChoiceError` unless there is an answer to choose."""
    if length == 0:
        raise EmptyChoiceError(
            "a choice needs at least 1 answer, but got an empty list; "
            "test the list before it is chosen from"
        )


def judge_prompt(prompt: str, answers: Sequence[str]) -> str:
    """What a judge is asked: the prompt, the numbered answers, and how to reply.

    >>> print(judge_prompt("Which is prime?", ["4", "7"]))
    Which is prime?
    <BLANKLINE>
    1. 4
    2. 7
    <BLANKLINE>
    Reply with the number of the best one.
    """
    listed = "\n".join([f"{number}. {answer}" for number, answer in enumerate(answers, 1)])
    return f"{prompt}\n\n{listed}\n\nReply with the number of the best one."


def read_verdict(reply: str, count: int) -> int:
    """The index of the answer that a judge's reply names by its first number.

    Raises `ParseError` if there is no number, or no answer of that number.

    >>> read_verdict("Number 2 is best.", 2)
    1
    """
    found = _NUMBER.search(reply)
    # A number of many digits is too large, and slow to read.
    if found is not None and len(found[0]) < 10 and 1 <= int(found[0]) <= count:
        return int(found[0]) - 1
    raise ParseError(
        f"the reply of a judge must name an answer by a number from 1 to {count}, "
        f"but got {abridged(reply)!r}; ask a better model, or catch the error with a fallback"
    )


_NUMBER = re.compile(r"[0-9]+")


def abridged(text: str, length: int = 60) -> str:
    """`text`, or its beginning if it is longer than `length` characters."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def element(items: Sequence[V], index: int) -> V:
    """The element at `index`, from the end if it is negative; `ShapeError` if there is none.

    >>> element(["a", "b"], -1)
    'b'
    """
    if -len(items) <= index < len(items):
        return items[index]
    raise ShapeError(
        f"an index must be between {-len(items)} and {len(items) - 1} in a list of "
        f"{len(items)}, but got {index}; test the length first"
        if items
        else f"an empty list must not be indexed, but got {index}; test the length first"
    )


def top_k(query: Vector, vectors: Sequence[Vector], k: int) -> list[int]:
    """The indices of the `k` vectors nearest to `query` by cosine, nearest first.

    Equally near ones are in order of index. A vector of zeros has the cosine 0 to all; one
    whose cosine is not a number, as it holds what is none, is farther than all others.
    Raises `ShapeError` if a vector has another length than `query`.

    >>> top_k((1.0, 0.0), [(0.0, 1.0), (2.0, 0.0), (1.0, 1.0)], 2)
    [1, 2]
    """
    nearness = [_cosine(query, vector, index) for index, vector in enumerate(vectors)]
    return sorted(range(len(vectors)), key=lambda index: -nearness[index])[:k]


def _cosine(query: Vector, vector: Vector, index: int) -> float:
    if len(query) != len(vector):
        raise ShapeError(
            f"vectors must have one length to be compared, but the query has {len(query)} "
            f"and vector {index} has {len(vector)}; embed all of them with one model"
        )
    scale = hypot(*query) * hypot(*vector)
    try:
        cosine = fsum(map(mul, query, vector)) / scale if scale else 0.0
    except (OverflowError, ValueError):
        # The sum is too large, or of infinities of both signs.
        return -inf
    return -inf if isnan(cosine) else cosine


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


def top_p_problem(top_p: Decimal) -> str | None:
    """Why a share of probability is out of range, or None if it is not.

    >>> top_p_problem(Decimal(0))
    'top_p must be above 0 and at most 1, but got 0'
    """
    if top_p.is_finite() and 0 < top_p <= 1:
        return None
    return f"top_p must be above 0 and at most 1, but got {top_p}"


def max_tokens_problem(max_tokens: int) -> str | None:
    """Why a limit of answer tokens is out of range, or None if it is not.

    >>> max_tokens_problem(0)
    'max_tokens must be at least 1, but got 0'
    """
    if 1 <= max_tokens < 2**31:
        return None
    bound = "at least 1" if max_tokens < 1 else "below 2147483648"
    return f"max_tokens must be {bound}, but got {max_tokens}"
