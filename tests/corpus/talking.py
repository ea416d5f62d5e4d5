"""Chats with memory, pictures, moderation, and letters whose names are masked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ember_mlir as ember

from .written import Written


def interview(topic: str) -> list[str]:
    """A chat that asks on until the model has nothing more to say."""
    talk = ember.chat("You are a witness. Answer shortly.")
    answers = [talk(f"What do you know about {topic}?")]
    while len(answers) < 4:
        answer = talk("What else?")
        if not answer or answer in answers:
            break
        answers.append(answer)
    answers.append(talk("Sum up what you have said.", images=[]))
    return answers


def debate_of_chats(motion: str) -> str:
    """Two chats argue with one another, and a third reads it all."""
    pro = ember.chat(f"You are for this: {motion}", temperature=0.8)
    con = ember.chat(f"You are against this: {motion}", temperature=0.8)
    said = "Please begin."
    record: list[str] = []
    for number in range(1, 4):
        said = pro(said)
        record.append(f"For {number}: {said}")
        said = con(said)
        record.append(f"Against {number}: {said}")
        if said == "":
            break
    verdict = ember.generate("\n".join(record) + "\nWho won? Answer yes or no.", system="Be fair.")
    return f"{verdict} after {len(record)} turns"


class Assistant:
    """A chat by hand, that sums up what is long ago."""

    def __init__(self, most: int = 4) -> None:
        self.most = most
        self.summary = ""
        self.messages: list[dict[str, str]] = []

    def say(self, text: str) -> str:
        """The reply to a text."""
        self.messages.append({"role": "user", "content": text})
        system = {"role": "system", "content": f"So far: {self.summary or 'nothing'}"}
        reply = ember.generate([system, *self.messages])
        self.messages.append({"role": "assistant", "content": reply})
        if len(self.messages) > self.most:
            self.forget()
        return reply

    def forget(self) -> None:
        """Put the oldest turns into the summary."""
        old, self.messages = self.messages[:2], self.messages[2:]
        told = "\n".join(f"{one['role']}: {one['content']}" for one in old)
        self.summary = ember.generate(f"Summarize: {self.summary}\n{told}", temperature=0)


def summarizing_memory(texts: list[str]) -> list[str]:
    """A talk in which only the last turns are sent in full."""
    assistant = Assistant()
    replies: list[str] = []
    for text in texts:
        replies.append(assistant.say(text))
    return replies


PICTURES = ["https://example.org/cat.png", "https://example.org/map.png"]


@dataclass
class Scene:
    """What a picture shows."""

    things: list[str]
    people: int


def describe_pictures(question: str) -> str:
    """Describe known pictures as records, and answer from the descriptions."""
    scenes = [
        ember.generate("What do you see?", images=[url], schema=Scene, model="large")
        for url in PICTURES
    ]
    crowd = sum(scene.people for scene in scenes)
    things = sorted({thing for scene in scenes for thing in scene.things})
    return ember.generate(f"There are {crowd} people, and {', '.join(things)}.\n{question}")


def alt_texts(urls: list[str]) -> dict[str, str]:
    """A text for each picture of a page, made shorter if it is too long."""
    texts: dict[str, str] = {}
    for url in urls:
        text = ember.generate("Describe the picture for the blind.", images=[url])
        if len(text) > 30:
            text = ember.generate(f"Make this shorter: {text}")
        texts[url] = text or "a picture"
    return texts


LIMITS = {"hate": 0.8, "violence": 0.7, "spam": 0.9}


def moderate(comment: str) -> dict[str, Any]:
    """Score a comment on several labels, and let it pass, look again, or block it."""
    scores = ember.score(comment, [*LIMITS])
    over = [label for label, found in zip(LIMITS, scores, strict=True) if found > LIMITS[label]]
    worst = max(zip(scores, LIMITS, strict=True))[1]
    if len(over) > 1:
        return {"action": "block", "labels": over}
    if over:
        sure = ember.generate(f"Is this {over[0]}? Answer yes or no.\n{comment}", temperature=0)
        if sure.lower().startswith("yes"):
            return {"action": "block", "labels": over}
    return {"action": "pass", "reply": ember.generate(comment), "worst": worst}


def moderate_all(comments: list[str]) -> list[str]:
    """Score comments together, and answer only those that pass."""
    rows = ember.score(comments, ["fine", "rude"])
    replies: list[str] = []
    for comment, (fine, rude) in zip(comments, rows, strict=True):
        if rude > fine:
            replies.append("[removed]")
        else:
            replies.append(ember.generate(f"Reply to: {comment}"))
    return replies


def masked_letter(letter: str) -> str:
    """Ask about a letter without its addresses, and put them back into the answer."""
    masked = ember.redact(letter, "email", "phone")
    reply = ember.generate(f"Answer this letter: {masked.text}\nKeep what is in brackets.")
    if "[EMAIL_1]" not in reply and "[EMAIL_1]" in masked.text:
        reply += "\nSent to [EMAIL_1]"
    return masked.restore(reply)


@dataclass
class Reply:
    """A letter, and how it is to be sent."""

    text: str
    by_post: bool


def masked_letters(letters: list[str]) -> list[str]:
    """Masked letters, typed replies, and one line for each."""
    lines: list[str] = []
    for number, letter in enumerate(letters, start=1):
        masked = ember.redact(letter, "email", label="internal")
        reply = ember.generate(f"Answer: {masked.text}", schema=Reply)
        way = "post" if reply.by_post else masked.restore("[EMAIL_1]")
        lines.append(f"{number}. by {way}: {masked.restore(reply.text)}")
    return lines


POST = ["Write to ann@example.org or call 030 1234567.", "Where is my cat? bob@example.org"]

PROGRAMS = [
    Written(interview, (("the fire",), ("the letter",))),
    Written(debate_of_chats, (("Cats are better than dogs.",), ("Schools should open late.",))),
    Written(summarizing_memory, ((["Hi", "I am Ann", "Who am I?", "Bye"],), (["Hi"],))),
    Written(describe_pictures, (("Where is it?",), ("Is it safe?",))),
    Written(alt_texts, ((PICTURES,), (PICTURES[:1],))),
    Written(moderate, (("You are all fools",), ("Buy now!",))),
    Written(moderate_all, ((["Hi", "You fool"],), (["Nice"],), ([],))),
    Written(masked_letter, ((POST[0],), (POST[1],), ("No address",))),
    Written(masked_letters, ((POST,), (POST[:1],))),
]
