"""What is installed: the packages that the tree has, the commands, the links, the version."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

from ember_mlir.version import VERSION

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
MAPPED = ("dialects", "passes", "tools")


def packages_of_the_tree() -> set[str]:
    """The names of all folders that hold Python files."""
    found: set[str] = set()
    for top in ("ember_mlir", *MAPPED):
        for folder, _, names in os.walk(ROOT / top):
            if any(name.endswith(".py") for name in names):
                parts = Path(folder).relative_to(ROOT).parts
                found.add(".".join(parts if top == "ember_mlir" else ("ember_mlir", *parts)))
    return found


def test_every_package_is_installed() -> None:
    assert sorted(packages_of_the_tree()) == PROJECT["tool"]["setuptools"]["packages"]


def test_every_package_has_an_init_file() -> None:
    for package in packages_of_the_tree():
        folder = ROOT.joinpath(*package.split("."))
        assert (folder / "__init__.py").is_file(), package


def test_root_folders_are_links_and_mapped() -> None:
    mapping = PROJECT["tool"]["setuptools"]["package-dir"]
    assert mapping == {f"ember_mlir.{name}": name for name in MAPPED}
    for name in MAPPED:
        assert os.readlink(ROOT / "ember_mlir" / name) == f"../{name}"


def test_commands_exist() -> None:
    for target in PROJECT["project"]["scripts"].values():
        module, _, function = target.partition(":")
        assert callable(getattr(import_module(module), function))


def test_the_universe_is_an_entry_point() -> None:
    from xdsl.universe import Universe

    module, _, name = PROJECT["project"]["entry-points"]["xdsl.universe"]["ember"].partition(":")
    assert isinstance(getattr(import_module(module), name), Universe)


def test_plain_xdsl_opt_knows_our_dialects_and_passes() -> None:
    from ember_mlir.universe import DIALECTS, PASSES

    code = "from xdsl.tools.xdsl_opt import main; main()"
    program = 'llm.model @small from "simulated"'
    shown = subprocess.run(
        [sys.executable, "-c", code, "-p", ",".join(["assign-draws", "merge-calls"])],
        input=program,
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    assert program in shown.stdout
    assert "llm" in DIALECTS
    assert "merge-calls" in PASSES


def test_the_version_is_the_one_of_the_package() -> None:
    assert PROJECT["tool"]["setuptools"]["dynamic"]["version"]["attr"] == (
        "ember_mlir.version.VERSION"
    )
    assert VERSION.count(".") == 2
