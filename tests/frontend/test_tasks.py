"""Tasks, groups of them and pools of threads: calls run at once anyway."""

# What is not captured is written as people write it who annotate little.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import asyncio
import concurrent.futures
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

import pytest

import ember_mlir as ember
from ember_mlir import generate

from .ways import SEEDS, Words, captured_of, check, differences, outcome, plain


async def said(text: str) -> str:
    if "never" in text:
        raise ValueError("never is no word")
    return generate(f"Say {text}")


def shout(text: str) -> str:
    return generate(f"Shout {text}").upper()


def with_suffix(text: str, suffix: str = "") -> str:
    return generate(text) + suffix


async def tasks_in_a_list(docs: list[str]) -> str:
    tasks = [asyncio.create_task(said(doc)) for doc in docs]
    return ", ".join([await task for task in tasks])


async def tasks_of_known(q: str) -> str:
    tasks = [asyncio.create_task(said(f"{q} {style}")) for style in ("short", "long")]
    return ", ".join([await task for task in tasks])


async def tasks_and_their_texts(docs: list[str]) -> list[str]:
    tasks = [asyncio.ensure_future(said(doc)) for doc in docs]
    return [f"{doc}: {await task}" for doc, task in zip(docs, tasks, strict=True)]


async def tasks_that_are_appended(docs: list[str]) -> list[str]:
    tasks: list[asyncio.Task[str]] = []
    for doc in docs:
        if doc != "skip":
            tasks.append(asyncio.create_task(said(doc)))
    return await asyncio.gather(*tasks)


async def coroutines_in_a_list(docs: list[str]) -> list[str]:
    calls = [said(doc) for doc in docs]
    return [*await asyncio.gather(*calls), str(len(calls))]


async def one_of_two_tasks(q: str) -> str:
    first, second = asyncio.create_task(said(q)), asyncio.create_task(said(f"not {q}"))
    found, other = await first, await second
    return found if found == "yes" else other


async def a_group_of_tasks(q: str) -> str:
    async with asyncio.TaskGroup() as group:
        first = group.create_task(said(q))
        second = group.create_task(said("the opposite"), name="second")
    return f"{first.result()} {second.result()}"


async def a_group_in_a_loop(docs: list[str]) -> list[str]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(said(doc)) for doc in docs]
    return [task.result() for task in tasks]


async def a_task_awaited_in_its_try(docs: list[str]) -> list[str]:
    found: list[str] = []
    for doc in docs:
        try:
            task = asyncio.create_task(said(doc))
            found.append(await task)
        except (ValueError, ember.ProviderError):
            found.append("failed")
    return found


@pytest.mark.parametrize(
    "function",
    [
        tasks_in_a_list,
        tasks_and_their_texts,
        tasks_that_are_appended,
        coroutines_in_a_list,
        a_group_in_a_loop,
        a_task_awaited_in_its_try,
    ],
)
@pytest.mark.parametrize("docs", [["a", "b", "skip"], []])
def test_tasks_of_a_list(function: Any, docs: list[str]) -> None:
    check(function, docs, varied=bool(docs))


@pytest.mark.parametrize("function", [tasks_of_known, one_of_two_tasks, a_group_of_tasks])
def test_tasks_of_one_text(function: Any) -> None:
    check(function, "hello")


def test_an_error_is_that_of_who_waits() -> None:
    async def waits(q: str) -> str:
        task = said("never")
        answer = generate(q)
        try:
            return await task
        except ValueError as error:
            return f"{answer}: {error}"

    check(waits, "hello")


# A thread of a pool has no session of its own, so that plain calls are not compared.


def pool_maps(docs: list[str]) -> list[str]:
    with ThreadPoolExecutor(max_workers=4) as pool:
        return list(pool.map(shout, docs))


def pool_maps_in_a_loop(docs: list[str]) -> list[str]:
    found: list[str] = []
    with concurrent.futures.ThreadPoolExecutor() as pool:
        for doc, text in zip(docs, pool.map(generate, docs), strict=True):
            found.append(f"{doc}={text}")
    return found


