"""What the tests of the reference interpreter share: a scripted model, and a short way to run."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ember_mlir.interpreter import Functions, Value, interpret
from ember_mlir.parsing import parse_module
from ember_mlir.passes.analysis.verification import verify_module
from ember_mlir.providers import Reply, Request
from ember_mlir.providers.protocol import Answer
from ember_mlir.tape import draw_number, tape_of

SYMBOLS = (
    'llm.model @m named "true-name" from "p" llm.model @n from "p" '
    'llm.tool @search "finds" takes "{\\"type\\": \\"object\\"}"\n'
)
"""They stand on the first line, so that a program begins on the second."""


class Oracle:
    """Runs programs by the reference interpreter, and keeps what was asked.

    `answer` is a function of the request; an answer that is an exception is raised.
    """

    def __init__(self) -> None:
        self.answer: Callable[[Request], Answer | Exception] = lambda r: f"[{r.prompt}]"
        self.requests: list[Request] = []

    @property
    def prompts(self) -> list[str]:
        """What was asked, in order."""
        return [request.prompt or "" for request in self.requests]

    def send(self, request: Request) -> Reply:
        self.requests.append(request)
        answer = self.answer(request)
        if isinstance(answer, Exception):
            raise answer
        return Reply((answer,), 1, 1)

    def run(
        self, text: str, *inputs: Value, functions: Functions | None = None, seed: int = 1
    ) -> list[Value]:
        """The results of the function in `text`."""
        module = parse_module(SYMBOLS + text, "test.mlir")
        verify_module(module)
        return interpret(module, inputs, seed=seed, send=self.send, functions=functions)

    def value(self, signature: str, body: str, *inputs: Value, **functions: Value) -> Value:
        """The value `%r` that a body computes; `signature` is `(%a: T, …) -> T`."""
        result = signature.rpartition("-> ")[2]
        text = f"func.func @f{signature} {{\n{body}\nfunc.return %r : {result}\n}}"
        return self.run(text, *inputs, functions=functions)[0]

    def drew(self, *places: tuple[int, list[int]], seed: int = 1) -> bool:
        """Whether the requests drew at these places of the tape: call site and indices."""
        tape = tape_of(seed, "f")
        expected = [(draw_number(tape, [site], indices),) for site, indices in places]
        return [request.draws for request in self.requests] == expected


@pytest.fixture
def oracle() -> Oracle:
    return Oracle()
