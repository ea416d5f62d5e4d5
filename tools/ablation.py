"""What each optimization is good for: `python -m ember_mlir.tools.ablation [EXAMPLE …]`.

Each example is compiled with all optimizations, with each one left out in turn, and with
none, and runs on the simulated provider and the virtual clock. Shown is how much more all
of its runs take without a pass, where that is not nothing. A program that is kept exactly
must come to the results of the reference; if one does not, the exit status is 1.
"""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ember_mlir.parsing import print_module
from ember_mlir.passes.promises import promises_of
from ember_mlir.pipeline import Options
from ember_mlir.tools.bench.effects_examples import Built, Example, Taken, build, examples
from ember_mlir.tools.bench.measure import table
from ember_mlir.tools.command_line import (
    CommandParser,
    Console,
    add_goals,
    goals_of,
    run_command,
)

SEEDS = 3

HEAD = ("example", "without", "calls", "tokens", "seconds")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table: the exit status."""
    return run_command(_main, arguments, None, None, None)


def _main(arguments: Sequence[str], console: Console) -> int:
    options = _options(arguments)
    goals = goals_of(options)
    done: list[Ablation] = []

    def rows() -> Iterator[Sequence[str]]:
        for example in examples(options.examples):
            done.append(ablate(example, goals, options.seeds))
            yield from done[-1].rows()

    aims = f"allow {goals.allow}, optimize for {goals.optimize_for}"
    table(f"More without a pass ({aims})", HEAD, rows())
    print(*["", *notes(done)], sep="\n", file=console.stdout)
    return 1 if any(found.wrong for found in done) else 0


def _options(arguments: Sequence[str]) -> Namespace:
    parser = CommandParser("ablation", "Run the examples without each optimization in turn.")
    parser.add_argument("examples", nargs="*", metavar="EXAMPLE", help="only these")
    parser.add_argument("--seeds", type=int, default=SEEDS, metavar="N", help="runs per input")
    add_goals(parser)
    return parser.parse_args(arguments)


@dataclass(frozen=True)
class Ablation:
    """What an example takes, and `more` without each of the `passes`, and without all.

    `changing` are those without which it is another program. `wrong` are the passes that
    were left out where the results were not those of the reference.
    """

    name: str
    taken: Taken
    passes: Sequence[str]
    changing: Sequence[str]
    more: Mapping[str, Taken]
    wrong: Sequence[str] = ()

    def rows(self) -> Iterator[Sequence[str]]:
        """The rows of the table."""
        taken = self.taken
        yield (self.name, "", str(taken.calls), str(taken.tokens), f"{taken.seconds:.1f}")
        for left_out, more in self.more.items():
            cells = (f"{more.calls:+d}", f"{more.tokens:+d}", f"{more.seconds:+.1f}")
            if not NOTHING.issuperset(cells):
                yield ("", left_out, *("" if cell in NOTHING else cell for cell in cells))


ALL = "all of them"
NOTHING = frozenset({"+0", "+0.0", "-0.0"})


def ablate(example: Example, goals: Options, seeds: int) -> Ablation:
    """Compile and run an example with all optimizations, without each, and without all."""
    full = build(example, goals)
    runs = _Runs(example, range(1, seeds + 1))
    taken, text = runs.taken("anything", full), print_module(full.compiled.module)
    passes = [found.name for found in full.compiled.considered]
    more: dict[str, Taken] = {}
    changing: list[str] = []
    for left_out, names in (*((name, {name}) for name in passes), (ALL, set(passes))):
        built = build(example, replace(goals, without=goals.without | names))
        # What is the same program takes the same.
        if print_module(built.compiled.module) != text:
            changing.append(left_out)
            more[left_out] = runs.taken(left_out, built).minus(taken)
    return Ablation(example.name, taken, passes, changing, more, runs.wrong)


@dataclass
class _Runs:
    """The runs of an example, whose results are compared with those of the reference."""

    example: Example
    seeds: Sequence[int]
    wrong: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        self._cases = [
            (inputs, seed, self.example.interpreted(inputs, seed)[0])
            for seed in self.seeds
            for inputs in self.example.inputs
        ]

    def taken(self, left_out: str, built: Built) -> Taken:
        """What all runs have taken together."""
        taken, is_exact, is_right = Taken(), not promises_of(built.compiled.module), True
        for inputs, seed, expected in self._cases:
            ran = built.run(inputs, seed)
            taken = taken.plus(ran.taken)
            is_right &= ran.result == expected
        if is_exact and not is_right:
            self.wrong.append(left_out)
        return taken


def notes(done: Sequence[Ablation]) -> Iterator[str]:
    """What the table does not tell: passes that save nothing, and results that are wrong."""
    passes = list(dict.fromkeys([name for found in done for name in found.passes]))
    saving = {name for found in done for name, more in found.more.items() if any(more)}
    changing = {name for found in done for name in found.changing}
    idle = [name for name in passes if name not in saving]
    yield f"change programs, but not what they take: {_listed(changing.intersection(idle), idle)}"
    yield f"change nothing: {_listed(set(idle) - changing, idle)}"
    for found in done:
        for left_out in found.wrong:
            yield (
                f"'{found.name}' must come to the results of the reference, but does not "
                f"without {left_out}"
            )


def _listed(found: set[str], order: Sequence[str]) -> str:
    return ", ".join([name for name in order if name in found]) or "none"


if __name__ == "__main__":
    sys.exit(main())
