"""Run programs on a bad day: `python -m ember_mlir.tools.fuzz.faults --count 10000 --seed 1`.

Each seed gives a program of 5, 20 or 100 calls. It runs on the virtual clock while a share
of all sendings has a fault that sending again can cure. Its answers must be those of the
reference interpreter, which sees no fault, and a second run must be the same in all that
can be seen: answers, bill, seconds and spans. A run on an event loop must give the same
answers for the same sendings, and a run without any provider must end, and soon give up
sending. `--seed N --count 1` replays one seed.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from multiprocessing import get_context

from xdsl.dialects.builtin import ModuleOp

from ember_mlir.direct import run_reference
from ember_mlir.errors import EmberError, ProgramError, ProviderError
from ember_mlir.inputs import Value
from ember_mlir.parsing import parse_module
from ember_mlir.pipeline import Options, compile_to, for_reference
from ember_mlir.providers.protocol import Outcome, Reply, Request
from ember_mlir.providers.session import Session
from ember_mlir.providers.simulated import FaultMix, Scripted
from ember_mlir.runtime.drivers.virtual_loop import run_virtually
from ember_mlir.runtime.run import Prepared, Run, prepare, run, run_async
from ember_mlir.tools.fuzz.call_programs import INPUTS, Words, random_program

_ALL_CALLS = Options(without=frozenset({"stop-early", "cancel-losers"}))
"""Who cancels a call after a fault does not send it again, as every call here must be."""

SIZES = (5, 20, 100)
"""About how many calls the programs make."""

LEAST_RIGHT = 0.999
MOST_SENDINGS = 1.3
"""How many sendings there may be for a call, on average."""

MOST_PROBES = 10
"""How often a lane may send while nothing of it is answered, besides what was under way."""

_TAPES = 5
"""How many seeds share a program; each has a tape and faults of its own."""

_STRIDE = 4 * _TAPES
_WHILE = 0.05
_ARGUMENTS: list[Value] = [INPUTS[0], [*INPUTS]]


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of one seed: `calls` without faults, `sendings` with them.

    `problem` is what must never happen: another answer, another run the second time, or a
    provider that is down and yet is asked again and again. `error` is what has kept the
    program from ending well; that may be that it has handled the loss of an answer.
    """

    seed: int
    calls: int
    sendings: int
    problem: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class _Case:
    """A program, compiled, and what it must give."""

    seed: int
    prepared: Prepared
    expected: str


@dataclass(frozen=True, slots=True)
class _Seen:
    """What came of a run, and all else that can be seen of it, as text.

    Either there are `outputs`, or there is an `error`. `failed` are the places of the
    requests that no answer came to, or none that fits.
    """

    outputs: str | None
    error: str | None
    sendings: int
    failed: frozenset[str] = frozenset()
    rest: str = ""


