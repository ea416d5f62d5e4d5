"""Programs of the corpus as a good engineer writes them by hand with asyncio.

Each was written from the text of its program alone, before the compiled program was measured:
what does not depend on one another is asked at once, and what is not needed any more is
cancelled where that is natural.
"""

from __future__ import annotations

import json
import re
import statistics
import textwrap
from asyncio import Task, create_task, gather
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

from ember_mlir.frontend.narrowing import is_exact_dict
from ember_mlir.frontend.toolbox import tool_of
from ember_mlir.providers import Message, Tool, ToolCall
from ember_mlir.tools.bench.effects_by_hand import ByHand
from ember_mlir.tools.bench.effects_by_hand import Client as AskingClient

from . import acting
from .coding import CHECKS
from .embedding import cosine
from .retrieving import overlap
from .voting import extract_answer


class Client(AskingClient, Protocol):
    """A library for asking models that can converse, too."""

    async def turn(
        self,
        messages: Sequence[Message],
        tools: Sequence[Tool],
        *,
        model: str = "small",
        temperature: float | None = None,
    ) -> Message:
        """The next turn of a conversation, which may ask for tools."""
        ...


def says_yes(reply: str) -> bool:
    """Whether a reply begins with yes."""
    return reply.strip().lower().startswith("yes")


async def self_consistency(client: Client, question: str) -> str:
    """Five chains at once."""
    prompt = f"{question}\nThink step by step, then write 'Answer:' and the number."
    chains = await gather(*[client.generate(prompt, temperature=0.8) for _ in range(5)])
    return Counter([extract_answer(chain) for chain in chains]).most_common(1)[0][0]


async def weighted_vote(client: Client, question: str) -> tuple[str, float]:
    """Each model answers and rates itself beside the others."""

    async def opinion(model: str) -> tuple[str, float]:
        answer = await client.generate(f"{question}\nAnswer in one word.", model=model)
        rating = await client.generate(
            f"Q: {question}\nA: {answer}\nHow sure are you? Give a number from 0 to 100.",
            model=model,
        )
        try:
            confidence = float(rating.strip().rstrip("%")) / 100
        except ValueError:
            confidence = 0.5
        return answer.strip().lower(), confidence

    weights: dict[str, float] = defaultdict(float)
    for answer, confidence in await gather(*map(opinion, ("small", "medium", "large"))):
        weights[answer] += confidence
    best = max(weights, key=lambda answer: weights[answer])
    return best, round(weights[best], 3)


async def multi_agent_consensus(client: Client, question: str) -> str:
    """All agents of a round at once."""
    names = ["optimist", "skeptic", "pragmatist"]
    answers = await gather(
        *[client.generate(f"As the {name}, answer yes or no: {question}") for name in names]
    )
    for _ in range(2):
        if len({answer.strip().lower() for answer in answers}) == 1:
            break
        prompts: list[str] = []
        for name, own in zip(names, answers, strict=True):
            pairs = zip(names, answers, strict=True)
            others = "\n".join(f"- {other}: {said}" for other, said in pairs if other != name)
            prompts.append(
                f"{question}\nThe others say:\n{others}\n"
                f"You are the {name}. You said: {own}\nNow answer yes or no."
            )
        answers = await gather(*[client.generate(prompt) for prompt in prompts])
    counted = Counter(answer.strip().casefold() for answer in answers)
    most = max(counted.values())
    return next(answer for answer in answers if counted[answer.strip().casefold()] == most)


