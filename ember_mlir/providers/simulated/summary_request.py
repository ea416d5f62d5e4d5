"""Recognizing that a prompt wants a summary: of what, and how long."""

from __future__ import annotations

import re
from typing import NamedTuple

from ember_mlir.providers.simulated.marks import COLONS, UNSPACED_ENDS
from ember_mlir.providers.simulated.questions import QUOTED

_HEAD = 400
_TAIL = 200
_WANTS = re.compile(
    r"(?:(?:^|[.:!。]\s*|\b(?:please|to|and|you|then|now|task)\s+)"
    r"(?:summari[sz]e|condense|merge|shorten|abridge|combine)\b"
    r"|\btl;?\s?dr\b|\brésume[rz]?\b|要約|まとめて"
    r"|\b(?:write|give|provide|make|produce|draft|create|need|want)\b[^.\n]{0,60}\bsummary\b"
    rf"|\bsummary\s*(?:of\b|[{COLONS}])|\brésumé\s*[{COLONS}])",
    re.I | re.M,
)
_INSTRUCTION_END = re.compile(rf"[.!?{COLONS}](?=\s|$)|[{UNSPACED_ENDS}]|\n|$")
_SENTENCE_ENDS = "\n.!?" + UNSPACED_ENDS
_LEFT_OPEN = re.compile(
    rf"\n[ \t>#*_]*(?:summary|résumé|tl;?dr|要約|merged)[ \t*_]*[{COLONS}][\s*_]*$", re.I
)
_NUMBERS = {"one": 1, "a single": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_LENGTH = re.compile(
    rf"\b(?P<number>\d{{1,4}}|{'|'.join(_NUMBERS)})[ -](?:short |brief |simple )?"
    r"(?P<unit>sentences?|words?|bullet(?: point)?s?|lines?)\b",
    re.I,
)


class SummaryRequest(NamedTuple):
    """The text to summarize, and how many sentences or words are asked for, if any."""

    text: str
    sentences: int | None = None
    words: int | None = None


def summary_request(prompt: str) -> SummaryRequest | None:
    r"""What `prompt` wants summarized, merged or condensed; None if it wants another thing.

    The wish stands at the beginning or at the end.

    >>> summary_request("Summarize in two sentences:\nA cat. A dog. A hen.")
    SummaryRequest(text='A cat. A dog. A hen.', sentences=2, words=None)
    >>> summary_request('How many words are in "please summarize"?') is None
    True
    """
    body = _LEFT_OPEN.sub("", prompt)
    head = _WANTS.search(_quotes_blanked(body[:_HEAD]))
    if head is not None:
        end = _INSTRUCTION_END.search(body, head.end())
        start = head.end() if end is None else end.end()
        text, instruction = body[start:].strip(), body[:start]
        if text:
            return _request(text, instruction)
    tail_start = max(prompt.rstrip().rfind("\n"), len(prompt) - _TAIL, 0)
    tail = _WANTS.search(_quotes_blanked(prompt[tail_start:]))
    if tail is not None:
        # The sentence of the wish may begin earlier than its verb.
        before = prompt[: tail_start + tail.start() + 1]
        text = before[: max([before.rfind(end) for end in _SENTENCE_ENDS]) + 1]
        return _request(text.strip(), prompt[tail_start:])
    return None


def _request(text: str, instruction: str) -> SummaryRequest:
    length = _LENGTH.search(instruction)
    if length is None:
        return SummaryRequest(text)
    number = _NUMBERS.get(length["number"].lower()) or int(length["number"])
    if length["unit"].lower().startswith("word"):
        return SummaryRequest(text, words=number)
    return SummaryRequest(text, sentences=number)


def _quotes_blanked(text: str) -> str:
    return re.sub(QUOTED, lambda quoted: " " * len(quoted[0]), text)
