"""Answers of declared types: records, lists of records, labels, and what is done with them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

import ember_mlir as ember

from .written import Written


@dataclass
class Line:
    """A line of an invoice."""

    item: str
    count: int
    price: int


@dataclass
class Invoice:
    """What a supplier wants to be paid."""

    supplier: str
    lines: list[Line]
    total: int

    @property
    def adds_up(self) -> bool:
        """Whether the total is that of the lines."""
        return self.total == sum(line.count * line.price for line in self.lines)


def invoice_record(text: str) -> tuple[Invoice, bool]:
    """Extract a nested record, and look again if its numbers do not add up."""
    invoice = ember.generate(f"Extract the invoice.\n\n{text}", schema=Invoice, retries=3)
    if not invoice.adds_up:
        found = ", ".join(f"{line.count} x {line.item}" for line in invoice.lines)
        invoice = ember.generate(
            f"Extract the invoice.\n\n{text}\n\nYou found {found}, which is not "
            f"{invoice.total}. Look again.",
            schema=Invoice,
            model="large",
        )
    return invoice, invoice.adds_up


@dataclass
class Action:
    """Something that was agreed on in a meeting."""

    owner: Literal["Ann", "Bob", "nobody"]
    task: str
    days: int


def meeting_actions(transcript: str) -> dict[str, list[str]]:
    """Extract a list of records and group them by who must act."""
    actions = ember.generate(f"List what was agreed on.\n{transcript}", schema=list[Action])
    todo: dict[str, list[str]] = {"Ann": [], "Bob": []}
    for owner, tasks in todo.items():
        for action in actions:
            if action.owner == owner:
                due = "today" if action.days <= 0 else f"in {action.days} days"
                tasks.append(f"{action.task} ({due})")
    return {owner: sorted(tasks) for owner, tasks in todo.items() if tasks}


Feeling = Literal["positive", "negative", "neutral"]


def review_sentiment(reviews: list[str]) -> tuple[str, dict[str, int]]:
    """Label each review with a Literal, and count."""
    labels = [
        ember.generate(f"Which sentiment?\n{review}", schema=Feeling, temperature=0)
        for review in reviews
    ]
    counts = Counter(labels)
    if counts["negative"] > counts["positive"]:
        return ember.generate(f"Apologize for {counts['negative']} bad reviews."), dict(counts)
    return "Thanks!", dict(counts)


@dataclass(frozen=True)
class Route:
    """Where a ticket goes."""

    team: Literal["billing", "technical", "sales"]
    urgent: bool
    summary: str


def typed_router(ticket: str) -> str:
    """Route by a typed answer, with a match on its fields."""
    route = ember.generate(f"Route this ticket:\n{ticket}", schema=Route, model="medium")
    match route:
        case Route(team="billing", urgent=True):
            return ember.generate(f"Call the customer at once about: {route.summary}")
        case Route(team="billing"):
            return ember.generate(f"You are an accountant. Answer: {route.summary}")
        case Route(team="technical", summary=summary):
            steps = ember.generate(f"How to reproduce: {summary}", schema=list[str])
            return "\n".join(f"{n}. {step}" for n, step in enumerate(steps, 1)) or "no steps"
        case _:
            return "A colleague will write to you."


@dataclass
class Candidate:
    """What a letter of application says."""

    name: str
    years: int
    skills: list[Literal["python", "sql", "law"]] = field(default_factory=list)


def screen_candidates(letters: list[str], needed: str) -> list[str]:
    """Extract a record of each letter, filter, sort, and name the best two."""
    candidates = [
        ember.generate(f"Read this application:\n{letter}", schema=Candidate) for letter in letters
    ]
    fitting = [one for one in candidates if needed in one.skills and one.years >= 2]
    fitting.sort(key=lambda one: (one.years, len(one.skills)), reverse=True)
    return [f"{one.name} ({one.years} years)" for one in fitting[:2]]


@dataclass
class Verdict:
    """What a judge says of two answers."""

    reason: str
    winner: Literal["first", "second", "tie"]


def judge(question: str, first: str, second: str) -> Verdict:
    """The verdict on two answers in this order."""
    return ember.generate(
        f"{question}\n\nFirst answer: {first}\nSecond answer: {second}\nWhich is better?",
        schema=Verdict,
        model="large",
        retries=1,
    )


def unbiased_judge(question: str) -> dict[str, str | list[str]]:
    """Judge two answers in both orders; only who wins both is better."""
    short = ember.generate(question, system="Answer in one sentence.")
    long = ember.generate(question, system="Answer at length.", temperature=0.9)
    verdicts = [judge(question, short, long), judge(question, long, short)]
    winners = (verdicts[0].winner, verdicts[1].winner)
    if winners == ("first", "second"):
        best = short
    elif winners == ("second", "first"):
        best = long
    else:
        best = min(short, long, key=len)
    return {"best": best, "reasons": [verdict.reason for verdict in verdicts]}


def rubric_grades(essay: str) -> float | None:
    """Several grades of several judges as lists of numbers; none if they cannot be read."""
    totals: list[float] = []
    for character in ("strict", "kind", "tired"):
        grades: list[int] = []
        try:
            grades = ember.generate(
                f"Be {character}. Grade style, content and spelling from 0 to 9.\n{essay}",
                schema=list[int],
                retries=0,
            )
        except Exception:
            continue
        if grades:
            totals.append(sum(grades) / len(grades))
    return round(sum(totals) / len(totals), 2) if totals else None


def guess_the_number(secret: int) -> list[int]:
    """A game: the model guesses numbers, and is told whether they are too high."""
    guesses: list[int] = []
    low, high = 0, 100
    guess = -1
    while guess != secret and len(guesses) < 5:
        guess = ember.generate(f"Guess a number from {low} to {high}.", schema=int)
        guesses.append(guess)
        if guess < secret:
            low = max(low, guess + 1)
        elif guess > secret:
            high = min(high, guess - 1)
    return guesses


@dataclass
class Question:
    """A question of a quiz."""

    text: str
    choices: list[str]
    right: int


def quiz(topic: str) -> tuple[int, list[str]]:
    """Make a quiz as records, let another model take it, and count the points."""
    questions = ember.generate(f"Three questions about {topic}", schema=list[Question])
    points = 0
    report: list[str] = []
    for number, question in enumerate(questions[:3], start=1):
        listed = "\n".join(f"{n}: {choice}" for n, choice in enumerate(question.choices))
        answer = ember.generate(
            f"{question.text}\n{listed}\nThe number?", schema=int, temperature=0
        )
        if answer == question.right:
            points += 1
            report.append(f"{number} right")
        else:
            report.append(f"{number} wrong, not {answer}")
    return points, report


LETTERS = [
    "I am Ada, and have written Python for nine years.",
    "Ben here. I know the law.",
    "Cleo, SQL since 2019.",
]

PROGRAMS = [
    Written(
        invoice_record,
        (("Miller Ltd: 2 chairs at 40, 80 in all",), ("1 lamp 9, 3 cups 2, total 15. Ikea",)),
    ),
    Written(
        meeting_actions,
        (("Ann: I call them on Monday. Bob: good.",), ("We talked about the weather.",)),
    ),
    Written(review_sentiment, ((["Great!", "Broken.", "It is a box."],), (["Awful"],), ([],))),
    Written(
        typed_router,
        (("I was charged twice.",), ("The camera crashes.",), ("Have you an office in Oslo?",)),
    ),
    Written(screen_candidates, ((LETTERS, "python"), (LETTERS[:1], "law"))),
    Written(unbiased_judge, (("Why is the sky blue?",), ("What is a monad?",))),
    Written(rubric_grades, (("Dogs are nice. I like dogs.",), ("On the nature of rivers",))),
    Written(guess_the_number, ((42,), (7,))),
    Written(quiz, (("rivers",), ("France",))),
]
