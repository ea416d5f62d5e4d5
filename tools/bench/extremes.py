"""Where the engine must not break: very wide, very deep, cancelled in flight, run very often."""

from __future__ import annotations

import asyncio
import gc
import json
import subprocess
import sys
import tracemalloc
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from functools import partial
from time import perf_counter, process_time

import ember_mlir as ember
from ember_mlir.providers import Reply, Request, Session
from ember_mlir.runtime.run import Prepared, run, run_async
from ember_mlir.tools.bench.constructs import loop
from ember_mlir.tools.bench.fakes import Fake
from ember_mlir.tools.bench.five_drafts import five_drafts, one_draft
from ember_mlir.tools.bench.measure import Spread, prepared, spread, table
from ember_mlir.tools.bench.texts import LIST, TEXT, Features, ask, frame, lane, program
from ember_mlir.tools.bench.workloads import NONE, chain, wide_map

IN_FLIGHT = 10_000
BOTH: tuple[Features, Features] = ("off", "on")

Row = Sequence[str]


def show(rounds: int, *, deep: bool) -> None:
    """Print the tables; the texts of very deep programs are only parsed if asked for."""
    head = ("what", "measured", "target")
    table("W6: a map of 1 000 000 on the virtual clock, folded into a count", head, _million())
    table("Dispatch of a cached plan: CPU in µs per run", head, _dispatch(rounds))
    table(f"Cancelling {IN_FLIGHT} calls in flight, until nothing runs", head, _cancel(rounds))
    table("Memory, in bytes", head, _memory())
    sizes = (1000, 10_000, 100_000) if deep else (1000, 10_000)
    head = ("shape", *(f"µs per level, {size} deep" for size in sizes), "target")
    table("Depth, on the virtual clock", head, _depth(sizes))


def _million() -> Iterator[Row]:
    for features in BOTH:
        command = [sys.executable, "-m", "ember_mlir.tools.bench.million", features]
        found = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
        yield f"CPU, features {features}", f"{found['seconds']:.1f} s", "≤ 15 s"
        yield (
            f"peak memory beyond the inputs, features {features}",
            f"{found['megabytes']:.0f} MB",
            "≤ 64 MB",
        )


# Dispatch


def _dispatch(rounds: int) -> Iterator[Row]:
    for calls, function in ((1, one_draft), (5, five_drafts)):
        often = [
            asyncio.run(_cpu_per_run(lambda number, f=function: f.acall(f"q{number}"), calls))
            for _ in range(rounds + 1)
        ]
        name = f"a program from Python of {calls} call{'s' * (calls > 1)}"
        yield name, spread(often[1:]).shown(), f"≤ {25 + 10 * calls}"


async def _cpu_per_run(dispatch: Callable[[int], Awaitable[object]], calls: int) -> float:
    fake, runs = Fake(NONE), 300
    with ember.Session(provider=fake):
        await dispatch(-1)  # captured and compiled here
        start = process_time()
        for number in range(runs):
            await dispatch(number)
        seconds = process_time() - start
    assert fake.calls == calls * (runs + 1), "every run makes its calls"
    return seconds * 1e6 / runs


# Cancelling


class Hanging:
    """A model that never answers; `full` is set once so many calls are under way.

    If it `fails`, the last of these fails then, at `failed`.
    """

    def __init__(self, calls: int, *, fails: bool) -> None:
        self.left = calls
        self.under_way = 0
        self.failed = 0.0
        self._fails = fails
        self.full = asyncio.Event()

    async def generate(self, request: Request, /) -> Reply:
        """What the engine calls."""
        self.under_way += 1
        self.left -= 1
        try:
            if not self.left:
                self.full.set()
                if self._fails:
                    await asyncio.sleep(0)
                    self.failed = perf_counter()
                    raise ember.ProviderError("it has failed")
            await asyncio.Event().wait()
        finally:
            self.under_way -= 1
        raise AssertionError("nothing wakes it")


def _cancel(rounds: int) -> Iterator[Row]:
    for features in BOTH:
        whole = wide_map(IN_FLIGHT, IN_FLIGHT, NONE, leaf=True)
        program, inputs = prepared(whole.text(features), whole.name), whole.inputs
        for name, measure in (("from outside", cancelled), ("by a failure", failing)):
            found = _often(partial(measure, program, inputs, IN_FLIGHT), rounds)
            yield f"{name}, features {features}", found.shown(" ms", 1), "≤ 50 ms"
    found = _often(partial(cancelled_tasks, IN_FLIGHT), rounds)
    yield "as many tasks of asyncio", found.shown(" ms", 1), ""


def _often(measure: Callable[[], Coroutine[object, None, float]], rounds: int) -> Spread:
    """The milliseconds of what gives seconds; its first round warms up."""
    seconds: list[float] = []
    for _ in range(rounds + 1):
        gc.collect()
        seconds.append(asyncio.run(measure()))
    return spread(second * 1e3 for second in seconds[1:])


