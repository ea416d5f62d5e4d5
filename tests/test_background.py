"""Synchronous calls: one loop for the process, from any thread, cancelled by Ctrl-C."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar

import pytest

from ember_mlir import background
from ember_mlir.background import event_loop_factory, run_sync


async def loop_and_thread() -> tuple[int, int]:
    await asyncio.sleep(0)
    return id(asyncio.get_running_loop()), threading.get_ident()


def test_all_calls_share_one_loop() -> None:
    with ThreadPoolExecutor(8) as pool:
        seen = {run_sync(loop_and_thread())}
        waiting = [pool.submit(lambda: run_sync(loop_and_thread())) for _ in range(100)]
        seen |= {future.result() for future in waiting}
    assert len(seen) == 1
    assert seen.pop()[1] != threading.get_ident()


def test_a_call_within_a_running_loop() -> None:
    async def outer() -> tuple[int, int]:
        return run_sync(loop_and_thread())

    assert asyncio.run(outer()) == run_sync(loop_and_thread())


def nested(depth: int) -> Coroutine[object, None, int]:
    async def inner() -> int:
        return depth if depth == 0 else 1 + run_sync(nested(depth - 1))

    return inner()


def test_calls_within_calls_do_not_wait_for_themselves() -> None:
    assert run_sync(nested(4)) == 4


def test_calls_from_a_thread_that_the_loop_waits_for() -> None:
    async def outer() -> int:
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(lambda: run_sync(inner())).result()

    async def inner() -> int:
        return 42

    async def outermost() -> int:
        return run_sync(outer())

    assert run_sync(outermost()) == 42


def test_errors_come_back_as_they_are() -> None:
    async def fail() -> None:
        raise ZeroDivisionError("by design")

    with pytest.raises(ZeroDivisionError, match="by design"):
        run_sync(fail())


def test_context_variables_are_copied() -> None:
    variable = ContextVar("variable", default="unset")

    async def read_and_write() -> str:
        seen = variable.get()
        variable.set("inside")
        return seen

    variable.set("outside")
    assert run_sync(read_and_write()) == "outside"
    assert variable.get() == "outside"


def loop_threads() -> int:
    return [thread.name for thread in threading.enumerate()].count("ember event loop")


def test_the_loop_can_be_closed_and_made_anew() -> None:
    run_sync(loop_and_thread())
    assert loop_threads() == 1
    background.close()
    background.close()
    assert loop_threads() == 0
    run_sync(loop_and_thread())
    assert loop_threads() == 1


class Counting:
    """A stand-in for uvloop, which counts the loops that it makes."""

    def __init__(self) -> None:
        self.made = 0

    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        self.made += 1
        return asyncio.new_event_loop()


def test_the_loop_is_of_uvloop_if_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    uvloop = Counting()
    monkeypatch.setitem(sys.modules, "uvloop", uvloop)
    background.close()
    assert run_sync(nested(0)) == 0
    assert uvloop.made == 1
    background.close()


def test_the_loop_is_of_asyncio_if_uvloop_is_not_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "uvloop", None)
    assert event_loop_factory() is asyncio.new_event_loop


def test_a_loop_that_cannot_be_made_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> asyncio.AbstractEventLoop:
        raise OSError("too many open files")

    monkeypatch.setattr(background, "event_loop_factory", lambda: fail)
    background.close()
    coroutine = nested(0)
    with pytest.raises(OSError, match="too many open files"):
        run_sync(coroutine)
    coroutine.close()
    monkeypatch.undo()
    assert run_sync(nested(0)) == 0


def test_closing_cancels_what_still_runs() -> None:
    started = threading.Event()

    async def hang() -> None:
        started.set()
        await asyncio.sleep(1000)

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lambda: run_sync(hang()))
        started.wait()
        background.close()
        with pytest.raises(asyncio.CancelledError):
            waiting.result()


def test_an_interrupt_cancels_and_waits() -> None:
    left: list[str] = []

    async def hang() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        try:
            await asyncio.sleep(1000)
        finally:
            await asyncio.sleep(0.01)
            left.append("left")

    # The tests may have been started where interrupts are ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            run_sync(hang())
    finally:
        signal.signal(signal.SIGINT, before)
    assert left == ["left"]
    # The loop has survived it.
    assert run_sync(nested(0)) == 0


def in_a_new_process(code: str) -> str:
    """The standard output of `code`, in a process in which warnings are errors."""
    command = [sys.executable, "-X", "dev", "-W", "error", "-c", code]
    ran = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60)
    assert (ran.returncode, ran.stderr) == (0, "")
    return ran.stdout


CALL = """
import asyncio, os
from ember_mlir.background import event_loop_factory, run_sync
async def answer():
    return 42
"""


def test_a_process_ends_without_a_warning() -> None:
    assert in_a_new_process(f"{CALL}\nprint(run_sync(answer()))") == "42\n"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_child_has_a_loop_of_its_own() -> None:
    code = f"""{CALL}
print(run_sync(answer()), flush=True)
child = os.fork()
if not child:
    print(run_sync(answer()), flush=True)
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
print(run_sync(answer()))
"""
    assert in_a_new_process(code) == "42\n42\n42\n"
