"""Finding the question in a prompt: templates, several questions, quoted texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ember_mlir.providers.simulated.marks import COLONS, QUESTION_ENDS, UNSPACED_ENDS

# No quote holds its own opening mark: a line of unmatched ones is read only once.
QUOTED_LINE = (
    r'"[^"\n]{0,4000}"|“[^“”\n]{0,4000}”|«[^«»\n]{0,4000}»|「[^「」\n]{0,4000}」'
    r"|『[^『』\n]{0,4000}』|`[^`\n]{1,4000}`|(?<!\w)'[^'\n]{0,4000}'(?!\w)"
)
"""A pattern of a text between quotes, on one line."""

QUOTED = rf'"""[\s\S]*?"""|```[\s\S]*?```|{QUOTED_LINE}'
"""A pattern of a text between quotes or fences."""

_END = re.compile(rf"(?:{QUOTED})|(?P<end>(?<![.!?])[.!?]++(?=\s|$)|[{UNSPACED_ENDS}]|\n)")
_MARKS = r"^[ \t>#*_-]*"
_AFTER = rf"[ \t]*\d*[ \t*_]*[{COLONS}][ \t*_]*"
_QUESTION_MARK = re.compile(
    rf"{_MARKS}(?:q|question|problem|task|exercise|user|human|exercice|問題|質問){_AFTER}",
    re.I | re.M,
)
_ANSWER_MARK = re.compile(
    rf"{_MARKS}(?:a|answer|result|solution|assistant|réponse|回答|答え){_AFTER}", re.I | re.M
)
_BULLET = re.compile(r"\s*(?:[-*•>#]+\s+|\d{1,3}[.)]\s+(?=[^\W\d]))?")
_ANNOUNCES = re.compile(
    r"(?=[^\n]*(?:following|below|suivant|次の))[^\n]*(?:many|count|combien|何|いくつ)", re.I
)
_ASKS = re.compile(
    rf"[{''.join(QUESTION_ENDS)}]\s*$|^(?:what|who|whom|whose|when|where|which|why|how|is|are|does|do|did|can|could"
    r"|qui|que|quel|quelle|quand|où|comment|combien|pourquoi)\b",
    re.I,
)


class Question(NamedTuple):
    """A sentence that may be a question, and the text that follows it in its block.

    `is_explicit` says that it can only be meant as one.
    """

    text: str
    rest: str
    is_explicit: bool


def questions(prompt: str) -> Iterator[Question]:
    """The sentences of the block that is asked, the last one first.

    The block is what follows the last mark such as `Q:`, up to its `A:`; without a mark
    it is the whole prompt. A sentence that asks about the text below it comes before
    that text, whatever the text may ask.

    >>> [question.text for question in questions("Q: 1+1?\\nA: 2\\nQ: Add. 2+3?\\nA:")]
    ['2+3?', 'Add.']
    """
    block, is_marked = _asked_block(prompt)
    spans = _sentence_spans(block)
    announcing = [span for span in spans if _ANNOUNCES.match(block, *span)]
    for start, end in announcing[:1] + spans[::-1]:
        text = block[_after_bullet(block, start, end) : end].strip()
        is_last_left = is_marked and start == spans[0][0]
        yield Question(text, block[end:].strip(), is_last_left or _ASKS.search(text) is not None)


def _asked_block(prompt: str) -> tuple[str, bool]:
    marks = list(_QUESTION_MARK.finditer(prompt))
    start = marks[-1].end() if marks else 0
    answers = [match.start() for match in _ANSWER_MARK.finditer(prompt, start)]
    if not marks:
        # An answer mark in running text ends nothing: only one that is left open does.
        answers = [at for at in answers[-1:] if not _ANSWER_MARK.sub("", prompt[at:]).strip()]
    block = prompt[start : answers[0]] if answers else prompt[start:]
    return (block, bool(marks)) if block.strip() else (prompt, False)


def _sentence_spans(block: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _END.finditer(block):
        if match["end"] is not None:
            spans.append((start, match.end()))
            start = match.end()
    spans.append((start, len(block)))
    return [(start, end) for start, end in spans if not block[start:end].isspace() and start < end]


def _after_bullet(block: str, start: int, end: int) -> int:
    match = _BULLET.match(block, start, end)
    return start if match is None else match.end()