def pool_submits(docs: list[str]) -> list[str]:
    with ThreadPoolExecutor() as pool:
        futures = [pool.submit(with_suffix, doc, suffix="!") for doc in docs]
    return [future.result() for future in futures]


def pool_submits_as_completed(docs: list[str]) -> list[str]:
    pool = ThreadPoolExecutor(4)
    futures = [pool.submit(generate, doc) for doc in docs]
    found = sorted(future.result() for future in as_completed(futures))
    pool.shutdown()
    return found


def pool_of_a_dict(docs: list[str]) -> list[str]:
    found: dict[str, str] = {}
    with ThreadPoolExecutor() as pool:
        futures = {pool.submit(shout, f"{style} {docs}"): style for style in ("short", "long")}
        for future in as_completed(futures):
            found[futures[future]] = future.result()
    return [found["short"], found["long"]]


def runs_a_coroutine(docs: list[str]) -> list[str]:
    async def main() -> list[str]:
        return await asyncio.gather(*(asyncio.to_thread(shout, doc) for doc in docs))

    return asyncio.run(main())


@pytest.mark.parametrize(
    "function",
    [
        pool_maps,
        pool_maps_in_a_loop,
        pool_submits,
        pool_submits_as_completed,
        pool_of_a_dict,
        runs_a_coroutine,
    ],
)
@pytest.mark.parametrize("docs", [["a", "b", "FAIL"], ["a", "b"], []])
def test_pools_of_threads(function: Callable[[list[str]], list[str]], docs: list[str]) -> None:
    program = ember.compile(function, allow="exact", strict=True)
    outcomes: set[object] = set()
    for seed in SEEDS:
        runs = [
            outcome(lambda run=run: plain(run, [docs]), Words(seed, draws=True), seed)
            for run in (program.eager, program)
        ]
        assert runs[0].shown() == runs[1].shown()
        assert runs[0].raised or runs[0].requests == runs[1].requests
        outcomes.add(runs[0].shown())
    assert len(outcomes) > 1 or "FAIL" in docs or not docs


def test_a_pool_asks_for_all_at_once() -> None:
    program = ember.compile(pool_maps, strict=True)
    with ember.Session(seed=1, clock="virtual"):
        program(["a"])
        one = program.last_run
        program(["a", "b", "c"])
    assert one is not None
    assert program.last_run is not None
    assert program.last_run.seconds < 2 * one.seconds


async def waits_in_a_try(docs: list[str]) -> list[str]:
    tasks = [asyncio.create_task(said(doc)) for doc in docs]
    found: list[str] = []
    for task in tasks:
        try:
            found.append(await task)
        except ember.ProviderError:
            found.append("")
    return found


async def waits_in_a_try_for_one(q: str) -> str:
    task = asyncio.create_task(said(q))
    try:
        return await task
    except ember.ProviderError:
        return ""


async def gathers_in_a_try(docs: list[str]) -> list[str]:
    calls = [said(doc) for doc in docs]
    try:
        return await asyncio.gather(*calls)
    except ember.ProviderError:
        return []


async def errors_as_results(docs: list[str]) -> list[object]:
    return [*await asyncio.gather(*[said(doc) for doc in docs], return_exceptions=True)]


async def errors_as_known_results(q: str) -> list[object]:
    return [*await asyncio.gather(said(q), said("b"), return_exceptions=True)]


async def limits(docs: list[str]) -> list[str]:
    semaphore = asyncio.Semaphore(2)

    async def one(doc: str) -> str:
        async with semaphore:
            return await said(doc)

    return await asyncio.gather(*map(one, docs))


async def waits_for(q: str) -> str:
    return await asyncio.wait_for(said(q), timeout=5)


async def has_a_timeout(q: str) -> str:
    async with asyncio.timeout(5):
        return await said(q)


def future_has_a_timeout(q: str) -> str:
    with ThreadPoolExecutor() as pool:
        return pool.submit(shout, q).result(timeout=3)


async def is_done(q: str) -> bool:
    return asyncio.create_task(said(q)).done()


