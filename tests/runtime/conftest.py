"""What the tests of the engine share: a provider that follows a script, and short ways to run."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

import pytest

from ember_mlir.parsing import parse_module
from ember_mlir.passes.analysis.verification import verify_module
from ember_mlir.providers import Reply, Request, Session
from ember_mlir.providers.session import Clock
from ember_mlir.runtime.arguments import Argument
from ember_mlir.runtime.run import Prepared, Run, prepare, run

LANE = 'exec.lane @lane model "m" from "p" concurrency 8\n'


class Scripted:
    """A provider whose answers and latencies are functions of the prompt.

    An answer that is an exception is raised. `most` is how many calls were ever under
    way at once, by model.
    """

    def __init__(
        self,
        answer: Callable[[str], str | BaseException] = lambda prompt: f"<{prompt}>",
        seconds: Callable[[str], float] = lambda prompt: 0.001,
    ) -> None:
        self.answer = answer
        self.seconds = seconds
        self.requests: list[Request] = []
        self.live: Counter[str] = Counter()
        self.most: Counter[str] = Counter()

    @property
    def prompts(self) -> list[str]:
        """What was asked, in the order in which it was."""
        return [request.prompt or "" for request in self.requests]

    def simulate(self, request: Request) -> tuple[Reply, float]:
        self.requests.append(request)
        prompt = request.prompt or ""
        answer = self.answer(prompt)
        if isinstance(answer, BaseException):
            raise answer
        return Reply([answer], 2, 1), self.seconds(prompt)

    async def generate(self, request: Request) -> Reply:
        model = request.model
        self.live[model] += 1
        self.most[model] = max(self.most[model], self.live[model])
        try:
            await asyncio.sleep(self.seconds(request.prompt or ""))
            return self.simulate(request)[0]
        finally:
            self.live[model] -= 1


class Harness:
    """Runs texts of the level `exec`."""

    lane = LANE
    Scripted = Scripted

    def prepare(self, text: str) -> Prepared:
        """Parse, verify and decode `text`; the lane `@lane` need not be written."""
        module = parse_module(text if "exec.lane" in text else LANE + text, "test.mlir")
        verify_module(module)
        return prepare(module)

    def run(
        self,
        text: str,
        *inputs: Argument,
        provider: object | None = None,
        seed: int | None = 7,
        clock: Clock = "virtual",
    ) -> Run:
        """Run `text` on the given clock, by a `Scripted` provider if none is given."""
        asked = Scripted() if provider is None else provider
        session = Session(asked, seed=seed, clock=clock)  # pyright: ignore[reportArgumentType]
        return run(self.prepare(text), inputs, session)


@pytest.fixture(scope="session")
def harness() -> Harness:
    return Harness()
