"""Whether the tests notice a change: each change is tried in a process of its own.

A process that has imported whatever does not need the changed module is forked for each
change. The child imports the module from its changed source, and runs the tests one after
the other until one fails. What takes much longer than without a change counts as noticed.
"""

from __future__ import annotations

import doctest
import gc
import importlib
import importlib.util
import os
import resource
import signal
import sys
from collections.abc import Container, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from math import ceil
from multiprocessing import get_context
from select import select
from time import monotonic
from types import CodeType, ModuleType
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, settings

from ember_mlir.tools.mutants.changes import ROOT, Change
from ember_mlir.tools.mutants.imports import dependents, modules
from ember_mlir.tools.mutants.targets import Suite

MEMORY_BYTES = 4 * 2**30
CPU_SECONDS = 600
"""What a process that runs tests may take; the second, lest it outlive who has started it."""

SECONDS = 2.0
LONGER = 2
"""How much CPU time tests may take: so much, and so often what they take without a change."""

ASLEEP = 20
"""How often that they may take in all: others may use the machine, too."""

WITHOUT = ("-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:doctest")
# Hypothesis is imported already, so that asserts in it are not made to explain themselves.
PYTEST = ("-x", "-q", *WITHOUT, "-W", "ignore::pytest.PytestAssertRewriteWarning")

PRELOADED = ["filecheck.main", "hypothesis", "pytest", "xdsl.dialects.scf", "xdsl.pattern_rewriter"]
"""What is imported once, as nothing of it is changed."""

EXAMPLES = 20
"""How many random programs each law is tried on."""

CLOCK = "the clock"
"""What notices a change with which tests do not come to an end."""

PROFILE = "mutants"
"""How random programs are tried: what fails is not made smaller."""


class Verdict(NamedTuple):
    """What came of a change: the test that noticed it, if one did."""

    noticed_by: str | None
    seconds: float


class Judgement(NamedTuple):
    """The verdict on each of several changes, and tests that fail without any."""

    verdicts: Sequence[Verdict]
    broken: Sequence[str]


class _Running(NamedTuple):
    """A process that tries a change, by the number of that."""

    process: int
    number: int
    reports: int
    since: float


def judge(changes: Sequence[Change], tests: Suite, jobs: int) -> Judgement:
    """Try changes of one module in `jobs` processes at once; this process does not import it.

    Files with tests that fail anyway are left out.
    """
    context = get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    with ProcessPoolExecutor(1, context) as executor:
        return executor.submit(_judge, changes, tests, jobs).result()


def _judge(changes: Sequence[Change], tests: Suite, jobs: int) -> Judgement:
    preload(changes[0].module)
    broken: list[str] = []
    while True:
        unchanged = next(_try_all([None], tests, 1))[1]
        if unchanged.noticed_by is None:
            break
        broken.append(unchanged.noticed_by)
        failing = (unchanged.noticed_by, unchanged.noticed_by.partition("::")[0])
        rest = Suite(*(tuple(other for other in kind if other not in failing) for kind in tests))
        assert rest != tests, unchanged.noticed_by
        tests = rest
    found = dict(_try_all(changes, tests, jobs, SECONDS + LONGER * unchanged.seconds))
    return Judgement([found[number] for number in range(len(changes))], broken)


def preload(module: str) -> None:
    """Import what tests need, as far as it can be imported without `module`."""
    needing = dependents()[module]
    for name in modules():
        if name not in needing:
            importlib.import_module(name)
    loaded = needing & set(sys.modules)
    assert not loaded, f"{sorted(loaded)} must not be imported before {module} is changed"
    gc.freeze()


def _try_all(
    changes: Sequence[Change | None], tests: Suite, jobs: int, seconds: float = CPU_SECONDS
) -> Iterator[tuple[int, Verdict]]:
    waiting = list(enumerate(changes))[::-1]
    running: list[_Running] = []
    noticing: dict[str, None] = {}
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                running.append(_start(*waiting.pop(), tests, noticing, seconds))
            select([one.reports for one in running], [], [], 0.1)
            for one in list(running):
                if (verdict := _verdict(one, seconds)) is not None:
                    running.remove(one)
                    if verdict.noticed_by is not None:
                        noticing[verdict.noticed_by] = None
                    yield one.number, verdict
    finally:
        for one in running:
            _end(one)


