"""What is given mistakes, and which tests must notice them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
    "conditions",
    "disclosures",
    "enclosing",
    "equality",
    "failures",
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

MORE: Mapping[str, Sequence[str]] = {
    "adaptive_votes": ("tests/test_laws.py",),
}
"""Tests of a file or folder that are not named after it."""


class Tests(NamedTuple):
    """Tests in the order in which they are asked: FileCheck files, then Python ones."""

    lit: tuple[str, ...]
    python: tuple[str, ...]


def files_of(group: str) -> list[str]:
    """The files of a pass by its flag, or of an analysis by its name."""
    stem = group.replace("-", "_")
    return files_at(f"passes/{'analysis/' if group in ANALYSES else ''}{stem}")


@cache
def tests_of(path: str) -> Tests:
    """The tests of a file, and of the passes that need it."""
    own, module = stem_of(path), module_at(path)
    lit = [
        *_lit_tests(own),
        *(found for stem in _passes(dependents()[module]) for found in _lit_tests(stem)),
    ]
    python = _python_tests(own)
    if not python:
        python = [found for stem in _passes(importers()[module]) for found in _python_tests(stem)]
    return Tests(_once(lit), _once(python))


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
    return [*_named("tests/passes", f"test_{stem}*.py"), *MORE.get(stem, ())]


def _named(folder: str, pattern: str) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in sorted((ROOT / folder).glob(pattern))]


def _once(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(paths))
