"""Questions about documents: retrieval, reranking, and several hops."""

from __future__ import annotations

import re

import ember_mlir as ember

from .written import Written

LIBRARY = [
    "The library opens at nine and closes at six. On Sundays it is closed.",
    "A card costs twelve euros a year, and nothing for children.",
    "Members may borrow ten books at a time for four weeks.",
    "There are six computers on the first floor.",
    "Printing costs five cents a page.",
]
RULES = [
    "Bicycles must be left in the yard.",
    "Dogs are allowed on a lead.",
    "The lift is for residents only.",
]
STOPWORDS = {"the", "a", "is", "what", "how", "does", "do", "are", "of", "when"}

ASKED = (
    ("What does printing cost?", LIBRARY),
    ("Are dogs allowed?", RULES),
)


def overlap(question: str, passage: str) -> int:
    """How many words two texts share, without the common ones."""
    words = set(re.findall(r"\w+", question.lower())) - STOPWORDS
    return len(words & set(re.findall(r"\w+", passage.lower())))


def rag_with_reranking(question: str, passages: list[str]) -> str:
    """Take what shares words with the question, let the model rerank it, and answer."""
    hits = sorted(passages, key=lambda p: overlap(question, p), reverse=True)[:4]
    scored: list[tuple[float, str]] = []
    for passage in hits:
        reply = ember.generate(
            f"Question: {question}\nPassage: {passage}\nHow relevant, from 0 to 10?", temperature=0
        )
        try:
            score = float(reply)
        except ValueError:
            score = 0.0
        scored.append((score, passage))
    scored.sort(reverse=True)
    context = "\n".join(f"[{i}] {p}" for i, (_, p) in enumerate(scored[:2], 1))
    return ember.generate(f"{context}\n\nAnswer from the passages only.\nQ: {question}\nA:")


def multi_query(question: str, passages: list[str]) -> str:
    """Rephrase the question in three ways and search with all of them."""
    queries = [question] + [
        ember.generate(f"Rephrase (variant {i}): {question}", temperature=0.9) for i in range(3)
    ]
    seen: list[str] = []
    for query in queries:
        best = max(passages, key=lambda p: overlap(query, p))
        if best not in seen:
            seen.append(best)
    return ember.generate("Context:\n" + "\n".join(seen) + f"\n\nQ: {question}\nA:", model="large")


def reciprocal_rank_fusion(question: str, passages: list[str]) -> list[int]:
    """Merge the rankings of several generated queries by their reciprocal ranks."""
    queries = [ember.generate(f"Search query {n} for: {question}") for n in (1, 2)]
    scores = [0.0] * len(passages)
    for query in queries:
        order = sorted(range(len(passages)), key=lambda i: -overlap(query, passages[i]))
        for rank, index in enumerate(order):
            scores[index] += 1 / (60 + rank)
    return sorted(range(len(passages)), key=lambda i: -scores[i])[:3]


def hypothetical_document(question: str, passages: list[str]) -> str:
    """Search with an imagined answer instead of the question."""
    imagined = ember.generate(f"Write a passage that answers: {question}", temperature=0.5)
    passage = max(passages, key=lambda p: overlap(imagined, p))
    answer = ember.generate(f"Passage: {passage}\nQ: {question}\nA:")
    grounded = ember.generate(
        f"Passage: {passage}\nAnswer: {answer}\nIs the answer supported? Answer yes or no."
    )
    return answer if grounded.lower().startswith("yes") else "The documents do not say."


def corrective_rag(question: str, passages: list[str]) -> str:
    """Keep what is relevant; if nothing is, rewrite the question and try once more."""
    for attempt in range(2):
        relevant = [
            passage
            for passage in passages
            if "yes"
            in ember.generate(f"Is '{passage}' relevant to '{question}'? yes or no").lower()
        ]
        if relevant:
            notes = "\n".join(f"- {p}" for p in relevant)
            return ember.generate(f"Notes:\n{notes}\nQ: {question}\nA:")
        if attempt == 0:
            question = ember.generate(f"Rewrite for better retrieval: {question}")
    return ember.generate(f"From memory: {question}")


def multi_hop(question: str, passages: list[str]) -> tuple[str, list[str]]:
    """Ask follow-up questions, at most three, before the final answer."""
    facts: list[str] = []
    hops: list[str] = []
    while len(hops) < 3:
        follow_up = ember.generate(
            f"Question: {question}\nFacts: {'; '.join(facts) or 'none'}\n"
            "What must be asked next? Reply DONE if the facts are enough."
        )
        if "DONE" in follow_up:
            break
        hops.append(follow_up)
        passage = max(passages, key=lambda p: overlap(follow_up, p))
        facts.append(ember.generate(f"{passage}\nQ: {follow_up}\nA in one sentence:"))
    answer = ember.generate(f"Facts:\n{chr(10).join(facts)}\nQ: {question}\nA:", model="medium")
    return answer, hops


def answer_with_citations(question: str, passages: list[str]) -> dict[str, object]:
    """Answer with [n] marks, and list only the sources that exist."""
    sources = "\n".join(f"[{n}] {text}" for n, text in enumerate(passages, 1))
    answer = ember.generate(f"{sources}\n\nAnswer with citations like [1].\nQ: {question}\nA:")
    cited = sorted({int(n) for n in re.findall(r"\[(\d+)\]", answer)})
    valid = [n for n in cited if 1 <= n <= len(passages)]
    if not valid:
        answer = ember.generate(f"{sources}\n\nQ: {question}\nAnswer, and cite one source as [n].")
        valid = [int(n) for n in re.findall(r"\[(\d+)\]", answer) if int(n) <= len(passages)]
    return {"answer": answer, "sources": [passages[n - 1] for n in valid if n > 0]}


PROGRAMS = [
    Written(rag_with_reranking, ASKED),
    Written(multi_query, ASKED),
    Written(reciprocal_rank_fusion, ASKED),
    Written(hypothetical_document, ASKED),
    Written(corrective_rag, ASKED),
    Written(multi_hop, ASKED),
    Written(answer_with_citations, ASKED),
]