async def cancelled(program: Prepared, inputs: Sequence[list[str]], calls: int) -> float:
    """The seconds from when a run with so many calls in flight is cancelled to its end."""
    hanging = Hanging(calls, fails=False)
    running = asyncio.create_task(run_async(program, inputs, Session(hanging)))
    await hanging.full.wait()
    start = perf_counter()
    running.cancel()
    await asyncio.wait([running])
    seconds = perf_counter() - start
    _check_nothing_runs(hanging)
    return seconds


async def failing(program: Prepared, inputs: Sequence[list[str]], calls: int) -> float:
    """The seconds from when one of so many calls in flight fails to the end of the run."""
    hanging = Hanging(calls, fails=True)
    running = asyncio.create_task(run_async(program, inputs, Session(hanging)))
    await asyncio.wait([running])
    seconds = perf_counter() - hanging.failed
    assert isinstance(running.exception(), ember.ProviderError)
    _check_nothing_runs(hanging)
    return seconds


async def cancelled_tasks(calls: int) -> float:
    """The seconds that it takes to cancel as many tasks written by hand."""
    hanging = Hanging(calls, fails=False)
    request = Request("fake", "prompt")
    tasks = [asyncio.create_task(hanging.generate(request)) for _ in range(calls)]
    await hanging.full.wait()
    start = perf_counter()
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    seconds = perf_counter() - start
    _check_nothing_runs(hanging)
    return seconds


def _check_nothing_runs(hanging: Hanging) -> None:
    assert hanging.under_way == 0, "every call has left"
    assert len(asyncio.all_tasks()) == 1, "no task is left behind"


# Memory


def _memory() -> Iterator[Row]:
    for features in BOTH:
        queued = _size_of_each(requests, 1000, features)
        yield f"a queued request, features {features}", f"{queued:.0f}", "≤ 500"
    for features in BOTH:
        # Few enough for all to be live in one window.
        live = _size_of_each(frames, 100, features)
        yield f"a frame with a queued request, features {features}", f"{live:.0f}", "≤ 700"


def requests(count: int, features: Features) -> str:
    """Requests that are all ready at once, on a lane that lets one through."""
    lines = [ask(f"a{number}", "prompt", str(number)) for number in range(count)]
    listed = ", ".join(f"%a{number}" for number in range(count))
    lines = [*lines, f"%all = exec.list({listed}) : {LIST}"]
    return program(1, features, {"prompt": TEXT}, lines, {"all": LIST})


def frames(count: int, features: Features) -> str:
    """As many frames, each with such a request and with something to do behind it."""
    body = [ask("answer", "prompt", "0[*]"), '%said = exec.format "{0}{1}"(%prompt, %answer)']
    fanout = f"%all = exec.fanout @body times {count} with %prompt : {TEXT} -> {LIST}"
    return program(
        1,
        features,
        {"prompt": TEXT},
        [fanout],
        {"all": LIST},
        frame("body", {"prompt": TEXT}, body, {"said": TEXT}),
    )


class Weighing(Fake):
    """A model that sees, when it is first asked, how much memory is taken."""

    def __init__(self) -> None:
        super().__init__(NONE)
        self.size = 0

    async def answer(self, prompt: str) -> str:
        """The answer; all requests but this one are queued when it is first asked."""
        self.size = self.size or tracemalloc.get_traced_memory()[0]
        return await super().answer(prompt)


def _size_of_each(shape: Callable[[int, Features], str], count: int, features: Features) -> float:
    small, large = (_size(shape(many, features)) for many in (count, 2 * count))
    return (large - small) / count


def _size(text: str) -> int:
    program, weighing = prepared(text, "memory"), Weighing()
    tracemalloc.start()
    try:
        asyncio.run(run_async(program, ["prompt"], Session(weighing)))
    finally:
        tracemalloc.stop()
    return weighing.size


# Depth


def _depth(sizes: Sequence[int]) -> Iterator[Row]:
    shapes: dict[str, Callable[[int], str]] = {
        "chain of calls": lambda size: chain(size, NONE).text("off"),
        "loop of calls": lambda size: loop(size, NONE).text("off"),
        "frames in one another": nested,
    }
    for name, shape in shapes.items():
        each = [_seconds(shape(size)) * 1e6 / size for size in sizes]
        yield name, *(f"{found:.2f}" for found in each), "linear"


def nested(depth: int) -> str:
    """Frames that each run the next one; the innermost asks."""
    lines = [
        frame(
            f"f{number}",
            {"text": TEXT},
            [f"%run, %answer = exec.spawn @f{number + 1} with %text : {TEXT} -> {TEXT}"],
            {"answer": TEXT},
        )
        for number in range(depth)
    ]
    innermost = frame(f"f{depth}", {"text": TEXT}, [ask("answer", "text", "0")], {"answer": TEXT})
    return lane(1, "off") + "".join(lines) + innermost


def _seconds(text: str) -> float:
    program = prepared(text, "depth")
    inputs = ["text"] * len(program.arguments)
    # The parsed text is garbage by now, and much larger than the run.
    gc.collect()
    start = process_time()
    run(program, inputs, Session(Fake(NONE), clock="virtual"))
    return process_time() - start
