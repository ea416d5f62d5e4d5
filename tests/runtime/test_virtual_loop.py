"""The event loop on a clock that jumps: it is asyncio's in all but the time."""

from __future__ import annotations

import asyncio
import os
import re
import threading
import time
from collections.abc import AsyncIterator, Coroutine, Generator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ember_mlir.errors import EmberError
from ember_mlir.runtime.drivers.virtual_loop import VirtualLoop, run_virtually

MONTHS = 2e7
"""As seconds: a float of that size is coarser than a nanosecond."""


def now() -> float:
    return asyncio.get_running_loop().time()


async def sleep_until(seconds: float) -> float:
    await asyncio.sleep(seconds)
    return now()


@pytest.mark.parametrize("seconds", [1e-8, 0.1, 3600, 1e6])
def test_the_clock_jumps_to_the_next_timer(seconds: float) -> None:
    assert run_virtually(sleep_until(seconds)) == seconds


def test_the_clock_stays_where_nothing_waits() -> None:
    async def work() -> float:
        for _ in range(100):
            await asyncio.sleep(0)
        return now()

    assert run_virtually(work()) == 0


def test_waits_add_up_without_drift() -> None:
    async def tick() -> float:
        for _ in range(10_000):
            await asyncio.sleep(0.001)
        return now()

    assert run_virtually(tick()) == 10.0


def test_results_of_gather_are_in_order_and_their_ends_in_time() -> None:
    ended: list[int] = []

    async def member(number: int) -> int:
        await asyncio.sleep(10 - number)
        ended.append(number)
        return number

    async def gathered() -> tuple[list[int], float]:
        return list(await asyncio.gather(*map(member, range(10)))), now()

    assert run_virtually(gathered()) == (list(range(10)), 10.0)
    assert ended == list(range(9, -1, -1))


@pytest.mark.parametrize("allowed", [5.0, 20.0])
def test_timeouts_are_of_this_clock(allowed: float) -> None:
    async def limited() -> tuple[str, float]:
        try:
            async with asyncio.timeout(allowed):
                await asyncio.sleep(10)
        except TimeoutError:
            return "late", now()
        return "done", now()

    assert run_virtually(limited()) == (("late", 5.0) if allowed == 5 else ("done", 10.0))


def test_wait_for_cancels_what_is_late() -> None:
    left: list[float] = []

    async def slow() -> None:
        try:
            await asyncio.sleep(100)
        finally:
            left.append(now())

    async def limited() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(slow(), 7)

    run_virtually(limited())
    assert left == [7.0]


latencies = st.lists(st.floats(0, 1e7), min_size=1, max_size=20)


@given(latencies)
def test_equal_runs_are_equal(waits: list[float]) -> None:
    async def run() -> list[tuple[int, float]]:
        trace: list[tuple[int, float]] = []
        limit = asyncio.Semaphore(3)

        async def member(number: int, seconds: float) -> None:
            async with limit:
                await asyncio.sleep(seconds)
                trace.append((number, now()))

        await asyncio.gather(*[member(*one) for one in enumerate(waits)])
        return trace

    trace = run_virtually(run())
    assert trace == run_virtually(run())
    assert [time for _, time in trace] == sorted(time for _, time in trace)


@given(latencies)
def test_no_wait_is_shorter_than_asked(waits: list[float]) -> None:
    async def run() -> None:
        for seconds in waits:
            before = now()
            await asyncio.sleep(seconds)
            assert now() >= before + seconds - 1e-9

    run_virtually(run())


@pytest.mark.parametrize("start", [0.0, 1.0, 1e6, 5e6, MONTHS, 1e8])
@pytest.mark.parametrize("step", [0.0, 1e-12, 1e-10, 1e-9])
def test_waiting_for_short_times_until_it_is_late_ends(start: float, step: float) -> None:
    async def poll() -> None:
        await asyncio.sleep(start)
        end = now() + 1e-7
        while now() < end:
            await asyncio.sleep(step or 1e-12)

    async def two() -> None:
        await asyncio.gather(poll(), poll())

    run_virtually(two())


