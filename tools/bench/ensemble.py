"""Time the five-call ensemble as users write it: `python -m ember_mlir.tools.bench.ensemble`.

Each round asks a new question, compiled and with `asyncio.gather` in turns, at 100 ms a
call. Shown are the first call, which captures and compiles, and medians of the others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from statistics import median
from time import perf_counter

import ember_mlir as ember
from ember_mlir.semantics import vote
from ember_mlir.tools.bench.fakes import Fake, always
from ember_mlir.tools.bench.five_drafts import five_drafts

ROUNDS = 7
SECONDS = 0.1


def main() -> None:
    """Print the first call, the medians, and their ratio."""
    fake = Fake(always(SECONDS))
    with ember.Session(provider=fake):
        first = _timed(lambda: five_drafts("the first question"), fake)
        compiled: list[float] = []
        by_hand: list[float] = []
        for number in range(ROUNDS):
            question = f"a new question, number {number}"
            compiled.append(_timed(lambda q=question: five_drafts(q), fake))
            by_hand.append(_timed(lambda q=question: asyncio.run(_by_hand(fake, q)), fake))
    ours, theirs = median(compiled), median(by_hand)
    print(
        f"five calls of {SECONDS * 1e3:.0f} ms: first {first * 1e3:.0f} ms, then "
        f"{ours * 1e3:.1f} ms; asyncio.gather {theirs * 1e3:.1f} ms; ratio {ours / theirs:.3f}x"
    )


async def _by_hand(fake: Fake, question: str) -> str:
    prompt = f"Q: {question}\nA:"
    return vote(await asyncio.gather(*[fake.answer(prompt) for _ in range(5)]))


def _timed(run: Callable[[], object], fake: Fake) -> float:
    before = fake.calls
    start = perf_counter()
    run()
    seconds = perf_counter() - start
    assert fake.calls - before == 5, "five samples are five calls"
    return seconds


if __name__ == "__main__":
    main()
