"""Programs that collect: votes, groups, things seen, work that is left, and what is found first."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable
from functools import reduce
from typing import Any

import ember_mlir as ember

from .acting import price
from .talking import Assistant
from .typed import Action
from .written import Written


def most_common_answer(question: str) -> str:
    """Draw several answers, and take the most common one if most agree on it."""
    answers = [ember.generate(f"{question} Think first.").strip().lower() for _ in range(5)]
    best, count = Counter(answers).most_common(1)[0]
    if count >= 2:
        return best
    return ember.generate(f"{question} One of: {'; '.join(sorted({*answers}))}")


def inbox(letters: list[str]) -> dict[str, str]:
    """Sort letters by their kind, and write one summary for each kind."""
    kinds: defaultdict[str, list[str]] = defaultdict(list)
    for letter in letters:
        kind = ember.generate(f"Of what kind is this letter? {letter}", temperature=0)
        kinds[kind.strip().lower()].append(letter)
    return {
        kind: ember.generate(f"Summarize {len(found)} letters:\n" + "\n".join(found))
        for kind, found in sorted(kinds.items())
    }


def frontier(start: str, steps: int) -> list[str]:
    """Follow what is named in answers, breadth first, and never the same topic twice."""
    todo, seen = [start], {start}
    visited: list[str] = []
    while todo and len(visited) < steps:
        topic, *todo = todo
        visited.append(topic)
        for found in ember.generate(f"What is next to {topic}?").split(","):
            name = found.strip().lower()[:12]
            if name and name not in seen:
                seen.add(name)
                todo.append(name)
    return visited


def first_objection(plan: str, critics: list[str]) -> str:
    """Ask critics one after the other until one objects; ask all only if the first is content."""
    objecting = next(
        (critic for critic in critics if "no" in ember.generate(f"Yes or no, {critic}: {plan}?")),
        None,
    )
    if objecting is None:
        fine = all(len(ember.generate(f"{critic}: sure about {plan}?")) > 3 for critic in critics)
        return "agreed" if fine else "doubtful"
    return ember.generate(f"Change {plan} so that {objecting} is content.")


TOOLS: dict[str, Callable[..., Any]] = {"price": price}


def react_by_hand(question: str) -> str:
    """The loop of an agent by hand: messages, tool calls, and a table of functions."""
    messages: list[Any] = [
        {"role": "system", "content": "Use the tools."},
        {"role": "user", "content": question},
    ]
    used = 0

    def run(call: ember.ToolCall) -> str:
        nonlocal used
        used += 1
        if call.tool not in TOOLS:
            return f"There is no tool {call.tool}."
        try:
            return str(TOOLS[call.tool](**json.loads(call.arguments)))
        except Exception:
            return "This did not work."

    for _ in range(3):
        turn = ember.generate(messages, tools=list(TOOLS.values()))
        messages.append(turn)
        if not turn.tool_calls:
            return f"{turn.text} ({used} calls)"
        for call in turn.tool_calls:
            messages.append({"role": "tool", "tool_call_id": call.id, "content": run(call)})
    return ember.generate([*messages, {"role": "user", "content": "Answer now."}])


@ember.associative
def merge(first: str, second: str) -> str:
    """One text of two neighbours."""
    return ember.generate(f"Merge:\n{first}\n---\n{second}", temperature=0)


def merged_notes(documents: list[str]) -> str:
    """Take notes of each document, and merge neighbours until there is one text."""
    notes = [ember.generate(f"Notes on: {document}") for document in documents]
    return reduce(merge, notes, "Notes so far: none.")


def guest_talk(questions: list[str]) -> list[str]:
    """Ask all questions in one talk, and go on until the guest has enough."""
    guest, more = ember.chat("You are a guest of few words."), 0
    said = [guest(question) for question in questions]
    while guest("Do you want to go on?") != "no" and more < 3:
        more += 1
        said.append(guest(f"Question {more}: why?"))
    return said


def tasks_by_owner(transcript: str) -> dict[str, list[str]]:
    """Extract a list of records and group them by who must act."""
    actions = ember.generate(f"List what was agreed on.\n{transcript}", schema=list[Action])
    todo: dict[str, list[str]] = defaultdict(list)
    for action in actions:
        if action.owner == "nobody":
            continue
        due = "today" if action.days <= 0 else f"in {action.days} days"
        todo[action.owner].append(f"{action.task} ({due})")
    return {owner: sorted(tasks) for owner, tasks in sorted(todo.items())}


def talk_of_a_list(texts: list[str]) -> list[str]:
    """A talk in which only the last turns are sent in full."""
    assistant = Assistant()
    return [assistant.say(text) for text in texts]


DOCUMENTS = ["Bees live in hives.", "Ants live in hills.", "Wasps live in nests."]

PROGRAMS = [
    Written(most_common_answer, (("What is 17 * 3?",), ("Who was first?",))),
    Written(inbox, ((["Please pay.", "Hello!", "Pay now!"],), ([],), (["Hi"],))),
    Written(frontier, (("bees", 4), ("", 2))),
    Written(first_objection, (("a party", ["Ann", "Bob", "Cid"]), ("a walk", []))),
    Written(react_by_hand, (("What does an apple cost?",), ("Is bread dear?",))),
    Written(merged_notes, ((DOCUMENTS,), ([],), (DOCUMENTS[:1],))),
    Written(guest_talk, ((["Who are you?", "Why?"],), ([],))),
    Written(tasks_by_owner, (("Ann: I call them.",), ("We talked.",))),
    Written(talk_of_a_list, ((["Hi", "I am Ann", "Who am I?", "Bye"],), (["Hi"],))),
]
