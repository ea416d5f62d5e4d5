"""Retrieval by embeddings and scores."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import ember_mlir as ember

from .retrieving import LIBRARY, RULES
from .written import Written

ASKED = (
    ("What does printing cost?", LIBRARY),
    ("Are dogs allowed in the lift?", RULES),
)


def rag_top_k(question: str, passages: list[str]) -> str:
    """Answer from the two passages that are nearest to the question."""
    hits = ember.top_k(question, passages, 2)
    context = "\n".join(f"[{n}] {text}" for n, text in enumerate(hits, 1))
    return ember.generate(f"{context}\n\nQ: {question}\nA:", temperature=0)


class Index:
    """Texts, found by their embeddings."""

    def __init__(self, texts: list[str]) -> None:
        self.texts = texts
        self.vectors = ember.embed(texts)

    def search(self, query: str, k: int = 2) -> list[str]:
        """The `k` texts nearest to a query."""
        return [self.texts[i] for i in ember.nearest(ember.embed(query), self.vectors, k)]


def rag_over_an_index(question: str, passages: list[str]) -> str:
    """Embed the passages once, and search with the question and with rephrased ones."""
    index = Index(passages)
    queries = [question] + [
        ember.generate(f"Rephrase (variant {n}): {question}", temperature=0.8) for n in range(2)
    ]
    hits: list[str] = []
    for query in queries:
        for hit in index.search(query):
            if hit not in hits:
                hits.append(hit)
    return ember.generate("\n".join(hits) + f"\n\nQ: {question}\nA:", model="large")


def rerank_by_score(question: str, passages: list[str]) -> tuple[str, list[float]]:
    """Take the nearest passages, rerank them by a score, and answer from the best."""
    hits = ember.top_k(question, passages, 3)
    pairs = [f"Question: {question}\nPassage: {hit}" for hit in hits]
    scores = [row[0] for row in ember.score(pairs, ["relevant", "irrelevant"])]
    ranked = sorted(zip(scores, hits, strict=True), reverse=True)
    good = [hit for score, hit in ranked if score > 0.3]
    if not good:
        return "The passages do not say.", []
    notes = "\n".join(good[:2])
    answer = ember.generate(f"{notes}\n\nQ: {question}\nA:")
    return answer, [round(score, 3) for score, _ in ranked]


def cosine(first: ember.Embedding, second: ember.Embedding) -> float:
    """How alike two vectors are."""
    product = sum(a * b for a, b in zip(first, second, strict=True))
    length = math.sqrt(sum(a * a for a in first)) * math.sqrt(sum(b * b for b in second))
    return product / length if length else 0.0


def semantic_cache(questions: list[str]) -> list[str]:
    """Answer a question only if none like it has been answered before."""
    known: list[tuple[ember.Embedding, str]] = []
    answers: list[str] = []
    for question in questions:
        vector = ember.embed(question)
        best = max(known, key=lambda entry: cosine(entry[0], vector), default=None)
        if best is not None and cosine(best[0], vector) > 0.9:
            answers.append(best[1])
            continue
        answer = ember.generate(question)
        known.append((vector, answer))
        answers.append(answer)
    return answers


EXAMPLES = {
    "refund": ["I want my money back.", "Please cancel my order."],
    "praise": ["I love it!", "Great work."],
}


def few_shot_by_nearest(message: str) -> str:
    """Pick the examples that are nearest to a message, and show them to the model."""
    shots = [(text, label) for label, texts in EXAMPLES.items() for text in texts]
    vectors = ember.embed([text for text, _ in shots])
    chosen = ember.nearest(ember.embed(message), vectors, 2)
    shown = "\n".join(f"{shots[i][0]} => {shots[i][1]}" for i in chosen)
    label = ember.generate(f"{shown}\n{message} => \nReply with one of: refund, praise")
    return label.strip().lower().rstrip(".")


def imagined_document(question: str, passages: list[str]) -> str:
    """Search with an imagined answer, and check that the real one is supported by a score."""
    imagined = ember.generate(f"Write a passage that answers: {question}", temperature=0.5)
    (passage,) = ember.top_k(imagined, passages, 1)
    answer = ember.generate(f"Passage: {passage}\nQ: {question}\nA:")
    supported, _ = ember.score(f"{passage}\n=> {answer}", ["supported", "not supported"])
    return answer if supported >= 0.5 else "The documents do not say."


@dataclass
class Memory:
    """What an assistant remembers of a talk."""

    facts: list[str] = field(default_factory=list)

    def remember(self, fact: str) -> None:
        """Keep a fact, if there is one."""
        if fact.strip():
            self.facts.append(fact.strip())

    def recall(self, query: str) -> str:
        """The two facts nearest to a query."""
        if not self.facts:
            return "nothing"
        return "; ".join(ember.top_k(query, self.facts, 2))


def assistant_with_memory(messages: list[str]) -> list[str]:
    """Keep what is told as facts, and recall what fits before each reply."""
    memory = Memory()
    replies: list[str] = []
    for message in messages:
        recalled = memory.recall(message)
        replies.append(ember.generate(f"You remember: {recalled}\nUser: {message}\nYou:"))
        memory.remember(ember.generate(f"State the fact in this, or reply NONE: {message}"))
    return replies


PROGRAMS = [
    Written(rag_top_k, ASKED),
    Written(rag_over_an_index, ASKED),
    Written(rerank_by_score, ASKED),
    Written(semantic_cache, ((["Who are you?", "who are you", "Where is it?"],), (["Hi"],))),
    Written(few_shot_by_nearest, (("It broke, and I want a refund.",), ("So good",))),
    Written(imagined_document, ASKED),
    Written(assistant_with_memory, ((["I am Ann.", "I like tea.", "Who am I?"],), (["Hm"],))),
]
