"""What the front end costs: `python -m ember_mlir.tools.bench.frontend`.

Shown are what lies between the call of a program that has a plan and the start of the
engine, what one call costs beyond asking the provider by hand, and how long programs of
1 000 and 10 000 calls take from Python to what runs, with how many times as long a call
takes in the larger one: 1 is linear growth. `--quick` stops at 1 000.
"""

from __future__ import annotations

import asyncio
import gc
from argparse import ArgumentParser
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from types import FunctionType, ModuleType

import ember_mlir as ember
from ember_mlir.collecting import seldom_collected
from ember_mlir.frontend.capture import capture
from ember_mlir.frontend.signature import Signature
from ember_mlir.goals import Goals
from ember_mlir.pipeline import compile_with
from ember_mlir.planning import CompiledPlan, compiled_plan
from ember_mlir.plans import PlanCache
from ember_mlir.runtime.run import prepare
from ember_mlir.tools.bench.measure import Spread, spread, table

ROUNDS = 7
RUNS = 500
"""How often something short is done in a round."""

DOCUMENTS = [f"document {number}" for number in range(100)]
HIT_AT_MOST = 50.0
CALL_AT_MOST = 1000.0
"""Targets, in microseconds."""


class Instant:
    """A model that answers at once, and keeps what it was asked."""

    def __init__(self) -> None:
        self.calls = 0
        self.last: ember.Request | None = None

    async def generate(self, request: ember.Request, /) -> ember.Reply:
        self.calls += 1
        self.last = request
        return ember.Reply(["yes"], 1, 1)


def ask(question: str) -> str:
    """A program of one call."""
    return ember.generate(f"Q: {question}\nA:")


def summarize(documents: list[str], style: str = "short", words: int = 20) -> str:
    """A program of a list, and of arguments that have defaults."""
    found = [ember.generate(f"In {words} words, {style}: {text}") for text in documents]
    return ember.join(found)


def main() -> None:
    """Print the tables."""
    parser = ArgumentParser("frontend", description="Time what lies before the engine.")
    parser.add_argument("--quick", action="store_true", help="stop at 1 000 calls")
    quick: bool = parser.parse_args().quick
    table(
        "A plan that there is: CPU in µs from the call to the start of the engine",
        ("program", "measured", "target"),
        hits(),
    )
    table(
        "One call on a provider that answers at once: wall clock in µs",
        ("how", "by hand", "as a program", "more", "target"),
        one_call(),
    )
    table(
        "From Python to what runs: s of CPU",
        ("program", "calls", "capture", "compile", "decode", "all", "per call", "target"),
        growth(quick),
    )


def hits() -> Iterator[tuple[str, ...]]:
    """What it takes to find the plan of a call: its arguments, its key, and what it holds for."""
    forms: dict[str, tuple[Callable[..., str], tuple[object, ...]]] = {
        "1 argument": (ask, ("Why?",)),
        "a list of 100 texts, and defaults": (summarize, (DOCUMENTS,)),
    }
    for name, (function, arguments) in forms.items():
        assert isinstance(function, FunctionType)
        signature, plans = Signature(function), PlanCache[CompiledPlan](64)
        with ember.Session(provider=Instant()):
            bound = signature.bind(arguments, {})
            plan = compiled_plan(function, bound, Goals())
            plans.get_or_make(bound.key, lambda made=plan: made)

            def hit(
                signature: Signature = signature,
                plans: PlanCache[CompiledPlan] = plans,
                arguments: tuple[object, ...] = arguments,
            ) -> None:
                found = signature.bind(arguments, {})
                plan = plans.get_or_make(found.key, _missed)
                plan.inputs(found)

            yield name, _shown(_microseconds(hit, clock=process_time)), f"≤ {HIT_AT_MOST:.0f}"


def _missed() -> CompiledPlan:
    raise AssertionError("the plan is there")


def one_call() -> Iterator[tuple[str, ...]]:
    """One call from synchronous code and from a coroutine, by hand and as a program."""
    model, program = Instant(), ember.jit(ask)
    with ember.Session(provider=model):
        program("Why?")
        request = model.last
        assert request is not None

        async def by_hand() -> str:
            return (await model.generate(request)).texts[0]

        def run() -> None:
            asyncio.run(by_hand())

        yield _compared("asyncio.run", run, lambda: program("Why?"))
        with asyncio.Runner() as runner:
            loop = runner.get_loop()

            def hand() -> None:
                loop.run_until_complete(by_hand())

            def compiled() -> None:
                loop.run_until_complete(program.acall("Why?"))

            yield _compared("an event loop that is there", hand, compiled)
        before = model.calls
        program("Why?")
        assert model.calls == before + 1, "one call is one request"


