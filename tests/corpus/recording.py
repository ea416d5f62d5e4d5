"""Models of pydantic's that are filled, checked, dumped and counted."""

from __future__ import annotations

import hashlib
from string import Template
from typing import Literal

from pydantic import BaseModel, Field, ValidationError

import ember_mlir as ember

from .written import Written


class Contact(BaseModel):
    """Somebody who may be written to."""

    name: str
    phone: str = Field(min_length=3)


def repaired_record(text: str) -> str:
    """A record that is asked for again with what was wrong with it."""
    prompt, wrong = f"Who is this?\n{text}\nReply as " + '{"name": ..., "phone": ...}', ""
    for _ in range(3):
        answer = ember.generate(prompt + wrong)
        try:
            contact = Contact.model_validate_json(answer)
        except ValidationError as error:
            found = f"\n\n{error.error_count()} errors in: {answer}"
            wrong = found + '\nReply as {"name": ..., "phone": ...}'
        else:
            return f"{contact.name}: {contact.phone}"
    return "{}"


class Opinion(BaseModel):
    """What somebody thinks of a product."""

    likes: bool
    price: int
    comment: str


PEOPLE = [
    {"name": "Ann", "age": 31, "job": "nurse"},
    {"name": "Bob", "age": 64, "job": "retired"},
    {"name": "Cleo", "age": 19, "job": "student"},
]


def survey(product: str) -> str:
    """A survey of persons that are made up, in rows."""
    rows: list[dict[str, object]] = []
    for person in PEOPLE:
        asked = "You are {name}, {age}, {job}.\n".format(**person)
        opinion = ember.generate(f"{asked}What do you think of {product}?", schema=Opinion)
        rows.append({**person, **opinion.model_dump()})
    fans = [row["name"] for row in rows if row["likes"]]
    table = "\n".join(f"{row['name']} would pay {row['price']}: {row['comment']}" for row in rows)
    return ember.generate(f"{table}\nFans: {fans}\nWrite a report.")


class Decision(BaseModel):
    """Who has won a debate."""

    winner: Literal["pro", "con"]
    confidence: int


def decided_debate(motion: str) -> dict[str, object]:
    """A debate whose decision gets the best argument."""
    said: dict[str, list[str]] = {"pro": [], "con": []}
    for _ in range(2):
        for side, other in (("pro", "con"), ("con", "pro")):
            last = said[other][-1] if said[other] else "(nothing yet)"
            said[side].append(ember.generate(f"{motion}. You are {side}. They said: {last}"))
    shown = "\n\n".join(f"{side.upper()}:\n" + "\n".join(texts) for side, texts in said.items())
    decision = ember.generate(shown, schema=Decision)
    found = decision.model_dump()
    found["argument"] = said[decision.winner][-1]
    return found


class Candidate(BaseModel):
    """Who applies for a job."""

    name: str
    years: int
    skills: list[str]


def screened_as_json(resumes: list[str], job: str) -> list[str]:
    """Candidates whose records are the prompt of the next step."""
    found: list[tuple[int, str]] = []
    for resume in resumes:
        candidate = ember.generate(f"Parse the resume:\n{resume}", schema=Candidate)
        record = candidate.model_dump_json(indent=2)
        advice = ember.generate(f"{record}\nDo they fit a job as {job}? yes or no")
        if advice.lower().startswith("yes"):
            found.append((candidate.years, candidate.name))
    found.sort(key=lambda pair: pair[0], reverse=True)
    return [f"{name} ({years} years)" for years, name in found]


PROMPT = Template("Translate to $language:\n\n$text")


def cached_translations(texts: list[str]) -> list[str]:
    """A cache by hand, whose keys are digests."""
    cache: dict[str, str] = {}
    found: list[str] = []
    for text in texts:
        language = ember.generate(f"Which language? One of: French, German\n{text}")
        prompt = PROMPT.substitute(language=language.strip(".").title(), text=text.strip())
        key = hashlib.sha256(prompt.encode()).hexdigest()
        if key not in cache:
            cache[key] = ember.generate(prompt)
        found.append(cache[key])
    return found


class Event(BaseModel):
    """What happened in a year."""

    year: int
    what: str


def timeline(articles: list[str]) -> str:
    """Events of many articles, by year."""
    events: list[Event] = []
    for article in articles:
        events.extend(ember.generate(f"List the events:\n{article}", schema=list[Event]))
    events.sort(key=lambda event: (event.year, event.what))
    by_year: dict[int, list[str]] = {}
    for event in events:
        by_year.setdefault(event.year, []).append(event.what)
    lines = [f"{year}: {'; '.join(whats)}" for year, whats in by_year.items()]
    return ember.generate("Write a history:\n" + "\n".join(lines)) if lines else "No events."


RESUMES = ["Ann, nurse for ten years.", "Bob. I cook.", "Cleo, SQL since 2019, c@x.org"]
TEXTS: tuple[list[str], ...] = (["A text.", "Another.", "A text."], ["one"], [])
PROGRAMS = [
    Written(repaired_record, (("Ada, 555-01 00",), ("Nobody",))),
    Written(survey, (("a lamp",), ("an app that counts steps",))),
    Written(decided_debate, (("Cats are better than dogs",), ("Cars should be banned",))),
    Written(screened_as_json, ((RESUMES, "a cook"), (RESUMES[:1], "a nurse"), ([], "a nurse"))),
    Written(cached_translations, [(texts,) for texts in TEXTS]),
    Written(timeline, [(texts,) for texts in TEXTS]),
]
