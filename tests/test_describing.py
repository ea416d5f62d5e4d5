"""What is printed of a program."""

# What a parameter without an annotation is, the call says.
# pyright: reportUnknownParameterType=false, reportMissingParameterType=false
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false

from __future__ import annotations

import ember_mlir as ember
from ember_mlir import generate


@ember.jit
def ask(question: str, style: int = 1) -> str:
    return generate(f"{style} {question}")


@ember.jit
def untyped(question):  # type: ignore[no-untyped-def]
    return question


@ember.jit
def refused(path: str) -> str:
    with open(path) as file:
        return file.read()


class Draft(ember.Operator[str, str]):
    def forward(self, question: str) -> str:
        return generate(question)


def test_a_program_prints_its_signature_and_text() -> None:
    lines = str(ask).splitlines()
    assert lines[0] == "ask(question: str, style: int = 1) -> str"
    assert lines[1] == f"  at {__file__}:{ask.function.__code__.co_firstlineno}"
    assert lines[2] == "  not run yet"
    assert "\n".join(lines[4:]) == ask.ir()
    assert repr(ask) == f"<Program {__name__}.ask>"


def test_a_program_prints_its_last_run() -> None:
    program = ember.compile(Draft())
    with ember.Session(seed=1, clock="virtual"):
        program("q")
    assert program.last_run is not None
    shown = str(program)
    assert shown.startswith("Draft.forward(question: str) -> str\n")
    assert f"\n  last run: {program.last_run.bill}\n" in shown


def test_what_is_not_known_yet_is_told() -> None:
    shown = str(untyped)
    assert "  no text yet: the IR of 'untyped' needs the type of its argument 'question'" in shown
    assert shown.endswith("annotate it, or call the program")
    untyped("a")
    assert str(untyped).endswith(untyped.ir())


def test_what_cannot_be_captured_is_told() -> None:
    assert "  no text yet: a 'with' block is not captured yet; enter it around" in str(refused)
