"""What programs do besides asking: it is done in each run, and never at capture."""

from __future__ import annotations

import itertools
import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import ember_mlir as ember
from ember_mlir import generate

from .ways import Words, check

LOG: list[str] = []
NUMBERS = itertools.count()
LIMIT = 2


class Recorder:
    """An object from outside whose methods do something."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def write(self, text: str) -> int:
        self.seen.append(text)
        return len(text)


RECORDER = Recorder()


@ember.tool
def note(text: str) -> str:
    LOG.append(text)
    return f"noted {len(LOG)}"


@ember.pure
def shouted(text: str) -> str:
    return text.upper()


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    LOG.clear()
    RECORDER.seen.clear()
    yield
    LOG.clear()


def run(program: Callable[..., object], *args: object, seed: int = 0) -> object:
    with ember.Session(provider=Words(seed, draws=False), seed=seed):
        return program(*args)


def test_capture_does_nothing() -> None:
    def noted(q: str) -> str:
        return note(generate(q))

    program = ember.compile(noted)
    program.ir()
    assert LOG == []
    run(program, "a")
    assert len(LOG) == 1


def test_a_second_call_does_it_again() -> None:
    @ember.jit
    def noted(q: str) -> str:
        return note("known") + note(q)

    assert run(noted, "a") == "noted 1noted 2"
    assert run(noted, "b") == "noted 3noted 4"
    assert LOG == ["known", "a", "known", "b"]


def test_only_the_arm_that_is_taken() -> None:
    @ember.jit
    def noted(q: str) -> str:
        a = generate(q)
        if a in ("yes", "ok", "7"):
            note("good " + a)
        else:
            note("other " + a)
        return a

    for seed in range(6):
        answer = run(noted, "q", seed=seed)
        kind = "good" if answer in ("yes", "ok", "7") else "other"
        assert LOG.pop() == f"{kind} {answer}"
        assert LOG == []


def test_effects_keep_their_order() -> None:
    @ember.jit
    def noted(docs: list[str]) -> int:
        note("start")
        for d in docs:
            note(generate(d) + d)
        note("end")
        return len(docs)

    run(noted, ["a", "b", "c"])
    assert [text[-1:] for text in LOG] == ["t", "a", "b", "c", "d"]
    eager = [*LOG]
    LOG.clear()
    run(noted.eager, ["a", "b", "c"])
    assert eager == LOG


def test_time() -> None:
    @ember.jit
    def timed(q: str) -> tuple[str, float]:
        return q, time.perf_counter()

    (_, first), (_, second) = run(timed, "a"), run(timed, "b")  # type: ignore[misc]
    assert second > first


def test_time_of_a_known_call_alone() -> None:
    @ember.jit
    def now() -> float:
        start = time.monotonic()
        generate("q")
        return start

    assert run(now) != run(now)


def test_random_numbers() -> None:
    @ember.jit
    def rolled(q: str) -> list[float]:
        return [random.random(), random.random(), len(q)]

    random.seed(3)
    expected = [random.random() for _ in range(4)]
    random.seed(3)
    assert run(rolled, "a") == [*expected[:2], 1]
    assert run(rolled, "bb") == [*expected[2:], 2]


def test_choices_and_shuffles() -> None:
    @ember.jit
    def chosen(q: str) -> str:
        return random.choice(["a", "b", "c", "d", "e", "f"]) + q

    random.seed(1)
    compiled = [run(chosen, "x") for _ in range(5)]
    random.seed(1)
    assert compiled == [random.choice("abcdef") + "x" for _ in range(5)]
    assert len(set(compiled)) > 1


def test_prints(capsys: pytest.CaptureFixture[str]) -> None:
    @ember.jit
    def printed(q: str) -> str:
        a = generate(q)
        print("got", a, end="!\n")
        print(q)
        return a

    printed.ir()
    assert capsys.readouterr().out == ""
    answers = [run(printed, q) for q in ("one", "two")]
    assert capsys.readouterr().out == f"got {answers[0]}!\none\ngot {answers[1]}!\ntwo\n"


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    name = str(path)

    @ember.tool
    def append(file: str, text: str) -> int:
        with open(file, "a", encoding="utf-8") as out:
            return out.write(text + "\n")

    @ember.jit
    def written(q: str, file: str) -> int:
        return append(file, q)

    assert run(written, "one", name) == 4
    assert run(written, "three", name) == 6
    assert path.read_text() == "one\nthree\n"


def test_what_is_read_from_files(tmp_path: Path) -> None:
    path = tmp_path / "prompt.txt"
    path.write_text("first")

    @ember.jit
    def read(file: str) -> str:
        return Path(file).read_text() + "!"

    assert run(read, str(path)) == "first!"
    path.write_text("second")
    assert run(read, str(path)) == "second!"


def test_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    @ember.jit
    def read(q: str) -> str:
        return f"{os.environ.get('EMBER_TEST', 'none')} {os.getenv('EMBER_TEST')} {q}"

    assert run(read, "a") == "none None a"
    monkeypatch.setenv("EMBER_TEST", "set")
    assert run(read, "b") == "set set b"


def test_counters() -> None:
    @ember.jit
    def numbered(q: str) -> str:
        return f"{next(NUMBERS)} {q}"

    first = next(NUMBERS)
    with pytest.warns(ember.CaptureWarning, match=r"next\(\) of a count"):
        results = [run(numbered, "a"), run(numbered, "b")]
    assert results == [f"{first + 1} a", f"{first + 2} b"]


def test_methods_of_outside_objects() -> None:
    @ember.jit
    def kept(q: str) -> int:
        RECORDER.write(generate(q))
        return len(q)

    with pytest.warns(ember.CaptureWarning, match="from outside"):
        answers = [run(kept, "a"), run(kept, "b")]
    assert answers == [1, 1]
    assert len(RECORDER.seen) == 2


def test_globals_that_change() -> None:
    @ember.jit
    def limited(q: str) -> str:
        return generate(f"{LIMIT} {q}") + str(LIMIT)

    assert str(run(limited, "a")).endswith("2")
    globals()["LIMIT"] = 5
    try:
        assert str(run(limited, "a")).endswith("5")
    finally:
        globals()["LIMIT"] = 2
    assert str(run(limited, "a")).endswith("2")


def test_pure_functions_may_be_called_at_any_time() -> None:
    @ember.jit
    def loud(q: str) -> str:
        return shouted(generate(q)) + shouted("known")

    for seed in range(4):
        assert run(loud, "q", seed=seed) == run(loud.eager, "q", seed=seed)


def test_an_effect_behind_a_handler() -> None:
    @ember.jit
    def handled(q: str) -> str:
        try:
            a = generate("FAIL " + q)
        except Exception:
            a = note("failed " + q)
        return a

    assert run(handled, "a") == "noted 1"
    assert run(handled, "b") == "noted 2"
    assert LOG == ["failed a", "failed b"]


def test_an_effect_in_a_comprehension() -> None:
    @ember.jit
    def all_noted(docs: list[str]) -> list[str]:
        return [note(d) for d in docs]

    assert run(all_noted, ["a", "b"]) == ["noted 1", "noted 2"]
    assert run(all_noted, ["c"]) == ["noted 3"]
    assert LOG == ["a", "b", "c"]


def computed(expression: str) -> str:
    try:
        return f"{eval(expression, {'__builtins__': {}}):.1f}"
    except (SyntaxError, NameError, TypeError, ValueError) as error:
        return type(error).__name__


def program_of_thought(q: str) -> str:
    return f"{computed(generate(q))} {computed('1 + 2')}"


def test_eval_with_names_of_its_own_is_applied() -> None:
    check(program_of_thought, "hello")
