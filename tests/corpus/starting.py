"""Calls that are started and waited for: tasks, groups of them, pools of threads."""

from __future__ import annotations

import asyncio
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed

import ember_mlir as ember

from .written import Written


async def summary_of(text: str) -> str:
    return ember.generate(f"Summarize:\n{text}")


async def tasks_in_a_list(docs: list[str]) -> str:
    """Tasks that are made first and awaited later."""
    tasks = [asyncio.create_task(summary_of(doc)) for doc in docs]
    summaries = [await task for task in tasks]
    return ember.generate("Combine:\n" + "\n---\n".join(summaries))


async def pro_and_con(question: str) -> str:
    """Two tasks of a group, and a decision."""
    async with asyncio.TaskGroup() as group:
        pro = group.create_task(summary_of(f"arguments for {question}"))
        con = group.create_task(summary_of(f"arguments against {question}"), name="con")
    return ember.generate(f"For: {pro.result()}\nAgainst: {con.result()}\nDecide.")


def label_of(text: str) -> str:
    answer = ember.generate(f"Is this one of: spam, ham\n{text}", temperature=0)
    return answer.strip().lower()


def labels_of_a_pool(texts: list[str]) -> dict[str, int]:
    """Labels that threads ask for, counted."""
    with ThreadPoolExecutor(max_workers=8) as pool:
        labels = list(pool.map(label_of, texts))
    return dict(Counter(labels))


def opinions_as_completed(question: str) -> str:
    """Opinions of a few, in a dict of futures."""
    opinions: dict[str, str] = {}
    with ThreadPoolExecutor() as executor:
        futures = {
            executor.submit(ember.generate, f"As {persona}: {question}"): persona
            for persona in ("a lawyer", "a doctor", "an engineer")
        }
        for future in as_completed(futures):
            opinions[futures[future]] = future.result()
    merged = "\n".join(f"{persona}: {opinions[persona]}" for persona in sorted(opinions))
    return ember.generate(f"Merge these opinions:\n{merged}")


async def careful(text: str) -> str:
    try:
        stars = int(ember.generate(f"How good is this, as a number? {text}"))
    except ValueError:
        return "no stars"
    return f"{stars} stars"


async def stars_with_errors(texts: list[str]) -> list[str]:
    """Tasks that take their own errors, in program order."""
    tasks: list[asyncio.Task[str]] = []
    for text in texts:
        if text:
            tasks.append(asyncio.create_task(careful(text)))
    return [f"{number}. {one}" for number, one in enumerate(await asyncio.gather(*tasks), 1)]


TEXTS: tuple[list[str], ...] = (
    ["A text.", "Another, longer text.", "Third"],
    [],
    ["one", "", "one"],
)
QUESTIONS = (("Should we move?",), ("Why do cats purr?",))
PROGRAMS = [
    Written(tasks_in_a_list, [(texts,) for texts in TEXTS]),
    Written(pro_and_con, QUESTIONS),
    Written(labels_of_a_pool, [(texts,) for texts in TEXTS]),
    Written(opinions_as_completed, QUESTIONS),
    Written(stars_with_errors, [(texts,) for texts in TEXTS]),
]
