"""Searching among thoughts: trees, beams, and the best of many."""

from __future__ import annotations

import re
from dataclasses import dataclass

import ember_mlir as ember

from .written import Written

PUZZLES = (
    ("Use 4, 7, 8 and 8 to make 24.",),
    ("Three boxes, one prize, every label is wrong. Which one do you open?",),
)


def rate(state: str) -> int:
    """The first number in the model's rating; 0 if there is none."""
    text = ember.generate(f"{state}\n\nRate this from 1 to 10. Only the number.", temperature=0)
    found = re.findall(r"\d+", text)
    return int(found[0]) if found else 0


def tree_of_thoughts(problem: str) -> str:
    """Breadth-first search over thoughts, keeping the best two of each level."""
    frontier = [f"Problem: {problem}"]
    for depth in range(1, 4):
        candidates: list[tuple[int, str]] = []
        for state in frontier:
            for k in range(2):
                thought = ember.generate(
                    f"{state}\nStep {depth}, option {k + 1}. Propose the next thought.",
                    temperature=0.9,
                )
                child = f"{state}\n{depth}. {thought}"
                candidates.append((rate(child), child))
        candidates.sort(key=lambda pair: pair[0], reverse=True)
        frontier = [state for _, state in candidates[:2]]
    return ember.generate(f"{frontier[0]}\nWhat is the final answer?")


def best_of_n(prompt: str, n: int) -> tuple[str, int]:
    """Write several drafts, grade each, and keep the one with the highest grade."""
    drafts = [ember.generate(prompt, temperature=1.0) for _ in range(n)]
    grades = [rate(f"Text: {draft}") for draft in drafts]
    best = max(range(n), key=lambda i: grades[i])
    return drafts[best], grades[best]


def solve(problem: str, depth: int) -> str:
    """Solve at once if it is simple, else split it in two and combine."""
    if depth == 0:
        return ember.generate(f"Solve: {problem}")
    simple = ember.generate(f"Is this simple enough to solve at once? Answer yes or no: {problem}")
    if simple.lower().startswith("yes"):
        return ember.generate(f"Solve: {problem}")
    first = ember.generate(f"State the first half of this problem: {problem}")
    second = ember.generate(f"State the second half of this problem: {problem}")
    return ember.generate(
        f"Combine these for '{problem}':\n1. {solve(first, depth - 1)}\n"
        f"2. {solve(second, depth - 1)}"
    )


def divide_and_conquer(problem: str) -> str:
    """Split a problem recursively, at most two levels deep."""
    return solve(problem, 2)


@dataclass(frozen=True)
class Node:
    """A partial solution and its value."""

    path: tuple[str, ...]
    value: float


def expand(node: Node, goal: str) -> list[Node]:
    """The children of a node, each with its value."""
    so_far = " -> ".join(node.path) or "(start)"
    moves = ember.sample(f"Goal: {goal}\nSo far: {so_far}\nNext move?", 2, temperature=0.8)
    children: list[Node] = []
    for move in moves:
        verdict = ember.generate(
            f"Goal: {goal}\nPath: {so_far} -> {move}\n"
            "Is this sure, likely or impossible? Reply with one of: sure, likely, impossible"
        )
        value = {"sure": 1.0, "likely": 0.5}.get(verdict.strip().lower(), 0.0)
        children.append(Node((*node.path, move), node.value + value))
    return children


def beam_search(goal: str, width: int, depth: int) -> list[str]:
    """A beam search over moves that a model proposes and values."""
    beam = [Node((), 0.0)]
    for _ in range(depth):
        pool = [child for node in beam for child in expand(node, goal)]
        beam = sorted(pool, key=lambda node: -node.value)[:width]
    return list(beam[0].path)


def tournament(topic: str, entries: int) -> str:
    """Knock out slogans pairwise until one is left."""
    pool = [
        ember.generate(f"Slogan number {i} for {topic}.", temperature=1.2) for i in range(entries)
    ]
    while len(pool) > 1:
        winners: list[str] = []
        for left, right in zip(pool[::2], pool[1::2], strict=False):
            reply = ember.generate(
                f"A: {left}\nB: {right}\nWhich is better? Reply with one of: A, B"
            )
            winners.append(left if reply.strip().upper().startswith("A") else right)
        if len(pool) % 2:
            winners.append(pool[-1])
        pool = winners
    return pool[0]


PROGRAMS = [
    Written(tree_of_thoughts, PUZZLES),
    Written(best_of_n, (("Write a haiku about rain.", 4), ("Name a bakery.", 2))),
    Written(divide_and_conquer, PUZZLES),
    Written(beam_search, (("Get out of the maze", 2, 2), ("Sort the shelf", 1, 3))),
    Written(tournament, (("a bicycle shop", 5), ("a library", 4))),
]
