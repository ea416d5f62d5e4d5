"""Fixtures: a provider that keeps what it is asked, and a check that both ways agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

import pytest

import ember_mlir as ember
from ember_mlir.frontend.capture import capture
from ember_mlir.frontend.signature import Signature
from ember_mlir.interpreter import interpret
from ember_mlir.runtime.background import run_sync


class Recording:
    """Answers each request by a short text that depends on all of it, and remembers it."""

    def __init__(self) -> None:
        self.requests: list[ember.Request] = []

    async def generate(self, request: ember.Request, /) -> ember.Reply:
        self.requests.append(request)
        digest = blake2b(repr(request).encode(), digest_size=3).hexdigest()
        return ember.Reply([f"⟨{digest}⟩"], len(request.prompt or ""), 1)


def interpret_captured(
    program: ember.Program[..., object],
    args: tuple[object, ...],
    kwargs: dict[str, object],
    seed: int,
    provider: Recording,
) -> object:
    """What the capture of a call means, according to the reference interpreter."""
    arguments = Signature(program.function).bind(args, kwargs)
    captured = capture(program.function, arguments)
    inputs: list[Any] = [arguments.values[name] for name in captured.inputs]
    outputs = interpret(
        captured.module,
        inputs,
        seed=seed,
        send=lambda request: run_sync(provider.generate(request)),
    )
    return captured.shape.rebuild(outputs)


Agree = Callable[..., object]


@pytest.fixture
def provider() -> Recording:
    return Recording()


@pytest.fixture
def agree() -> Agree:
    """Run a function on some seeds: eagerly, compiled, and by the reference interpreter.

    Results must be equal, and so must the requests with their draws, in any order. Gives
    the result on the first seed.
    """

    def run(function: Callable[..., object], *args: object, **kwargs: object) -> object:
        program = ember.compile(function)
        results: list[object] = []
        for seed in (1, 2, 3):
            eager, compiled = Recording(), Recording()
            with ember.Session(provider=eager, seed=seed):
                expected = program.eager(*args, **kwargs)
            with ember.Session(provider=compiled, seed=seed):
                got = program(*args, **kwargs)
            assert got == expected
            assert Counter(compiled.requests) == Counter(eager.requests)
            interpreted = Recording()
            with ember.Session(provider=interpreted, seed=seed):
                assert interpret_captured(program, args, kwargs, seed, interpreted) == expected
            assert Counter(interpreted.requests) == Counter(eager.requests)
            results.append(got)
        return results[0]

    return run
