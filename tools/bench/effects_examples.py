"""The examples of the documents: read, compiled, and run on the virtual clock.

An example is a `.mlir` text, or a Python file with one program in it. What it means is
what the reference interpreter makes of it.
"""

from __future__ import annotations

from asyncio import sleep
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple, Protocol

from xdsl.dialects.builtin import ModuleOp

from ember_mlir.errors import InputError
from ember_mlir.frontend.capture import capture
from ember_mlir.frontend.guards import Callee
from ember_mlir.frontend.signature import Signature
from ember_mlir.interpreter import interpret
from ember_mlir.parsing import parse_module
from ember_mlir.pipeline import Compiled, Options, compile_with, for_reference
from ember_mlir.providers import Reply, Request, Session
from ember_mlir.providers.simulated import Simulated
from ember_mlir.runtime.run import Prepared, prepare, run
from ember_mlir.semantics import Value
from ember_mlir.text_files import read_text
from ember_mlir.tools.bench.effects_inputs import INPUTS

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "examples"


class Taken(NamedTuple):
    """What runs have taken together: requests, tokens, and seconds on the virtual clock."""

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    seconds: float = 0.0

    @property
    def tokens(self) -> int:
        """Those of input and output together."""
        return self.input_tokens + self.output_tokens

    def plus(self, other: Taken) -> Taken:
        """Both together."""
        calls, tokens = self.calls + other.calls, self.input_tokens + other.input_tokens
        written = self.output_tokens + other.output_tokens
        return Taken(calls, tokens, written, self.seconds + other.seconds)

    def minus(self, other: Taken) -> Taken:
        """How much more this is."""
        calls, read, written, seconds = other
        return self.plus(Taken(-calls, -read, -written, -seconds))


class Ran(NamedTuple):
    """What a run returned, and what it has taken."""

    result: object
    taken: Taken


class Simulating(Protocol):
    """A provider that tells how long it would take."""

    def simulate(self, request: Request, /) -> tuple[Reply, float]:
        """The reply, and after how many seconds."""
        ...


class Counting:
    """The simulated provider, or another, and what has been asked of it.

    Whatever is asked counts in full, even if it is cancelled before it has been answered.
    """

    def __init__(self, simulated: Simulating | None = None) -> None:
        self.taken = Taken()
        self._simulated = simulated or Simulated()

    def simulate(self, request: Request) -> tuple[Reply, float]:
        """The reply, and after how many seconds."""
        reply, seconds = self._simulated.simulate(request)
        self.taken = self.taken.plus(Taken(1, reply.input_tokens, reply.output_tokens))
        return reply, seconds

    async def generate(self, request: Request) -> Reply:
        """The reply, after its time."""
        reply, seconds = self.simulate(request)
        await sleep(seconds)
        return reply


class Source(NamedTuple):
    """A program as it is written, and how its results are put together."""

    module: ModuleOp
    rebuild: Callable[[Sequence[Value]], object]


@dataclass(frozen=True)
class Example:
    """A program that the documents show, in a file of theirs."""

    path: Path

    @property
    def name(self) -> str:
        """The name of the file, without its ending."""
        return self.path.stem

    @property
    def inputs(self) -> Sequence[Sequence[Value]]:
        """The arguments of each of its runs."""
        return INPUTS[self.name]

    def read(self) -> Source:
        """The program as it is written, parsed or captured anew."""
        if self.path.suffix == ".py":
            return captured(self.path)
        return Source(parse_module(read_text(str(self.path)), str(self.path)), single)

    def interpreted(self, inputs: Sequence[Value], seed: int) -> tuple[object, list[Request]]:
        """What the program means: its result, and all that it asks for, in order."""
        asked: list[Request] = []

        def send(request: Request) -> Reply:
            asked.append(request)
            return Simulated().simulate(request)[0]

        reference, rebuild = self._reference
        return rebuild(interpret(reference, inputs, seed=seed, send=send)), asked

    @cached_property
    def _reference(self) -> Source:
        module, rebuild = self.read()
        return Source(for_reference(module), rebuild)


@dataclass(frozen=True)
class Built:
    """An example that has been compiled, and in how many seconds, read included."""

    compiled: Compiled
    prepared: Prepared
    rebuild: Callable[[Sequence[Value]], object]
    seconds: float

    def run(self, inputs: Sequence[Value], seed: int) -> Ran:
        """Run it on the simulated provider and the virtual clock."""
        provider = Counting()
        done = run(self.prepared, inputs, Session(provider, seed, "virtual", spans=0))
        return Ran(self.rebuild(done.outputs), provider.taken._replace(seconds=done.seconds))


def examples(names: Sequence[str] = ()) -> list[Example]:
    """The examples of these names; without any, all.

    Raises `InputError` if there is none of a name.
    """
    found = {path.stem: Example(path) for path in sorted(FOLDER.iterdir())}
    for name in names:
        if name not in INPUTS:
            raise InputError(f"there is no example '{name}'; there is {', '.join(INPUTS)}")
    return [found[name] for name in names or INPUTS]


def build(example: Example, options: Options, rounds: int = 1) -> Built:
    """Compile an example; its seconds are the median of some rounds."""
    built = [_build(example, options) for _ in range(rounds)]
    seconds = median([found.seconds for found in built])
    return Built(built[0].compiled, built[0].prepared, built[0].rebuild, seconds)


def _build(example: Example, options: Options) -> Built:
    start = perf_counter()
    module, rebuild = example.read()
    compiled = compile_with(module, "exec", options)
    prepared = prepare(compiled.module)
    return Built(compiled, prepared, rebuild, perf_counter() - start)


def captured(path: Path) -> Source:
    """The only program of a Python file, captured for the types that it declares."""
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    (program,) = [value for value in vars(module).values() if isinstance(value, Callee)]
    found = capture(program.function, Signature(program.function).without_call())
    return Source(found.module, found.shape.rebuild)


def single(outputs: Sequence[Value]) -> object:
    """The only result, or all of them as a tuple."""
    return outputs[0] if len(outputs) == 1 else tuple(outputs)