async def tree_of_thoughts(client: Client, problem: str) -> str:
    """All children of a level at once, each rated as soon as it is there."""

    async def rate(state: str) -> int:
        text = await client.generate(
            f"{state}\n\nRate this from 1 to 10. Only the number.", temperature=0
        )
        found = re.findall(r"\d+", text)
        return int(found[0]) if found else 0

    async def grow(state: str, depth: int, k: int) -> tuple[int, str]:
        thought = await client.generate(
            f"{state}\nStep {depth}, option {k + 1}. Propose the next thought.", temperature=0.9
        )
        child = f"{state}\n{depth}. {thought}"
        return await rate(child), child

    frontier = [f"Problem: {problem}"]
    for depth in range(1, 4):
        candidates = await gather(*[grow(s, depth, k) for s in frontier for k in range(2)])
        ranked = sorted(candidates, key=lambda pair: pair[0], reverse=True)
        frontier = [state for _, state in ranked[:2]]
    return await client.generate(f"{frontier[0]}\nWhat is the final answer?")


async def rag_with_reranking(client: Client, question: str, passages: list[str]) -> str:
    """All passages are scored at once."""

    async def score(passage: str) -> tuple[float, str]:
        reply = await client.generate(
            f"Question: {question}\nPassage: {passage}\nHow relevant, from 0 to 10?", temperature=0
        )
        try:
            return float(reply), passage
        except ValueError:
            return 0.0, passage

    hits = sorted(passages, key=lambda p: overlap(question, p), reverse=True)[:4]
    scored = sorted(await gather(*map(score, hits)), reverse=True)
    context = "\n".join(f"[{i}] {p}" for i, (_, p) in enumerate(scored[:2], 1))
    return await client.generate(f"{context}\n\nAnswer from the passages only.\nQ: {question}\nA:")


async def hierarchical_summary(client: Client, paragraph: str) -> str:
    """All chunks at once, and all groups of a level at once."""
    chunks = textwrap.wrap(paragraph, 60)
    texts = await gather(*[client.generate(f"Summarize: {c}", max_tokens=30) for c in chunks])
    while len(texts) > 1:
        texts = await gather(
            *[
                client.generate("Merge:\n" + "\n---\n".join(texts[i : i + 2]))
                for i in range(0, len(texts), 2)
            ]
        )
    return texts[0]


async def judge_panel(client: Client, task: str) -> tuple[str, float]:
    """Each draft goes to all judges as soon as it is there."""
    characters = ["a strict teacher", "a kind aunt", "a busy editor"]

    async def grade(character: str, text: str) -> int:
        reply = await client.generate(
            f"You are {character}. Grade from 1 to 10:\n{text}", temperature=0
        )
        digits = "".join(c for c in reply if c.isdigit())
        return min(int(digits), 10) if digits else 5

    async def graded() -> tuple[str, float]:
        draft = await client.generate(task, temperature=0.9)
        return draft, statistics.median(await gather(*[grade(one, draft) for one in characters]))

    first, second = await gather(graded(), graded())
    return first if first[1] >= second[1] else second


async def code_review(client: Client, paths: list[str], changes: list[str]) -> str:
    """All files and kinds of problems at once."""
    asked = [
        (path, kind, instruction, change)
        for path, change in zip(paths, changes, strict=True)
        if not path.endswith(".md")
        for kind, instruction in CHECKS.items()
    ]
    findings = await gather(
        *[
            client.generate(f"{instruction} in this change to {path}, or reply OK.\n{change}")
            for path, _, instruction, change in asked
        ]
    )
    comments = [
        f"{path} ({kind}): {finding.strip()}"
        for (path, kind, _, _), finding in zip(asked, findings, strict=True)
        if finding.strip() != "OK"
    ]
    if not comments:
        return "LGTM"
    prompt = "Which comment matters most?\n" + "\n".join(comments)
    worst = await client.generate(prompt, model="large")
    return f"{len(comments)} comments. First of all: {worst}"


async def parallel_guards(client: Client, message: str) -> str:
    """Guards and answer at once; the answer is given up as soon as the guards object."""
    guards = ["violence", "private data", "medical advice"]
    answer: Task[str] = create_task(_text(client.generate(message, model="large")))
    flags = await gather(
        *[
            client.generate(f"Does this contain {topic}? Answer yes or no.\n{message}")
            for topic in guards
        ]
    )
    hits = [topic for topic, flag in zip(guards, flags, strict=True) if says_yes(flag)]
    if hits:
        answer.cancel()
        return f"Blocked: {', '.join(hits)}"
    return await answer


