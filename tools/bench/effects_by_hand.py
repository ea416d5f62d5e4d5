"""The examples as a good programmer writes them by hand, with `asyncio.gather`.

Each is written from the text of its example alone: what does not depend on one another
is asked at once, in the obvious way, and nothing else is clever.
"""

from __future__ import annotations

from asyncio import gather
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from ember_mlir.errors import ParseError
from ember_mlir.grammars import Grammar
from ember_mlir.semantics import Vector, top_k


class Client(Protocol):
    """What a library for asking models offers."""

    async def generate(
        self,
        prompt: str,
        *,
        model: str = "small",
        temperature: float | None = None,
        max_tokens: int | None = None,
        grammar: Grammar | None = None,
    ) -> str:
        """One answer to a prompt."""
        ...

    async def embed(self, texts: Sequence[str], *, model: str = "small") -> list[Vector]:
        """The embeddings of some texts, in one request."""
        ...


ByHand = Callable[..., Awaitable[object]]


async def ensemble(client: Client, question: str) -> str:
    """docs/examples/ensemble.mlir."""
    prompt = f"Q: {question}\nA:"
    drafts = await gather(
        *[client.generate(prompt, temperature=0.7, max_tokens=16) for _ in range(5)]
    )
    return most_common(drafts)


async def five_drafts(client: Client, question: str) -> str:
    """docs/examples/five_drafts.py."""
    prompt = f"Q: {question}\nA:"
    return most_common(await gather(*[client.generate(prompt, temperature=0.7) for _ in range(5)]))


async def map_reduce(client: Client, docs: list[str]) -> str:
    """docs/examples/map_reduce.mlir."""

    async def note(doc: str) -> str:
        prompt = f"Summarize in two sentences:\n{doc}"
        return await client.generate(prompt, temperature=0, max_tokens=64)

    async def merge(group: list[str]) -> str:
        if len(group) == 1:
            return group[0]
        notes = "\n".join(group)
        prompt = f"Merge these notes into one summary of two sentences:\n{notes}"
        return await client.generate(prompt, temperature=0.7, max_tokens=64)

    notes = await gather(*[note(doc) for doc in docs])
    while len(notes) > 1:
        notes = await gather(*[merge(notes[i : i + 4]) for i in range(0, len(notes), 4)])
    return notes[0]


async def debate(client: Client, motion: str) -> tuple[str, str, str]:
    """docs/examples/debate.py."""

    async def opening(side: str) -> str:
        prompt = f"Summarize in one sentence what speaks {side} this motion:\n\n{motion}"
        return await client.generate(prompt, model="medium", temperature=0.8, max_tokens=60)

    async def rebuttal(side: str, own: str, other: str) -> str:
        prompt = (
            f"You are {side} this motion:\n\n{motion}\n\n"
            f"You have said: {own}\nYour opponent says: {other}\n\n"
            "Answer your opponent: which fact matters most?"
        )
        return await client.generate(prompt, model="medium", temperature=0.8, max_tokens=60)

    pro, contra = await gather(opening("for"), opening("against"))
    for _ in range(2):
        pro, contra = await gather(rebuttal("for", pro, contra), rebuttal("against", contra, pro))
    prompt = (
        f"Two sides have debated this motion:\n\n{motion}\n\n"
        f"Pro: {pro}\n\nContra: {contra}\n\n"
        "Which side has argued better? Answer pro or contra."
    )
    verdict = await client.generate(prompt, model="large", temperature=0, max_tokens=4)
    return pro, contra, verdict


async def judge_panel(client: Client, question: str) -> tuple[list[str], str]:
    """docs/examples/judge_panel.py."""

    async def vote(judge: str) -> str:
        ballot = (
            f"You are {judge}. Three answers were given to this question:\n\n{question}\n\n"
            f"{listed}\n\nReply with the number of the best answer."
        )
        return await client.generate(ballot, model="medium", temperature=0.3, max_tokens=4)

    prompt = f"Q: {question}\nA:"
    answers = await gather(
        *[
            client.generate(prompt, model=model, temperature=0.7, max_tokens=32)
            for model in ("small", "medium", "large")
        ]
    )
    listed = "\n".join([f"{number}. {answer}" for number, answer in enumerate(answers, 1)])
    votes = await gather(
        vote("a careful mathematician"),
        vote("a teacher who checks every step"),
        vote("an examiner in a hurry"),
    )
    return list(answers), most_common(votes)


