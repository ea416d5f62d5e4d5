"""How one of several answers is chosen: by a vote, by scores, or by a judge."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Sequence, Sized
from decimal import Decimal

from ember_mlir.errors import (
    EmptyChoiceError,
    EmptyVoteError,
    NotAcceptedError,
    ParseError,
    ShapeError,
)
from ember_mlir.semantics.confidence import Boundary
from ember_mlir.semantics.texts import abridged
from ember_mlir.semantics.values import V, Value, frozen

_NUMBER = re.compile(r"[0-9]+")


def vote_key(answer: Value) -> Hashable:
    """What answers are compared by in a vote: texts without outer white space and case.

    >>> vote_key("  Yes\\n") == vote_key("YES")
    True
    """
    return answer.strip().casefold() if isinstance(answer, str) else frozen(answer)


def vote(
    answers: Sequence[V],
    keys: Sequence[Value] | None = None,
    min_valid: int | None = None,
    confidence: Decimal | None = None,
) -> V:
    """The answer given most often, as its first giver wrote it.

    Answers are compared by `keys`, one for each, or else by `vote_key`. A tie goes to the
    key whose first member stands earliest in the list, so the result never depends on
    who answered first. With a `confidence` only the shortest row from the first on counts
    whose lead is that likely to last; all do if there is none. Raises `EmptyVoteError` if
    there are fewer than `min_valid` answers (None: 1), and `ShapeError` if there are not as
    many keys as answers.

    >>> vote(["b", " A", "a", "B"])
    'b'
    >>> vote(["x", "y", "z"], keys=[1, 2, 2])
    'y'
    >>> vote("aaaabbbbb"), vote("aaaabbbbb", confidence=Decimal("0.95"))
    ('b', 'a')
    """
    check_valid(len(answers), min_valid)
    check_same_length("the keys of a vote", keys, answers)
    first: dict[Hashable, V] = {}
    count: dict[Hashable, int] = {}
    compared = [*(map(vote_key, answers) if keys is None else map(frozen, keys))]
    counted = (
        len(answers) if confidence is None else row_that_decides(compared, min_valid, confidence)
    )
    for key, answer in zip(compared[:counted], answers, strict=False):
        first.setdefault(key, answer)
        count[key] = count.get(key, 0) + 1
    # `max` keeps the first of equals, and dictionaries keep the order of insertion.
    return first[max(count, key=count.__getitem__)]


def row_that_decides(keys: Sequence[Hashable], min_valid: int | None, confidence: Decimal) -> int:
    """How many of the keys of a vote, from the first on, decide it by the rule of `Boundary`.

    >>> row_that_decides("abaaaaa", None, Decimal("0.95"))
    7
    >>> row_that_decides("aaaab", None, Decimal("0.95"))
    4
    """
    boundary = Boundary(confidence, len(keys))
    count: Counter[Hashable] = Counter()
    for length, key in enumerate(keys, 1):
        count[key] += 1
        leader, runner_up, *_ = (*(often for _, often in count.most_common(2)), 0)
        if length >= (min_valid or 1) and leader >= boundary.least_leader(runner_up):
            return length
    return len(keys)


def check_valid(count: int, min_valid: int | None) -> None:
    """Raise `EmptyVoteError` if there are fewer than `min_valid` answers (None: 1)."""
    needed = 1 if min_valid is None else min_valid
    if count < needed:
        noun = "answer" if needed == 1 else "answers"
        raise EmptyVoteError(
            f"a vote needs at least {needed} {noun}, but got {count or 'none'}; "
            + ("sample at least one" if needed == 1 else "sample more, or lower min_valid")
        )


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
        f"but got '{abridged(reply)}'; ask a better model, or catch the error with a fallback"
    )


def ballot(prompt: str, answers: Sequence[str]) -> str:
    """What a judge is asked about `answers`; `EmptyChoiceError` if there are none."""
    check_choosable(len(answers))
    return judge_prompt(prompt, answers)


def elect(reply: str, answers: Sequence[V]) -> V:
    """The answer that a judge's reply names; `ParseError` if it names none.

    >>> elect("Number 2 is best.", ["4", "7"])
    '7'
    """
    return answers[read_verdict(reply, len(answers))]


def accepted(value: V, condition: bool) -> V:
    """The value, if it is accepted; else `NotAcceptedError`."""
    if condition:
        return value
    raise NotAcceptedError(
        "the last rung or round must be accepted, but is not; "
        "allow more of them, or take the last as it is"
    )
