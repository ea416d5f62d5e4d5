"""Extractive summaries: the sentences of a text that stand for the rest of it."""

from __future__ import annotations

from collections import Counter
from math import log
from typing import NamedTuple

from ember_mlir.providers.simulated.chance import Chance
from ember_mlir.providers.simulated.marks import QUESTION_ENDS
from ember_mlir.providers.simulated.passages import Prose, Sentence, read_prose
from ember_mlir.providers.simulated.summary_request import SummaryRequest
from ember_mlir.providers.simulated.tokens import BYTES_PER_TOKEN, byte_length, cut_to_bytes
from ember_mlir.providers.simulated.words import is_unspaced, terms

NOTHING_TO_SUMMARIZE = "There is nothing to summarize (simulated model)."

_USUAL_TOKENS = 128
_MOST_SENTENCES = 12
_SHARE = 3
_HEADING_WEIGHT = 2
_SAME = 0.5
_WORTH = 0.5
_NOISE = 1.6


class Candidate(NamedTuple):
    """A sentence, what it is about, and how well it stands for the text."""

    text: str
    subject: frozenset[str]
    score: float


class Summary(NamedTuple):
    """The candidates of a text in its order, and the limits of a summary of it.

    A sentence of less than `least_worth` times the best one's score is not worth saying.
    """

    candidates: tuple[Candidate, ...]
    most_sentences: int
    most_words: int | None = None
    least_worth: float = _WORTH

    @classmethod
    def of(cls, request: SummaryRequest) -> Summary:
        """Weigh the sentences of the text of `request`, without any chance yet."""
        candidates = weighed(read_prose(request.text))
        usual = min(_MOST_SENTENCES, max(1, -(-len(candidates) // _SHARE)))
        # Who asks for a number of sentences gets it, even if some say little.
        least_worth = 0.0 if request.sentences else _WORTH
        return cls(candidates, request.sentences or usual, request.words, least_worth)

    def answer(self, chance: Chance, quality: float, max_tokens: int | None) -> str:
        """Pick sentences: the better the model, the less chance moves their weights."""
        if not self.candidates:
            return NOTHING_TO_SUMMARIZE
        noise = _NOISE * (1 - quality)
        scores = [
            candidate.score * (1 + noise * (2 * chance.fraction(candidate.text) - 1))
            for candidate in self.candidates
        ]
        order = sorted(range(len(scores)), key=scores.__getitem__, reverse=True)
        room = (max_tokens or _USUAL_TOKENS) * BYTES_PER_TOKEN
        chosen = self._chosen(order, scores, room)
        if chosen:
            return _joined([self.candidates[number].text for number in sorted(chosen)])
        return _shortened(self.candidates[order[0]].text, room)

    def _chosen(self, order: list[int], scores: list[float], room: int) -> list[int]:
        chosen: list[int] = []
        words = 0
        # Room that is left is no reason to say what says little.
        least = self.least_worth * scores[order[0]]
        for number in order:
            candidate = self.candidates[number]
            if len(chosen) == self.most_sentences or scores[number] < least:
                break
            size = byte_length(candidate.text) + 1
            words_after = words + len(candidate.text.split())
            if size > room + 1 or (self.most_words is not None and words_after > self.most_words):
                continue
            if not any(_alike(candidate, self.candidates[other]) for other in chosen):
                chosen.append(number)
                room -= size
                words = words_after
        return chosen


def weighed(prose: Prose) -> tuple[Candidate, ...]:
    """Score the sentences of `prose` by how central they are.

    A sentence counts by the weight of what it is about: frequent in the text or named in
    a heading. Early sentences of the text and of its paragraphs count more.
    """
    subjects = [frozenset(terms(sentence.text)) for sentence in prose.sentences]
    frequency = Counter(term for subject in subjects for term in subject)
    for heading in prose.headings:
        frequency.update(dict.fromkeys(terms(heading), _HEADING_WEIGHT))
    return tuple(
        [
            Candidate(sentence.text, subject, _score(sentence, subject, frequency))
            for sentence, subject in zip(prose.sentences, subjects, strict=True)
        ]
    )


def _score(sentence: Sentence, subject: frozenset[str], frequency: Counter[str]) -> float:
    # A set has no fixed order, and a sum of floats depends on it: sorted, it is the same
    # number in every process.
    weight = sum(sorted([log(1 + frequency[term]) for term in subject]))
    central = weight / (len(subject) + 4)
    position = 1 + 0.6 / (1 + sentence.paragraph) + 0.3 / (1 + sentence.place)
    # A question says little by itself.
    says_much = 0.4 if sentence.text.endswith(QUESTION_ENDS) else 1.0
    return central * position * says_much * _share_of_letters(sentence.text) ** 2


def _share_of_letters(text: str) -> float:
    """How much of `text` is prose, and not numbers, paths and formulas."""
    ink = [character for character in text if not character.isspace()]
    return sum(map(str.isalpha, ink)) / max(1, len(ink))


def _alike(one: Candidate, other: Candidate) -> bool:
    common = len(one.subject & other.subject)
    return common > _SAME * min(len(one.subject), len(other.subject)) or one.text == other.text


def _joined(sentences: list[str]) -> str:
    text = sentences[0]
    for sentence in sentences[1:]:
        text += sentence if is_unspaced(text[-1]) else f" {sentence}"
    return text


def _shortened(sentence: str, room: int) -> str:
    cut = cut_to_bytes(sentence, room - len("…".encode()))
    return f"{cut}…" if cut and cut != sentence else cut_to_bytes(sentence, room)