async def document_qa(client: Client, document: str, questions: list[str]) -> list[str]:
    """docs/examples/document_qa.py."""

    async def summary() -> str:
        prompt = f"Summarize this document in three sentences:\n\n{document}"
        return await client.generate(prompt, model="medium", temperature=0, max_tokens=120)

    async def answer(question: str) -> str:
        prompt = (
            f"Document:\n{document}\n\nIn short: {await summary()}\n\n"
            f"Answer from the document only.\nQ: {question}\nA:"
        )
        return await client.generate(prompt, temperature=0, max_tokens=60)

    return await gather(*[answer(question) for question in questions])


async def cascade(client: Client, question: str) -> str:
    """docs/examples/cascade.mlir."""
    prompt = f"Q: {question}\nA:"
    for model in ("small", "medium"):
        answer = await client.generate(prompt, model=model, temperature=0.7, max_tokens=32)
        check = f"{question}\nAnswer: {answer}\n\nIs this answer right? Reply yes or no."
        if await client.generate(check, model=model, temperature=0, max_tokens=4) == "yes":
            return answer
    return await client.generate(prompt, model="large", temperature=0, max_tokens=32)


async def letter(client: Client, letter: str) -> tuple[str, int]:
    """docs/examples/letter.mlir."""
    number = Grammar("json_schema", '{"type": "integer"}')

    async def kind() -> str:
        prompt = f"Classify the letter as complaint, question or praise.\n\n{letter}"
        one, two = await gather(
            client.generate(prompt, temperature=0.7), client.generate(prompt, temperature=0.7)
        )
        return one if one == two else await client.generate(prompt, model="large", temperature=0)

    async def order() -> int:
        prompt = f"Extract the number of the order.\n\n{letter}"
        for _ in range(4):
            found = await client.generate(prompt, model="large", temperature=0.5, grammar=number)
            if found.strip().isdecimal():
                return int(found)
        raise ParseError("no answer was a number")

    sort, number_of_order = await gather(kind(), order())
    return sort, number_of_order


async def retrieval(client: Client, question: str, notes: list[str]) -> str:
    """docs/examples/retrieval.mlir; an embedder takes many texts in one request."""
    (asked,), vectors = await gather(client.embed([question]), client.embed(notes))
    context = "\n\n".join([notes[index] for index in top_k(asked, vectors, 3)])
    prompt = f"Notes:\n{context}\n\nAnswer from the notes only.\nQ: {question}\nA:"
    return await client.generate(prompt, model="large", temperature=0, max_tokens=64)


async def triage(client: Client, letter: str) -> str:
    """docs/examples/triage.mlir."""
    kind, gist = await gather(
        client.generate(
            f"Classify the letter as complaint, question or praise.\n\n{letter}",
            temperature=0,
            max_tokens=8,
        ),
        client.generate(
            f"Summarize this letter in one sentence:\n\n{letter}", temperature=0, max_tokens=60
        ),
    )
    if kind != "complaint":
        return "Thank you for your letter. We will come back to you."
    prompt = f"A customer has written: {gist}\n\nWhat do we say about the order?"
    return await client.generate(prompt, model="large", temperature=0.7, max_tokens=120)


async def moderated(client: Client, question: str) -> str:
    """docs/examples/moderated.mlir."""
    guard = f"Classify this message as harmless or harmful.\n\n{question}"
    if await client.generate(guard, temperature=0, max_tokens=4) != "harmless":
        return "I cannot help with that."
    prompt = f"Q: {question}\nA:"
    return await client.generate(prompt, model="large", temperature=0.7, max_tokens=64)


async def twice(client: Client, question: str) -> list[str]:
    """docs/examples/twice.mlir."""
    return await gather(
        *[client.generate(question, temperature=temperature) for temperature in (0, 0, 0.7, 0.7)]
    )


async def known(client: Client, question: str) -> tuple[str, int]:
    """docs/examples/known.mlir."""
    prompt = f"You are {{brief}}. Q: {question}\nA:"
    return await client.generate(prompt, temperature=0.7), 42


def most_common(answers: Sequence[str]) -> str:
    """The answer that was given most often, of several the first."""
    return Counter(answers).most_common(1)[0][0]


BY_HAND: Mapping[str, ByHand] = {
    function.__name__: function
    for function in (
        ensemble,
        five_drafts,
        map_reduce,
        debate,
        judge_panel,
        document_qa,
        cascade,
        letter,
        retrieval,
        triage,
        moderated,
        twice,
        known,
    )
}
"""Each example by its name."""