async def pivot_translation(client: Client, sentence: str) -> str:
    """All pivots at once."""

    async def over(pivot: str) -> str:
        middle = await client.generate(f"Translate to {pivot}: {sentence}")
        text = await client.generate(f"Translate from {pivot} to Danish: {middle}")
        return f"{pivot}: {text}"

    table = "\n".join(await gather(*map(over, ("English", "Spanish", "Latin"))))
    return await client.generate(f"Merge these into the best Danish sentence:\n{table}")


async def corrective_rag(client: Client, question: str, passages: list[str]) -> str:
    """All passages are judged at once."""
    for attempt in range(2):
        replies = await gather(
            *[
                client.generate(f"Is '{passage}' relevant to '{question}'? yes or no")
                for passage in passages
            ]
        )
        pairs = zip(passages, replies, strict=True)
        relevant = [passage for passage, reply in pairs if "yes" in reply.lower()]
        if relevant:
            notes = "\n".join(f"- {p}" for p in relevant)
            return await client.generate(f"Notes:\n{notes}\nQ: {question}\nA:")
        if attempt == 0:
            question = await client.generate(f"Rewrite for better retrieval: {question}")
    return await client.generate(f"From memory: {question}")


async def skeleton_of_thought(client: Client, question: str) -> str:
    """All points at once."""

    async def expand(number: int, point: str) -> str:
        text = await client.generate(f"{question}\nPoint {number}: {point}\nWrite two sentences.")
        return f"{number}. {text}"

    skeleton = await client.generate(f"{question}\nList short points, one per line.")
    points = [line for line in skeleton.splitlines() if line][:4]
    if not points:
        return "nothing to say"
    return "\n".join(await gather(*[expand(n, point) for n, point in enumerate(points, 1)]))


async def mail_merge(client: Client, names: list[str], notes: list[str]) -> list[str]:
    """All customers at once."""

    async def letter(name: str, note: str) -> str:
        wants = await client.generate(f"Would {name} like an offer? Answer yes or no. Note: {note}")
        offer = ""
        if "yes" in wants.lower():
            offer = " Offer: " + await client.generate(f"One offer for somebody who says: {note}")
        return await client.generate(f"Write a letter to {name}.{offer}")

    return list(await gather(*map(letter, names, notes)))


async def model_cascade(client: Client, question: str) -> tuple[str, str]:
    """One model after the other: each is asked only if the one before was not good enough."""
    for model in ("small", "medium"):
        answer = await client.generate(f"Q: {question}\nA:", model=model)
        check = f"Q: {question}\nA: {answer}\nIs this right? Answer yes or no."
        if says_yes(await client.generate(check, model=model)):
            return model, answer
    return "large", await client.generate(f"Q: {question}\nA:", model="large")


async def rag_top_k(client: Client, question: str, passages: list[str]) -> str:
    """The question is embedded beside the passages, which are one request."""
    (query,), vectors = await gather(client.embed([question]), client.embed(passages))
    ranked = sorted(range(len(passages)), key=lambda i: -cosine(query, vectors[i]))
    context = "\n".join(f"[{n}] {passages[i]}" for n, i in enumerate(ranked[:2], 1))
    return await client.generate(f"{context}\n\nQ: {question}\nA:", temperature=0)


async def rag_over_an_index(client: Client, question: str, passages: list[str]) -> str:
    """The queries are one request, as all of them are needed for the answer."""

    async def queries() -> list[tuple[float, ...]]:
        prompts = [f"Rephrase (variant {n}): {question}" for n in range(2)]
        asked = await gather(*[client.generate(prompt, temperature=0.8) for prompt in prompts])
        return await client.embed([question, *asked])

    vectors, wanted = await gather(client.embed(passages), queries())
    hits: dict[str, None] = {}
    for query in wanted:
        ranked = sorted(range(len(passages)), key=lambda i: -cosine(query, vectors[i]))
        hits.update(dict.fromkeys(passages[i] for i in ranked[:2]))
    return await client.generate("\n".join(hits) + f"\n\nQ: {question}\nA:", model="large")


