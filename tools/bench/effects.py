"""What compiling saves: `python -m ember_mlir.tools.bench.effects [EXAMPLE …]`.

Each example runs as it is compiled, and as a good programmer writes it by hand with
`asyncio.gather` (`effects_by_hand.py`), on the same inputs, tape, simulated provider and
virtual clock. Both must come to the result of the reference, and by hand just what the
program asks for is asked. Shown is what all runs of an example have taken, for each aim
that a program can be compiled for; a request that is cancelled counts in full. If the
compiled program takes more than 1.02 times as much of what its aim counts, the exit
status is 1.
"""

from __future__ import annotations

import sys
from argparse import Namespace
from asyncio import get_running_loop
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from ember_mlir.grammars import Grammar
from ember_mlir.pipeline import Objective, Options
from ember_mlir.providers import Request
from ember_mlir.runtime.drivers.virtual_loop import run_virtually
from ember_mlir.semantics import Value, Vector
from ember_mlir.tools.bench.effects_by_hand import BY_HAND
from ember_mlir.tools.bench.effects_examples import (
    Built,
    Counting,
    Example,
    Ran,
    Taken,
    build,
    examples,
)
from ember_mlir.tools.bench.measure import table
from ember_mlir.tools.command_line import CommandParser, Console, run_command

MOST = 1.02
"""How many times as much as by hand a compiled program may take."""

SEEDS = 5
BUILDS = 3

QUANTITIES = ("calls", "input tokens", "output tokens", "seconds")
HEAD = ("example", "runs", *QUANTITIES, "compiled in")

COUNTED: Mapping[Objective, Sequence[str]] = {
    "both": QUANTITIES,
    "cost": QUANTITIES[:3],
    "latency": QUANTITIES[3:],
}
"""What must not be more than by hand, by the aim."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables: the exit status."""
    return run_command(_main, arguments, None, None, None)


def _main(arguments: Sequence[str], console: Console) -> int:
    options = _options(arguments)
    chosen = examples(options.examples)
    compared = [
        found
        for aim in COUNTED
        for found in show(chosen, Options(optimize_for=aim), range(1, options.seeds + 1))
    ]
    dearer = [line for found in compared for line in found.dearer()]
    print(*["", *dearer], sep="\n", end="", file=console.stdout)
    return 1 if dearer else 0


def _options(arguments: Sequence[str]) -> Namespace:
    parser = CommandParser("effects", "Compare compiled examples with asyncio by hand.")
    parser.add_argument("examples", nargs="*", metavar="EXAMPLE", help="only these")
    parser.add_argument("--seeds", type=int, default=SEEDS, metavar="N", help="runs per input")
    return parser.parse_args(arguments)


def show(chosen: Sequence[Example], goals: Options, seeds: Iterable[int]) -> list[Compared]:
    """Print the table for one aim."""
    compared: list[Compared] = []

    def rows() -> Iterator[Sequence[str]]:
        for example in chosen:
            compared.append(compare(example, goals, seeds))
            yield compared[-1].row()

    table(f"By hand → compiled to optimize for {goals.optimize_for}", HEAD, rows())
    return compared


class Compared(NamedTuple):
    """What all runs of an example have taken, and how long it took to compile."""

    name: str
    aim: Objective
    runs: int
    by_hand: Taken
    compiled: Taken
    milliseconds: float

    def ratios(self) -> list[float]:
        """Compiled to by hand, of each quantity; 1 of nothing to nothing."""
        pairs = zip(self.compiled, self.by_hand, strict=True)
        return [ours / theirs if theirs else 1.0 + ours for ours, theirs in pairs]

    def row(self) -> Sequence[str]:
        """The row of the table."""
        cells: list[str] = []
        for theirs, ours, ratio in zip(self.by_hand, self.compiled, self.ratios(), strict=True):
            cells.append(f"{_shown(theirs)} → {_shown(ours)}, {ratio:.2f}x")
        return (self.name, str(self.runs), *cells, f"{self.milliseconds:.0f} ms")

    def dearer(self) -> Iterator[str]:
        """What the compiled program takes too much of, in words."""
        for quantity, ratio in zip(QUANTITIES, self.ratios(), strict=True):
            if quantity in COUNTED[self.aim] and ratio > MOST:
                yield (
                    f"'{self.name}' compiled for {self.aim} must take at most {MOST}x of the "
                    f"{quantity} by hand, but takes {ratio:.3f}x"
                )


def compare(example: Example, goals: Options, seeds: Iterable[int]) -> Compared:
    """Run an example in both forms, on all of its inputs and seeds."""
    built = build(example, goals, BUILDS)
    hand, ours, runs = Taken(), Taken(), 0
    for seed in seeds:
        for inputs in example.inputs:
            theirs, compiled = both(example, built, inputs, seed)
            hand, ours, runs = hand.plus(theirs.taken), ours.plus(compiled.taken), runs + 1
    return Compared(example.name, goals.optimize_for, runs, hand, ours, built.seconds * 1e3)


def both(example: Example, built: Built, inputs: Sequence[Value], seed: int) -> tuple[Ran, Ran]:
    """One run by hand and one compiled, whose results are those of the reference."""
    expected, asked = example.interpreted(inputs, seed)
    theirs, ours = by_hand(example.name, inputs, asked), built.run(inputs, seed)
    for form, ran in (("by hand", theirs), ("compiled", ours)):
        assert ran.result == expected, f"'{example.name}' {form} came to another result"
    return theirs, ours


def by_hand(name: str, inputs: Sequence[Value], asked: Sequence[Request]) -> Ran:
    """Run an example by hand, which asks for just what the program asks for."""
    client = SimulatedClient(asked)

    async def timed() -> tuple[object, float]:
        result = await BY_HAND[name](client, *inputs)
        return result, get_running_loop().time()

    result, seconds = run_virtually(timed())
    assert not client.left(), f"'{name}' by hand asks for less than the program"
    return Ran(result, client.provider.taken._replace(seconds=seconds))


class SimulatedClient:
    """A library that asks the simulated provider.

    It deals out the draws of the requests that a run of the reference has `asked`, so that
    equal requests get equal answers, in the order in which they are made.
    """

    def __init__(self, asked: Iterable[Request], provider: Counting | None = None) -> None:
        self.provider = provider or Counting()
        self._draws: defaultdict[Request, deque[tuple[int, ...]]] = defaultdict(deque)
        for request in asked:
            self._draws[_undrawn(request)].append(request.draws)

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
        request = Request(model, prompt, None, temperature, max_tokens, grammar=grammar)
        drawn = request.like(prompt, None, self._draw(request))
        (answer,) = (await self.provider.generate(drawn)).values
        assert isinstance(answer, str)
        return answer

    async def embed(self, texts: Sequence[str], *, model: str = "small") -> list[Vector]:
        """The embeddings of some texts, in one request."""
        batch = Request(model, prompts=tuple(texts), kind="embed")
        for request in batch.alone():
            self._draw(request)
        reply = await self.provider.generate(batch)
        return [value for value in reply.values if isinstance(value, tuple)]

    def left(self) -> int:
        """How many requests of the program have not been made."""
        return sum(map(len, self._draws.values()))

    def _draw(self, request: Request) -> tuple[int, ...]:
        waiting = self._draws[request]
        assert waiting, f"the program does not ask this, or less often: {request}"
        return waiting.popleft()


def _undrawn(request: Request) -> Request:
    return request.like(request.prompt, request.messages, ())


def _shown(amount: float) -> str:
    return f"{amount:.1f}" if isinstance(amount, float) else str(amount)


if __name__ == "__main__":
    sys.exit(main())
