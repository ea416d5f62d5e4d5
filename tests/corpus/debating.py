"""Several voices that talk to one another before somebody decides."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import ember_mlir as ember

from .written import Written


@dataclass
class Debater:
    """One side of a debate, and what it has said so far."""

    name: str
    stance: str
    said: list[str] = field(default_factory=list[str])

    def speak(self, motion: str, opponent: str) -> str:
        """Say something against the last words of the opponent."""
        prompt = f"You are {self.name} and argue {self.stance} the motion '{motion}'."
        if opponent:
            prompt += f"\nYour opponent just said: {opponent}\nRebut it."
        argument = ember.generate(prompt, temperature=0.7, max_tokens=80)
        self.said.append(argument)
        return argument


def two_sided_debate(motion: str, rounds: int) -> dict[str, object]:
    """Two debaters take turns; a judge reads the transcript and names a winner."""
    pro = Debater("Ada", "for")
    con = Debater("Bob", "against")
    last = ""
    for _ in range(rounds):
        last = pro.speak(motion, last)
        last = con.speak(motion, last)
    transcript = "\n".join(
        f"{pro.name}: {a}\n{con.name}: {b}" for a, b in zip(pro.said, con.said, strict=True)
    )
    verdict = ember.generate(
        f"{transcript}\n\nWho won? Reply with one of: {pro.name}, {con.name}",
        model="large",
        temperature=0,
    )
    winner = pro.name if pro.name.lower() in verdict.lower() else con.name
    return {"winner": winner, "turns": len(pro.said) + len(con.said), "last": last}


def multi_agent_consensus(question: str) -> str:
    """Agents revise their answers after reading the others, until all say the same."""
    names = ["optimist", "skeptic", "pragmatist"]
    answers = {
        name: ember.generate(f"As the {name}, answer yes or no: {question}") for name in names
    }
    for _ in range(2):
        if len({answer.strip().lower() for answer in answers.values()}) == 1:
            break
        revised: dict[str, str] = {}
        for name in names:
            others = "\n".join(f"- {other}: {answers[other]}" for other in names if other != name)
            revised[name] = ember.generate(
                f"{question}\nThe others say:\n{others}\n"
                f"You are the {name}. You said: {answers[name]}\nNow answer yes or no."
            )
        answers = revised
    return ember.vote(list(answers.values()))


async def argue(side: str, topic: str, points: int) -> list[str]:
    """Some arguments of one side."""
    return [
        ember.generate(f"Argument {i + 1} {side} '{topic}', in one sentence.")
        for i in range(points)
    ]


async def pros_and_cons(topic: str) -> str:
    """Collect arguments of both sides at once and weigh them."""
    pros, cons = await asyncio.gather(argue("for", topic, 3), argue("against", topic, 3))
    lines = ["Pros:"] + [f"+ {p}" for p in pros] + ["Cons:"] + [f"- {c}" for c in cons]
    return ember.generate("\n".join(lines) + "\n\nIn one paragraph, what is the balance?")


def devils_advocate(claim: str) -> str:
    """Attack a claim until the critic runs out of objections."""
    defence = ember.generate(f"Defend this claim in two sentences: {claim}")
    objections = 0
    while objections < 4:
        objection = ember.generate(
            f"Claim: {claim}\nDefence: {defence}\n"
            "Raise the strongest objection, or reply NONE if there is none."
        )
        if objection.strip().upper().startswith("NONE"):
            break
        objections += 1
        defence = ember.generate(
            f"Claim: {claim}\nDefence: {defence}\nObjection: {objection}\nImprove the defence."
        )
    return f"{defence} ({objections} objections)"


MOTIONS = (
    ("Homework should be abolished", 2),
    ("Cities should ban private cars", 1),
)

PROGRAMS = [
    Written(two_sided_debate, MOTIONS),
    Written(multi_agent_consensus, (("Is a hot dog a sandwich?",), ("Is zero even?",))),
    Written(pros_and_cons, (("remote work",), ("school uniforms",))),
    Written(devils_advocate, (("All software should be free",), ("Cats are better than dogs",))),
]
