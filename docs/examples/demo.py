"""The main job, end to end: a Python program, its texts, and two runs of it.

Five sampled answers to a question and a vote, on the simulated provider: no key, no
network. `make demo` runs this file.
"""

from __future__ import annotations

import sys

import ember_mlir as ember
from ember_mlir.progress import progress_bar

QUESTION = "What is 27 * 43?"
SEED = 2026


@ember.jit
def answer(question: str) -> str:
    """The answer that most of five drafts agree on."""
    prompt = f"Q: {question}\nA:"
    drafts = ember.sample(prompt, 5, model="small", temperature=0.7, max_tokens=16)
    return ember.vote(drafts)


def main() -> None:
    """Show the program at its three levels, run it both ways, and compare."""
    print(f"Question: {QUESTION}  (it is {27 * 43}; the model is simulated, and often wrong)")
    print("\nWhat is asked: the dialects llm and ensemble\n")
    print(answer.ir("llm"), end="\n\n")
    print("When and where: the dialect sched\n")
    print(answer.ir("sched"), end="\n\n")
    print("Which instruction fires when its inputs are ready: the dialect exec\n")
    print(answer.ir("exec"), end="\n\n")

    print("Run eagerly: one call after the other")
    with progress_bar(sys.stdout) as progress:
        with ember.Session(seed=SEED, progress=progress):
            answer.eager(QUESTION)
    eager = answer.last_run

    print("Run compiled: independent calls at once")
    with progress_bar(sys.stdout) as progress:
        with ember.Session(seed=SEED, progress=progress):
            answer(QUESTION)
    compiled = answer.last_run

    assert eager is not None
    assert compiled is not None
    print(f"\n{'(simulated)':<12}{'eager':>12}{'compiled':>12}")
    for name, left, right in zip(COLUMNS, columns(eager), columns(compiled), strict=True):
        print(f"{name:<12}{left:>12}{right:>12}")


COLUMNS = ("answer", "calls", "tokens", "dollars", "seconds")


def columns(run: ember.LastRun[str]) -> list[str]:
    """What a run has given and cost, as text."""
    dollars = "unknown" if run.usd is None else f"{run.usd:.6f}"
    return [run.answer, str(run.calls), str(run.tokens), dollars, f"{run.seconds:.2f}"]


if __name__ == "__main__":
    main()
