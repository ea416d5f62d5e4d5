"""What importing costs, and what the engine's core must not know."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "ember_mlir"

DRIVERS = ("drivers", "background.py", "run.py", "__init__.py")
"""The parts of the engine that wait; all others are its core."""

CORE = [
    path
    for path in sorted((PACKAGE / "runtime").rglob("*.py"))
    if path.relative_to(PACKAGE / "runtime").parts[0] not in DRIVERS
]


def imports_of(path: Path) -> set[str]:
    """The names of all modules that a file imports when it runs, anywhere in it."""
    found: set[str] = set()
    nodes: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    for node in nodes:  # grows while it is walked
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            nodes.extend(node.orelse)
            continue
        nodes.extend(ast.iter_child_nodes(node))
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or ".")
    return found


def test_imports_are_found_wherever_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(
        "import a.b, c\ndef f():\n    from d.e import g\n"
        "if TYPE_CHECKING:\n    import types_only\nelse:\n    import h\n",
        encoding="utf-8",
    )
    assert imports_of(path) == {"a.b", "c", "d.e", "h"}


def test_the_engine_has_a_core() -> None:
    assert PACKAGE / "runtime" / "core.py" in CORE


@pytest.mark.parametrize("path", CORE, ids=lambda path: path.stem)
def test_the_core_does_no_io(path: Path) -> None:
    tops = {name.partition(".")[0] for name in imports_of(path)}
    assert tops.isdisjoint({"asyncio", "threading", "time", "socket", "concurrent", "selectors"})
    drivers = {name for name in imports_of(path) if name.startswith("ember_mlir.runtime.drivers")}
    assert not drivers


@pytest.mark.parametrize("path", CORE, ids=lambda path: path.stem)
def test_the_core_never_awaits(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    waiting = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)
    assert not [node for node in ast.walk(tree) if isinstance(node, waiting)]


@pytest.mark.parametrize("code", ["import ember_mlir", "import ember_mlir.tools.ember_opt"])
def test_importing_the_package_imports_nothing_heavy(code: str) -> None:
    heavy = "{'xdsl', 'asyncio', 'rich', 'numpy', 'lark'}"
    check = f"{code}\nimport sys\nsys.exit(', '.join({heavy} & set(sys.modules)) or None)"
    ran = subprocess.run([sys.executable, "-c", check], capture_output=True, encoding="utf-8")
    assert (ran.returncode, ran.stderr) == (0, "")