def _compared(
    name: str, by_hand: Callable[[], object], ours: Callable[[], object]
) -> tuple[str, ...]:
    theirs, mine = _microseconds(by_hand, runs=100), _microseconds(ours, runs=100)
    more = mine.median - theirs.median
    return name, _shown(theirs), _shown(mine), f"{more:.0f}", f"≤ {CALL_AT_MOST:.0f}"


def growth(quick: bool) -> Iterator[tuple[str, ...]]:
    """The seconds of each step for programs of each shape, and how they grow."""
    for name, (write, calls_of) in SHAPES.items():
        smallest = 0.0
        for size in (1000,) if quick else (1000, 10_000):
            rounds = 3 if size == 1000 else 1
            times = [compiled(write(calls_of(size))) for _ in range(rounds)]
            steps = [min(column) for column in zip(*times, strict=True)]
            whole = sum(steps)
            smallest = smallest or whole / size
            shown = [f"{seconds:.2f}" for seconds in (*steps, whole)]
            growing = f"{whole / size * 1e3:.2f} ms, {whole / size / smallest:.2f}x"
            yield name, str(size), *shown, growing, "≤ 1.00" if size == 1000 else "linear"


def compiled(text: str) -> tuple[float, float, float]:
    """The seconds to capture, to compile and to decode the program of a module `text`."""
    with _module(text) as module, ember.Session(provider=Instant()):
        function: FunctionType = module.program
        arguments = Signature(function).bind(("Why?",), {})
        gc.collect()
        start = process_time()
        with seldom_collected():
            captured = capture(function, arguments)
            middle = process_time()
            compiled = compile_with(captured.module, "exec", Goals().options(), verify_first=False)
            late = process_time()
            prepare(compiled.module, captured.symbol)
            return middle - start, late - middle, process_time() - late


@contextmanager
def _module(text: str) -> Generator[ModuleType]:
    """A module of that text, which a capture can read."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "written.py"
        path.write_text(text, encoding="utf-8")
        spec = spec_from_file_location("written", path)
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        yield module


def straight(calls: int) -> str:
    """Calls that each read the answer before."""
    return _program(f"    a = ember.generate(f'{n}: {{a}}')" for n in range(calls))


def looped(calls: int) -> str:
    """A known loop of calls that do not read one another."""
    return _program(
        [
            "    a = []",
            f"    for i in range({calls}):",
            "        a.append(ember.generate(f'{i}: {q}'))",
        ]
    )


def joined(calls: int) -> str:
    """Calls whose answers one text is made of."""
    each = f"[ember.generate(f'{{i}}: {{q}}') for i in range({calls})]"
    return _program([f"    a = ember.join({each})"])


def branching(branches: int) -> str:
    """Branches on answers, each with a call in one arm."""
    return _program(
        f"    if ember.generate(f'Good {n}? {{a}}') == 'no':\n"
        f"        a = ember.generate(f'Mend {n}: {{a}}')"
        for n in range(branches)
    )


def _program(lines: Iterable[str]) -> str:
    head = "import ember_mlir as ember\n\n\ndef program(q: str):\n    a = q\n"
    return head + "\n".join(lines) + "\n    return a\n"


SHAPES: dict[str, tuple[Callable[[int], str], Callable[[int], int]]] = {
    "a chain, line by line": (straight, lambda calls: calls),
    "a loop": (looped, lambda calls: calls),
    "a list in a join": (joined, lambda calls: calls),
    "branches of 2 calls": (branching, lambda calls: calls // 2),
}


def _microseconds(
    work: Callable[[], object], runs: int = RUNS, clock: Callable[[], float] = perf_counter
) -> Spread:
    """The time of `work` in microseconds, round by round; the first round warms up."""
    found: list[float] = []
    for _ in range(ROUNDS + 1):
        gc.collect()
        start = clock()
        for _ in range(runs):
            work()
        found.append((clock() - start) / runs * 1e6)
    return spread(found[1:])


def _shown(found: Spread) -> str:
    return found.shown(digits=1)


if __name__ == "__main__":
    main()
