"""Asking more than once: self-consistency and its relatives."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import ember_mlir as ember

from .written import Written

QUESTIONS = (
    ("A farmer has 17 sheep and all but 9 die. How many are left?",),
    ("What is 12% of 350?",),
)


def extract_answer(text: str) -> str:
    """What stands behind the last 'Answer:', or the whole text."""
    if "Answer:" in text:
        return text.split("Answer:")[-1].strip()
    return text.strip()


def self_consistency(question: str) -> str:
    """Sample several chains of thought and return the most frequent final answer."""
    prompt = f"{question}\nThink step by step, then write 'Answer:' and the number."
    chains = [ember.generate(prompt, temperature=0.8) for _ in range(5)]
    answers = [extract_answer(chain) for chain in chains]
    return Counter(answers).most_common(1)[0][0]


def universal_self_consistency(question: str) -> str:
    """Let the model itself say which of its answers agrees best with the others."""
    prompt = f"{question}\nExplain briefly."
    responses = ember.sample(prompt, 4, model="medium", temperature=0.9)
    listing = "\n\n".join(f"Response {i}:\n{text}" for i, text in enumerate(responses, start=1))
    choice = ember.generate(
        f"{listing}\n\nWhich response agrees with most of the others? "
        f"Reply with a number from 1 to {len(responses)}.",
        temperature=0,
    )
    match = re.search(r"\d+", choice)
    if match is None:
        return responses[0]
    index = int(match.group()) - 1
    if not 0 <= index < len(responses):
        return responses[0]
    return responses[index]


@dataclass
class Opinion:
    """An answer, and how sure the model is of it."""

    answer: str
    confidence: float


def ask_with_confidence(question: str, model: str) -> Opinion:
    """One answer, and how sure the model is of it."""
    answer = ember.generate(f"{question}\nAnswer in one word.", model=model)
    rating = ember.generate(
        f"Q: {question}\nA: {answer}\nHow sure are you? Give a number from 0 to 100.", model=model
    )
    try:
        confidence = float(rating.strip().rstrip("%")) / 100
    except ValueError:
        confidence = 0.5
    return Opinion(answer.strip().lower(), confidence)


def weighted_vote(question: str) -> tuple[str, float]:
    """Add up the confidence behind each answer and return the heaviest one."""
    weights: dict[str, float] = {}
    for model in ["small", "medium", "large"]:
        opinion = ask_with_confidence(question, model)
        weights[opinion.answer] = weights.get(opinion.answer, 0.0) + opinion.confidence
    best = max(weights, key=lambda answer: weights[answer])
    return best, round(weights[best], 3)


def agree_or_escalate(question: str) -> str:
    """Ask two cheap models, and pay for the large one only if they disagree."""
    first = ember.generate(f"Q: {question}\nA:", model="small", temperature=0)
    second = ember.generate(f"Q: {question}\nA:", model="medium", temperature=0)
    if first.strip().lower() == second.strip().lower():
        return first
    return ember.generate(
        f"Q: {question}\nTwo assistants disagree: '{first}' and '{second}'.\nA:", model="large"
    )


def vote_until_clear(question: str, lead: int, most: int) -> tuple[str, int]:
    """Keep sampling until one answer leads by a margin."""
    counts: dict[str, int] = {}
    for n in range(1, most + 1):
        answer = ember.generate(f"{question}\nAnswer yes or no.", temperature=1.0)
        key = answer.strip().lower()[:3]
        counts[key] = counts.get(key, 0) + 1
        ranked = sorted(counts.items(), key=lambda pair: pair[1], reverse=True)
        runner_up = ranked[1][1] if len(ranked) > 1 else 0
        if ranked[0][1] - runner_up >= lead:
            return ranked[0][0], n
    return max(counts, key=lambda one: counts[one]), most


def personas_poll(question: str, personas: list[str]) -> dict[str, int]:
    """Ask the same question as several people and tally what they say."""
    tally = {"yes": 0, "no": 0, "unclear": 0}
    for persona in personas:
        reply = ember.generate(f"You are {persona}. {question} Answer yes or no.").lower()
        if "yes" in reply:
            tally["yes"] += 1
        elif "no" in reply:
            tally["no"] += 1
        else:
            tally["unclear"] += 1
    return tally


PROGRAMS = [
    Written(self_consistency, QUESTIONS),
    Written(universal_self_consistency, QUESTIONS),
    Written(weighted_vote, QUESTIONS),
    Written(agree_or_escalate, QUESTIONS),
    Written(
        vote_until_clear,
        (("Is a tomato a fruit?", 2, 7), ("Is 91 a prime number?", 1, 3)),
    ),
    Written(
        personas_poll,
        (
            ("Should shops open on Sundays?", ["a nurse", "a shopkeeper", "a priest"]),
            ("Is four days of work a week enough?", ["a baker"]),
            ("Is four days of work a week enough?", []),
        ),
    ),
]
