"""Programs: running compiled and eagerly, from anywhere, and what is left behind."""

from __future__ import annotations

import asyncio
import contextvars
import importlib.util
import inspect
import subprocess
import sys
import threading
import warnings
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import ember_mlir as ember

MODULE = """
import ember_mlir as ember


@ember.jit
def answer(question: str) -> str:
    drafts = [ember.generate(f"Q: {question}", temperature=0.7) for _ in range(5)]
    return ember.vote(drafts)
"""


class Counting:
    """Answers with the draw, after the others have been asked too."""

    def __init__(self, together: int = 1) -> None:
        self.requests: list[ember.Request] = []
        self.under_way = 0
        self.most = 0
        self._together = together

    async def generate(self, request: ember.Request, /) -> ember.Reply:
        self.requests.append(request)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        for _ in range(self._together * 10):
            await asyncio.sleep(0)
        self.under_way -= 1
        return ember.Reply([f"{request.prompt}:{sum(request.draws) % 3}"], 2, 1)


@pytest.fixture
def module(tmp_path: Path) -> ModuleType:
    """An ordinary module of a user."""
    path = tmp_path / "user_module.py"
    path.write_text(MODULE, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("user_module", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@ember.jit
def ask(question: str, times: int = 2) -> list[str]:
    """Ask some times."""
    return ember.sample(f"Q: {question}", times, temperature=0.5)


LINE_OF_ASK = ask.function.__code__.co_firstlineno + 3


def test_five_calls_on_every_new_input_all_at_once(module: ModuleType) -> None:
    for question in ("one", "two", "three"):
        provider = Counting(together=5)
        with ember.Session(provider=provider):
            answer = module.answer(question)
        assert answer.startswith(f"Q: {question}:")
        assert len(provider.requests) == provider.most == 5
        assert len({request.draws for request in provider.requests}) == 5
        assert module.answer.last_run.calls == 5


def test_one_plan_serves_all_inputs(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    with ember.Session(provider=Counting()):
        module.answer("one")
        monkeypatch.setattr("ember_mlir.frontend.capture.capture", None)
        module.answer("two")


def test_eager_and_compiled_ask_the_same(module: ModuleType) -> None:
    eager, compiled = Counting(), Counting()
    with ember.Session(provider=eager, seed=11):
        expected = module.answer.eager("q")
    with ember.Session(provider=compiled, seed=11):
        assert module.answer("q") == expected == module.answer("q")
    assert Counter(compiled.requests) == Counter(eager.requests * 2)
    assert eager.most == 1


def test_without_a_seed_every_run_is_new() -> None:
    provider = Counting()
    with ember.Session(provider=provider):
        for run in (ask, ask, ask.eager, ask.eager):
            run("q")
    assert len({request.draws for request in provider.requests}) == 8


def test_the_entry_is_part_of_the_tape() -> None:
    def one(q: str) -> str:
        return ember.generate(q)

    def two(q: str) -> str:
        return ember.generate(q)

    provider = Counting()
    with ember.Session(provider=provider, seed=1):
        for function in (one, two):
            ember.compile(function)("q")
    assert len({request.draws for request in provider.requests}) == 2


def test_last_run_has_spans_and_a_trace(tmp_path: Path) -> None:
    with ember.Session(clock="virtual"):
        ask("a private question", 3)
    last = ask.last_run
    assert last is not None
    assert sorted((span.name, span.outcome, span.path) for span in last.spans) == [
        ("request", "ok", (number,)) for number in range(3)
    ]
    assert all(0 <= span.queued <= span.start < span.end for span in last.spans)
    assert sum(span.input_tokens + span.output_tokens for span in last.spans) == last.tokens
    assert last.usd == sum(span.usd or 0 for span in last.spans)
    assert {span.location.line for span in last.spans if span.location} == {LINE_OF_ASK}
    path = tmp_path / "trace.json"
    last.trace(path)
    text = path.read_text(encoding="utf-8")
    assert text.count('"ph":"X"') == 3
    assert "private" not in text


def test_an_eager_run_has_no_trace(tmp_path: Path) -> None:
    with ember.Session(clock="virtual"):
        ask.eager("q")
    last = ask.last_run
    assert last is not None
    assert last.spans == []
    with pytest.raises(ember.InputError, match="must be of a compiled run, but the last run was"):
        last.trace(tmp_path / "trace.json")
    assert list(tmp_path.iterdir()) == []


def test_last_run_has_the_bill() -> None:
    ember.register_model(
        "dear", provider="simulated", input_usd_per_million=1, output_usd_per_million=10
    )

    @ember.jit
    def program(q: str) -> str:
        return ember.generate(q, model="dear")

    assert program.last_run is None
    for run in (program, program.eager):
        with ember.Session(provider=Counting()):
            answer = run("q")
        last = program.last_run
        assert last is not None
        assert (last.answer, last.calls, last.tokens) == (answer, 1, 3)
        assert last.usd == Decimal("0.000012")
        assert last.seconds >= 0
        assert not last.bill.simulated


def test_the_cost_of_an_unknown_model_is_unknown() -> None:
    @ember.jit
    def program(q: str) -> str:
        return ember.generate(q, model="somewhere")

    with ember.Session(provider=Counting()):
        for run in (program, program.eager):
            run("q")
            assert program.last_run is not None
            assert program.last_run.usd is None
    with pytest.raises(ember.ModelError, match="'somewhere'"):
        program("q")


def test_simulated_runs_say_so_and_take_virtual_time() -> None:
    with ember.Session(clock="virtual", seed=3):
        compiled, eager = ask("17 * 23", 8), ask.eager("17 * 23", 8)
        last = ask.last_run
        ask("17 * 23", 8)
    assert compiled == eager
    assert last is not None
    assert ask.last_run is not None
    assert last.bill.simulated
    assert ask.last_run.bill.simulated
    assert last.seconds > 4 * ask.last_run.seconds > 0
    assert (last.calls, last.usd) == (ask.last_run.calls, ask.last_run.usd)


def test_a_failing_run_leaves_the_last_one() -> None:
    class Failing:
        async def generate(self, request: ember.Request, /) -> ember.Reply:
            raise ember.ProviderError("refused")

    with ember.Session(provider=Counting()):
        ask("q")
    before = ask.last_run
    for run in (ask, ask.eager):
        with ember.Session(provider=Failing()), pytest.raises(ember.ProviderError) as caught:
            run("q")
        location = caught.value.location
        assert location is not None
        assert (location.file, location.line) == (
            __file__,
            ask.function.__code__.co_firstlineno + 3,
        )
        bill = caught.value.bill
        assert isinstance(bill, ember.Bill)
        assert bill.calls >= 1
    assert ask.last_run is before


def test_progress_is_told() -> None:
    for run in (ask, ask.eager):
        told: list[tuple[int, int]] = []

        def tell(done: int, issued: int, told: list[tuple[int, int]] = told) -> None:
            told.append((done, issued))

        with ember.Session(provider=Counting(), progress=tell):
            run("q", 3)
        assert told[-1] == (3, 3)
        assert [done for done, _ in told] == [1, 2, 3]


def test_a_call_inside_a_running_loop() -> None:
    async def handler() -> list[str]:
        with ember.Session(provider=Counting(), seed=1):
            return [*ask("q"), *ask.eager("q"), ember.generate("plain")]

    answers = asyncio.run(handler())
    assert answers[:2] == answers[2:4]


def test_acall_runs_on_the_loop_of_the_caller() -> None:
    loops: list[object] = []

    class Noting:
        async def generate(self, request: ember.Request, /) -> ember.Reply:
            loops.append(asyncio.get_running_loop())
            return ember.Reply(["x"], 1, 1)

    async def main() -> None:
        with ember.Session(provider=Noting()):
            answers = await asyncio.gather(ask.acall("a"), ask.acall("b", times=1))
        assert answers == [["x", "x"], ["x"]]
        assert set(loops) == {asyncio.get_running_loop()}

    asyncio.run(main())


def test_threads_share_a_program() -> None:
    @ember.jit
    def shared(question: str, times: int) -> list[str]:
        return [ember.generate(f"{question} {i}") for i in range(times)]

    gate = threading.Barrier(8)

    def work(number: int) -> bool:
        gate.wait()
        with ember.Session(provider=Counting(), seed=number):
            return all(
                shared(f"q{number}", times) == shared.eager(f"q{number}", times)
                for times in (1, 2, 3)
            )

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(8)))


def test_a_capture_does_not_leak_into_other_contexts() -> None:
    @ember.jit
    def program(q: str) -> str:
        return ember.generate(q)

    provider = Counting()
    with ember.Session(provider=provider, seed=1):
        contextvars.copy_context().run(program, "q")
        assert isinstance(ember.generate("plain"), str)


def test_ir_at_each_level(module: ModuleType) -> None:
    texts = [module.answer.ir(level) for level in ("llm", "sched", "exec")]
    assert module.answer.ir() == texts[0]
    assert "ensemble.sample 5 of @small" in texts[0]
    assert "draw <0[*]>" in texts[0]
    assert texts[1].count("sched.request") == 1
    assert "exec.fanout @answer.drafts times 5" in texts[2]
    with pytest.raises(ember.PipelineError):
        module.answer.ir("machine")


def test_jit_with_and_without_parentheses() -> None:
    @ember.jit()
    def one(q: str) -> str:
        """One."""
        return q

    same: Callable[[str], str] = lambda q: q  # noqa: E731
    two = ember.jit(same)
    assert one("a") == two("a") == "a"
    assert (one.function.__name__, one.__doc__, one.__module__) == ("one", "One.", __name__)
    assert str(inspect.signature(one)) == "(q: 'str') -> 'str'"
    assert ember.compile(one) is one
    assert "one" in repr(one)


@pytest.mark.parametrize("value", [print, str, Counting(), 3, "".join, staticmethod(len)])
def test_only_functions_are_captured(value: object) -> None:
    with pytest.raises(ember.CaptureError, match="must be made of a Python function"):
        ember.compile(value)  # type: ignore[arg-type]


class Holder:
    """A class with programs in it."""

    @ember.jit
    def method(self, q: str) -> str:
        return q

    @staticmethod
    @ember.jit
    def static(q: str) -> str:
        return q


def test_a_method_is_a_program_of_its_object() -> None:
    # Of a static method that is a program, type checkers think that it is bound to an object.
    anyone: Any = Holder()
    assert Holder.static("a") == anyone.static("a") == "a"
    one, other = Holder(), Holder()
    assert one.method("a") == "a"
    assert one.method is one.method
    assert one.method is not other.method
    assert isinstance(Holder.method, ember.Program)


def test_a_method_that_is_compiled_again_keeps_its_object() -> None:
    class Named:
        def __init__(self, name: str) -> None:
            self.name = name

        @ember.jit
        def greet(self, q: str) -> str:
            return f"{self.name} {q}"

    greet = ember.compile(Named("Ada").greet, optimize_for="cost", strict=True)
    assert greet("b") == "Ada b"  # type: ignore[call-arg]
    assert greet.eager("c") == "Ada c"  # type: ignore[call-arg]


def test_what_is_not_captured_warns_where_it_is_called() -> None:
    @ember.jit
    def program(q: str) -> str:
        with open(__file__, encoding="utf-8"):
            return q

    with pytest.warns(ember.CaptureWarning, match="a 'with' block is not captured yet") as caught:
        assert program("a") == "a"
    assert caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert program("b") == "b"


def test_what_is_not_captured_for_some_arguments_is_for_others() -> None:
    @ember.jit
    def program(q: str, n: int = 0) -> str:
        if n:
            # A key that is made of an answer.
            return {ember.generate(q): q}.popitem()[1]
        return ember.generate(q)

    with ember.Session(seed=1, clock="virtual"):
        with pytest.warns(ember.CaptureWarning):
            assert program("a", 1) == "a"
        program("a")
        assert program.last_run is not None
        assert program.last_run.spans
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert program("a", 1) == "a"
        assert not program.last_run.spans


def test_an_async_function_is_a_program_that_is_awaited() -> None:
    @ember.jit(strict=True)
    async def program(q: str) -> str:
        first, second = await asyncio.gather(asked(q), asked(q))
        return f"{first} {second}"

    async def asked(q: str) -> str:
        return ember.generate(q)

    with ember.Session(seed=1, clock="virtual"):
        assert isinstance(asyncio.run(program("a")), str)
    assert program.last_run is not None
    assert program.last_run.calls == 2


def test_an_error_of_a_function_is_raised_as_it_is() -> None:
    @ember.jit(strict=True)
    def program(q: str) -> int:
        return int(ember.generate(q))

    with (
        ember.Session(seed=1, clock="virtual"),
        pytest.raises(ValueError, match="invalid literal for int") as caught,
    ):
        program("a")
    assert any("raised by what the program applied at" in note for note in caught.value.__notes__)


def test_a_python_error_at_capture_is_that_error() -> None:
    @ember.jit
    def program(q: str) -> object:
        return 1 // len([]), q

    for run in (program, program.eager):
        with pytest.raises(ZeroDivisionError):
            run("q")


def test_making_a_program_loads_neither_the_compiler_nor_an_event_loop() -> None:
    heavy = ("xdsl", "asyncio", "numpy", "rich", "lark")
    code = (
        "import ember_mlir as ember, sys\n"
        "program = ember.jit(lambda q: ember.generate(q))\n"
        f"print([m for m in {heavy} if m in sys.modules])"
    )
    command = [sys.executable, "-c", code]
    found = subprocess.run(command, capture_output=True, text=True, check=True, encoding="utf-8")
    assert found.stdout.split() == ["[]"]


def test_importing_is_cheap() -> None:
    heavy = ("xdsl", "asyncio", "numpy", "rich", "lark", "ast", "inspect")
    code = f"import ember_mlir, sys; print([m for m in {heavy} if m in sys.modules])"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, encoding="utf-8"
    )
    assert found.stdout.strip() == "[]"


def test_every_public_name_is_there() -> None:
    assert {name for name in ember.__all__ if getattr(ember, name) is None} == set()
    assert set(ember.__all__) <= set(dir(ember))
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        ember.nothing  # type: ignore[attr-defined]  # noqa: B018
