"""Give passes mistakes, and see whether tests notice: `python -m ember_mlir.tools.mutants`.

Each planted bug breaks one condition under which a rewrite is legal, and each must be
noticed. Of the mistakes that are made by machine, 85 in 100 must be; each that is not must
be explained in `tools/mutants/survivors`. What is printed is a row for each pass, and what
nobody noticed.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from ember_mlir.errors import EmberError
from ember_mlir.tools.mutants.automatic import mutants_of
from ember_mlir.tools.mutants.changes import Change
from ember_mlir.tools.mutants.checking import judge
from ember_mlir.tools.mutants.planted import PLANTED
from ember_mlir.tools.mutants.results import Result, Results
from ember_mlir.tools.mutants.survivors import explanation_of
from ember_mlir.tools.mutants.targets import ANALYSES, PASSES, Suite, files_of, suite_of

GROUPS = tuple(dict.fromkeys((*PASSES, *ANALYSES, *(bug.group for bug in PLANTED))))
"""The rows of the table: passes, what they look up, and more in which bugs are planted."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what was noticed: 1 if that is not enough, else 0."""
    options = _options(arguments)
    results = Results()
    try:
        for group in options.only or GROUPS:
            _try(group, options, results)
            print(results.row(group), flush=True)
    except EmberError as error:
        print(f"error: {error.message}", file=sys.stderr)
        return 1
    print(results.report())
    return 0 if results.are_good else 1


def _options(arguments: Sequence[str] | None) -> Namespace:
    parser = ArgumentParser("mutants", description="See which mistakes the tests notice.")
    add = parser.add_argument
    add("--pass", action="append", dest="only", metavar="NAME", help="this pass or analysis only")
    add("--planted", action="store_true", help="only the bugs of the table")
    add("--jobs", type=int, default=2, metavar="N", help="processes at once")
    return parser.parse_args(arguments)


def _try(group: str, options: Namespace, results: Results) -> None:
    """Try the mistakes of a pass or analysis."""
    trials = [(bug.change, bug.tests, bug.condition) for bug in PLANTED if bug.group == group]
    for path in [] if options.planted else files_of(group):
        trials += [(change, suite_of(path), None) for change in mutants_of(path)]
    together: dict[tuple[str, Suite], list[tuple[Change, str | None]]] = {}
    for change, tests, condition in trials:
        together.setdefault((change.path, tests), []).append((change, condition))
    for (_, tests), found in together.items():
        judgement = judge([change for change, _ in found], tests, options.jobs)
        results.broken.update(judgement.broken)
        for (change, condition), verdict in zip(found, judgement.verdicts, strict=True):
            results.add(Result(group, change, verdict, condition, explanation_of(change)))


if __name__ == "__main__":
    sys.exit(main())
