"""Sending each question to where it belongs."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

import ember_mlir as ember

from .written import Written

TICKETS = (
    ("I was charged twice for my subscription.",),
    ("The app crashes when I open the camera.",),
    ("Do you have an office in Oslo?",),
)


class Department(Enum):
    """Who answers a ticket."""

    BILLING = "billing"
    TECHNICAL = "technical"
    OTHER = "other"


def classify(ticket: str) -> Department:
    """The department of a ticket; OTHER if the model says something else."""
    label = ember.generate(
        f"{ticket}\nReply with one of: billing, technical, other", temperature=0
    ).strip()
    try:
        return Department(label.lower())
    except ValueError:
        return Department.OTHER


def support_router(ticket: str) -> str:
    """Classify a ticket and let the specialist for it answer."""
    match classify(ticket):
        case Department.BILLING:
            return ember.generate(f"You are an accountant. Answer: {ticket}")
        case Department.TECHNICAL:
            steps = ember.generate(f"List steps to reproduce, one per line: {ticket}")
            return ember.generate(f"You are an engineer.\n{steps}\nAnswer: {ticket}", model="large")
        case Department.OTHER:
            return "A colleague will write to you."


def math_expert(question: str) -> str:
    """What the mathematician says."""
    return ember.generate(f"Solve step by step: {question}", model="large", temperature=0)


def poet(question: str) -> str:
    """What the poet says."""
    return ember.generate(f"Answer in verse: {question}", temperature=1.2)


def generalist(question: str) -> str:
    """What anybody says."""
    return ember.generate(question)


EXPERTS: dict[str, Callable[[str], str]] = {"math": math_expert, "poetry": poet}


def mixture_of_experts(question: str) -> tuple[str, str]:
    """Pick an expert function from a table by the model's label."""
    label = ember.generate(f"{question}\nReply with one of: math, poetry, general").strip().lower()
    expert = EXPERTS.get(label, generalist)
    return label, expert(question)


def model_cascade(question: str) -> tuple[str, str]:
    """Start with the cheapest model, and go on while the answer is not good enough."""
    answer = model = ""
    for model in ("small", "medium", "large"):
        answer = ember.generate(f"Q: {question}\nA:", model=model)
        if model == "large":
            break
        check = ember.generate(
            f"Q: {question}\nA: {answer}\nIs this right? Answer yes or no.", model=model
        )
        if check.strip().lower().startswith("yes"):
            break
    return model, answer


def priority_triage(ticket: str) -> dict[str, str]:
    """Three independent labels and a reply whose tone depends on all of them."""
    urgency = ember.generate(f"{ticket}\nHow urgent? Reply with one of: low, medium, high").lower()
    mood = ember.generate(f"{ticket}\nWhich mood? Reply with one of: calm, angry").lower()
    language = ember.generate(f"{ticket}\nWhich language? Reply with one of: English, German")
    tone = "formal"
    if "angry" in mood:
        tone = "apologetic"
    if "high" in urgency and tone != "apologetic":
        tone = "brief"
    reply = ember.generate(f"Write a {tone} reply in {language.strip()} to: {ticket}")
    queue = "now" if "high" in urgency or "angry" in mood else "later"
    return {"queue": queue, "tone": tone, "reply": reply}


def intent_pipeline(utterance: str) -> str:
    """A small voice assistant: intents with several words, and a fallback for nonsense."""
    words = ember.generate(
        f"Turn '{utterance}' into a command: 'play <song>', 'call <name>' or 'stop'."
    ).split()
    match words:
        case ["stop"]:
            return "stopped"
        case ["call", name]:
            sure = ember.generate(f"Is {name} in the address book? Answer yes or no.")
            return f"calling {name}" if "yes" in sure.lower() else f"who is {name}?"
        case _ if words[:1] == ["play"] and len(words) > 1:
            return f"playing {' '.join(words[1:])}"
        case _:
            return ember.generate(f"Apologize for not understanding '{utterance}'.")


PROGRAMS = [
    Written(support_router, TICKETS),
    Written(mixture_of_experts, (("What is 7 times 8?",), ("What is the moon?",))),
    Written(model_cascade, (("What is 17 * 23?",), ("Who wrote Faust?",))),
    Written(priority_triage, TICKETS),
    Written(intent_pipeline, (("put on some jazz",), ("ring my sister",))),
]
