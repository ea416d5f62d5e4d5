"""Making long texts short."""

from __future__ import annotations

import asyncio
import textwrap

import ember_mlir as ember

from .written import Written

CHAPTERS = [
    "The ship left the harbour at dawn. The captain was nervous. Clouds came up in the west.",
    "The storm broke the mast on the second day. Two sailors were hurt, and the food was wet.",
    "An island came in sight. Nobody knew its name. They repaired the ship with its wood.",
    "They came home in autumn. The owner did not believe a word of what they told him.",
    "Years later a map was found that showed the island.",
]
DOCUMENTS = ((CHAPTERS,), (CHAPTERS[:2],))


def map_reduce_summary(documents: list[str]) -> str:
    """Summarize each document, then summarize the summaries."""
    summaries = [ember.generate(f"Summarize in one sentence:\n{d}") for d in documents]
    bullets = "\n".join(f"- {s}" for s in summaries)
    return ember.generate(f"Write one paragraph from these points:\n{bullets}", model="medium")


def refine_summary(documents: list[str]) -> str:
    """Read one document after the other and improve the summary with each."""
    summary = ember.generate(f"Summarize:\n{documents[0]}")
    for document in documents[1:]:
        summary = ember.generate(
            f"Summary so far:\n{summary}\n\nNew text:\n{document}\n\nUpdate the summary."
        )
    return summary


def hierarchical_summary(paragraph: str) -> str:
    """Cut a text into chunks of fixed width and merge their summaries as a tree."""
    chunks = textwrap.wrap(paragraph, 60)
    texts = [ember.generate(f"Summarize: {c}", max_tokens=30) for c in chunks]
    while len(texts) > 1:
        texts = [
            ember.generate("Merge:\n" + "\n---\n".join(texts[i : i + 2]))
            for i in range(0, len(texts), 2)
        ]
    return texts[0]


def tree_summary(documents: list[str]) -> str:
    """The same tree with ember's own map and reduce."""
    notes = ember.map(lambda text: ember.generate(f"Key facts of: {text}"), documents)
    return ember.reduce(
        lambda group: ember.generate("Merge these notes:\n" + "\n".join(group)), notes, arity=3
    )


def chain_of_density(article: str, rounds: int = 3) -> list[str]:
    """Make a summary denser in each round by adding what was missing."""
    summaries = [ember.generate(f"Summarize in 30 words:\n{article}")]
    for _ in range(rounds - 1):
        missing = ember.generate(
            f"Article: {article}\nSummary: {summaries[-1]}\nWhich entities are missing? "
            "List them, separated by commas."
        )
        entities = [e.strip() for e in missing.split(",") if e.strip()]
        if not entities:
            break
        summaries.append(
            ember.generate(
                f"Article: {article}\nSummary: {summaries[-1]}\n"
                f"Rewrite it with {', '.join(entities[:3])} and no more words."
            )
        )
    return summaries


async def summarize_for(audience: str, text: str) -> tuple[str, str]:
    """A summary for one kind of reader."""
    summary = ember.generate(f"Summarize for {audience}:\n{text}")
    if len(summary) > 60:
        summary = ember.generate(f"Shorten for {audience}: {summary}")
    return audience, summary


async def audiences_summary(text: str) -> dict[str, str]:
    """Summaries of one text for several kinds of readers, at once."""
    audiences = ["children", "engineers", "managers"]
    pairs = await asyncio.gather(*(summarize_for(audience, text) for audience in audiences))
    return dict(pairs)


def meeting_minutes(transcript: str) -> str:
    """Split a transcript by speakers, note what each promised, and list what is to do."""
    by_speaker: dict[str, list[str]] = {}
    for line in transcript.strip().splitlines():
        speaker, _, words = line.partition(":")
        name = speaker.strip()
        by_speaker[name] = [*by_speaker.get(name, []), words.strip()]
    items: list[str] = []
    for speaker, lines in sorted(by_speaker.items()):
        promise = ember.generate(
            f"{speaker} said: {' '.join(lines)}\nWhat did {speaker} promise? "
            "Reply NOTHING if nothing."
        )
        if promise.strip().upper() != "NOTHING":
            items.append(f"[ ] {speaker}: {promise}")
    if not items:
        return "No actions."
    title = ember.generate("A title for these minutes:\n" + "\n".join(items), max_tokens=10)
    return title + "\n" + "\n".join(items)


TRANSCRIPT = """
Ann: I will write the report by Friday.
Ben: Good. I am on holiday next week.
Ann: Then I ask Cleo for the figures.
Cleo: You get them on Tuesday.
"""

PROGRAMS = [
    Written(map_reduce_summary, DOCUMENTS),
    Written(refine_summary, DOCUMENTS),
    Written(hierarchical_summary, ((" ".join(CHAPTERS),), (CHAPTERS[0],))),
    Written(tree_summary, DOCUMENTS),
    Written(chain_of_density, ((CHAPTERS[1],), (CHAPTERS[2], 2))),
    Written(audiences_summary, ((CHAPTERS[1],), (CHAPTERS[3],))),
    Written(meeting_minutes, ((TRANSCRIPT,), ("Dan: Hello everybody.",))),
]
