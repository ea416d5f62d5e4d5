"""`ember-opt` as a process: its streams, whatever they are."""

from __future__ import annotations

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest

from ember_mlir.tools.ember_opt import main

PROGRAM = """\
llm.model @small from "simulated"
func.func @"répondre"(%question_1: !llm.text) -> !llm.text {
  %answer = llm.generate @small(%question_1) temperature 0
  func.return %answer : !llm.text
}
"""


def command(*arguments: str) -> list[str]:
    code = "import sys; from ember_mlir.tools.ember_opt import main; sys.exit(main())"
    return [sys.executable, "-c", code, *arguments]


def test_streams_are_utf8_whatever_the_locale(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    ran = subprocess.run(
        command(), input=PROGRAM.encode(), capture_output=True, check=True, env=environment
    )
    stdout = StringIO()
    assert main([], stdin=StringIO(PROGRAM), stdout=stdout) == 0
    assert ran.stdout.decode("utf-8") == stdout.getvalue()
    failed = subprocess.run(
        command("-p", "été"), input=PROGRAM.encode(), capture_output=True, env=environment
    )
    assert failed.returncode == 1
    assert "été" in failed.stderr.decode("utf-8")


def test_a_reader_that_has_gone_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as closed:
        ran = subprocess.run(
            command("--list-passes"), stdout=closed, stderr=subprocess.PIPE, check=False
        )
    assert ran.returncode == 141
    assert ran.stderr == b""


def run(redirection: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """The command with redirected streams, as a shell starts it."""
    shell = ["bash", "-c", f'exec "$@" {redirection}', "bash", *command(*arguments)]
    return subprocess.run(shell, input=PROGRAM.encode(), capture_output=True, check=False)


@pytest.mark.parametrize(
    ("redirection", "message"),
    [
        (">&-", "error: the standard output must be writable, but: it is closed"),
        (">/dev/full", "error: the standard output must be writable, but: No space left on device"),
        ("<&-", "error: the standard input must be open, but is closed; name a file instead"),
        ("0>/dev/null", "error: the standard input must be readable, but: Bad file descriptor"),
    ],
)
def test_a_stream_that_is_closed_or_full_is_an_error(redirection: str, message: str) -> None:
    ran = run(redirection)
    assert (ran.returncode, ran.stderr.decode()) == (1, f"{message}\n")


def test_a_closed_error_stream_is_no_error(tmp_path: Path) -> None:
    ran = run("2>&-", "-o", str(tmp_path / "out.mlir"))
    assert (ran.returncode, ran.stdout) == (0, b"")
    assert run("2>&-", "nowhere.mlir").returncode == 1
    assert run("2>/dev/full", "nowhere.mlir").returncode == 1


def test_the_standard_input_has_a_limit_too() -> None:
    ran = run("", "--max-size=5")
    assert ran.stderr.startswith(b"error: a text must have at most 5 bytes")
