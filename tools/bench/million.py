"""W6: a map of many calls on the virtual clock, folded into a count, in a process of its own.

`python -m ember_mlir.tools.bench.million on` prints as JSON the seconds that it took and
the megabytes that it needed at most beyond its inputs; `--length` makes it shorter.
"""

from __future__ import annotations

import gc
import json
import resource
import sys
from argparse import ArgumentParser
from time import process_time

from ember_mlir.providers import Reply, Request, Session
from ember_mlir.runtime.run import run
from ember_mlir.runtime.trace import NEWEST
from ember_mlir.tools.bench.fakes import between
from ember_mlir.tools.bench.measure import prepared
from ember_mlir.tools.bench.texts import LIST, TEXT, Features, ask, frame, program

CAP = 256


class Strokes:
    """A model that answers with a stroke, to be counted."""

    def __init__(self) -> None:
        self.calls = 0
        self._latency = between(0.5, 1.5)

    async def generate(self, request: Request, /) -> Reply:
        """What a provider must have, and the virtual clock does not use."""
        return self.simulate(request)[0]

    def simulate(self, request: Request, /) -> tuple[Reply, float]:
        """A stroke, after a latency that depends on the prompt."""
        self.calls += 1
        return Reply(["|"], 1, 1), self._latency(request.prompt or "")


def text(features: Features) -> str:
    """A call per element; the answers are joined in groups, and what comes of it is counted."""
    return program(
        CAP,
        features,
        {"items": LIST},
        [
            f"%all = exec.fanout @leaf over %items : {LIST} -> {LIST}",
            f"%strokes = exec.reduce @node over %all by 64 : {LIST}",
            f'%count = exec.compute "llm.length"(%strokes) : ({TEXT}) -> i64',
        ],
        {"count": "i64"},
        frame("leaf", {"item": TEXT}, [ask("answer", "item", "0[*]")], {"answer": TEXT}),
        frame("node", {"group": LIST}, ['%all = exec.join %group with ""'], {"all": TEXT}),
    )


def count(length: int, features: Features) -> tuple[float, float]:
    """The CPU seconds, and the megabytes beyond the inputs at most, of a map of `length`."""
    program = prepared(text(features), "W6")
    items = [str(number) for number in range(length)]
    model = Strokes()
    session = Session(model, clock="virtual", spans=NEWEST if features == "on" else 0)
    gc.collect()
    before, start = _peak(), process_time()
    outputs = run(program, [items], session).outputs
    seconds = process_time() - start
    assert outputs == [length], "every answer is counted once"
    assert model.calls == length, "every element is asked about once"
    return seconds, _peak() - before


def _peak() -> float:
    """The most memory that this process has ever had, in MB."""
    # Linux counts in kB, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def main() -> None:
    """Measure once, and print what came of it."""
    parser = ArgumentParser("million", description="Count the answers of very many calls.")
    parser.add_argument("features", choices=("off", "on"))
    parser.add_argument("--length", type=int, default=1_000_000)
    options = parser.parse_args()
    seconds, megabytes = count(options.length, options.features)
    print(json.dumps({"seconds": seconds, "megabytes": megabytes}))


if __name__ == "__main__":
    main()
