"""Passes of other packages: found by their entry point, and held to the same rules."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from importlib import invalidate_caches
from io import StringIO
from pathlib import Path

import pytest

import ember_mlir as ember
from ember_mlir.errors import PipelineError
from ember_mlir.pipeline import known_passes, parse_passes
from ember_mlir.pipeline.parsing import forget_other_packages
from ember_mlir.tools.ember_opt import main

HOUSE_RULES = Path(__file__).parent.parent.parent / "docs/examples/house_rules"
ASK = """
llm.model @small from "simulated"
func.func @f(%q: !llm.text) -> (!llm.text, !llm.text) {
  %a = llm.generate @small(%q)
  %b = llm.generate @small(%q) max_tokens 9
  func.return %a, %b : !llm.text, !llm.text
}
"""

Install = Callable[[str, Path], None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Install]:
    """Make a package importable from a folder, with an entry point, as installing it does."""

    def install(entry: str, folder: Path) -> None:
        name = entry.partition(":")[0].replace(".", "_")
        info = tmp_path / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[xdsl.universe]\n{name} = {entry}\n")
        monkeypatch.setattr(sys, "path", [str(tmp_path), str(folder), *sys.path])
        invalidate_caches()
        forget_other_packages()

    yield install
    forget_other_packages()


def ember_opt(*arguments: str) -> tuple[int, str, str]:
    """The exit status of `ember-opt` on `ASK`, and what it has printed."""
    output, errors = StringIO(), StringIO()
    status = main(list(arguments), stdin=StringIO(ASK), stdout=output, stderr=errors)
    return status, output.getvalue(), errors.getvalue()


def test_a_pass_of_an_installed_package_runs(install: Install) -> None:
    install("house_rules:HOUSE_RULES", HOUSE_RULES)
    status, text, _ = ember_opt("-p", "assign-draws,cap-answers{tokens=99}", "--allow=meaning")
    assert status == 0
    assert "max_tokens 99 draw <0>" in text
    assert "max_tokens 9 draw <1>" in text
    assert 'ember.kept = #llm.utf8"meaning"' in text


def test_it_is_listed(install: Install) -> None:
    install("house_rules:HOUSE_RULES", HOUSE_RULES)
    _, text, _ = ember_opt("--list-passes")
    assert "cap-answers         Give every answer without a limit one.\n" in text


def test_it_is_held_to_the_allowance(install: Install) -> None:
    install("house_rules:HOUSE_RULES", HOUSE_RULES)
    status, text, errors = ember_opt("-p", "cap-answers")
    assert (status, text.count("max_tokens")) == (0, 1)
    assert errors == (
        "warning: the pass 'cap-answers' was left out: this keeps meaning, and only "
        "distribution is allowed\n"
    )


def test_it_is_explained(install: Install) -> None:
    install("house_rules:HOUSE_RULES", HOUSE_RULES)
    _, _, told = ember_opt("-p", "cap-answers", "--allow=meaning", "--explain")
    assert "cap-answers (meaning), saves 0 calls and about 0 tokens" not in told
    assert "+ <stdin>:4:8: 'llm.generate' ends after 256 tokens" in told
    assert "- <stdin>:5:8: 'llm.generate' has a limit of its own" in told


def test_a_program_may_run_it(install: Install) -> None:
    install("house_rules:HOUSE_RULES", HOUSE_RULES)

    def ask(question: str) -> str:
        return ember.generate(question)

    capped = ember.compile(ask, allow="meaning", passes=["cap-answers{tokens=5}"])
    assert "max_tokens 5" in capped.ir()
    assert "max_tokens 5" not in ember.compile(ask, passes=["cap-answers{tokens=5}"]).ir()
    with ember.Session(seed=1, clock="virtual"):
        assert isinstance(capped("What is 2 + 2?"), str)


def test_a_name_that_is_taken_is_an_error(install: Install, tmp_path: Path) -> None:
    taken = "from xdsl.universe import Universe\nU = Universe(all_passes={'merge-calls': None})\n"
    (tmp_path / "taken_name.py").write_text(taken)
    install("taken_name:U", tmp_path)
    with pytest.raises(PipelineError, match="'merge-calls' of 'taken_name:U' is taken; rename it"):
        known_passes()
    # Who needs no other package does not notice.
    assert parse_passes("merge-calls,remove-dead-calls")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("raise ValueError('no')", r"cannot be loaded \(ValueError: no\)"),
        ("U = 3", "must be a Universe of passes, but is an object of type int"),
    ],
)
def test_a_package_that_is_broken_is_an_error(
    install: Install, tmp_path: Path, text: str, message: str
) -> None:
    name = f"broken_{len(text)}"
    (tmp_path / f"{name}.py").write_text(text)
    install(f"{name}:U", tmp_path)
    with pytest.raises(PipelineError, match=message):
        parse_passes("cap-answers")
