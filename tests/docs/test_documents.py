"""What the documents show runs, and prints what they say.

A `python` block is run as a script; a `text` block behind it is its output. A `console`
block has commands behind `$` and their output below. An `mlir` block parses and verifies.
`...` stands for any text. Targets of `make` are only checked to exist: to run the test
suite from within the test suite would never end.
"""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ember_mlir.parsing import parse_module
from ember_mlir.passes.analysis.verification import verify_module

ROOT = Path(__file__).parent.parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block of a document."""

    document: Path
    line: int
    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.document.relative_to(ROOT)}:{self.line}"


def blocks(document: Path) -> Iterator[Block]:
    text = document.read_text(encoding="utf-8")
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield Block(document, line, match[1], match[2])


def run(command: list[str]) -> str:
    environment = dict(os.environ)
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment["PYTHONUTF8"] = "1"
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        encoding="utf-8",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=120,
        check=False,
    )
    return done.stdout


def check_output(got: str, expected: str) -> None:
    same = doctest.OutputChecker().check_output(expected, got, doctest.ELLIPSIS)
    assert same, f"expected:\n{expected}\ngot:\n{got}"


ALL = [block for document in DOCUMENTS for block in blocks(document)]


def of_kind(kind: str) -> list[Block]:
    return [block for block in ALL if block.kind == kind]


def test_there_are_documents_with_examples() -> None:
    assert of_kind("python")
    assert of_kind("console")
    assert of_kind("mlir")


@pytest.mark.parametrize("block", of_kind("mlir"), ids=str)
def test_a_module_in_a_document_is_valid(block: Block) -> None:
    verify_module(parse_module(block.text, str(block)))


@pytest.mark.parametrize("block", of_kind("python"), ids=str)
def test_a_script_in_a_document_prints_what_it_says(block: Block, tmp_path: Path) -> None:
    script = tmp_path / "example.py"
    script.write_text(block.text, encoding="utf-8")
    output = run([sys.executable, str(script)])
    assert "Traceback" not in output, output
    later = ALL[ALL.index(block) + 1 :]
    if later and later[0].kind == "text" and later[0].document == block.document:
        check_output(output, later[0].text)


def commands(block: Block) -> list[tuple[str, str]]:
    """The commands of a block, each with the output that the document shows."""
    _, *parts = re.split(r"^\$ ", block.text, flags=re.MULTILINE)
    found: list[tuple[str, str]] = []
    for part in parts:
        first = re.match(r"(?:[^\n]*\\\n)*[^\n]*\n", part)
        assert first is not None
        found.append((first[0].strip(), part[first.end() :]))
    return found


@pytest.mark.parametrize("block", of_kind("console"), ids=str)
def test_a_command_in_a_document_prints_what_it_says(block: Block) -> None:
    for command, expected in commands(block):
        if command.startswith("make "):
            assert "No rule" not in run(["make", "--dry-run", *command.split()[1:]])
            continue
        output = run(["bash", "-c", command])
        if expected.strip():
            check_output(output, expected)
        else:
            assert "error" not in output, output
