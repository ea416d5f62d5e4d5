"""Every example of the documents: engine and reference agree, and passes change no answer."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ember_mlir.entry import find_entry, inputs_of
from ember_mlir.grammars import ListShape
from ember_mlir.interpreter import Value, interpret
from ember_mlir.parsing import make_context, parse_module, print_module
from ember_mlir.pipeline import compile_to, parse_passes, run_passes
from ember_mlir.providers import Reply, Request, Session
from ember_mlir.providers.simulated import Simulated
from ember_mlir.runtime.run import run_module

EXAMPLES = sorted((Path(__file__).parent.parent / "docs/examples").glob("*.mlir"))
LETTER = "What is 17 * 24? Write to ada@example.com about order 4711."


class Recorder:
    """The simulated provider, keeping what it was asked."""

    def __init__(self) -> None:
        self.requests: Counter[Request] = Counter()

    def simulate(self, request: Request) -> tuple[Reply, float]:
        self.requests.update(request.alone())
        return Simulated().simulate(request)

    async def generate(self, request: Request) -> Reply:
        return self.simulate(request)[0]


def inputs_for(text: str) -> dict[str, Value]:
    module = parse_module(text)
    letters = [f"{LETTER} {number}" for number in range(7)]
    return {
        found.name: letters if found.shape == ListShape("text") else LETTER
        for found in inputs_of(module, find_entry(module))
    }


def examples() -> list[tuple[str, str]]:
    return [(path.stem, path.read_text(encoding="utf-8")) for path in EXAMPLES]


@pytest.mark.parametrize(("name", "text"), examples())
def test_the_engine_gives_the_answers_of_the_reference(name: str, text: str) -> None:
    source = compile_to(parse_module(text), "llm", redact=("email",))
    inputs = inputs_for(text)
    module = parse_module(print_module(compile_to(source, "exec")))
    for seed in range(5):
        oracle, engine = Recorder(), Recorder()
        expected = interpret(
            source, [*inputs.values()], seed=seed, send=lambda r, o=oracle: o.simulate(r)[0]
        )
        with Session(provider=engine, seed=seed, clock="virtual") as session:
            assert run_module(module, inputs, session).outputs == expected
        # A vote that stops early asks for less.
        assert engine.requests <= oracle.requests


@pytest.mark.parametrize(("name", "text"), examples())
def test_the_passes_change_no_answer(name: str, text: str) -> None:
    plain, optimized = parse_module(text), parse_module(text)
    run_passes(make_context(), plain, parse_passes("assign-draws"))
    passes = "assign-draws,canonicalize,merge-calls,remove-dead-calls"
    run_passes(make_context(), optimized, parse_passes(passes), verify_each=True)
    values = [*inputs_for(text).values()]
    for seed in range(5):
        before, after = Recorder(), Recorder()
        expected = interpret(plain, values, seed=seed, send=lambda r, o=before: o.simulate(r)[0])
        got = interpret(optimized, values, seed=seed, send=lambda r, o=after: o.simulate(r)[0])
        assert got == expected
        assert after.requests <= before.requests