def trial(seed: int, share: float = 0.2) -> Trial:
    """Run the program of `seed` as it must be, without faults, with them, and in vain.

    >>> first = trial(0)
    >>> first == trial(0), first.problem, first.error
    (True, None, None)
    """
    module, prepared = _program(seed // _TAPES)
    session = Session(Words(), seed=seed, clock="virtual")
    case = _Case(seed, prepared, repr(run_reference(module, _ARGUMENTS, session).outputs))
    without = _on_virtual_clock(case, Scripted(Words()))
    scripted = Scripted(Words(), FaultMix.transient(share, seed))
    first, again = (_on_virtual_clock(case, scripted) for _ in range(2))
    given_up = sorted(first.failed - without.failed)
    problem = (
        _wrong("without faults", case, without)
        or (None if given_up else _wrong("with faults", case, first))
        or _difference("a second run", first, again)
        or _difference("a run on an event loop", _told(first), _told(_on_loop(case, scripted)))
        or _wrong_outage(case)
    )
    error = without.error or first.error or (f"{given_up} gave up" if given_up else None)
    return Trial(seed, without.sendings, first.sendings, problem, error)


@lru_cache(maxsize=1)
def _program(number: int) -> tuple[ModuleOp, Prepared]:
    """A program for the reference and for the engine; compiling takes longer than running."""
    text = random_program(number, SIZES[number % len(SIZES)])
    module = parse_module(text, f"program-{number}.mlir")
    return for_reference(module), prepare(compile_to(module, "exec", _ALL_CALLS))


def _on_virtual_clock(case: _Case, provider: Scripted) -> _Seen:
    session = Session(provider, seed=case.seed, clock="virtual")
    return _seen(provider, lambda: run(case.prepared, _ARGUMENTS, session))


def _on_loop(case: _Case, provider: Scripted) -> _Seen:
    session = Session(provider, seed=case.seed)
    return _seen(provider, lambda: run_virtually(run_async(case.prepared, _ARGUMENTS, session)))


def _seen(provider: Scripted, runs: Callable[[], Run]) -> _Seen:
    try:
        ran = runs()
    except EmberError as error:
        notes = getattr(error, "__notes__", [])
        rest = f"{type(error).__name__} {notes!r} {error.bill!r} {provider.played!r}"
        return _Seen(None, str(error), provider.played.total(), rest=rest)
    spans = ran.trace.spans()
    # There is a span for each sending; the last one is how a request has ended.
    last = {f"{span.location}{span.path}": span.outcome for span in spans}
    failed = frozenset(place for place, outcome in last.items() if outcome != "ok")
    rest = f"{ran.bill!r} {ran.seconds!r} {spans!r} {provider.played!r}"
    return _Seen(repr(ran.outputs), None, provider.played.total(), failed, rest)


def _told(seen: _Seen) -> _Seen:
    """What does not depend on the order of what happens at one moment."""
    return replace(seen, rest="")


def _wrong(when: str, case: _Case, seen: _Seen) -> str | None:
    if seen.outputs in (None, case.expected):
        return None
    return f"{when} it gives {seen.outputs}, but must give {case.expected}"


def _difference(what: str, first: _Seen, other: _Seen) -> str | None:
    return None if first == other else f"{what} must be the same, but is not:\n{first}\n{other}"


def _wrong_outage(case: _Case) -> str | None:
    down = Down()
    try:
        run(case.prepared, _ARGUMENTS, Session(down, seed=case.seed, clock="virtual"))
    except ProgramError:
        # A program may also do well without an answer: if all who fail are left out.
        pass
    for model, sendings in down.sendings.items():
        most = down.first[model] + MOST_PROBES
        if sendings > most:
            return f"without a provider, model '{model}' is asked {sendings} times, not {most}"
    return None


class Down:
    """A provider that is down: all that it is sent fails.

    `first` counts, for each model, what was sent before the first failure could be seen.
    """

    def __init__(self) -> None:
        self.sendings: Counter[str] = Counter()
        self.first: Counter[str] = Counter()
        self._began: dict[str, float] = {}
        self._now: Callable[[], float] = lambda: 0.0

    def begin(self, now: Callable[[], float]) -> None:
        """A run begins."""
        self._now = now

    def simulate(self, request: Request) -> tuple[Outcome, float]:
        """A failure, after a while."""
        now = self._now()
        self.sendings[request.model] += 1
        if now < self._began.setdefault(request.model, now) + _WHILE:
            self.first[request.model] += 1
        return ProviderError("the service answered 503", retryable=True), _WHILE

    async def generate(self, request: Request) -> Reply:
        """The same, for a run that really waits."""
        from asyncio import sleep

        outcome, seconds = self.simulate(request)
        await sleep(seconds)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def try_seeds(seeds: Iterable[int], share: float, jobs: int) -> Iterator[Trial]:
    """The trials of `seeds`, in their order, in `jobs` processes."""
    attempt = partial(trial, share=share)
    if jobs == 1:
        yield from map(attempt, seeds)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("fork")) as pool:
        yield from pool.map(attempt, seeds, chunksize=_STRIDE)


@dataclass
class Tally:
    """What came of many seeds, and whether it is good enough."""

    programs: int = 0
    problems: int = 0
    right: int = 0
    calls: int = 0
    sendings: int = 0

    def add(self, found: Trial) -> None:
        """Count one more seed."""
        self.programs += 1
        self.problems += found.problem is not None
        self.right += found.problem is None and found.error is None
        self.calls += found.calls
        self.sendings += found.sendings

    @property
    def is_good(self) -> bool:
        """Whether no run went wrong, and nearly all ended well, for not much more."""
        is_cheap = self.sendings <= MOST_SENDINGS * self.calls
        return not self.problems and self.right >= LEAST_RIGHT * self.programs and is_cheap

    def __str__(self) -> str:
        return (
            f"{self.programs} programs: {self.problems} wrong or not the same twice, "
            f"{self.right / max(self.programs, 1):.2%} right, "
            f"{self.sendings} sendings for {self.calls} calls "
            f"({self.sendings / max(self.calls, 1):.3f}x)"
        )


def main() -> int:
    """Report what does not end well, and the shares: 1 if they are not good enough, else 0."""
    options = _options()
    tally = Tally()
    seeds = range(options.seed, options.seed + options.count)
    for found in try_seeds(seeds, options.share, options.jobs):
        tally.add(found)
        said = found.problem or found.error
        if said is not None:
            print(f"seed {found.seed}: {said}", flush=True)
    print(f"seeds {seeds.start} to {seeds.stop - 1}, {tally}")
    return 0 if tally.is_good else 1


def _options() -> Namespace:
    parser = ArgumentParser("faults", description="Run programs on a provider that often fails.")
    add = parser.add_argument
    add("--count", type=int, default=10_000, metavar="N", help="how many programs")
    add("--seed", type=int, default=0, metavar="N", help="the first seed; each has a program")
    add("--share", type=float, default=0.2, metavar="X", help="the share of sendings with a fault")
    add("--jobs", type=int, default=2, metavar="N", help="processes at once")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