class Helper(NamedTuple):
    """A tool of an agent by hand: its description, and what it does with its arguments."""

    tool: Tool
    arguments: Mapping[str, type]
    call: Callable[..., Awaitable[str]]


async def run_agent(
    client: Client,
    prompt: str,
    helpers: Sequence[Helper],
    most: int,
    system: str | None = None,
    model: str = "small",
) -> str | None:
    """The loop of an agent, all calls of a turn at once; None if it does not come to an end."""

    async def result(call: ToolCall) -> Message:
        return Message("tool", (await called(helpers, call),), (), call.id)

    talk = [Message("system", (system,))] if system else []
    talk.append(Message("user", (prompt,)))
    tools = [helper.tool for helper in helpers]
    for step in range(most):
        turn = await client.turn(talk, tools, model=model, temperature=0)
        if not turn.tool_calls:
            return turn.text
        if step < most - 1:
            talk += [turn, *await gather(*map(result, turn.tool_calls))]
    return None


async def called(helpers: Sequence[Helper], call: ToolCall) -> str:
    """What a tool gives, or what is wrong with the call."""
    helper = next((one for one in helpers if one.tool.name == call.tool), None)
    if helper is None:
        return f"There is no tool '{call.tool}'."
    try:
        read: object = json.loads(call.arguments)
    except ValueError:
        read = None
    given = read if is_exact_dict(read) else {}
    if {name: type(value) for name, value in given.items()} != helper.arguments:
        return f"The arguments of '{call.tool}' must fit its schema, but do not."
    return await helper.call(*given.values())


async def planner_with_agents(client: Client, goal: str) -> str:
    """Agents whose tools are agents."""

    async def search(query: str) -> str:
        return await client.generate(f"Write an article about {query}.", temperature=0)

    async def summarize(text: str, words: int) -> str:
        return await client.generate(f"Summarize in {words} words: {text}", temperature=0)

    searching = Helper(tool_of(acting.search), {"query": str}, search)
    shortening = Helper(tool_of(acting.summarize), {"text": str, "words": int}, summarize)

    async def research(topic: str) -> str:
        prompt = f"Find out about {topic}."
        helpers = [searching, shortening]
        found = await run_agent(client, prompt, helpers, 3, "You find facts.")
        return "Nothing was found." if found is None else found

    async def criticize(claim: str) -> str:
        prompt = f"What is wrong with this? {claim}"
        found = await run_agent(client, prompt, [searching], 2, "You find mistakes.", "large")
        return "No mistake was found." if found is None else found

    helpers = [
        Helper(tool_of(acting.research), {"topic": str}, research),
        Helper(tool_of(acting.criticize), {"claim": str}, criticize),
    ]
    report = await run_agent(client, f"Write a report: {goal}", helpers, 3, model="large")
    if report is None:
        return await client.generate(f"Write a report without help: {goal}", model="large")
    return report


async def _text(awaited: Awaitable[str]) -> str:
    return await awaited


RIVALS: Mapping[str, ByHand] = {
    function.__name__: function
    for function in (
        self_consistency,
        weighted_vote,
        multi_agent_consensus,
        tree_of_thoughts,
        rag_with_reranking,
        hierarchical_summary,
        judge_panel,
        code_review,
        parallel_guards,
        pivot_translation,
        corrective_rag,
        skeleton_of_thought,
        mail_merge,
        model_cascade,
        rag_top_k,
        rag_over_an_index,
        planner_with_agents,
    )
}
"""Each rival by the name of its program."""
