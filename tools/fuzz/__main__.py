"""Try hostile texts: `python -m ember_mlir.tools.fuzz --count 100000 --seed 1`.

Each worker process has a limit of memory, and is ended if one text takes it too long.
Texts that are not answered well are saved, and can be made again from their number.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from ember_mlir.tools.fuzz.corpus import read_corpus
from ember_mlir.tools.fuzz.inputs import Inputs
from ember_mlir.tools.fuzz.pool import Finding, try_all


def main() -> int:
    """Report and save what is found: 1 if there is anything, else 0."""
    options = _options()
    inputs = Inputs(read_corpus([Path(path) for path in options.corpus]), options.seed)
    numbers = range(options.start, options.start + options.count)
    found = 0
    for finding in try_all(inputs, numbers, workers=options.jobs, seconds=options.seconds):
        found += 1
        _save(finding, inputs, options)
    print(f"{options.count} texts of seed {options.seed}: {found} not answered well")
    return 1 if found else 0


def _options() -> Namespace:
    parser = ArgumentParser("fuzz", description="Try hostile texts on the tools.")
    add = parser.add_argument
    add("--count", type=int, default=100_000, metavar="N", help="how many texts")
    add("--seed", type=int, default=1, metavar="N", help="other texts for each seed")
    add("--start", type=int, default=0, metavar="N", help="the number of the first text")
    add("--jobs", type=int, default=2, metavar="N", help="processes at once")
    add("--seconds", type=float, default=10, metavar="S", help="the longest that a text may take")
    add("--save", default="fuzz-findings", metavar="FOLDER", help="where texts are saved")
    add("--corpus", nargs="*", default=["lit_tests", "docs", "tests/fuzz/corpus"], metavar="FOLDER")
    return parser.parse_args()


def _save(finding: Finding, inputs: Inputs, options: Namespace) -> None:
    folder = Path(options.save)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{options.seed}-{finding.number}.mlir"
    path.write_bytes(inputs.make(finding.number).encode("utf-8", "surrogateescape"))
    path.with_suffix(".txt").write_text(finding.problem, encoding="utf-8", errors="replace")
    print(f"{path}: {finding.problem.strip().splitlines()[-1][:200]}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
