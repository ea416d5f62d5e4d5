"""What is given mistakes, and which tests must notice them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from ember_mlir.tools.mutants.changes import ROOT, files_at, module_at
from ember_mlir.tools.mutants.imports import dependents, importers, modules

PASSES = (
    "assign-draws",
    "canonicalize",
    "raise-ensembles",
    "merge-calls",
    "remove-dead-calls",
    "flatten-templates",
    "fuse-maps",
    "hoist-calls",
    "sink-calls",
    "prune-branches",
    "speculate-branches",
    "stop-early",
    "batch-requests",
    "pack-prompts",
    "cancel-losers",
)
"""The optimizations, each in a file or folder of its name."""

ANALYSES = (
    "adaptive_votes",
    "alike",
    "awaiting",
    "conditions",
    "disclosures",
    "enclosing",
    "equality",
    "failures",
    "feeders",
    "folds",
    "independent_answers",
    "invariants",
    "known_labels",
    "lateness",
    "lengths",
    "losers",
    "order",
    "readers",
    "repetitions",
    "request_depths",
    "vocabularies",
    "votes",
)
"""What optimizations look up, in `passes/analysis/`."""

LEFTOVERS = (
    "tests/passes/test_leftovers.py::test_nothing_is_left_that_reads_a_value_or_has_no_place[{}]"
)
"""What every pass must hold to, one by one."""


class Suite(NamedTuple):
    """Tests in the order in which they are asked: FileCheck files, then Python ones."""

    lit: tuple[str, ...]
    python: tuple[str, ...]


def files_of(group: str) -> list[str]:
    """The files of a pass by its flag, or of an analysis by its name."""
    stem = group.replace("-", "_")
    return files_at(f"passes/{'analysis/' if group in ANALYSES else ''}{stem}")


@cache
def suite_of(path: str) -> Suite:
    """The tests of a file, and of the passes that need it: first of those that import it."""
    own, module = stem_of(path), module_at(path)
    far = _passes(dependents()[module])
    near = _passes(importers()[module]) or far
    lit = [found for stem in (own, *near, *far) for found in _lit_tests(stem)]
    python = _python_tests(own)
    if not python:
        python = [found for stem in near for found in _python_tests(stem)]
    left = [LEFTOVERS.format(stem.replace("_", "-")) for stem in _passes([module]) or near]
    return Suite(_once(lit), _once([*left, *python]))


def _passes(names: Iterable[str]) -> list[str]:
    """What tests of the optimizations among some modules are named after."""
    found = {stem_of(modules()[name]) for name in names}
    return [stem for group in PASSES if (stem := group.replace("-", "_")) in found]


def stem_of(path: str) -> str:
    """What tests of a file are named after: its folder, if that is a pass, or itself."""
    folder = Path(path).parent.name
    return Path(path).stem if folder in ("passes", "analysis") else folder


def _lit_tests(stem: str) -> Sequence[str]:
    return _named("lit_tests/passes", f"{stem}*.mlir")


def _python_tests(stem: str) -> Sequence[str]:
    return _named("tests/passes", f"test_{stem}*.py")


def _named(folder: str, pattern: str) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in sorted((ROOT / folder).glob(pattern))]


def _once(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(paths))
