"""Dicts and texts of models and dataclasses, and other texts that libraries make."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import Enum
from string import Template
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, PlainSerializer, computed_field, field_serializer

import ember_mlir as ember
from ember_mlir import generate

from .ways import captured_of, check, differences

PROMPT = Template("Say $what in $language")

PERSONS = (
    '{"name": "Ann", "age": 3, "tags": ["a", "b"], "mood": "good", "pet": null}',
    '{"name": "Bob", "age": 5, "tags": [], "mood": "bad", "pet": {"name": "Rex"}}',
    "nobody",
)


class Mood(Enum):
    GOOD = "good"
    BAD = "bad"


class Pet(BaseModel):
    name: str


class Person(BaseModel):
    name: str
    age: int
    tags: list[str]
    mood: Mood
    pet: Pet | None


class Household(BaseModel):
    persons: list[Person]


@dataclass
class Note:
    text: str
    score: int = 0
    labels: list[str] = field(default_factory=list[str])


class Shown(BaseModel):
    name: str
    age: int
    kind: Literal["a", "b"] = Field(default="a", exclude=True)
    note: Annotated[str, PlainSerializer(lambda text: f"<{text}>")] = ""

    @computed_field
    @property
    def label(self) -> str:
        return f"{self.name} ({self.age})"

    @field_serializer("age")
    def as_text(self, age: int) -> str:
        return f"{age} years"


def dumped(q: str) -> dict[str, object]:
    found = generate(q, schema=Person).model_dump()
    found["asked"] = q
    found["again"] = generate(f"{found['name']} {found['tags']}")
    return found


def dumped_in_another(q: str) -> dict[str, object]:
    return {"q": q, **generate(q, schema=Person).model_dump(), "last": 1}


def dumped_as_a_prompt(q: str) -> str:
    person = generate(q, schema=Person)
    return generate(person.model_dump_json()) + person.model_dump_json(indent=1, exclude={"age"})


def dumped_lists(q: str) -> object:
    persons = [generate(f"{q} {number}", schema=Person) for number in range(2)]
    every = [one.model_dump() for one in persons]
    return every, [one["name"] for one in every]


def dumped_of_a_list(docs: list[str]) -> object:
    persons = [generate(doc, schema=Person) for doc in docs]
    rows = [person.model_dump() for person in persons]
    return [(row["name"], row["mood"], row["pet"]) for row in rows], rows


def dumped_with_a_say(q: str) -> object:
    shown = Shown(name=generate(q), age=3, note=generate(f"{q}?"))
    return shown.model_dump(), shown.model_dump_json()


def dict_of_a_dataclass(q: str) -> dict[str, object]:
    note = Note(generate(q), len(q), [q])
    found = asdict(note)
    found["score"] = 7
    found["labels"].append(generate(f"{q}?"))
    note.labels.append("kept")
    return {**found, "labels of the note": note.labels}


def dicts_of_dataclasses(docs: list[str]) -> list[dict[str, object]]:
    notes = [Note(generate(doc), labels=[doc]) for doc in docs]
    return [asdict(note) for note in notes]


@pytest.mark.parametrize("function", [dumped, dumped_in_another, dumped_as_a_prompt, dumped_lists])
def test_models(function: Any) -> None:
    check_persons(function, "hello")


def check_persons(function: Any, argument: object) -> None:
    assert not differences(function, [argument], words=PERSONS)


def test_models_of_a_list() -> None:
    check_persons(dumped_of_a_list, ["a", "b"])


def test_a_class_has_a_say() -> None:
    check(dumped_with_a_say, "hello")


def test_dataclasses() -> None:
    check(dict_of_a_dataclass, "hello")
    check(dicts_of_dataclasses, ["a", "b"])


def test_a_dump_of_plain_fields_is_no_step() -> None:
    def name(q: str) -> object:
        return generate(q, schema=Pet).model_dump()["name"]

    assert "dump" not in str(captured_of(name, ("hello",)).module)


def test_a_model_from_outside_is_read_when_the_program_runs() -> None:
    setting = Person(name="Ann", age=1, tags=[], mood=Mood.GOOD, pet=None)

    @ember.jit
    def shows(q: str) -> str:
        return f"{generate(q)} {setting.model_dump()}"

    with ember.Session(seed=1, clock="virtual"):
        assert "'age': 1" in shows("a")
        setting.age = 2
        assert "'age': 2" in shows("a")


def templates_as_prompts(q: str) -> str:
    known = generate(PROMPT.substitute(what="hello", language="French"))
    return generate(PROMPT.safe_substitute({"what": known}, language=q))


def template_without_a_value(q: str) -> str:
    try:
        return PROMPT.substitute(what=generate(q))
    except KeyError as error:
        return generate(f"no {error}")


def hashes_as_prompts(q: str) -> str:
    key = hashlib.sha256(generate(q).encode()).hexdigest()
    return generate(key) + key[:8].upper()


def dates_as_prompts(q: str) -> str:
    day = date.fromordinal(len(generate(q)) + 1)
    return generate(day.isoformat()) + generate(day.strftime("%d.%m.%Y"))


@pytest.mark.parametrize(
    "function",
    [templates_as_prompts, template_without_a_value, hashes_as_prompts, dates_as_prompts],
)
def test_texts_of_libraries(function: Any) -> None:
    check(function, "hello")


def state_of_a_graph(q: str) -> dict[str, object]:
    state: dict[str, object] = {"q": q}
    node, rounds = "write", 0
    while node != "end":
        if node == "write":
            update: dict[str, object] = {"draft": generate(f"Write {q} {state.get('review')}")}
        else:
            update = {"review": generate(f"Review {state['draft']}")}
        state = {**state, **update, "last": node}
        done = state.get("review") in ("yes", "ok")
        node = "end" if done else "review" if node == "write" else "write"
        rounds += 1
        if rounds > 3 or state.get("draft") == "bad":
            break
    return state


def entries_are_changed(q: str) -> object:
    def step(**state: object) -> dict[str, object]:
        state["answer"] = generate(str(state["q"]))
        state.update(seen=True)
        return state

    first = step(q=q)
    return first, step(**first)


def entries_of_a_run(q: str) -> object:
    counts: dict[str, int] = {}
    for word in generate(q).split(", "):
        counts[word] = counts.get(word, 0) + 1
    return {"q": 1, **counts}, {**counts, "yes": 5}, {**counts, **{"B": 7}}


@pytest.mark.parametrize("function", [state_of_a_graph, entries_are_changed, entries_of_a_run])
def test_dicts_made_of_others(function: Any) -> None:
    check(function, "hello")
