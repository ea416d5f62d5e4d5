"""Judging: which of several numbered answers is the best, and how good one is."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from ember_mlir.providers.simulated.solutions import Solution
from ember_mlir.providers.simulated.verdicts import Solve, answer_worth, is_same_answer, worth

_HEAD = 800
_TAIL = 400
_WANTS_BEST = re.compile(
    r"\bnumber of the (?:\w+ ){0,3}(?:best|better|right|correct|strongest|winning|preferred)\b"
    r"|\b(?:which|pick|choose|select|name|reply|answer|return)\b[^\n]{0,60}"
    r"\b(?:best|better|most \w+|strongest)\b[^\n]{0,80}\bnumber\b"
    r"|\bwhich\b[^\n]{0,40}\bis (?:the )?(?:best|better)\b[^\n]{0,80}\bnumber\b",
    re.I,
)
_NUMBERED = re.compile(r"^[ \t]*(?:\w{1,12}[ \t])?[\[(]?(\d{1,4})[\].):][ \t]+(?=\S)", re.M)
_WANTS_RATING = re.compile(
    r"\b(?:rate|score|grade|rating|mark)\b[^\n]{0,120}?"
    r"\b(?:from|between|on a scale of|of|scale)[ \t]+"
    r"(?P<low>\d{1,4})[ \t]*(?:to|and|-|\N{EN DASH})[ \t]*(?P<high>\d{1,4})\b",
    re.I,
)
_OFF = 3


class Candidate(NamedTuple):
    """A numbered answer."""

    number: int
    text: str


def judge_question(prompt: str, solve: Solve) -> Solution | None:
    r"""The number of the best candidate in `prompt`, if it asks for that.

    It is the first one that answers the question above them rightly, else the longest.

    >>> prompt = "What is 2+2?\n\n1. 5\n2. 4\n\nReply with the number of the best one."
    >>> judge_question(prompt, lambda question: "4")
    Solution(right='2', wrong=('1',))
    """
    wish = _WANTS_BEST.search(prompt, max(0, len(prompt) - _TAIL))
    end = 0 if wish is None else prompt.rfind("\n", 0, wish.start()) + 1
    question, candidates = _candidates(prompt[:end])
    if not candidates:
        # The wish may stand above the list.
        question, candidates = _candidates(prompt)
        wish = _WANTS_BEST.search(question, 0, _HEAD)
        question = "" if wish is None else question[: wish.start()] + question[wish.end() :]
    if wish is None or not candidates:
        return None
    right = solve(question)
    best = next(
        (item for item in candidates if right is not None and is_same_answer(item.text, right)),
        max(candidates, key=lambda item: len(item.text)),
    )
    wrong = [str(item.number) for item in candidates if item.number != best.number]
    return Solution(str(best.number), tuple(wrong))


def rating_question(prompt: str, solve: Solve) -> Solution | None:
    r"""The rating that `prompt` asks for, as a whole number in the range that it names.

    An answer that can be checked gets the highest or the lowest; else it counts how much
    the text says.

    >>> rating_question("Rate this from 1 to 10:\nGood.", lambda question: None).right
    '2'
    """
    wish = _WANTS_RATING.search(prompt, 0, _HEAD)
    if wish is None and len(prompt) > _HEAD:
        wish = _WANTS_RATING.search(prompt, max(_HEAD, len(prompt) - _TAIL))
    if wish is None or int(wish["low"]) >= int(wish["high"]):
        return None
    low, high = int(wish["low"]), int(wish["high"])
    text = f"{prompt[: wish.start()]}\n{prompt[wish.end() :].lstrip(' .:')}".strip()
    shown = answer_worth(text, solve)
    right = low + round((worth(text) if shown is None else shown) * (high - low))
    near = [right + step for step in range(-_OFF, _OFF + 1) if step]
    return Solution(str(right), tuple([str(value) for value in near if low <= value <= high]))


def _candidates(text: str) -> tuple[str, list[Candidate]]:
    """What stands above the last list from 1 in `text`, and the items of that list."""
    marks = list(_NUMBERED.finditer(text))
    firsts = [place for place, mark in enumerate(marks) if int(mark[1]) == 1]
    if not firsts:
        return text, []
    marks = marks[firsts[-1] :]
    # A number out of order belongs to the text of an answer.
    kept = [marks[0]]
    for mark in marks[1:]:
        if int(mark[1]) == len(kept) + 1:
            kept.append(mark)
    ends = [after.start() for _, after in pairwise(kept)] + [len(text)]
    return text[: kept[0].start()], [
        Candidate(int(mark[1]), text[mark.end() : end].strip())
        for mark, end in zip(kept, ends, strict=True)
    ]
