"""Programs in which something fails, and that say what becomes of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ember_mlir as ember

from .acting import calculate, price
from .written import Written


class Invalid(Exception):
    """An answer that is read well, but makes no sense."""


class TooDear(Invalid):
    """An offer that nobody would take."""


@dataclass
class Offer:
    """What somebody sells, and for how much."""

    article: str
    cents: int


def polite_clerk(question: str) -> str:
    """An agent that looks up prices and calculates, in at most four turns."""
    clerk = ember.agent([price, calculate], max_steps=4, system="You work in a shop.")
    try:
        return clerk(question).strip()
    except ember.NotAcceptedError:
        return "Please ask somebody else."


def readable_grades(essay: str) -> float | None:
    """Several grades of several judges as lists of numbers; none if they cannot be read."""
    totals: list[float] = []
    for character in ("strict", "kind", "tired"):
        try:
            grades = ember.generate(
                f"Be {character}. Grade style, content and spelling from 0 to 9.\n{essay}",
                schema=list[int],
                retries=0,
            )
        except ember.ParseError:
            continue
        if len(grades) > 0:
            totals.append(sum(grades) / len(grades))
    return round(sum(totals) / len(totals), 2) if totals else None


def repaired_json(letter: str) -> Any:
    """Tell the model what the parser says of its answer until it parses."""
    prompt = f'Extract {{"name": ..., "order": ...}} as JSON from:\n{letter}'
    for _ in range(3):
        try:
            return json.loads(ember.generate(prompt))
        except ValueError as error:
            prompt += f"\nYour answer was wrong: {error}. Try again."
    return None


def checked_number(text: str, most: int) -> int:
    """A number that is not too big."""
    number = int(text)
    if number > most:
        raise Invalid(f"{number} is more than {most}")
    return number


def talked_over(question: str) -> str:
    """Answer a refused number with the reason, in a conversation."""
    messages = [{"role": "user", "content": f"Answer with a number: {question}"}]
    for attempt in range(3):
        answer = ember.generate(messages, temperature=0.7)
        try:
            number = checked_number(answer, 100)
        except (ValueError, Invalid) as error:
            messages.append({"role": "assistant", "content": answer})
            messages.append({"role": "user", "content": f"That is no good: {error}."})
        else:
            return f"{number} after {attempt + 1}"
    return messages[-1]["content"]


def priced(offer: str) -> int:
    """The price in an offer, in cents."""
    found = json.loads(offer)
    cents = int(found["cents"])
    if cents > 500:
        raise TooDear(f"{cents} cents are too much")
    return cents


def judged_offers(letters: list[str]) -> dict[str, list[str]]:
    """Sort offers by what is wrong with them."""
    good: list[str] = []
    dear: list[str] = []
    broken: list[str] = []
    for letter in letters:
        answer = ember.generate(f'The offer as {{"cents": ...}}: {letter}')
        try:
            cents = priced(answer)
        except TooDear as error:
            dear.append(str(error))
        except (KeyError, TypeError, ValueError) as error:
            broken.append(type(error).__name__)
        else:
            good.append(f"{letter}: {cents}")
    return {"good": good, "dear": dear, "broken": broken}


def as_yes_or_no(text: str) -> bool:
    """Yes or no, in some languages."""
    return {"yes": True, "no": False, "maybe": False, "ja": True}[text.strip().lower()]


def counted_votes(question: str) -> str:
    """Count the votes that can be read, and the others by what they say."""
    yes = 0
    others: list[str] = []
    for judge in ("Ann", "Ben", "Cid", "Dan"):
        try:
            if as_yes_or_no(ember.generate(f"You are {judge}. Yes or no? {question}")):
                yes += 1
        except KeyError as error:
            others.append(f"{judge} says {error}")
    return f"{yes} of 4" + "".join([f", {other}" for other in others])


PARSERS: dict[str, Callable[[str], int | float]] = {"int": int, "float": float, "length": len}


def by_the_table(question: str) -> str:
    """Let the model choose how its own answer is read."""
    answer = ember.generate(f"Answer with a number: {question}")
    how = ember.generate(f"Read {answer} as int, float or length?")
    try:
        found = str(PARSERS[how](answer))
    except KeyError:
        found = f"nobody reads {how}"
    except ValueError as error:
        found = f"not read: {error}"
    return found


def sold(letter: str) -> str:
    """A typed answer whose sense is checked; what is wrong with it is told the customer."""
    try:
        offer = ember.generate(f"Which article, for how much? {letter}", schema=Offer, retries=0)
        if offer.cents <= 0:
            raise Invalid(f"{offer.article} must cost something")
        text = f"{offer.article} for {offer.cents}"
    except ember.ParseError:
        text = ember.generate(f"Ask politely for article and price. {letter}")
    except Invalid as error:
        text = ember.generate(f"Answer politely that {error}. {letter}")
    return text


def escalated(question: str) -> str:
    """Two tries, and what was wrong with both; what is no question is an error."""
    try:
        return str(checked_number(ember.generate(question), 50))
    except Invalid as error:
        return f"Too much: {error}"
    except ValueError as error:
        try:
            return str(checked_number(ember.generate(f"A number, please! {question}"), 50))
        except ValueError as other:
            if not question.endswith("?"):
                raise
            return f"{error}, then {other}"


def first_that_parses(models: list[str]) -> object:
    """Ask one after the other; leave at the first who answers in a form that can be read."""
    refused: list[str] = []
    for name in models:
        try:
            found = json.loads(ember.generate(f"You are {name}. Answer in JSON."))
        except json.JSONDecodeError as error:
            refused.append(f"{name} at {error.pos}")
            continue
        return {"by": name, "found": found, "refused": refused}
    return refused


QUESTIONS = (("What do an apple and a cake cost?",), ("Is bread dearer than cake?",))
SUMS = (("What is 17 * 3?",), ("What is 2 + 2?",), ("Why?",), ("Say 7!",))
LETTERS = (("Ada Miller, order 4711",), ("Where is my parcel? Ben",))
LISTS: tuple[tuple[list[str]], ...] = (
    (["An apple for 30", "A cake", "Bread, 9 Euro"],),
    ([],),
    (["Nothing"],),
)

PROGRAMS = [
    Written(polite_clerk, QUESTIONS),
    Written(readable_grades, (("Dogs are nice. I like dogs.",), ("On the nature of rivers",))),
    Written(repaired_json, LETTERS),
    Written(talked_over, SUMS),
    Written(judged_offers, LISTS),
    Written(counted_votes, QUESTIONS),
    Written(by_the_table, QUESTIONS),
    Written(sold, LETTERS),
    Written(escalated, SUMS),
    Written(first_that_parses, LISTS),
]
