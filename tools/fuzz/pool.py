"""Processes that try texts, and are ended when one takes too long or too much."""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from multiprocessing import get_context
from multiprocessing.connection import Pipe, wait
from multiprocessing.process import BaseProcess
from time import monotonic
from typing import Protocol

from ember_mlir.tools.fuzz.check import problem_with
from ember_mlir.tools.fuzz.inputs import Inputs

MEMORY_BYTES = 2 * 2**30
"""The address space of a worker."""

_STRIDE = 50
"""How many texts a worker is given at once."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A text that was not answered well, by its number, and what went wrong."""

    number: int
    problem: str


class _Channel(Protocol):
    """One end of a pipe, on any platform."""

    def send(self, obj: str | None, /) -> None: ...
    def recv(self) -> str | None: ...
    def fileno(self) -> int: ...
    def close(self) -> None: ...


@dataclass
class _Worker:
    process: BaseProcess
    connection: _Channel
    given: range
    number: int
    since: float


def try_all(inputs: Inputs, numbers: range, *, workers: int, seconds: float) -> Iterator[Finding]:
    """Try the texts of `numbers` in `workers` processes; what goes wrong, as it does.

    A text that takes longer than `seconds` goes wrong, as does one that ends its process.
    """
    pending = [numbers[start : start + _STRIDE] for start in range(0, len(numbers), _STRIDE)]
    pending.reverse()
    busy: list[_Worker] = []
    try:
        while pending or busy:
            while pending and len(busy) < workers:
                busy.append(_start(inputs, pending.pop()))
            ready = wait([worker.connection.fileno() for worker in busy], timeout=seconds / 4)
            for worker in list(busy):
                if worker.connection.fileno() in ready:
                    problem = _receive(worker)
                elif monotonic() - worker.since > seconds:
                    problem = f"it takes longer than {seconds:g} seconds"
                else:
                    continue
                if problem is not None:
                    yield Finding(worker.number, problem)
                    _end(worker)
                    busy.remove(worker)
                    pending.append(range(worker.number + 1, worker.given.stop))
                elif worker.number == worker.given.stop:
                    _end(worker)
                    busy.remove(worker)
            pending = [numbers for numbers in pending if numbers]
    finally:
        for worker in busy:
            _end(worker)


def _start(inputs: Inputs, given: range) -> _Worker:
    # A fork shares what is imported; each worker is new, so that no text can spoil the next.
    context = get_context("fork")
    here, there = Pipe(duplex=False)
    process = context.Process(target=_work, args=(inputs, given, there), daemon=True)
    process.start()
    there.close()
    return _Worker(process, here, given, given.start, monotonic())


def _receive(worker: _Worker) -> str | None:
    """Take what the worker says about its text: the problem with it, or None."""
    try:
        problem = worker.connection.recv()
    except EOFError:
        worker.process.join()
        return f"its process ended with status {worker.process.exitcode}"
    if problem is None:
        worker.number += 1
        worker.since = monotonic()
    return problem


def _end(worker: _Worker) -> None:
    worker.process.kill()
    worker.process.join()
    worker.connection.close()


def _work(inputs: Inputs, given: range, connection: _Channel) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    sys.stdout = sys.stderr = StringIO()
    for number in given:
        connection.send(problem_with(inputs.make(number), inputs.random(-number - 1)))