@pytest.mark.parametrize("start", [0.0, MONTHS])
def test_a_timer_for_now_or_for_the_past_rings(start: float) -> None:
    async def ring() -> float:
        await asyncio.sleep(start)
        loop = asyncio.get_running_loop()
        for when in (loop.time(), loop.time() - 1, 0.0):
            rang = loop.create_future()
            loop.call_at(when, rang.set_result, None)
            await rang
        return loop.time() - start

    assert 0 < run_virtually(ring()) < 1e-6


def test_timers_can_be_cancelled_and_carry_arguments() -> None:
    rang: list[int] = []

    async def ring() -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(3, rang.append, 3)
        loop.call_later(2, rang.append, 2).cancel()
        loop.call_at(1, rang.append, 1)
        await asyncio.sleep(4)

    run_virtually(ring())
    assert rang == [1, 3]


# Deadlocks


def test_a_loop_on_which_nothing_can_happen_is_an_error() -> None:
    async def wait() -> None:
        await asyncio.Event().wait()

    async def main() -> None:
        tasks = [asyncio.create_task(wait(), name=f"the waiter {number}") for number in range(3)]
        await asyncio.gather(*tasks)

    with pytest.raises(EmberError) as caught:
        run_virtually(main())
    lines = [main.__code__.co_firstlineno + 2, *[wait.__code__.co_firstlineno + 1] * 2]
    first, *others = [f"({__file__}:{line})" for line in lines]
    said = re.sub(r"Task-\d+", "Task-N", caught.value.message)
    assert said == (
        "an event loop on the virtual clock must have something to run or a time to wait for, "
        f"but has neither (waiting: Task-N {first}, the waiter 0 {others[0]}, the waiter 1 "
        f"{others[1]}, 1 more); set what its tasks wait for, or give them a timeout"
    )


def test_a_deadlock_cancels_what_waits() -> None:
    left: list[str] = []

    async def main() -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            await asyncio.sleep(3)
            left.append(f"left at {now()}")

    with pytest.raises(EmberError, match="has neither"):
        run_virtually(main())
    assert left == ["left at 3.0"]


def test_a_deadlock_of_no_task_is_one_too() -> None:
    loop = VirtualLoop()
    with pytest.raises(EmberError, match=r"has neither \(waiting: no task\); set what"):
        loop.run_forever()
    loop.close()


