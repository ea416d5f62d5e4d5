"""The reference pages: complete, written once, and found out when they are stale."""

from __future__ import annotations

from pathlib import Path

import pytest
from xdsl.irdl import IRDLOperation

from ember_mlir.dialects.ensemble import MapOp, VoteOp
from ember_mlir.dialects.exec import EXEC
from ember_mlir.dialects.llm import ConcatOp, GenerateOp, ModelOp
from ember_mlir.tools.definitions import part_rows, table
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


@pytest.mark.parametrize("name", DIALECTS)
def test_a_dialect_page_has_every_part_of_every_operation(name: str) -> None:
    page = next(text for path, text in pages().items() if path.stem == name)
    _, text = page.split("## Operations\n")
    for op in DIALECTS[name]().operations:
        assert issubclass(op, IRDLOperation)
        section = text.split(f"### `{op.name}`\n")[1].split("\n### ")[0]
        definition = op.get_irdl_definition()
        parts = [*definition.operands, *definition.results, *definition.regions]
        for part in [*dict(parts), *definition.properties]:
            assert f"| `{part}` |" in section or part.endswith("SegmentSizes")


def rows(op: type[IRDLOperation]) -> dict[str, str]:
    return {name: what for _, name, what in part_rows(op.get_irdl_definition())}


def test_parts_are_named_in_plain_words() -> None:
    generate = rows(GenerateOp)
    assert next(iter(generate)) == "prompt"
    assert next(reversed(generate)) == "result"
    assert generate["prompt"] == "`!llm.text` or `!llm.messages`"
    assert generate["model"] == "a symbol"
    assert generate["tools"] == "a list of symbols, optional"
    assert generate["stop"] == "a list of `#llm.utf8`, optional"
    assert generate["retries"] == "a whole number, optional"
    assert rows(ModelOp)["sym_name"] == "the symbol"
    assert rows(ModelOp)["supports_n"] == "a flag"
    assert rows(VoteOp) == {
        "answers": "`!llm.list<T>`",
        "keys": "`!llm.list`, optional",
        "min_valid": "a whole number, optional",
        "stop": "`#llm.utf8`, optional",
        "confidence": "`#llm.decimal`, optional",
        "at_once": "a flag",
        "result": "`T`",
    }
    assert rows(MapOp)["body"] == "one"
    assert rows(MapOp)["default"] == "of any type, optional"
    assert rows(ConcatOp)["lists"] == "`!llm.list` (the same each time), any number"


def test_no_operation_has_an_empty_table() -> None:
    assert table([]) == ""
    for op in EXEC.operations:
        assert issubclass(op, IRDLOperation)
        assert table(part_rows(op.get_irdl_definition())).startswith("| part | name |")


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
