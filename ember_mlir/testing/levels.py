"""How much is optimized: programs at each level of it, by the reference and by the engine."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from xdsl.dialects.builtin import ModuleOp

from ember_mlir.frontend.capture import capture
from ember_mlir.frontend.signature import Signature
from ember_mlir.interpreter import interpret
from ember_mlir.parsing import make_context, parse_module
from ember_mlir.passes.optimization import Objective, Optimization, Setting
from ember_mlir.pipeline import STAGES, for_reference, parse_passes, run_passes
from ember_mlir.providers import Reply, Request, Session
from ember_mlir.runtime.run import prepare, run_async
from ember_mlir.semantics import Value
from ember_mlir.universe import PASSES


class Level(NamedTuple):
    """How much is optimized: by which passes, and with which aim."""

    name: str
    passes: Sequence[str]
    objective: Objective = "cost"
    speculate: bool = False

    def does(self, name: str) -> bool:
        """Whether a pass is among those that run."""
        return name in self.passes


def levels() -> Iterator[Level]:
    """No optimization, each alone, and all for each aim; a new one is among them at once."""
    yield Level("none", ())
    later = {name for level in ("sched", "exec") for name in STAGES[level]}
    for name, load in PASSES.items():
        made = load()
        if name not in later and issubclass(made, Optimization) and made.equivalence != "meaning":
            yield Level(name, (name,), made.serves or "cost", speculate=made.serves == "latency")
    whole = [name for name in STAGES["llm"] if not name.startswith("verify-level")]
    yield Level("all", whole, "both")
    yield Level("all for cost", whole)
    yield Level("all for latency", whole, "latency", speculate=True)


Answer = Callable[[Request], str]


@dataclass
class Told:
    """A provider that answers as it is told, and keeps what it is asked."""

    answer: Answer
    requests: list[Request] = field(default_factory=list[Request])

    def simulate(self, request: Request) -> tuple[Reply, float]:
        self.requests.append(request)
        return Reply((self.answer(request),), 1, 1), 1.0

    async def generate(self, request: Request) -> Reply:
        found, _ = self.simulate(request)
        await asyncio.sleep(0)
        return found

    @property
    def prompts(self) -> Counter[str | None]:
        """How often each prompt was sent."""
        return Counter(request.prompt for request in self.requests)


def echo(request: Request) -> str:
    """An answer that shows what was asked, and with which draw."""
    return f"<{request.prompt}|{sum(request.draws) % 997}>"


def in_turn(*answers: str) -> Callable[[], Answer]:
    """A model whose samples are these, in the order in which they are first asked for."""

    def make() -> Answer:
        drawn: dict[tuple[int, ...], str] = {}
        return lambda request: drawn.setdefault(request.draws, answers[len(drawn)])

    return make


def captured(function: Callable[..., object], *args: object) -> tuple[ModuleOp, dict[str, Any]]:
    """The module that a call is captured as, and the inputs of that."""
    arguments = Signature(function).bind(args, {})
    found = capture(function, arguments)
    return found.module, {name: arguments.values[name] for name in found.inputs}


def at_level(module: ModuleOp, level: Level) -> ModuleOp:
    """`module` with its calls numbered, optimized as `level` says."""
    found = for_reference(module)
    setting = Setting(optimize_for=level.objective, speculate=level.speculate)
    names = ["assign-draws", *level.passes]
    run_passes(make_context(), found, parse_passes(",".join(names)), setting=setting)
    return found


def lowered(module: ModuleOp) -> ModuleOp:
    """The instructions of a module that has been optimized."""
    found = module.clone()
    names = ["infer-labels", *STAGES["sched"], *STAGES["exec"]]
    run_passes(make_context(), found, parse_passes(",".join(names)))
    return found


class Runs(NamedTuple):
    """What came of a program, and what was asked, by the reference and by the engine."""

    results: Sequence[Value]
    reference: Told
    engine: Told

    @property
    def both(self) -> tuple[Told, Told]:
        return self.reference, self.engine


MODELS = 'llm.model @small from "simulated"\nllm.model @large from "simulated"\n'
"""What stands before the text of a program that says nothing of its models."""


def run_at(
    source: str | ModuleOp,
    level: Level,
    answer: Callable[[], Answer] | None = None,
    **inputs: Value,
) -> Runs:
    """Run a program at a level, by the reference and by the engine, whose results must agree.

    A text stands behind `MODELS`. `answer` makes what answers requests anew for each of the
    two.
    """
    written = parse_module(MODELS + source) if isinstance(source, str) else source
    module = at_level(written, level)
    by_reference, by_engine = (Told(echo if answer is None else answer()) for _ in range(2))
    expected = interpret(
        module, [*inputs.values()], seed=7, send=lambda r: by_reference.simulate(r)[0]
    )
    with Session(provider=by_engine, seed=7, clock="virtual") as session:
        ran = asyncio.run(run_async(prepare(lowered(module)), [*inputs.values()], session))
    assert ran.outputs == expected
    assert Counter(by_engine.requests) <= Counter(by_reference.requests) or level.speculate
    return Runs(expected, by_reference, by_engine)
