"""Getting structured things out of free text."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import ember_mlir as ember

from .written import Written

LETTERS = (
    ("My name is Ada Miller, order 4711 arrived broken, please call me at 555-0100.",),
    ("Hello! Where is my parcel? Ben",),
)


def json_with_retries(letter: str) -> dict[str, Any]:
    """Ask for JSON, and tell the model what was wrong until it parses."""
    prompt = f'Extract {{"name": ..., "order": ...}} as JSON from:\n{letter}'
    for _ in range(3):
        reply = ember.generate(prompt, temperature=0)
        try:
            return json.loads(reply)
        except json.JSONDecodeError:
            prompt += f"\nYou replied: {reply}\nThat is not valid JSON. Try again."
    return {"name": None, "order": None}


def strip_fence(text: str) -> str:
    """A reply without the fence around its code."""
    match = re.search(r"```(?:json)?\s*(.*?)```", text, re.DOTALL)
    return match.group(1) if match else text


def safe_json(text: str) -> dict[str, Any]:
    """The object in a reply; an empty one if there is none."""
    stripped = strip_fence(text)
    try:
        value: dict[str, Any] | list[Any] = json.loads(stripped)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


@dataclass
class Contact:
    """Somebody to call back."""

    name: str
    phone: str
    urgent: bool


def contact_card(letter: str) -> Contact:
    """Fill a dataclass from a JSON reply, with defaults for what is missing."""
    data = safe_json(
        ember.generate(f'Reply in JSON: {{"name": ..., "phone": ..., "urgent": ...}}\n{letter}')
    )
    phone = re.sub(r"\D", "", str(data.get("phone", "")))
    return Contact(str(data.get("name", "unknown")), phone, bool(data.get("urgent", False)))


FIELDS = {
    "name": "What is the name of the writer? Reply only the name, or UNKNOWN.",
    "order": "What is the number of the order? Reply only the number, or UNKNOWN.",
    "mood": "What is the mood? Reply with one of: happy, angry, neutral",
}


def field_by_field(letter: str) -> dict[str, str | None]:
    """One question per field of a form, and None for what the text does not say."""
    form: dict[str, str | None] = {}
    for field, instruction in FIELDS.items():
        value = ember.generate(f"{letter}\n\n{instruction}", temperature=0).strip()
        form[field] = None if value.upper() == "UNKNOWN" else value
    return form


def slot_filling(letter: str) -> str:
    """Ask for what is missing in a form, and confirm when it is complete."""
    slots = {"name": "", "order": "", "problem": ""}
    for slot in slots:
        slots[slot] = ember.generate(f"{letter}\nGive the {slot}, or reply MISSING.").strip()
    missing = [slot for slot, value in slots.items() if value.upper() == "MISSING" or not value]
    if missing:
        return ember.generate(f"Politely ask the customer for: {', '.join(missing)}")
    return ember.generate(f"Confirm: {', '.join(f'{k}={v}' for k, v in slots.items())}")


def key_value_lines(review: str) -> list[tuple[str, str]]:
    """Parse lines such as 'battery: bad' into pairs, skipping what does not fit."""
    reply = ember.generate(
        f"Review: {review}\nList each aspect and its sentiment "
        "as 'aspect: sentiment', one per line."
    )
    pairs: list[tuple[str, str]] = []
    for line in reply.splitlines():
        if ":" not in line:
            continue
        aspect, sentiment = line.split(":", 1)
        pairs.append((aspect.strip(" -*0123456789.").lower(), sentiment.strip()))
    return pairs


def verified_entities(article: str) -> list[str]:
    """List entities, drop repetitions, and keep only those that a second look confirms."""
    reply = ember.generate(f"List the people and places, separated by commas:\n{article}")
    names: list[str] = []
    for name in reply.split(","):
        name = name.strip().strip(".")
        if name and name not in names:
            names.append(name)
    return [
        name
        for name in names
        if ember.generate(f"Is '{name}' named in this text? yes or no\n{article}")
        .strip()
        .lower()
        .startswith("y")
    ]


def invoice_total(lines: list[str]) -> float:
    """Read the amount of each line of an invoice, and add up what could be read."""
    total = 0.0
    for line in lines:
        reply = ember.generate(f"What is the amount in this line, as a number? {line}")
        found = re.search(r"\d+(?:\.\d+)?", reply)
        if found:
            total += float(found.group())
    return round(total, 2)


def label_many(texts: list[str]) -> dict[str, list[str]]:
    """Label texts and group them by their labels."""
    groups: dict[str, list[str]] = {}
    for text in texts:
        label = ember.generate(f"{text}\nReply with one of: sport, politics, culture")
        label = label.strip().lower().rstrip(".")
        groups[label] = [*groups.get(label, []), text]
    return {label: sorted(found) for label, found in sorted(groups.items())}


ARTICLE = "Marie Curie was born in Warsaw and worked in Paris with her husband Pierre."
HEADLINES = ["The final ended in a draw", "Parliament votes on Monday", "A new opera opens"]

PROGRAMS = [
    Written(json_with_retries, LETTERS),
    Written(contact_card, LETTERS),
    Written(field_by_field, LETTERS),
    Written(slot_filling, LETTERS),
    Written(key_value_lines, (("Great screen, poor battery.",), ("Nothing to complain about.",))),
    Written(verified_entities, ((ARTICLE,), ("It rained all day.",))),
    Written(
        invoice_total, ((["2 chairs at 40.50 each", "delivery 9.99"],), (["no charge"],), ([],))
    ),
    Written(label_many, ((HEADLINES,), (HEADLINES[:1],))),
]
