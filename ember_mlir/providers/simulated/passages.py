"""The prose of a text that may be Markdown: its sentences, and the headings above them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ember_mlir.providers.simulated.marks import CLOSERS, LOOSE_ENDS, UNSPACED_ENDS
from ember_mlir.providers.simulated.sentences import split_sentences
from ember_mlir.providers.simulated.words import is_unspaced

_FENCE = re.compile(r"\s*(```+|~~~+)")
_HEADING = re.compile(r"\s{0,3}#{1,6}\s+(.*?)\s*#*\s*$")
_UNDERLINE = re.compile(r"\s{0,3}(?:=+|-{2,})\s*$")
_RULE = re.compile(r"\s{0,3}(?:[-*_]\s*){3,}$")
_TABLE = re.compile(r"\s*\|.*|\s*:?-{3,}:?\s*\|.*")
_ITEM = re.compile(r"(?P<indent>\s*)(?:>\s?|[-*+•]\s+(?:\[[ xX]\]\s+)?|\d{1,3}[.)]\s+)")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_TARGET = r"(?:\([^()\n]{0,1000}\)|\[[^\[\]\n]{0,200}\])"
_IMAGE = re.compile(rf"!\[[^\[\]\n]{{0,400}}\]{_TARGET}")
_LINK = re.compile(rf"\[([^\[\]\n]{{1,400}})\]{_TARGET}")
_TAG = re.compile(
    r"</?(?:a|b|br|center|code|details|div|em|h[1-6]|hr|i|img|kbd|li|ol|p|picture|pre|source"
    r"|span|strong|sub|summary|sup|table|td|th|tr|ul)(?:\s[^<>\n]{0,400})?/?>",
    re.I,
)
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.{1,400}?)(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<![\w*])([*_])(?=[^\s*_])([^*_\n]{1,400})(?<=\S)\1(?![\w*])")

_ENDS = tuple(".!?…" + UNSPACED_ENDS)


class Sentence(NamedTuple):
    """A sentence, the number of its paragraph, and its place in that, both from 0."""

    text: str
    paragraph: int
    place: int


class Prose(NamedTuple):
    """The sentences of a text in order, and the headings that they stand under."""

    sentences: list[Sentence]
    headings: list[str]


def read_prose(text: str) -> Prose:
    r"""Read the prose of `text`: no code, no tables, no marks of layout.

    Headings are kept apart, and every sentence ends with a mark, so that they can be put
    side by side.

    >>> prose = read_prose("# News\n\nA **small** [step](x.md).\n\n- one\n- two")
    >>> [sentence.text for sentence in prose.sentences], prose.headings
    (['A small step.', 'one.', 'two.'], ['News'])
    """
    sentences: list[Sentence] = []
    headings: list[str] = []
    paragraph = 0
    for block, is_heading in _blocks(_COMMENT.sub("", text).splitlines()):
        plain = _plain(block)
        if is_heading:
            headings.append(plain)
            continue
        found = split_sentences(plain)
        for place, sentence in enumerate(found):
            sentences.append(Sentence(_ended(sentence), paragraph, place))
        paragraph += bool(found)
    return Prose(sentences, headings)


def _blocks(lines: list[str]) -> Iterator[tuple[str, bool]]:
    """The paragraphs, items and headings: their text, and whether it is a heading."""
    open_lines: list[str] = []
    for line in _without_code(lines):
        heading = _HEADING.match(line)
        if heading is not None or _is_layout(line) or _ITEM.match(line):
            underlined = len(open_lines) == 1 and _UNDERLINE.match(line) is not None
            yield " ".join(open_lines), underlined
            open_lines = []
        if heading is not None:
            yield heading[1], True
        elif not _is_layout(line):
            item = _ITEM.match(line)
            open_lines.append(line if item is None else line[item.end() :])
    yield " ".join(open_lines), False


def _is_layout(line: str) -> bool:
    marks = (_RULE, _UNDERLINE, _TABLE)
    return not line.strip() or any(mark.match(line) for mark in marks)


def _without_code(lines: list[str]) -> Iterator[str]:
    fence = ""
    was_blank, in_list, in_code = True, False, False
    for line in _without_front_matter(lines):
        mark = _FENCE.match(line)
        if fence:
            if mark is not None and mark[1].startswith(fence):
                fence = ""
            continue
        if mark is not None:
            fence = mark[1]
            yield ""
            continue
        is_blank = not line.strip()
        is_indented = line.startswith(("    ", "\t"))
        in_code = is_indented and not in_list and (was_blank or in_code)
        if not is_blank:
            in_list = _ITEM.match(line) is not None or (in_list and (is_indented or not was_blank))
        was_blank = is_blank
        yield "" if in_code else line


def _without_front_matter(lines: list[str]) -> list[str]:
    if lines and lines[0].strip() == "---":
        ends = [number for number, line in enumerate(lines[1:60], 1) if line.strip() == "---"]
        if ends:
            return lines[ends[0] + 1 :]
    return lines


def _plain(block: str) -> str:
    text = _LINK.sub(r"\1", _IMAGE.sub("", block))
    return _EMPHASIS.sub(r"\2", _STRONG.sub(r"\2", _TAG.sub("", text))).strip()


def _ended(sentence: str) -> str:
    if sentence.rstrip(CLOSERS + "`*_").endswith(_ENDS):
        return sentence
    bare = sentence.rstrip(LOOSE_ENDS)
    return bare + ("。" if is_unspaced(bare[-1]) else ".")
