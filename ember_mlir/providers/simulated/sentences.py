"""Sentences of a plain text, in scripts with and without spaces."""

from __future__ import annotations

import re

from ember_mlir.providers.simulated.marks import CLOSERS, UNSPACED_ENDS

# Possessive, and never from the middle of a run: a long one is read only once.
_CLOSED = rf"[{re.escape(CLOSERS)}*_]*+"
_END = re.compile(
    rf"(?P<code>`[^`]{{1,400}}`)|(?<![.!?…])[.!?…]++{_CLOSED}(?=\s)|[{UNSPACED_ENDS}]++{_CLOSED}"
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|cf|vs|etc|mr|mrs|ms|dr|prof|st|no|fig|approx|p\. ?ex|mme|ca)"
    r"|\b[^\W\d_])\.$",
    re.I,
)


def split_sentences(text: str) -> list[str]:
    """The sentences of `text`, in order, with their white space folded.

    What stands between backticks is one word, whatever it holds.

    >>> split_sentences("Dr. Who met J. Smith. 元気。はい。 Fin")
    ['Dr. Who met J. Smith.', '元気。', 'はい。', 'Fin']
    """
    folded = " ".join(text.split())
    sentences: list[str] = []
    start = 0
    for match in _END.finditer(folded):
        if not _goes_on(folded, match):
            sentences.append(folded[start : match.end()].strip())
            start = match.end()
    sentences.append(folded[start:].strip())
    return [sentence for sentence in sentences if any(map(str.isalnum, sentence))]


def _goes_on(text: str, end: re.Match[str]) -> bool:
    if end["code"] is not None:
        return True
    if end[0] not in (".", "…"):
        return False
    after = text[end.end() + 1 : end.end() + 2]
    before = text[max(0, end.start() - 8) : end.end()]
    return after.islower() or _ABBREVIATION.search(before) is not None
