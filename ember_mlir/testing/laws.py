"""The joint law of what a program gives and does, for models of a few answers: exactly.

A rewrite that keeps `distribution` keeps this law, though not the answers of each tape; of
one that keeps `bounded(δ)` the law is at most δ away. On a finite model all tapes can be
tried: a run reads few draws, and each has one of a few answers.

    coin = finite({"heads": "1/2", "tails": "1/2"})
    law(playing(before, inputs), coin) == law(playing(after, inputs), coin)

Where there are too many, two programs are run on the same random tapes, and counted are
those on which they differ (`differing`, `upper_bound`).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from hashlib import blake2b
from itertools import accumulate
from math import comb

from xdsl.dialects.builtin import ModuleOp

from ember_mlir.errors import ProgramError
from ember_mlir.interpreter import Functions, Send, interpret
from ember_mlir.providers import Answer, Reply, Request, Session
from ember_mlir.runtime.run import run_module
from ember_mlir.semantics import Value

Option = tuple[Answer | ProgramError, Fraction]
"""What may come of a request, an answer or a failure, and how probable it is."""

Model = Callable[[Request], Sequence[Option]]
"""What may come of each request. What has no draw, as a greedy request, has the first."""

Play = Callable[[Send], Hashable]
"""Runs a program whose requests are answered so, and gives what came of it."""

Law = Mapping[Hashable, Fraction]
"""How probable each outcome is."""


class TooManyTapes(Exception):
    """A law takes more runs than were allowed."""


def finite(options: Mapping[str, str | Fraction]) -> Model:
    """A model that has the same few answers, with the same probabilities, to all requests."""
    found = [(answer, Fraction(share)) for answer, share in options.items()]
    assert sum(share for _, share in found) == 1
    return lambda _: found


def law(play: Play, model: Model, *, apart: bool = False, most: int = 100_000) -> Law:
    """The law of what `play` gives, by running it on every tape, as far as that is read.

    An equal request with an equal draw has an equal answer. With `apart` that holds of
    requests for one answer and for several each by itself: else a test that fuses samples
    would test nothing, as it would always get the same. Raises `TooManyTapes` after `most`
    runs.

    >>> coin = finite({"a": "1/3", "b": "2/3"})
    >>> twice = [Request("m", "?", draws=(number,)) for number in (1, 2)]
    >>> found = law(lambda send: "".join([send(r).values[0] for r in twice]), coin)
    >>> {outcome: str(share) for outcome, share in found.items()}
    {'aa': '1/9', 'ab': '2/9', 'ba': '2/9', 'bb': '4/9'}
    """
    found: dict[Hashable, Fraction] = {}
    chosen: list[int] = []
    for _ in range(most):
        tape = _Tape(model, chosen, apart=apart)
        outcome = play(tape.send)
        found[outcome] = found.get(outcome, Fraction(0)) + tape.probability
        chosen = tape.following()
        if not chosen:
            return found
    raise TooManyTapes(f"a law must take at most {most} runs, but takes more; ask for less")


class _Tape:
    """The answers of one run: `chosen` says which option each draw has, 0 behind its end."""

    def __init__(self, model: Model, chosen: Sequence[int], *, apart: bool) -> None:
        self.probability = Fraction(1)
        self._model = model
        self._chosen = list(chosen)
        self._apart = apart
        self._options: list[int] = []
        self._known: dict[Hashable, Answer | ProgramError] = {}

    def send(self, request: Request) -> Reply:
        """The reply of this tape."""
        if not request.draws:
            return _reply([self._model(request)[0][0]])
        keys: Sequence[Hashable] = [single(request, draw) for draw in request.draws]
        if self._apart and request.n > 1:
            keys = [(request, index) for index in range(request.n)]
        return _reply([self._read(key, request) for key in keys])

    def following(self) -> list[int]:
        """The choices of the next run, depth first; none if this was the last."""
        chosen = self._chosen[: len(self._options)]
        while chosen and chosen[-1] + 1 == self._options[len(chosen) - 1]:
            chosen.pop()
        return [*chosen[:-1], chosen[-1] + 1] if chosen else []

    def _read(self, key: Hashable, request: Request) -> Answer | ProgramError:
        if key not in self._known:
            options = [option for option in self._model(request) if option[1]]
            at = len(self._options)
            self._options.append(len(options))
            self._chosen += [0] * (at + 1 - len(self._chosen))
            answer, share = options[self._chosen[at]]
            self.probability *= share
            self._known[key] = answer
        return self._known[key]


def _reply(answers: Sequence[Answer | ProgramError]) -> Reply:
    for answer in answers:
        if isinstance(answer, ProgramError):
            raise answer
    found = [answer for answer in answers if not isinstance(answer, ProgramError)]
    return Reply(found, 1, len(found))


def single(request: Request, draw: int) -> Request:
    """The request for one of the answers of `request`: that of `draw`."""
    return replace(request, n=1, draws=(draw,))


def playing(
    module: ModuleOp, inputs: Sequence[Value] = (), functions: Functions | None = None
) -> Play:
    """A run of the reference: results, or the error, and with which arguments functions ran."""

    def play(send: Send) -> Hashable:
        calls: list[str] = []
        noted = {name: _noted(name, f, calls) for name, f in (functions or {}).items()}
        try:
            outcome = repr(interpret(module, inputs, seed=0, send=send, functions=noted))
        except ProgramError as error:
            outcome = f"{type(error).__name__}: {error.message}"
        return outcome, tuple(calls)

    return play


def running(module: ModuleOp, inputs: Mapping[str, Value]) -> Play:
    """A run of the engine, of an `exec` module, on the virtual clock: results, or the error."""

    def play(send: Send) -> Hashable:
        with Session(provider=_Sending(send), seed=0, clock="virtual") as session:
            try:
                outcome = repr(run_module(module, inputs, session).outputs)
            except ProgramError as error:
                outcome = f"{type(error).__name__}: {error.message}"
        return outcome, ()

    return play


class _Sending:
    """A provider that takes a second for each answer."""

    def __init__(self, send: Send) -> None:
        self._send = send

    def simulate(self, request: Request) -> tuple[Reply, float]:
        return self._send(request), 1.0

    async def generate(self, request: Request) -> Reply:
        return self._send(request)


def _noted(name: str, function: Callable[..., Value], calls: list[str]) -> Callable[..., Value]:
    def noted(*arguments: Value) -> Value:
        calls.append(f"{name}{arguments!r}")
        return function(*arguments)

    return noted


def total_variation(one: Law, other: Law) -> Fraction:
    """How far two laws are apart: the most by which the probability of anything differs.

    >>> half = Fraction(1, 2)
    >>> print(total_variation({"a": half, "b": half}, {"a": half, "c": half}))
    1/2
    """
    apart = [abs(one.get(x, Fraction(0)) - other.get(x, Fraction(0))) for x in {*one, *other}]
    return sum(apart, Fraction(0)) / 2


def differing(one: Play, other: Play, model: Model, runs: int) -> int:
    """On how many of `runs` random tapes two programs differ; the tapes are always the same.

    That share is at least how far the laws are apart, so a bound of it is one of that.
    """
    return sum(one(sender(model, tape)) != other(sender(model, tape)) for tape in range(runs))


def sender(model: Model, tape: int) -> Send:
    """How one random tape answers requests."""

    def send(request: Request) -> Reply:
        options = model(request)
        if not request.draws:
            return _reply([options[0][0]])
        found: list[Answer | ProgramError] = []
        for draw in request.draws:
            asked = f"{tape} {single(request, draw)!r}"
            digest = blake2b(asked.encode(), digest_size=16).digest()
            at = Fraction(int.from_bytes(digest, "big"), 1 << 128)
            ends = accumulate([share for _, share in options])
            found.append(next(o for (o, _), end in zip(options, ends, strict=True) if at < end))
        return _reply(found)

    return send


def upper_bound(differences: int, runs: int, confidence: Fraction) -> Fraction:
    """What a probability is below with this confidence, if so many of `runs` have shown it.

    The bound of Clopper and Pearson, which holds for every number of runs: with a greater
    probability so few would be rarer than 1 - confidence. It is rounded up to 1/1024.

    >>> float(upper_bound(0, 300, Fraction(95, 100)))
    0.0107421875
    """
    unit = 1024
    rare = (1 - confidence) * unit**runs

    def is_rare(share: int) -> bool:
        few = range(differences + 1)
        ways = sum(comb(runs, k) * share**k * (unit - share) ** (runs - k) for k in few)
        return ways <= rare

    low, high = 0, unit
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_rare(middle) else (middle, high)
    return Fraction(high, unit)
