"""From a function to its source: files, lambdas, and code whose source is not there."""

from __future__ import annotations

import importlib.util
import linecache
from collections.abc import Callable
from pathlib import Path
from types import FunctionType, ModuleType

import pytest

import ember_mlir as ember
from ember_mlir.errors import CaptureError
from ember_mlir.frontend.source import find_definition


def load(path: Path, text: str) -> ModuleType:
    """Import a file with that text, as an ordinary module."""
    path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def function_of(value: object) -> FunctionType:
    assert isinstance(value, FunctionType)
    return value


def test_lambdas_on_one_line_are_told_apart() -> None:
    pair: list[Callable[[int], object]] = [(lambda x: x + 1), (lambda x: lambda y: x + 2)]  # type: ignore[misc]
    first, second = (find_definition(function_of(made)) for made in pair)
    assert first.node.col_offset < second.node.col_offset
    inner = find_definition(function_of(pair[1](0)))
    assert inner.node.col_offset > second.node.col_offset
    assert inner.name == "<lambda>"


def test_a_decorated_function_is_found(tmp_path: Path) -> None:
    text = "def same(f):\n    return f\n\n@same\n@same\ndef ask(q):\n    return q\n"
    definition = find_definition(load(tmp_path / "decorated.py", text).ask)
    assert definition.location(definition.node).line == 6
    assert definition.current


def test_the_flags_of_the_file_are_kept(tmp_path: Path) -> None:
    text = "from __future__ import annotations\n\ndef ask(q: Unknown[str]):\n    return q\n"
    assert find_definition(load(tmp_path / "flags.py", text).ask).current


def test_a_changed_file_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "changed.py"
    module = load(path, "def ask(q):\n    return q\n")
    path.write_text("def ask(q):\n    return q + q\n", encoding="utf-8")
    with pytest.raises(CaptureError, match="the file has changed since it was imported") as caught:
        ember.compile(module.ask, strict=True)("a")
    assert caught.value.location == (str(path), 1, 1)


def test_a_file_that_no_longer_parses_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "broken.py"
    module = load(path, "def ask(q):\n    return q\n")
    path.write_text("def ask(q:\n", encoding="utf-8")
    with pytest.raises(CaptureError, match="the file has changed since it was imported"):
        ember.compile(module.ask, strict=True)("a")


def test_what_was_read_in_time_stays_known(tmp_path: Path) -> None:
    path = tmp_path / "known.py"
    module = load(path, "def ask(q):\n    return q\n")
    program = ember.compile(module.ask)
    assert program("a") == "a"
    path.write_text("def ask(q):\n    return q + q\n", encoding="utf-8")
    assert program("b") == "b"


def test_code_without_source_is_an_error() -> None:
    namespace: dict[str, FunctionType] = {}
    exec("def ask(q):\n    return q\n", namespace)
    with pytest.raises(CaptureError, match="must be readable, but there is none in '<string>'"):
        ember.compile(namespace["ask"], strict=True)("a")


def test_a_cell_of_a_notebook_is_a_file() -> None:
    text = "def ask(q: str):\n    return [q, '日本']\n"
    name = "<ipython-input-7-abc>"
    lines: list[str] = [*text.splitlines(True)]
    linecache.cache[name] = (len(text), None, lines, name)
    namespace: dict[str, FunctionType] = {}
    exec(compile(text, name, "exec"), namespace)
    assert ember.compile(namespace["ask"])("a") == ["a", "日本"]


def test_a_file_with_a_name_and_function_that_are_not_ascii(tmp_path: Path) -> None:
    text = (
        "import ember_mlir as ember\n\n\n@ember.jit\n"
        "def résumé(texte_été: str) -> str:\n"
        "    réponse = ember.generate(f'Résume « {texte_été} » 🙂', temperature=0)\n"
        "    return réponse\n"
    )
    module = load(tmp_path / "été 日本.py", text)
    answer = module.résumé("日本")
    assert answer == module.résumé.eager("日本")
    ir = module.résumé.ir("exec")
    assert "@r_u00e9_sum_u00e9_" in ir
    assert 'ember.name = #llm.utf8"résumé"' in ir
    assert 'ember.name = #llm.utf8"texte_été"' in ir
    assert "été 日本.py" in ir


def test_many_modules_with_the_same_text(tmp_path: Path) -> None:
    text = "import ember_mlir as ember\n\nSTYLE = {!r}\n\ndef ask(q: str):\n    return [STYLE, q]\n"
    programs = [
        ember.compile(load(tmp_path / f"copy{i}.py", text.format(f"style {i}")).ask)
        for i in range(3)
    ]
    assert [program("a") for program in programs] == [[f"style {i}", "a"] for i in range(3)]


def test_capture_leaves_the_users_module_alone(tmp_path: Path) -> None:
    module = load(tmp_path / "clean.py", "def ask(q: str):\n    return len([q])\n")
    before = set(vars(module))
    assert ember.compile(module.ask)("a") == 1
    assert set(vars(module)) == before
