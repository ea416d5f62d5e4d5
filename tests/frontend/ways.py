"""All ways to run a function, on answers that vary: whatever differs between them is told.

The answers are a few words and short lists, chosen by a hash, so that over some seeds every
arm of a program is taken. On one tape a plain call of the function, an eager run, the
reference interpreter on what was captured and the compiled program must give the same.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from inspect import isawaitable
from types import FunctionType
from typing import Any

import ember_mlir as ember
from ember_mlir.background import run_sync
from ember_mlir.errors import EmberError, FunctionError
from ember_mlir.frontend.capture import Captured, capture
from ember_mlir.frontend.signature import Signature
from ember_mlir.interpreter import interpret
from ember_mlir.providers import Provider

WORDS = ("yes", "no", "ok", "7", "A, B", "bad", "")
SEEDS = range(6)


class Words:
    """Answers by one of `words`, chosen by a hash of the request; with `draws`, of its draws too.

    A plain call has other draws than one inside of a program, so to compare the two the
    answers must not depend on them. A prompt with FAIL in it is never answered.
    """

    def __init__(self, seed: int, *, draws: bool, words: Sequence[str] = WORDS) -> None:
        self.requests: list[ember.Request] = []
        self._seed = seed
        self._draws = draws
        self._words = words

    async def generate(self, request: ember.Request, /) -> ember.Reply:
        if request.prompts:
            # A batch counts as what each of its prompts alone would be.
            replies = [await self.generate(one) for one in request.alone()]
            return ember.Reply([value for one in replies for value in one.values], 1, 0)
        self.requests.append(request)
        prompt = shown(request)
        if "FAIL" in prompt:
            raise ember.ProviderError("the service answered 400")
        asked = request if self._draws else (request.model, prompt)
        digest = blake2b(repr((self._seed, asked)).encode(), digest_size=4).digest()
        if request.kind == "embed":
            return ember.Reply([tuple([byte / 256 for byte in digest])], len(prompt), 0)
        if request.kind == "score":
            numbers = [byte / 256 for byte in digest]
            return ember.Reply([tuple(numbers[: len(request.labels)])], len(prompt), 0)
        word = self._words[int.from_bytes(digest, "big") % len(self._words)]
        return ember.Reply([turn(word) if request.tools else word], len(prompt), 1)


def shown(request: ember.Request) -> str:
    """What a request says: its prompt, or its conversation."""
    if request.messages is None:
        return request.prompt or ""
    return "\n".join([repr(message) for message in request.messages])


def turn(word: str) -> ember.Message:
    """A turn that says a word, or asks for the tools of `call NAME ARGUMENTS; call …`."""
    if not word.startswith("call "):
        return ember.Message("assistant", (word,))
    calls: list[ember.ToolCall] = []
    for number, call in enumerate(word.split("; ")):
        _, name, arguments = call.split(" ", 2)
        calls.append(ember.ToolCall(f"c{number}", name, arguments))
    return ember.Message("assistant", (), tuple(calls))


@dataclass
class Outcome:
    """What one run has given: a value, or the class of the error that it raised."""

    value: object = None
    raised: type[BaseException] | None = None
    requests: Counter[ember.Request] = field(default_factory=Counter)
    prompts: list[str] = field(default_factory=list)

    def shown(self) -> object:
        """What must be the same, with types: 1, 1.0 and True are not."""
        return repr(self.value) if self.raised is None else self.raised.__name__


Program = Callable[..., Any]


def outcome(run: Callable[[], object], provider: Words, seed: int) -> Outcome:
    """What a run gives on a provider."""
    result = Outcome()
    with ember.Session(provider=provider, seed=seed):
        try:
            result.value = run()
        except ember.CaptureError:
            raise
        except Exception as error:
            result.raised = type(root(error))
    result.requests = Counter(provider.requests)
    result.prompts = [shown(request) for request in provider.requests]
    return result


def root(error: BaseException) -> BaseException:
    """What the user's code has raised, if a function that was applied is in between."""
    cause = error.__cause__
    if isinstance(error, FunctionError) and cause is not None:
        return root(cause)
    return error


