"""Programs of the corpus against asyncio by hand: `python -m ember_mlir.tools.bench.corpus`.

Some programs of `tests/corpus` have a rival: the same as a good engineer writes it by hand.
Both run on the same inputs, tape, answers and virtual clock; both must come to the result of
an eager run, and by hand nothing is asked that an eager run does not ask. Programs are compiled
with `allow="exact"`. Shown is what all runs together have taken, and the run in which the
compiled program does worst; a request that is cancelled counts in full. If any run takes more
than 1.02 times as much as by hand, the exit status is 1.
"""

from __future__ import annotations

import asyncio
import sys
from argparse import Namespace
from asyncio import get_running_loop
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from copy import deepcopy
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from inspect import isawaitable
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import ember_mlir as ember
from ember_mlir.errors import InputError
from ember_mlir.providers import Request, Session
from ember_mlir.runtime.drivers.virtual_loop import run_virtually
from ember_mlir.tools.bench.effects import MOST, QUANTITIES, SimulatedClient
from ember_mlir.tools.bench.effects_examples import Counting, Ran, Simulating, Taken
from ember_mlir.tools.bench.measure import table
from ember_mlir.tools.command_line import CommandParser, Console, run_command

FOLDER = Path(__file__).resolve().parents[2] / "tests" / "corpus"
SEEDS = 8
HEAD = ("program", "runs", *QUANTITIES, "worst run")


class Answers(Simulating, Protocol):
    """Who answers in a run, and what was asked."""

    @property
    def requests(self) -> Sequence[Request]:
        """What was asked, in order."""
        ...


class Rivalry(NamedTuple):
    """A program, the same by hand, and what both are run on; `answers` gives those of a seed."""

    function: Callable[..., object]
    by_hand: Callable[..., Awaitable[object]]
    inputs: Sequence[Sequence[object]]
    answers: Callable[[int], Answers]

    @property
    def name(self) -> str:
        """The name of both functions."""
        return self.function.__name__


class Pair(NamedTuple):
    """What one run has taken by hand and compiled."""

    by_hand: Taken
    compiled: Taken

    def ratios(self) -> list[float]:
        """Compiled to by hand, of each quantity; 1 of nothing to nothing."""
        pairs = zip(self.compiled, self.by_hand, strict=True)
        return [ours / theirs if theirs else 1.0 + ours for ours, theirs in pairs]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table: the exit status."""
    return run_command(_main, arguments, None, None, None)


def _main(arguments: Sequence[str], console: Console) -> int:
    options = _options(arguments)
    found = {rivalry.name: rivalry for rivalry in rivalries()}
    for name in options.programs:
        if name not in found:
            raise InputError(f"there is no rival '{name}'; there is {', '.join(found)}")
    lost: list[str] = []

    def rows() -> Iterator[Sequence[str]]:
        for name in options.programs or found:
            pairs = measure(found[name], range(options.seeds))
            lost.extend(dearer(name, pairs))
            yield row(name, pairs)

    table("By hand → compiled", HEAD, rows())
    print(*["", *lost], sep="\n", end="", file=console.stdout)
    return 1 if lost else 0


def _options(arguments: Sequence[str]) -> Namespace:
    parser = CommandParser("corpus", "Compare programs of the corpus with asyncio by hand.")
    parser.add_argument("programs", nargs="*", metavar="PROGRAM", help="only these")
    parser.add_argument("--seeds", type=int, default=SEEDS, metavar="N", help="runs per input")
    return parser.parse_args(arguments)


def rivalries() -> Sequence[Rivalry]:
    """The programs of the corpus that have a rival.

    The corpus is no part of this package: its folder is found beside this one, in a checkout.
    """
    name = "ember_corpus"
    spec = ModuleSpec(name, None, is_package=True)
    spec.submodule_search_locations = [str(FOLDER)]
    sys.modules[name] = module_from_spec(spec)
    found: Sequence[Rivalry] = import_module(f"{name}.rivalries").RIVALRIES
    return found


def measure(rivalry: Rivalry, seeds: Iterable[int]) -> list[Pair]:
    """What each run has taken in both forms, whose results must be those of an eager run."""
    program = ember.compile(rivalry.function, allow="exact", strict=True)
    return [_pair(rivalry, program, args, seed) for seed in seeds for args in rivalry.inputs]


def _pair(
    rivalry: Rivalry, program: ember.Program[..., object], args: Sequence[object], seed: int
) -> Pair:
    answers = rivalry.answers(seed)
    expected = _run(program.eager, args, seed, answers)
    asked, provider = answers.requests, Counting(rivalry.answers(seed))
    theirs = _by_hand(rivalry, args, SimulatedClient(asked, Counting(rivalry.answers(seed))))
    result = _run(program, args, seed, provider)
    assert program.last_run is not None
    ours = Ran(result, provider.taken._replace(seconds=program.last_run.seconds))
    for form, ran in (("by hand", theirs), ("compiled", ours)):
        assert ran.result == expected, f"'{rivalry.name}' {form} came to another result"
    return Pair(theirs.taken, ours.taken)


def _run(form: Callable[..., object], args: Sequence[object], seed: int, provider: Any) -> object:
    """The result of an eager or a compiled run."""
    with Session(provider, seed, "virtual", spans=0):
        result = form(*deepcopy(args))
        return asyncio.run(_awaited(result)) if isawaitable(result) else result


async def _awaited(value: Awaitable[object]) -> object:
    return await value


def _by_hand(rivalry: Rivalry, args: Sequence[object], client: SimulatedClient) -> Ran:
    async def timed() -> tuple[object, float]:
        result = await rivalry.by_hand(client, *args)
        return result, get_running_loop().time()

    result, seconds = run_virtually(timed())
    return Ran(result, client.provider.taken._replace(seconds=seconds))


def total(pairs: Iterable[Pair]) -> Pair:
    """All runs together."""
    theirs, ours = Taken(), Taken()
    for pair in pairs:
        theirs, ours = theirs.plus(pair.by_hand), ours.plus(pair.compiled)
    return Pair(theirs, ours)


def row(name: str, pairs: Sequence[Pair]) -> Sequence[str]:
    """The row of the table."""
    whole = total(pairs)
    shown = zip(*whole, whole.ratios(), strict=True)
    cells = [f"{theirs:.5g} → {ours:.5g}, {ratio:.2f}x" for theirs, ours, ratio in shown]
    worst = max([ratio for pair in pairs for ratio in pair.ratios()])
    return (name, str(len(pairs)), *cells, f"{worst:.2f}x")


def dearer(name: str, pairs: Sequence[Pair]) -> Iterator[str]:
    """What the compiled program takes too much of in its worst run, in words."""
    for number, quantity in enumerate(QUANTITIES):
        worst = max(pair.ratios()[number] for pair in pairs)
        if worst > MOST:
            yield (
                f"'{name}' must take at most {MOST}x of the {quantity} by hand in each run, but "
                f"takes {worst:.3f}x in one"
            )


if __name__ == "__main__":
    sys.exit(main())
