"""What each construct of the engine costs, beyond the request in it: CPU in µs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from time import process_time
from typing import NamedTuple

from ember_mlir.providers import Session
from ember_mlir.runtime.run import Prepared, run
from ember_mlir.tools.bench.fakes import Ask, Latency, always
from ember_mlir.tools.bench.forms import by_engine, outputs_of
from ember_mlir.tools.bench.measure import interleaved, prepared, spread, table
from ember_mlir.tools.bench.texts import LIST, TEXT, Features, ask, frame, program
from ember_mlir.tools.bench.workloads import NONE, Workload, wide_map

LENGTH, CAP = 1000, 256


class Construct(NamedTuple):
    """A workload with one construct per element, and its targets in µs of CPU.

    `whole` is for an element with its request, `extra` for what it costs more than a frame
    with a request.
    """

    workload: Workload
    whole: float | None = None
    extra: float | None = None


def show(rounds: int) -> None:
    """Print the tables."""
    head = ("construct", "off", "on", "target", "on, beyond a frame", "target")
    table("Constructs: CPU in µs per element with its request", head, _constructs(rounds))
    head = ("instruction", "CPU in µs", "target")
    table("Instructions without requests", head, _synchronous(rounds))


def constructs(length: int = LENGTH) -> list[Construct]:
    """The constructs that are timed, first the frame that they are compared with."""
    return [
        Construct(wide_map(length, CAP, NONE), 10),
        Construct(loop(length, NONE), 13),
        Construct(each("spawn", "exec.spawn @one", length, handle=True), None, 4),
        Construct(
            each(
                "spawn with a budget",
                "exec.spawn @one budget 1 usd deadline 600 seconds",
                length,
                handle=True,
            ),
            None,
            4,
        ),
        Construct(each("select", "exec.select %go then @one else @two", length), None, 4),
        Construct(each("attempt", "exec.attempt [@one, @two]", length), None, 8),
        Construct(
            each("first, hedge not needed", "exec.first [@one, @two] after 60 seconds", length),
            None,
            8,
        ),
        Construct(race(length)),
    ]


def race(length: int) -> Workload:
    """Races of two, of which both must be under way before one has ended."""
    name, construct = "first, race of two", "exec.first [@one, @two]"
    one = each(name, construct, length, always(0.0015), cap=4 * length)
    return replace(one, calls=2 * length)


def loop(length: int, latency: Latency) -> Workload:
    """W3 as a loop: one frame that runs again and again."""

    def text(features: Features) -> str:
        return program(
            64,
            features,
            {},
            [
                '%start = exec.constant ""',
                f"%more, %last = exec.loop @step from %start : {TEXT} at_most {length}",
            ],
            {"last": TEXT},
            frame(
                "step",
                {"before": TEXT},
                [
                    "%go = exec.constant true",
                    '%prompt = exec.format "n|{0}"(%before)',
                    ask("answer", "prompt", "0[*]"),
                ],
                {"go": "i1", "answer": TEXT},
            ),
        )

    async def by_hand(ask: Ask) -> list[object]:
        answer = ""
        for _ in range(length):
            answer = await ask(f"n|{answer}")
        return [answer]

    return Workload(f"loop of {length}", length, 64, latency, text, (), by_hand)


def each(
    name: str,
    construct: str,
    length: int,
    latency: Latency = NONE,
    *,
    cap: int = CAP,
    handle: bool = False,
) -> Workload:
    """A map whose every element is answered by a construct that runs a frame."""
    plain = wide_map(length, cap, latency)

    def text(features: Features) -> str:
        results = "%run, %answer" if handle else "%answer"
        body = [f"{results} = {construct} with %item : {TEXT} -> {TEXT}"]
        if "%go" in construct:
            body.insert(0, "%go = exec.constant true")
        prompt = '%prompt = exec.format "n{0}|"(%item)'
        return program(
            plain.cap,
            features,
            {"items": LIST},
            [f"%all = exec.fanout @each over %items : {LIST} -> {LIST}"],
            {"all": LIST},
            frame("each", {"item": TEXT}, body, {"answer": TEXT}),
            *(
                frame(
                    arm,
                    {"item": TEXT},
                    [prompt, ask("answer", "prompt", f"{site}[*]")],
                    {"answer": TEXT},
                )
                for site, arm in enumerate(arm for arm in ("one", "two") if f"@{arm}" in construct)
            ),
        )

    return replace(plain, name=name, text=text)


def _constructs(rounds: int) -> Iterator[Sequence[str]]:
    frames: Sequence[float] = ()
    for workload, whole, extra in constructs():
        expected = outputs_of(workload)
        forms = [by_engine(workload, expected, "off"), by_engine(workload, expected, "on")]
        off, on = (
            [time.cpu * 1e6 / LENGTH for time in times]
            for times in interleaved(forms, rounds=rounds)
        )
        frames = frames or on
        yield (
            workload.name,
            spread(off).shown(),
            spread(on).shown(),
            _at_most(whole),
            "" if extra is None else f"{spread(on).median - spread(frames).median:+.2f}",
            _at_most(extra, "+"),
        )


def _at_most(target: float | None, sign: str = "") -> str:
    return "" if target is None else f"≤ {sign}{target:g}"


def _synchronous(rounds: int) -> Iterator[Sequence[str]]:
    for name, text, target in (
        ("unary: a text put into a template", unary, 0.25),
        ("binary: the sum of two numbers", binary, 0.3),
        ("queued: many that are ready at once", queued, 0.4),
    ):
        short, long = (prepared(text(size), name) for size in (LENGTH, 3 * LENGTH))
        times = [_each_more(short, long) for _ in range(rounds + 1)]
        yield (name, spread(times[1:]).shown(), _at_most(target))


def _each_more(short: Prepared, long: Prepared) -> float:
    """The µs of CPU that each instruction takes that `long` has more than `short`."""
    runs = 20
    return (_cpu(long, runs) - _cpu(short, runs)) * 1e6 / (runs * 2 * LENGTH)


def _cpu(program: Prepared, runs: int) -> float:
    session = Session(clock="virtual")
    start = process_time()
    for _ in range(runs):
        run(program, ["text"], session)
    return process_time() - start


def unary(size: int) -> str:
    """A text put into a template, again and again."""
    lines = [f'%t{number + 1} = exec.format "{{0}}"(%t{number})' for number in range(size)]
    return frame("main", {"t0": TEXT}, lines, {f"t{size}": TEXT})


def binary(size: int) -> str:
    """One added to a number, again and again."""
    lines = ["%n0 = exec.constant 0 : i64", "%one = exec.constant 1 : i64"]
    for number in range(size):
        operands = f"(%n{number}, %one) : (i64, i64) -> i64"
        lines.append(f'%n{number + 1} = exec.compute "arith.addi"{operands}')
    return frame("main", {"text": TEXT}, lines, {f"n{size}": "i64"})


def queued(size: int) -> str:
    """Templates that all become ready with the same text."""
    lines = [f'%t{number} = exec.format "{number} {{0}}"(%text)' for number in range(size)]
    return frame("main", {"text": TEXT}, lines, {f"t{size - 1}": TEXT})
