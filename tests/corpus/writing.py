"""Writing longer things piece by piece."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

import ember_mlir as ember

from .written import Written

TOPICS = (("The history of tea",), ("Why birds sing",))


def outline_then_write(topic: str) -> str:
    """Make an outline, write all sections at once, and smooth the whole."""
    outline = ember.generate(f"Outline for an article on {topic}. List headings, one per line.")
    headings = [h.strip() for h in outline.splitlines() if h.strip()]
    sections = [
        f"## {heading}\n"
        + ember.generate(f"Article: {topic}\nOutline:\n{outline}\nWrite '{heading}'.")
        for heading in headings
    ]
    body = "\n\n".join(sections)
    return ember.generate(f"Smooth the transitions:\n{body}") if len(sections) > 1 else body


async def expand_point(question: str, number: int, point: str) -> str:
    """One point of a skeleton, written out."""
    text = ember.generate(f"{question}\nPoint {number}: {point}\nWrite two sentences.")
    return f"{number}. {text}"


async def skeleton_of_thought(question: str) -> str:
    """First a skeleton, then all of its points at the same time."""
    skeleton = ember.generate(f"{question}\nList short points, one per line.")
    points = [line for line in skeleton.splitlines() if line][:4]
    if not points:
        return "nothing to say"
    written = await asyncio.gather(
        *[expand_point(question, n, point) for n, point in enumerate(points, 1)]
    )
    return "\n".join(written)


@dataclass(frozen=True)
class Story:
    """A story that grows."""

    text: str
    chapters: int = 0
    finished: bool = False


def next_chapter(story: Story) -> Story:
    """The story with one chapter more, or finished."""
    chapter = ember.generate(f"{story.text}\nWrite the next chapter, or reply END.")
    if chapter.strip().upper().startswith("END"):
        return replace(story, finished=True)
    return Story(f"{story.text}\n{chapter}", story.chapters + 1)


def growing_story(start: str) -> tuple[str, int]:
    """Add chapters until the model says that the story has ended."""
    story = Story(start)
    for _ in range(3):
        story = next_chapter(story)
        if story.finished:
            break
    return story.text, story.chapters


def mail_merge(names: list[str], notes: list[str]) -> list[str]:
    """A letter for each customer, with an offer only for those who seem to like one."""
    letters: list[str] = []
    for name, note in zip(names, notes, strict=True):
        wants = ember.generate(f"Would {name} like an offer? Answer yes or no. Note: {note}")
        offer = ""
        if "yes" in wants.lower():
            offer = " Offer: " + ember.generate(f"One offer for somebody who says: {note}")
        letters.append(ember.generate(f"Write a letter to {name}.{offer}"))
    return letters


def quiz_maker(text: str, wanted: int) -> list[dict[str, object]]:
    """Make questions with wrong answers beside the right one, in alphabetical order."""
    quiz: list[dict[str, object]] = []
    asked: list[str] = []
    for number in range(wanted * 2):
        if len(quiz) == wanted:
            break
        question = ember.generate(f"Question {number} about: {text}", temperature=0.9).strip()
        if question in asked:
            continue
        asked.append(question)
        right = ember.generate(f"{text}\nQ: {question}\nA:").strip()
        wrong = [w.strip() for w in ember.sample(f"A wrong answer to: {question}", 2)]
        quiz.append({"question": question, "options": sorted({right, *wrong}), "answer": right})
    return quiz


def simulated_interview(guest: str, questions: list[str]) -> str:
    """An interview whose answers know all that was said before, with a closing word."""
    transcript: list[tuple[str, str]] = []
    for question in questions:
        history = " ".join(f"{who}: {what}" for who, what in transcript)
        answer = ember.generate(f"{history}\nYou are {guest}. Answer: {question}")
        transcript += [("Host", question), (guest, answer)]
        if answer.endswith("?"):
            transcript.append(("Host", ember.generate(f"Answer this, host: {answer}")))
    return "\n".join(f"{who}: {what}" for who, what in transcript)


PROGRAMS = [
    Written(outline_then_write, TOPICS),
    Written(skeleton_of_thought, TOPICS),
    Written(growing_story, (("Once upon a time",), ("It was dark.",))),
    Written(
        mail_merge,
        ((["Ada", "Ben"], ["buys a lot of yarn", "hates letters"]), (["Cleo"], ["is new"])),
    ),
    Written(quiz_maker, (("Mount Everest is 8849 m high.", 2), ("Water boils at 100 degrees.", 1))),
    Written(
        simulated_interview,
        (("a beekeeper", ["How did you start?", "What do bees like?"]), ("a judge", ["Why?"])),
    ),
]