def plain(function: Program, args: Sequence[object]) -> object:
    """The result of a plain call."""
    result = function(*args)
    return asyncio.run(_awaited(result)) if isawaitable(result) else result


async def _awaited(value: Awaitable[object]) -> object:
    return await value


def reference(captured: Captured, args: Sequence[object], seed: int, provider: Provider) -> object:
    """What a capture means, according to the reference interpreter."""
    function: Any = captured.function
    arguments = Signature(function).bind(tuple(args), {})
    inputs: list[Any] = [arguments.held(name) for name in captured.inputs]
    outputs = interpret(
        captured.module,
        inputs,
        seed=seed,
        send=lambda request: run_sync(provider.generate(request)),
        functions=captured.functions,
    )
    return captured.shape.rebuild(outputs)


def captured_of(function: Program, args: Sequence[object]) -> Captured:
    """The capture of a call; raises `CaptureError` if there can be none."""
    assert isinstance(function, FunctionType)
    return capture(function, Signature(function).bind(tuple(args), {}))


def differences(
    function: Program,
    args: Sequence[object],
    *,
    seeds: Sequence[int] = SEEDS,
    words: Sequence[str] = WORDS,
    compiled: bool = True,
) -> list[str]:
    """How the ways to run a function differ: nothing, if all is well."""
    found: list[str] = []
    captured = captured_of(function, args)
    program = ember.compile(function, allow="exact")
    for seed in seeds:
        for draws in (False, True):

            def answers(draws: bool = draws, seed: int = seed) -> Words:
                return Words(seed, draws=draws, words=words)

            asked = answers()
            runs = {"eager": outcome(lambda: plain(program.eager, args), asked, seed)}
            asked = answers()
            runs["reference"] = outcome(
                lambda asked=asked, seed=seed: reference(captured, args, seed, asked), asked, seed
            )
            if not draws:
                runs["plain"] = outcome(lambda: plain(function, args), answers(), seed)
            if compiled:
                runs["compiled"] = outcome(lambda: plain(program, args), answers(), seed)
            found += [f"seed {seed}, draws {draws}: {one}" for one in _compare(runs)]
    return found


def _compare(runs: dict[str, Outcome]) -> list[str]:
    eager = runs["eager"]
    found = [
        f"{name} gives {run.shown()}, but eager {eager.shown()}"
        for name, run in runs.items()
        if not _same(run, eager)
    ]
    if eager.raised is None:
        if runs["reference"].prompts != eager.prompts:
            found.append(f"reference asks {runs['reference'].prompts}, but eager {eager.prompts}")
        elif runs["reference"].requests != eager.requests:
            found.append("reference and eager ask with other draws")
        if "plain" in runs and runs["plain"].prompts != eager.prompts:
            found.append(f"plain asks {runs['plain'].prompts}, but eager {eager.prompts}")
        if "compiled" in runs and not runs["compiled"].requests <= eager.requests:
            found.append("compiled asks what eager does not")
    return found


def _same(run: Outcome, eager: Outcome) -> bool:
    if run.raised is None or eager.raised is None:
        return run.shown() == eager.shown()
    # An operation of the program raises an error of its own, such as of an index.
    own = issubclass(run.raised, EmberError)
    return own or run.raised is eager.raised


def agree(
    function: Program,
    *args: object,
    seeds: Sequence[int] = SEEDS,
    words: Sequence[str] = WORDS,
) -> set[object]:
    """Check that all ways agree; gives the different plain results, of all the seeds."""
    found = differences(function, args, seeds=seeds, words=words)
    assert not found, "\n".join([function.__name__, *found])
    runs = [
        outcome(lambda: plain(function, args), Words(seed, draws=False, words=words), seed)
        for seed in seeds
    ]
    return {run.shown() for run in runs}


def operations(function: Program, *args: object) -> Counter[str]:
    """The operations that a call is captured as, by their names."""
    return Counter(op.name for op in captured_of(function, args).module.walk())


def check(function: Program, *args: object, varied: bool = True) -> None:
    """Check that all ways agree, and that what the model answers matters, if it should."""
    results = agree(function, *args)
    assert len(results) > 1 or not varied, f"all runs of {function.__name__} give {results}"