async def group_in_a_try(q: str) -> str:
    try:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(said(q))
        return task.result()
    except ValueError:
        return ""


@pytest.mark.parametrize(
    ("function", "step"),
    [
        (waits_in_a_try, "put the 'try' into the function that is called"),
        (waits_in_a_try_for_one, "put the 'try' into the function that is called"),
        (gathers_in_a_try, "put the 'try' into the function that is called"),
        (errors_as_results, "put a 'try' into the function that may fail"),
        (errors_as_known_results, "put a 'try' into the function that may fail"),
        (limits, "max_workers=…"),
        (waits_for, "timeout_s=…"),
        (has_a_timeout, "timeout_s=…"),
        (future_has_a_timeout, "timeout_s=…"),
        (is_done, "put a 'try' into the function that may fail"),
        (group_in_a_try, "write asyncio.gather(…)"),
    ],
)
def test_what_is_refused_says_what_to_write(function: Any, step: str) -> None:
    program = ember.compile(function, strict=True)
    argument = ["a"] if "docs" in function.__annotations__ else "a"
    with ember.Session(seed=1, clock="virtual"), pytest.raises(ember.CaptureError) as caught:
        plain(program, [argument])
    assert step in str(caught.value)
    assert caught.value.location is not None


def test_a_try_in_the_function_is_captured() -> None:
    async def safely(doc: str) -> str:
        try:
            return await said(doc)
        except ember.ProviderError:
            return ""

    async def asks(docs: list[str]) -> list[str]:
        tasks = [asyncio.create_task(safely(doc)) for doc in docs]
        return [await task for task in tasks]

    check(asks, ["a", "FAIL"])


async def picky(text: str) -> str:
    answer = generate(f"Pick {text}")
    if answer == "no":
        raise ValueError(text)
    return answer


async def gathered_in_a_try(docs: list[str]) -> list[str]:
    try:
        return list(await asyncio.gather(*[picky(doc) for doc in docs]))
    except ValueError:
        return ["none"]


async def named_in_a_try(docs: list[str]) -> list[str]:
    try:
        calls = [picky(doc) for doc in docs]
        found = await asyncio.gather(*calls)
    except ValueError:
        return ["none"]
    return [*found]


async def awaited_in_a_try(docs: list[str]) -> list[str]:
    try:
        tasks = [asyncio.create_task(picky(doc)) for doc in docs]
        return [await task for task in tasks]
    except ValueError:
        return ["none"]


async def two_in_a_try(docs: list[str]) -> str:
    try:
        first, last = await asyncio.gather(picky(docs[0]), picky(docs[-1]))
    except ValueError:
        return "none"
    return first + last


@pytest.mark.parametrize(
    "function", [gathered_in_a_try, named_in_a_try, awaited_in_a_try, two_in_a_try]
)
def test_what_is_begun_inside_of_a_try_fails_there(function: Callable[..., object]) -> None:
    found = differences(function, (["d1", "d2", "d3"],))
    # Where one has failed, the others may be asked or not: nobody reads what they answer.
    assert [one for one in found if " gives " in one or "what eager does not" in one] == []


async def gathered_behind(docs: list[str]) -> list[str]:
    calls = [picky(doc) for doc in docs]
    try:
        return list(await asyncio.gather(*calls))
    except ValueError:
        return ["none"]


async def awaited_behind(docs: list[str]) -> list[str]:
    tasks = [asyncio.create_task(picky(doc)) for doc in docs]
    try:
        return [await task for task in tasks]
    except ValueError:
        return ["none"]


async def one_awaited_behind(docs: list[str]) -> str:
    tasks = [asyncio.create_task(picky(doc)) for doc in docs]
    try:
        return await tasks[0]
    except ValueError:
        return "none"


@pytest.mark.parametrize("function", [gathered_behind, awaited_behind, one_awaited_behind])
def test_what_is_begun_before_a_try_is_not_awaited_in_it(function: Callable[..., object]) -> None:
    with pytest.raises(ember.CaptureError, match="a call that was begun before the 'try'"):
        captured_of(function, (["d1", "d2"],))
