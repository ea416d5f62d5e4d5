"""`ember.execution_options`: how programs run in a part of the code, and nowhere else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from decimal import Decimal
from threading import Barrier, Thread
from typing import Any

import pytest

import ember_mlir as ember
from ember_mlir.errors import BudgetError, DeadlineError, InputError
from ember_mlir.execution import ExecutionOptions, current_options
from ember_mlir.runtime.drivers import virtual_driver
from ember_mlir.testing.counting import counted_instructions

PRICED = "a priced model of test_execution"
WIDE = "a model of test_execution that many may ask at once"
WIDER = f"another {WIDE}"


@pytest.fixture(autouse=True)
def _priced() -> None:
    ember.register_model(
        PRICED, provider="simulated", input_usd_per_million=1, output_usd_per_million=2
    )
    for name in (WIDE, WIDER):
        ember.register_model(name, provider="simulated", max_concurrency=1000)


class Watched:
    """A provider that answers after a second, and counts what is under way at once."""

    def __init__(self) -> None:
        self.under_way: list[tuple[float, float]] = []
        self._now: Callable[[], float] = lambda: 0.0

    def begin(self, now: Callable[[], float]) -> None:
        self._now = now

    def simulate(self, request: ember.Request) -> tuple[ember.Reply, float]:
        start = self._now()
        self.under_way.append((start, start + 1.0))
        return ember.Reply([f"{request.prompt}!"], 10, 5), 1.0

    async def generate(self, request: ember.Request, /) -> ember.Reply:
        return self.simulate(request)[0]

    @property
    def most(self) -> int:
        """How many were under way at once at most."""
        return max(
            sum(start <= moment < end for start, end in self.under_way)
            for moment, _ in self.under_way
        )


@ember.jit
def many(count: int) -> list[str]:
    small = [ember.generate(f"a{number}") for number in range(3)]
    large = [ember.generate(f"b{number}", model="large") for number in range(3)]
    last = ember.map(lambda text: ember.generate(text, model=PRICED), small + large)
    return last if count else []


@ember.jit
def priced(question: str) -> str:
    first = ember.generate(question, model=PRICED, max_tokens=100)
    return ember.generate(first, model=PRICED, max_tokens=100)


def run(**options: Any) -> tuple[list[str], Watched, float]:
    watched = Watched()
    with (
        ember.Session(provider=watched, seed=1, clock="virtual"),
        ember.execution_options(**options),
    ):
        answers = many(1)
    assert many.last_run is not None
    return answers, watched, many.last_run.bill.seconds


def test_workers_bound_what_is_under_way_on_all_lanes_together() -> None:
    free, watched, seconds = run()
    assert (watched.most, seconds) == (6, 2.0)
    for options, most, took in [
        ({"max_workers": 4}, 4, 3.0),
        ({"max_workers": 2}, 2, 6.0),
        ({"scheduler": "sequential"}, 1, 12.0),
        ({"scheduler": "sequential", "max_workers": 5}, 1, 12.0),
        ({"scheduler": "parallel", "max_workers": 100}, 6, 2.0),
    ]:
        answers, watched, seconds = run(**options)
        assert answers == free
        assert (watched.most, seconds) == (most, took), options


def test_workers_bound_what_is_under_way_on_the_real_clock() -> None:
    class Counting:
        def __init__(self) -> None:
            self.now = self.most = 0

        async def generate(self, request: ember.Request, /) -> ember.Reply:
            self.now += 1
            self.most = max(self.most, self.now)
            await asyncio.sleep(0)
            self.now -= 1
            return ember.Reply([f"{request.prompt}!"], 10, 5)

    for workers in (1, 2, 3):
        provider = Counting()
        with (
            ember.Session(provider=provider, seed=1),
            ember.execution_options(max_workers=workers),
        ):
            many(1)
        assert provider.most == workers


def test_functions_of_python_are_bound_too() -> None:
    under_way, most = [0], [0]

    @ember.pure
    def slow(text: str) -> str:
        under_way[0] += 1
        most[0] = max(most[0], under_way[0])
        under_way[0] -= 1
        return text.upper()

    @ember.jit
    def loud(texts: list[str]) -> list[str]:
        return [slow(text) for text in texts]

    with ember.execution_options(scheduler="sequential"):
        assert loud(["a", "b"]) == ["A", "B"]
    assert most == [1]


class Using:
    """How much memory functions take at once that take a second each."""

    def __init__(self) -> None:
        self.now = self.most = 0
        self.begun: list[str] = []

    async def use(self, text: str, amount: int) -> str:
        self.begun.append(text)
        self.now += amount
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(1)
        finally:
            self.now -= amount
        if text == "bad":
            raise ValueError(text)
        return text.upper()


USING = Using()


@ember.pure(memory_mb=100)
async def little(text: str) -> str:
    return await USING.use(text, 100)


@ember.pure(memory_mb=300)
async def much(text: str) -> str:
    return await USING.use(text, 300)


@ember.pure
async def undeclared(text: str) -> str:
    return await USING.use(text, 0)


@ember.jit(strict=True)
async def using(a: str, b: str, c: str, d: str, e: str) -> list[str]:
    return [*await asyncio.gather(little(a), much(b), little(c), much(d), undeclared(e))]


@pytest.mark.parametrize(
    ("memory", "most", "took"),
    [(None, 800, 1.0), (800, 800, 1.0), (700, 500, 2.0), (400, 400, 2.0), (300, 300, 4.0)],
)
def test_functions_keep_to_the_memory_that_there_is(
    memory: int | None, most: int, took: float
) -> None:
    USING.__init__()
    with ember.Session(seed=1, clock="virtual"), ember.execution_options(memory_mb=memory):
        assert asyncio.run(using("a", "b", "c", "d", "e")) == ["A", "B", "C", "D", "E"]
    assert using.last_run is not None
    assert (USING.most, USING.now) == (most, 0)
    assert using.last_run.seconds == took


def test_who_waits_for_memory_is_not_overtaken() -> None:
    USING.__init__()
    with ember.Session(seed=1, clock="virtual"), ember.execution_options(memory_mb=300):
        asyncio.run(using("a", "b", "c", "d", "e"))
    # What is not declared waits for nobody.
    assert USING.begun == ["a", "e", "b", "c", "d"]


@pytest.mark.parametrize("bad", [0, 1, 2, 3])
def test_what_fails_or_is_cancelled_gives_its_memory_back(bad: int) -> None:
    texts = [*"abcde"]
    texts[bad] = "bad"

    @ember.jit(strict=True)
    async def either(a: str, b: str, c: str, d: str) -> list[str]:
        try:
            return [*await asyncio.gather(little(a), much(b), little(c), much(d))]
        except Exception:
            return [*await asyncio.gather(little("x"), much("y"), little("z"))]

    USING.__init__()
    with ember.Session(seed=1, clock="virtual"), ember.execution_options(memory_mb=300):
        assert asyncio.run(either(*texts[:4])) == ["X", "Y", "Z"]
    assert (USING.most, USING.now) == (300, 0)


def test_a_function_that_never_fits_is_told_before_anything_runs() -> None:
    USING.__init__()
    with (
        ember.Session(seed=1, clock="virtual"),
        ember.execution_options(memory_mb=299),
        pytest.raises(InputError, match="'much' is declared to take 300; allow more, or declare"),
    ):
        asyncio.run(using("a", "b", "c", "d", "e"))
    assert USING.begun == []
    with pytest.raises(InputError, match="memory_mb must be an int of at least 1, but got -1"):
        ember.pure(memory_mb=-1)


def test_blocking_functions_keep_to_the_memory_as_well() -> None:
    under_way, most = [0], [0]
    both = Barrier(2)

    @ember.pure(memory_mb=100)
    def slow(text: str) -> str:
        under_way[0] += 1
        most[0] = max(most[0], under_way[0])
        # Two of them are there at once, or this never ends.
        both.wait(timeout=60)
        under_way[0] -= 1
        return text.upper()

    @ember.jit(strict=True)
    def loud(texts: list[str]) -> list[str]:
        return [slow(text) for text in texts]

    with ember.Session(seed=1), ember.execution_options(memory_mb=200):
        assert loud([*"abcdef"]) == [*"ABCDEF"]
    assert most == [2]


def test_sequential_gives_the_answers_of_parallel_on_a_simulated_model() -> None:
    @ember.jit(allow="exact")
    def vote(question: str) -> str:
        drafts = ember.sample(question, 5, temperature=1)
        checks = [ember.generate(f"Is it {draft}?") for draft in drafts]
        return ember.vote(drafts) + ember.vote(checks)

    for seed in range(5):
        with ember.Session(seed=seed, clock="virtual"):
            at_once = vote("What is 17 * 23?")
            with ember.execution_options(scheduler="sequential"):
                assert vote("What is 17 * 23?") == at_once


class Failing(Watched):
    """A provider that refuses the request whose prompt ends with " 1"."""

    def simulate(self, request: ember.Request) -> tuple[ember.Reply, float]:
        if str(request.prompt).endswith(" 1"):
            raise ember.ProviderError("the service answered 400")
        return super().simulate(request)


@ember.jit
def on_two_models(count: int) -> list[str]:
    # Each model lets through as many as there may be in all, so those of one have to wait.
    first = [ember.generate(f"q {number}", model=WIDE) for number in range(count)]
    return first + [ember.generate(f"q {number}", model=WIDER) for number in range(count)]


def test_cancelled_calls_wait_no_longer_for_their_turn() -> None:
    provider = Failing()
    with (
        ember.Session(provider=provider, seed=1, clock="virtual"),
        ember.execution_options(max_workers=2),
        pytest.raises(ember.ProviderError, match="400"),
    ):
        on_two_models(9)
    assert len(provider.under_way) <= 2


def test_only_what_was_sent_before_a_deadline_is_counted() -> None:
    with (
        ember.Session(provider=Watched(), seed=1, clock="virtual"),
        ember.execution_options(max_workers=4, timeout_s=0.5),
        pytest.raises(DeadlineError) as caught,
    ):
        on_two_models(9)
    assert caught.value.bill is not None
    # Of the other model, four have waited for their turn, and nothing is charged for them.
    assert caught.value.bill.calls == 4


def test_what_a_cancelled_call_has_left_is_for_the_calls_after_it() -> None:
    @ember.jit
    def either(count: int) -> list[str]:
        try:
            return [ember.generate(f"q {number}") for number in range(count)]
        except ember.ProviderError:
            return [ember.generate(f"again {number + 2}") for number in range(count)]

    for workers, took in ((1, 8.0), (2, 4.0), (3, 3.0)):
        with (
            ember.Session(provider=Failing(), seed=1, clock="virtual"),
            ember.execution_options(max_workers=workers),
        ):
            assert either(7) == [f"again {number}!" for number in range(2, 9)]
        assert either.last_run is not None
        assert either.last_run.bill.seconds == took, workers


def test_work_to_cancel_grows_with_the_calls_that_wait() -> None:
    def steps(count: int) -> int:
        with (
            ember.Session(provider=Watched(), seed=1, clock="virtual"),
            ember.execution_options(max_workers=count, timeout_s=0.5),
            counted_instructions(virtual_driver) as counted,
            pytest.raises(DeadlineError),
        ):
            on_two_models(count)
        return counted.total()

    few, more = steps(100), steps(400)
    assert 0 < few < more < 5 * few


def test_a_budget_is_never_overspent() -> None:
    with ember.Session(provider=Watched(), seed=1, clock="virtual"):
        with ember.execution_options(budget_usd="0.01"):
            assert priced("q") == "q!!"
        assert "budget 0.01 usd" not in priced.ir("sched")
        with ember.execution_options(budget_usd=0.0001), pytest.raises(BudgetError) as caught:
            priced("q")
        assert caught.value.bill is not None
        assert caught.value.bill.calls == 0
        with ember.execution_options(budget_usd=Decimal("0.0003")):
            assert "sched.scope budget 0.0003 usd" in priced.ir("sched")


def test_a_run_that_takes_too_long_is_ended() -> None:
    with ember.Session(provider=Watched(), seed=1, clock="virtual"):
        with ember.execution_options(timeout_s=2.5):
            assert priced("q") == "q!!"
        with ember.execution_options(timeout_s=1.5), pytest.raises(DeadlineError) as caught:
            priced("q")
    assert caught.value.bill is not None
    assert caught.value.bill.seconds == 1.5


def test_what_is_optimized_for_is_that_of_the_block() -> None:
    @ember.jit
    def two(question: str) -> str:
        return ember.vote(ember.sample(question, 5, temperature=1))

    with ember.Session(seed=1, clock="virtual"):
        two("2 + 2?")
        assert "stop lossless at_once" in two.ir()
        with ember.execution_options(optimize_for="cost"):
            assert "stop lossless at_once" not in two.ir()
            assert "stop lossless" in two.ir()
            with ember.execution_options(allow="exact"):
                assert current_options().optimize_for == "cost"
                two("2 + 2?")
        assert two.cache_info().currsize == 3


def test_plans_are_not_made_again_for_how_they_are_run() -> None:
    before = many.cache_info().misses
    for workers in (1, 2, 3):
        run(max_workers=workers)
    assert many.cache_info().misses <= before + 1


def test_blocks_nest_and_end() -> None:
    assert current_options() == ExecutionOptions()
    with ember.execution_options(max_workers=3, scheduler="parallel") as outer:
        with ember.execution_options(scheduler="sequential", timeout_s=5) as inner:
            assert inner == ExecutionOptions("sequential", 3, Decimal(5))
        assert current_options() is outer
        with pytest.raises(ValueError, match="ends"), ember.execution_options(max_workers=1):
            raise ValueError("it ends")
        assert current_options() is outer
    assert current_options() == ExecutionOptions()


def test_threads_and_tasks_do_not_see_those_of_others() -> None:
    seen: list[ExecutionOptions] = []

    async def inside(workers: int) -> int | None:
        with ember.execution_options(max_workers=workers):
            await asyncio.sleep(0)
            return current_options().max_workers

    async def both() -> list[int | None]:
        return [*await asyncio.gather(inside(1), inside(2))]

    with ember.execution_options(max_workers=7):
        thread = Thread(target=lambda: seen.append(current_options()))
        thread.start()
        thread.join()
        assert asyncio.run(both()) == [1, 2]
    assert seen == [ExecutionOptions()]


WRONG: list[tuple[dict[str, Any], str]] = [
    (
        {"scheduler": "fast"},
        "scheduler must be 'parallel' or 'sequential', but got 'fast'; choose one of them",
    ),
    ({"memory_mb": 0.5}, "memory_mb must be an int of at least 1, but got 0.5; give how many"),
    ({"max_workers": 0}, "max_workers must be an int of at least 1, but got 0; give how many"),
    ({"max_workers": True}, "max_workers must be an int of at least 1, but got True; give how"),
    ({"timeout_s": -1}, "timeout_s must be a number of seconds of at least 0, but got -1; give"),
    ({"timeout_s": "soon"}, "timeout_s must be a number of seconds of at least 0, but got 'soon'"),
    ({"budget_usd": float("inf")}, "budget_usd must be a number of dollars of at least 0, but got"),
    ({"budget_usd": True}, "budget_usd must be a number of dollars of at least 0, but got True"),
    ({"optimize_for": "fun"}, "optimize_for must be 'both' or 'cost' or 'latency', but got 'fun'"),
    ({"allow": "all"}, "a promise must be exact, distribution, bounded"),
]


@pytest.mark.parametrize(("options", "message"), WRONG, ids=range(len(WRONG)))
def test_what_cannot_be_an_option_is_told(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ember.InputError) as caught, ember.execution_options(**options):
        pass
    assert caught.value.message.startswith(message), caught.value.message