class Bare(Coroutine[object, None, None]):
    """A coroutine that is not written in Python, as far as its task can see."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._waiting = loop.create_future().__await__()

    def send(self, value: None) -> object:
        return next(self._waiting)

    def throw(self, *raised: object) -> object:
        raise asyncio.CancelledError

    def close(self) -> None:
        self._waiting.close()

    def __await__(self) -> Generator[object, None, None]:
        return self._waiting


def test_a_task_without_a_place_is_named() -> None:
    loop = VirtualLoop()
    task = loop.create_task(Bare(loop), name="bare")
    with pytest.raises(EmberError, match=r"has neither \(waiting: bare\); set what"):
        loop.run_until_complete(task)
    task.cancel()
    loop.run_until_complete(asyncio.wait([task]))
    loop.close()


def test_a_wait_that_is_limited_is_no_deadlock() -> None:
    async def main() -> float:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 600)
        return now()

    assert run_virtually(main()) == 600.0


# Threads


def test_the_clock_stands_still_while_a_thread_works() -> None:
    working, may_end = threading.Event(), threading.Event()

    def work() -> str:
        working.set()
        may_end.wait()
        return "worked"

    def end() -> None:
        working.wait()
        may_end.set()

    async def main() -> list[object]:
        timer = asyncio.create_task(sleep_until(5))
        ending = threading.Thread(target=end)
        ending.start()
        worked = await asyncio.to_thread(work)
        ending.join()
        return [worked, now(), timer.done(), await timer]

    assert run_virtually(main()) == ["worked", 0.0, False, 5.0]


def test_an_executor_of_ones_own_and_its_errors() -> None:
    def fail() -> None:
        raise ZeroDivisionError("by design")

    async def main() -> float:
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1) as pool:
            with pytest.raises(ZeroDivisionError, match="by design"):
                await loop.run_in_executor(pool, fail)
        with pytest.raises(RuntimeError, match="cannot schedule new futures"):
            await loop.run_in_executor(pool, fail)
        # The clock goes on: nothing is under way.
        return await sleep_until(3)

    assert run_virtually(main()) == 3.0


def test_the_clock_goes_on_when_nobody_waits_for_a_thread() -> None:
    may_end = threading.Event()

    async def main() -> float:
        work = asyncio.ensure_future(asyncio.to_thread(may_end.wait))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        work.cancel()
        try:
            return await sleep_until(3)
        finally:
            may_end.set()

    assert run_virtually(main()) == 3.0


def test_a_thread_may_call_back() -> None:
    async def main() -> str:
        loop = asyncio.get_running_loop()
        called = loop.create_future()

        def call() -> None:
            loop.call_soon_threadsafe(called.set_result, "called")

        await asyncio.gather(asyncio.to_thread(call), called)
        return called.result()

    assert run_virtually(main()) == "called"


# Files


def test_a_pipe_is_read_where_there_is_no_timer() -> None:
    reader, writer = os.pipe()

    async def main() -> bytes:
        loop = asyncio.get_running_loop()
        readable = loop.create_future()
        loop.add_reader(reader, readable.set_result, None)
        # Written to by a thread that the loop does not know of.
        thread = threading.Thread(target=os.write, args=(writer, b"\xc3\xa9"))
        thread.start()
        await readable
        loop.remove_reader(reader)
        thread.join()
        return os.read(reader, 10)

    try:
        assert run_virtually(main()) == b"\xc3\xa9"
    finally:
        os.close(reader)
        os.close(writer)


def test_a_pipe_that_is_ready_comes_before_a_timer() -> None:
    reader, writer = os.pipe()

    async def main() -> float:
        loop = asyncio.get_running_loop()
        readable = loop.create_future()
        loop.add_reader(reader, readable.set_result, None)
        loop.call_later(3, os.write, writer, b"x")
        async with asyncio.timeout(1e6):
            await readable
        loop.remove_reader(reader)
        return now()

    try:
        assert run_virtually(main()) == 3.0
    finally:
        os.close(reader)
        os.close(writer)


# As asyncio.run


def test_what_is_left_is_ended() -> None:
    ended: list[str] = []

    async def numbers() -> AsyncIterator[int]:
        try:
            for number in range(10):
                yield number
                await asyncio.sleep(1)
        finally:
            ended.append("generator")

    async def forever() -> None:
        try:
            await asyncio.sleep(1e9)
        finally:
            ended.append("task")

    async def main() -> int:
        task = asyncio.create_task(forever())
        endless = numbers()
        first = await anext(endless)
        await asyncio.to_thread(time.monotonic)
        assert not task.done()
        kept.append(endless)
        return first

    kept: list[AsyncIterator[int]] = []
    before = threading.active_count()
    assert run_virtually(main()) == 0
    assert sorted(ended) == ["generator", "task"]
    assert threading.active_count() == before


def test_errors_come_back_as_they_are() -> None:
    async def main() -> None:
        await asyncio.sleep(1)
        raise ZeroDivisionError("by design")

    with pytest.raises(ZeroDivisionError, match="by design"):
        run_virtually(main())


def test_it_does_not_run_inside_of_a_loop() -> None:
    async def inner() -> None:
        raise AssertionError("this never runs")

    async def outer(coroutine: Coroutine[object, None, None]) -> None:
        run_virtually(coroutine)

    with pytest.raises(EmberError) as caught:
        run_virtually(outer(inner()))
    assert caught.value.message == (
        "run_virtually must be called where no event loop is running, but one is; "
        "await the coroutine itself, or call from another thread"
    )
