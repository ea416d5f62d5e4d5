"""Models that grade what models write."""

from __future__ import annotations

import itertools
import statistics
from dataclasses import dataclass

import ember_mlir as ember

from .written import Written

TASKS = (
    ("Explain photosynthesis to a child.",),
    ("Write an apology for a late delivery.",),
)


class Grader(ember.Operator[str, int]):
    """A judge with a character, who gives points."""

    def __init__(self, character: str) -> None:
        self.character = character

    def forward(self, text: str) -> int:
        reply = ember.generate(
            f"You are {self.character}. Grade from 1 to 10:\n{text}", temperature=0
        )
        digits = "".join(c for c in reply if c.isdigit())
        return min(int(digits), 10) if digits else 5


class JudgePanel(ember.Operator[str, float]):
    """Several graders; their median counts."""

    def __init__(self, characters: list[str]) -> None:
        self.graders = [Grader(character) for character in characters]

    def forward(self, text: str) -> float:
        return statistics.median(grader(text) for grader in self.graders)


PANEL = JudgePanel(["a strict teacher", "a kind aunt", "a busy editor"])


def judge_panel(task: str) -> tuple[str, float]:
    """Two drafts, a panel of judges, and the better draft with its median grade."""
    drafts = ember.sample(task, 2, temperature=0.9)
    grades = [PANEL(draft) for draft in drafts]
    winner = 0 if grades[0] >= grades[1] else 1
    return drafts[winner], grades[winner]


@dataclass
class Verdict:
    """Points for each criterion, and whether that is enough."""

    points: dict[str, int]
    passed: bool


RUBRIC = {"clarity": 2, "accuracy": 3, "tone": 1}


def rubric_grading(task: str) -> Verdict:
    """Grade an answer by a weighted rubric, one question per criterion."""
    answer = ember.generate(task)
    points: dict[str, int] = {}
    for criterion, weight in RUBRIC.items():
        reply = ember.generate(
            f"Task: {task}\nAnswer: {answer}\nIs its {criterion} good? Answer yes or no."
        )
        points[criterion] = weight if reply.strip().lower().startswith("yes") else 0
    return Verdict(points, sum(points.values()) * 2 >= sum(RUBRIC.values()))


def pairwise_ranking(candidates: list[str]) -> list[str]:
    """Compare all pairs of candidates and sort them by their wins."""
    wins = {candidate: 0 for candidate in candidates}
    for left, right in itertools.combinations(candidates, 2):
        reply = ember.generate(
            f"First: {left}\nSecond: {right}\nWhich is better? Reply with one of: first, second"
        )
        wins[left if "first" in reply.lower() else right] += 1
    return sorted(candidates, key=lambda c: (-wins[c], c))


def position_debiased(question: str) -> str:
    """Compare two answers in both orders, and trust only a verdict that stays."""
    one = ember.generate(question, model="small")
    two = ember.generate(question, model="medium")

    def better(a: str, b: str) -> str:
        return ember.generate(f"{question}\nA: {a}\nB: {b}\nReply with one of: A, B").strip()

    match (better(one, two), better(two, one)):
        case ("A", "B"):
            return one
        case ("B", "A"):
            return two
        case _:
            return ember.generate(f"{question}\nMerge '{one}' and '{two}'.", model="large")


PRINCIPLES = ["Be honest.", "Be kind.", "Be brief."]


def constitutional(task: str) -> str:
    """Critique and revise a reply by each of some principles."""
    reply = ember.generate(task)
    for principle in PRINCIPLES:
        critique = ember.generate(
            f"Principle: {principle}\nReply: {reply}\nCritique it, or reply FINE if it holds."
        )
        if critique.strip().rstrip(".") == "FINE":
            continue
        reply = ember.generate(f"Reply: {reply}\nCritique: {critique}\nRevise.")
    return reply


def reflexion(task: str) -> tuple[str, list[str]]:
    """Try, reflect on the failure, and try again with all reflections in mind."""
    lessons: list[str] = []
    answer = ""
    for trial in range(3):
        hints = "".join(f"\nLesson: {lesson}" for lesson in lessons)
        answer = ember.generate(f"{task}{hints}")
        passed = ember.generate(f"Task: {task}\nAnswer: {answer}\nIs it right? Answer yes or no.")
        if passed.strip().lower().startswith("yes"):
            break
        if trial < 2:
            lessons.append(ember.generate(f"Why did this fail? {answer}\nOne lesson:"))
    return answer, lessons


PROGRAMS = [
    Written(judge_panel, TASKS),
    Written(rubric_grading, TASKS),
    Written(pairwise_ranking, ((["tea", "coffee", "cocoa"],), (["red", "blue"],))),
    Written(position_debiased, TASKS),
    Written(constitutional, TASKS),
    Written(reflexion, TASKS),
]
