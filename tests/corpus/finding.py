"""What is found step by step: pipelines, ranks, graphs, further questions, prompts that win."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter

import ember_mlir as ember

from .written import Written

DOCUMENTS = ["Bees dance.", "Ants dig.", "Birds fly south in winter.", "Whales sing songs."]

Component = Callable[[Mapping[str, str]], dict[str, str]]


class Retriever:
    """Finds the documents that are nearest to a query."""

    def __init__(self, documents: list[str]) -> None:
        self.documents = documents

    def __call__(self, data: Mapping[str, str]) -> dict[str, str]:
        return {"documents": "\n".join(ember.top_k(data["query"], self.documents, 2))}


class PromptBuilder:
    """Fills a template."""

    def __init__(self, template: str) -> None:
        self.template = template

    def __call__(self, data: Mapping[str, str]) -> dict[str, str]:
        return {"prompt": self.template.format(**data)}


def generator(data: Mapping[str, str]) -> dict[str, str]:
    return {"reply": ember.generate(data["prompt"])}


class Pipeline:
    """Components, each of which adds to what is known."""

    def __init__(self) -> None:
        self.components: dict[str, Component] = {}

    def add(self, name: str, component: Component) -> Pipeline:
        self.components[name] = component
        return self

    def run(self, **data: str) -> dict[str, str]:
        for component in self.components.values():
            data.update(component(data))
        return data


def pipeline_of_components(query: str) -> str:
    """A pipeline that is put together, and run on named inputs."""
    pipeline = (
        Pipeline()
        .add("retriever", Retriever(DOCUMENTS))
        .add("prompt", PromptBuilder("Documents:\n{documents}\n\nQuestion: {query}"))
        .add("model", generator)
    )
    return pipeline.run(query=query)["reply"]


def fusion_of_ranks(query: str) -> list[str]:
    """Other ways to ask, whose ranks count together."""
    others = ember.generate(f"Write other ways to ask, one per line: {query}").split("\n")
    scores: dict[str, float] = defaultdict(float)
    for one in [query, *others[:3]]:
        for rank, document in enumerate(ember.top_k(one, DOCUMENTS, 3)):
            scores[document] += 1.0 / (60 + rank)
    ranked = sorted(scores.items(), key=itemgetter(1), reverse=True)
    return [document for document, _ in ranked][:2]


def compressed_context(question: str, passages: list[str]) -> str:
    """Only what matters of each passage is kept."""
    kept: list[str] = []
    for passage in passages:
        extract = ember.generate(f"What is on '{question}' here?\n{passage}\nElse reply NOTHING.")
        if extract.strip() == "NOTHING":
            continue
        kept.append(extract)
    if len(kept) == 0:
        return ember.generate(question)
    return ember.generate("\n\n".join(kept) + f"\n\nQuestion: {question}")


def knowledge_graph(texts: list[str]) -> str:
    """Edges of a graph, each once, by where they begin."""
    edges: dict[str, list[str]] = defaultdict(list)
    seen: set[tuple[str, str]] = set()
    for text in texts:
        for line in ember.generate(f"Relations as 'aspect: sentiment', one per line: {text}").split(
            "\n"
        ):
            start, _, end = line.partition(":")
            edge = (start.strip().lower(), end.strip().lower())
            if edge in seen or not end:
                continue
            seen.add(edge)
            edges[start.strip()].append(end.strip())
    lines = [f"{start} -> {', '.join(ends)}" for start, ends in edges.items()]
    return ember.generate("Describe this graph:\n" + "\n".join(lines))


def cosine_of(one: Sequence[float], other: Sequence[float]) -> float:
    dot = sum(x * y for x, y in zip(one, other, strict=True))
    size = math.sqrt(sum(x * x for x in one)) * math.sqrt(sum(y * y for y in other))
    return dot / (size or 1.0)


def ideas_without_twins(ideas: list[str]) -> list[str]:
    """Ideas that are improved, and kept if none is like them."""
    kept: list[tuple[str, Sequence[float]]] = []
    for idea in ideas:
        better = ember.generate(f"Improve this idea: {idea}")
        vector = ember.embed(better)
        if all(cosine_of(vector, other) < 0.9 for _, other in kept):
            kept.append((better, vector))
    return [idea for idea, _ in kept]


def self_ask(question: str) -> str:
    """Follow-up questions, until there is a final answer."""
    pad = f"Question: {question}\nAre follow up questions needed here:"
    for _ in range(4):
        out = ember.generate(f"{pad}\n'play <song>' or stop?")
        pad += " " + out
        if "stop" in out:
            return pad.split("Question:")[-1].strip()
        if "play" not in out:
            break
        follow_up = out.split("play")[1].split("\n")[0].strip()
        pad += f"\nIntermediate answer: {ember.generate(follow_up)}"
    return ember.generate(pad + "\nSo the final answer is:").strip()


def weights_until_clear(question: str, budget: int = 5) -> str:
    """Answers with a confidence, until one has enough of it or the budget is over."""
    weights: dict[str, float] = defaultdict(float)
    calls = 0
    while calls < budget:
        answer = ember.generate(f"{question} yes or no?")
        sure = ember.generate(f"{question} {answer}. How sure are you, as a number?")
        calls += 1
        weights[answer] += int(sure) / 10 if sure.isdigit() else 0.5
        if max(weights.values()) > 1.5:
            break
    winner, weight = max(weights.items(), key=itemgetter(1))
    return f"{winner} [{weight:.2f} in {calls} calls]"


def bandit_over_prompts(tasks: list[str]) -> dict[str, float]:
    """Prompts of which the one that has won most is tried next."""
    arms = ["Be brief.", "Think step by step.", "Answer like an expert."]
    wins = [0] * len(arms)
    pulls = [0] * len(arms)
    for number, task in enumerate(tasks):
        if number < len(arms):
            arm = number
        else:
            arm = max(range(len(arms)), key=lambda one: wins[one] / max(pulls[one], 1))
        answer = ember.generate(f"{arms[arm]}\n{task}")
        pulls[arm] += 1
        if "yes" in ember.generate(f"Is this good, yes or no?\n{answer}").lower():
            wins[arm] += 1
    rows = zip(arms, wins, pulls, strict=True)
    return {arm: round(won / pulled, 2) if pulled else 0.0 for arm, won, pulled in rows}


QUESTIONS = (("Why do bees dance?",), ("Who sings?",))
TEXTS: tuple[list[str], ...] = (["A text.", "Another.", "A text."], ["one"], [])
PROGRAMS = [
    Written(pipeline_of_components, QUESTIONS),
    Written(fusion_of_ranks, QUESTIONS),
    Written(compressed_context, (("Why?", DOCUMENTS), ("Who?", []), ("Who?", ["We."]))),
    Written(knowledge_graph, [(texts,) for texts in TEXTS]),
    Written(ideas_without_twins, [(texts,) for texts in TEXTS]),
    Written(self_ask, QUESTIONS),
    Written(weights_until_clear, QUESTIONS),
    Written(bandit_over_prompts, [([*texts, "more", "yet more"],) for texts in TEXTS]),
]
