"""Answers taken from the prompt: the sentence that is closest to the question."""

from __future__ import annotations

from collections import Counter
from math import log, sqrt
from typing import NamedTuple

from ember_mlir.providers.simulated.chance import Chance
from ember_mlir.providers.simulated.marks import QUESTION_ENDS
from ember_mlir.providers.simulated.passages import read_prose
from ember_mlir.providers.simulated.questions import Question
from ember_mlir.providers.simulated.words import terms

UNABLE = "I am a simulated model and cannot answer this."


class Quotation(NamedTuple):
    """Sentences of a prompt that speak of what is asked, the closest one first."""

    sentences: tuple[str, ...]

    @classmethod
    def of(cls, prompt: str, asked: Question | None) -> Quotation:
        """Find what `prompt` says about the question, or about its own first sentence."""
        said = [sentence.text for sentence in read_prose(prompt).sentences]
        question = asked.text if asked is not None else (said[0] if said else "")
        about = frozenset(terms(question))
        found = [
            (text, frozenset(terms(text)))
            for text in said
            if text not in question and question not in text
        ]
        frequency = Counter(term for _, subject in found for term in subject)
        scored: list[tuple[float, str]] = []
        for text, subject in found:
            shared = sum(sorted([1 / log(2 + frequency[term]) for term in subject & about]))
            if shared and not text.endswith(QUESTION_ENDS):
                scored.append((shared / sqrt(len(subject) + 4), text))
        scored.sort(key=lambda pair: pair[0], reverse=True)
        return cls(tuple(dict.fromkeys([text for _, text in scored])))

    def answer(self, chance: Chance, quality: float, max_tokens: int | None) -> str:
        """The closest sentence with probability `quality`, else the next; or an excuse."""
        if not self.sentences:
            return UNABLE
        is_right = chance.fraction("right") < quality
        return self.sentences[0 if is_right or len(self.sentences) == 1 else 1]