def _start(
    number: int, change: Change | None, tests: Suite, noticing: Container[str], seconds: float
) -> _Running:
    reports, writes = os.pipe()
    process = os.fork()
    if process == 0:
        status = 1
        try:
            os.close(reports)
            os.setpgid(0, 0)
            resource.setrlimit(resource.RLIMIT_CPU, (ceil(seconds), CPU_SECONDS))
            noticed_by = _tried(change, tests, noticing)
            os.write(writes, (noticed_by or "").encode("utf-8", "replace")[:1000])
            status = 0
        finally:
            os._exit(status)
    os.close(writes)
    return _Running(process, number, reports, monotonic())


def _verdict(one: _Running, seconds: float) -> Verdict | None:
    """What came of a process, if it has ended or must; it may take so much CPU time."""
    if monotonic() - one.since > ASLEEP * seconds:
        _end(one)
        return Verdict(CLOCK, seconds)
    if not select([one.reports], [], [], 0)[0]:
        return None
    said = os.read(one.reports, 1000).decode("utf-8")
    _, status, used = os.wait4(one.process, 0)
    os.close(one.reports)
    if status:
        late = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU
        said = CLOCK if late else "the end of its process"
    return Verdict(said or None, used.ru_utime + used.ru_stime)


def _end(one: _Running) -> None:
    with suppress(ProcessLookupError):
        os.killpg(one.process, signal.SIGKILL)
    os.waitpid(one.process, 0)
    os.close(one.reports)


# In the child.


def _tried(change: Change | None, tests: Suite, noticing: Container[str]) -> str | None:
    """The test that notices a change, if one does; those `noticing` others are asked first."""
    _be_quiet()
    if change is not None:
        sys.meta_path.insert(0, _Changed(change))
        try:
            module = importlib.import_module(change.module)
        except Exception:
            return "its import"
        if doctest.testmod(module).failed:
            return "a doctest"
    lit = sorted(tests.lit, key=lambda file: file not in noticing)
    return _first_failing(_harness(), lit) or _first_failing_python(tests.python, noticing)


def _be_quiet() -> None:
    """Limit the process, and let what tests print go nowhere."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)


class _Changed(MetaPathFinder):
    """Finds one module, from its changed source."""

    def __init__(self, change: Change) -> None:
        self.change = change

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self.change.module:
            return None
        loader = _ChangedLoader(fullname, str(ROOT / self.change.path), self.change.source)
        return importlib.util.spec_from_file_location(fullname, loader.path, loader=loader)


class _ChangedLoader(SourceFileLoader):
    def __init__(self, fullname: str, path: str, source: str) -> None:
        super().__init__(fullname, path)
        self.source = source

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.source, self.path, "exec")


def _harness() -> ModuleType:
    """What runs FileCheck files in this process."""
    path = ROOT / "lit_tests" / "conftest.py"
    spec = importlib.util.spec_from_file_location("lit_harness", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _first_failing(harness: ModuleType, files: Iterable[str]) -> str | None:
    for file in files:
        try:
            harness.run_test(ROOT / file)
        except Exception:
            return file
    return None


class _Noting:
    """A plugin that keeps the name of the first test that fails, and asks first who may know.

    Tests that notice other changes come first, and random programs last.
    """

    def __init__(self, noticing: Container[str]) -> None:
        self.failed: str | None = None
        self._noticing = noticing

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(
            key=lambda item: (_tries_random_programs(item), item.nodeid not in self._noticing)
        )

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and self.failed is None:
            self.failed = report.nodeid


def _tries_random_programs(item: pytest.Item) -> bool:
    return isinstance(item, pytest.Function) and hasattr(item.obj, "hypothesis")


def _first_failing_python(files: Sequence[str], noticing: Container[str]) -> str | None:
    if not files:
        return None
    os.chdir(ROOT)
    noting = _Noting(noticing)
    phases = [Phase.explicit, Phase.generate]
    settings.register_profile(
        PROFILE,
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        phases=phases,
        suppress_health_check=list(HealthCheck),
    )
    status = pytest.main([*PYTEST, f"--hypothesis-profile={PROFILE}", *files], [noting])
    if status == pytest.ExitCode.OK:
        return None
    return noting.failed or f"the start of {files[0]}, {pytest.ExitCode(status).name}"
