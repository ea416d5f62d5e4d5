"""The reference pages: complete, written once, and found out when they are stale."""

from __future__ import annotations

from pathlib import Path

import pytest

from ember_mlir.tools.reference import main, pages
from ember_mlir.universe import DIALECTS, PASSES


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "docs" / "dialects"


@pytest.mark.parametrize("name", DIALECTS)
def test_a_dialect_page_has_every_operation_and_attribute(name: str) -> None:
    text = next(text for path, text in pages().items() if path.stem == name)
    dialect = DIALECTS[name]()
    for definition in [*dialect.operations, *dialect.attributes]:
        heading = f"### `{definition.name}`\n\n"
        assert heading in text
        assert text.split(heading)[1][:1] not in ("", "#", "\n")


def test_the_page_of_passes_has_every_pass() -> None:
    text = next(text for path, text in pages().items() if path.stem == "passes")
    assert [line[4:-1] for line in text.split("\n") if line.startswith("## ")] == list(PASSES)


def test_pages_are_written_and_checked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 1
    assert not folder.exists()
    assert capsys.readouterr().out.count("stale; run make docs") == len(DIALECTS) + 1
    assert main([]) == 0
    assert main(["--check"]) == 0
    (folder / "llm.md").write_text("old", encoding="utf-8")
    assert main(["--check"]) == 1
    assert capsys.readouterr().out.startswith("docs/dialects/llm.md must say")
