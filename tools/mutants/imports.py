"""Which modules of the package import which."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Set
from functools import cache

from ember_mlir.tools.mutants.changes import ROOT, module_at, source_of

FOLDERS = ("ember_mlir", "dialects", "passes")
"""Where the modules are that a pass may import, or that import passes."""


@cache
def modules() -> Mapping[str, str]:
    """The path of each module, by its name."""
    # The links in the package lead to folders that are named themselves.
    paths = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
    found = [path.relative_to(ROOT) for path in paths]
    return {module_at(str(path)): str(path) for path in found if not _is_link(path.parts)}


def _is_link(parts: tuple[str, ...]) -> bool:
    return parts[0] == "ember_mlir" and parts[1] in ("dialects", "passes", "tools")


@cache
def importers() -> Mapping[str, Set[str]]:
    """The modules that import each module."""
    found: dict[str, set[str]] = {name: set() for name in modules()}
    for name in modules():
        for imported in _imported_by(name):
            if imported in found:
                found[imported].add(name)
    return found


@cache
def dependents() -> Mapping[str, Set[str]]:
    """The modules that cannot be imported without each module, itself among them."""
    found: dict[str, Set[str]] = {}
    for name in modules():
        reached = {name}
        waiting = [name]
        while waiting:
            new = importers()[waiting.pop()] - reached
            reached |= new
            waiting += new
        found[name] = reached
    return found


def _imported_by(name: str) -> Iterator[str]:
    """The modules of the package that importing one imports."""
    yield name.rpartition(".")[0]
    # What functions import, they import when they run.
    for node in ast.parse(source_of(modules()[name])).body:
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
