"""The fuzzer finds what goes wrong, and ends what does not end."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from ember_mlir.errors import InvalidIRError
from ember_mlir.tools.fuzz import __main__ as fuzz
from ember_mlir.tools.fuzz import check, pool
from ember_mlir.tools.fuzz.inputs import Inputs

INPUTS = Inputs(['llm.model @m from "p"\n', "func.func @f() {\n  func.return\n}"], seed=7)
MODEL = 'llm.model @m from "p"'


def test_a_text_can_be_made_again_from_its_number() -> None:
    again = Inputs(['llm.model @m from "p"\n', "func.func @f() {\n  func.return\n}"], seed=7)
    assert [INPUTS.make(n) for n in range(200)] == [again.make(n) for n in range(200)]
    assert len({INPUTS.make(n) for n in range(200)}) > 150


@pytest.mark.parametrize("text", ["", "\n", "é", '"'])
def test_every_mutation_takes_every_text(text: str) -> None:
    inputs = Inputs([text], seed=1)
    for number in range(300):
        inputs.make(number)


def always(result: object) -> Callable[..., object]:
    """A function that returns the same whatever it is called with."""

    def function(*_: object, **__: object) -> object:
        return result

    return function


class Trouble:
    """Counts the texts of one process: some of them go wrong."""

    def __init__(self) -> None:
        self.before = 0

    def __call__(self, text: str, random: Random) -> str | None:
        self.before += 1
        if self.before == 10:
            time.sleep(60)
        return None


def test_a_text_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "problem_with", Trouble())
    found = list(pool.try_all(INPUTS, range(15), workers=1, seconds=1))
    assert found == [pool.Finding(9, "it takes longer than 1 seconds")]


def test_a_text_that_ends_its_process_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    def end(*_: object) -> None:
        os._exit(3)

    monkeypatch.setattr(pool, "problem_with", end)
    found = list(pool.try_all(INPUTS, range(2), workers=2, seconds=10))
    assert found == [pool.Finding(n, "its process ended with status 3") for n in range(2)]


def test_what_goes_wrong_is_reported_and_the_rest_is_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pool, "problem_with", always("wrong"))
    found = {finding.number for finding in pool.try_all(INPUTS, range(120), workers=2, seconds=10)}
    assert found == set(range(120))
    monkeypatch.setattr(pool, "problem_with", always(None))
    assert not list(pool.try_all(INPUTS, range(120), workers=2, seconds=10))


def test_findings_are_saved(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    finding = pool.Finding(4, "first\nlast")
    monkeypatch.setattr(fuzz, "try_all", always(iter([finding])))
    arguments = [
        "--count=9",
        "--seed=7",
        f"--save={tmp_path}",
        "--corpus",
        "lit_tests/dialects/ensemble",
    ]
    monkeypatch.setattr(sys, "argv", ["fuzz", *arguments])
    assert fuzz.main() == 1
    assert "7-4.mlir: last" in capsys.readouterr().out
    assert (tmp_path / "7-4.txt").read_text(encoding="utf-8") == "first\nlast"
    assert (tmp_path / "7-4.mlir").exists()


# What it takes for wrong


def problem(text: str = MODEL) -> str:
    found = check.problem_with(text, Random(0))
    assert found is not None
    return found


def test_a_traceback_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> str:
        raise KeyError("a bug")

    monkeypatch.setattr(check, "print_module", fail)
    assert "KeyError: 'a bug'" in problem()


def test_another_text_when_it_is_printed_again_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    printed = iter(["// a\n", "// b\n"])

    def print_next(*_: object, **__: object) -> str:
        return next(printed)

    monkeypatch.setattr(check, "print_module", print_next)
    assert problem().startswith("printing again gives another text")


def test_a_text_that_does_not_read_back_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "print_module", always(")"))
    assert problem().startswith("what was printed does not read back")


def test_other_names_of_inputs_are_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "func.func @f(%x: i32) {\n  func.return\n}"
    other = "func.func @f(%y: i32) {\n  func.return\n}"
    monkeypatch.setattr(check, "print_module", always(other))
    assert problem(text).startswith("printing changes the names of inputs [['x']]")


def test_an_error_without_a_place_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise InvalidIRError("must be placed")

    monkeypatch.setattr(check, "verify_module", fail)
    assert "one line with a place" in problem()


def test_an_internal_error_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    from ember_mlir.tools import ember_opt

    def fail(*_: object) -> int:
        raise TypeError("a bug")

    monkeypatch.setattr(ember_opt, "_transform", fail)
    assert "TypeError: a bug" in problem()
