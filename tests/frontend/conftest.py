"""Fixtures: a provider that keeps what it is asked, and a check that both ways agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from hashlib import blake2b

import pytest

import ember_mlir as ember

from .ways import captured_of, reference


class Recording:
    """Answers each request by a short text that depends on all of it, and remembers it."""

    def __init__(self) -> None:
        self.requests: list[ember.Request] = []

    async def generate(self, request: ember.Request, /) -> ember.Reply:
        self.requests.append(request)
        digest = blake2b(repr(request).encode(), digest_size=3).hexdigest()
        return ember.Reply([f"⟨{digest}⟩"], len(request.prompt or ""), 1)


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

    def run(function: Callable[..., object], *args: object) -> object:
        return _compare(function, args, dead_calls=False)

    return run


@pytest.fixture
def agree_on_results() -> Agree:
    """Like `agree`, for programs with dead calls: compiled, those need not be made."""

    def run(function: Callable[..., object], *args: object) -> object:
        return _compare(function, args, dead_calls=True)

    return run


def _compare(
    function: Callable[..., object], args: tuple[object, ...], *, dead_calls: bool
) -> object:
    program = ember.compile(function)
    captured = captured_of(program.function, args)
    results: list[object] = []
    for seed in (1, 2, 3):
        eager, compiled, interpreted = Recording(), Recording(), Recording()
        with ember.Session(provider=eager, seed=seed):
            results.append(program.eager(*args))
        with ember.Session(provider=compiled, seed=seed):
            assert program(*args) == results[-1]
        with ember.Session(provider=interpreted, seed=seed):
            assert reference(captured, args, seed, interpreted) == results[-1]
        assert Counter(interpreted.requests) == Counter(eager.requests)
        assert Counter(compiled.requests) <= Counter(eager.requests)
        assert dead_calls or len(compiled.requests) == len(eager.requests)
    return results[0]
