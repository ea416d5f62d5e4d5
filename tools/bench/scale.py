"""How the compiler's time grows with a program: `python -m ember_mlir.tools.bench.scale`.

Each phase runs on programs of each shape, of 1 000, 10 000 and 100 000 operations. Shown
are the microseconds of CPU per operation at the largest size, and how many times as long
per operation that is as at the smallest: 1 is linear growth. `--quick` stops at 10 000.
"""

from __future__ import annotations

import gc
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from time import process_time
from typing import TypeVar

from xdsl.dialects.builtin import ModuleOp

from ember_mlir.parsing import make_context, parse_module, print_module
from ember_mlir.passes.analysis.levels import verify_level
from ember_mlir.passes.analysis.verification import verify_module
from ember_mlir.pipeline import parse_passes
from ember_mlir.runtime.decode import decode
from ember_mlir.tools.bench.shapes import SHAPES

_T = TypeVar("_T")

PASSES = ("merge-calls", "remove-dead-calls", "canonicalize", "lower-to-sched", "lower-to-exec")


def main() -> None:
    """Print a line per shape and phase."""
    parser = ArgumentParser("scale", description="Time the compiler on growing programs.")
    parser.add_argument("--quick", action="store_true", help="stop at 10 000 operations")
    parser.add_argument("shapes", nargs="*", metavar="SHAPE", help="only these shapes")
    options = parser.parse_args()
    sizes = (1000, 10_000) if options.quick else (1000, 10_000, 100_000)
    print(f"{'shape':<20}{'phase':<20}{'us per op':>10}", *[f"{n:>9}" for n in sizes[1:]])
    for name in options.shapes or SHAPES:
        measured = [_fastest(SHAPES[name](size), max(1, 20_000 // size)) for size in sizes]
        for phase in measured[0]:
            print(_line(name, phase, sizes, [seconds[phase] for seconds in measured]), flush=True)


def phases(text: str) -> Iterator[tuple[str, float]]:
    """The seconds of CPU that each phase takes on the program `text`, in order."""
    seconds, module = _timed(lambda: parse_module(text))
    yield "parse", seconds
    yield "verify", _timed(lambda: verify_module(module))[0]
    yield "print", _timed(lambda: print_module(module))[0]
    seconds, compiled = _timed(module.clone)
    yield "clone", seconds
    yield "assign-draws", _pass(compiled, "assign-draws")
    for name in PASSES:
        yield name, _pass(compiled, name)
    yield "verify exec", _timed(lambda: verify_level(compiled, "exec"))[0]
    yield "print exec", _timed(lambda: print_module(compiled))[0]
    yield "decode", _timed(lambda: decode(compiled))[0]


def _fastest(text: str, rounds: int) -> dict[str, float]:
    """The least time of each phase; what is short is disturbed most, and so tried often."""
    measured = [dict(phases(text)) for _ in range(min(rounds, 5))]
    return {phase: min(seconds[phase] for seconds in measured) for phase in measured[0]}


def _pass(module: ModuleOp, name: str) -> float:
    (found,) = parse_passes(name)
    return _timed(lambda: found.apply(make_context(), module))[0]


def _timed(work: Callable[[], _T]) -> tuple[float, _T]:
    gc.collect()
    start = process_time()
    result = work()
    return process_time() - start, result


def _line(shape: str, phase: str, sizes: tuple[int, ...], seconds: list[float]) -> str:
    per_operation = [time / size for time, size in zip(seconds, sizes, strict=True)]
    ratios = [f"{later / per_operation[0]:>8.2f}x" for later in per_operation[1:]]
    return f"{shape:<20}{phase:<20}{per_operation[-1] * 1e6:>10.1f} {' '.join(ratios)}"


if __name__ == "__main__":
    main()
