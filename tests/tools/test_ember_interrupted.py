"""`ember run` that is interrupted by Ctrl-C: what it prints, and how it exits."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest

from ember_mlir.providers import Reply, Request
from ember_mlir.providers.simulated import Simulated
from ember_mlir.tools.ember import main

ASK = """\
llm.model @large from "simulated" usd_per_million 2.50 in 10.00 out
func.func @ask(%question: !llm.text) -> !llm.text {
  %first = llm.generate @large(%question) temperature 0 max_tokens 16
  %again = llm.template "Once more: {0}"(%first)
  %answer = llm.generate @large(%again) temperature 0 max_tokens 16
  func.return %answer : !llm.text
}
"""


@pytest.fixture
def interrupted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The user presses Ctrl-C when the second request is under way."""

    async def generate(self: Simulated, request: Request) -> Reply:
        if (request.prompt or "").startswith("Once more"):
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.sleep(1000)
        reply = self.simulate(request)[0]
        assert isinstance(reply, Reply)
        return reply

    monkeypatch.setattr(Simulated, "generate", generate)
    # The tests may have been started where interrupts are ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def ember(*arguments: str) -> tuple[int, str, str]:
    stdout, stderr = StringIO(), StringIO()
    given = ("run", "-", "--input", "question=What is 2 + 2?", *arguments)
    status = main(given, stdin=StringIO(ASK), stdout=stdout, stderr=stderr)
    return status, stdout.getvalue(), stderr.getvalue()


def test_an_interrupted_run_prints_what_it_has_cost(interrupted: None) -> None:
    status, out, err = ember("--no-progress")
    assert (status, out) == (130, "")
    shown = r"note: the run had cost 2 calls, \d+ tokens, \$0\.0\d+, \d+\.\d\d s "
    assert re.fullmatch(shown + r"\(simulated, estimated\)\n", err)


def test_an_interrupted_run_writes_its_trace(interrupted: None, tmp_path: Path) -> None:
    path = tmp_path / "trace.json"
    assert ember("--no-progress", "--trace", str(path))[0] == 130
    events = json.loads(path.read_text(encoding="utf-8"))["traceEvents"]
    assert [event["cat"] for event in events if event["ph"] == "X"] == ["ok", "cancelled"]
