"""The tool that gives passes mistakes: what it changes, and what it finds the tests to notice."""

from __future__ import annotations

from pathlib import Path

import pytest

from ember_mlir.errors import InputError
from ember_mlir.tools.mutants.automatic import mutants_of
from ember_mlir.tools.mutants.changes import ROOT, Change, replacement, source_of
from ember_mlir.tools.mutants.checking import judge
from ember_mlir.tools.mutants.planted import PLANTED
from ember_mlir.tools.mutants.survivors import EXPLAINED
from ember_mlir.tools.mutants.targets import ANALYSES, PASSES, Suite, files_of, suite_of

REMOVING = "passes/remove_dead_calls.py"
ITS_LIT = Suite(("lit_tests/passes/remove_dead_calls.mlir",), ())


def said_of(tmp_path: Path, text: str) -> list[str]:
    """What is changed in a file of this text."""
    path = tmp_path / "sample.py"
    path.write_text(text, encoding="utf-8")
    return [change.said for change in mutants_of(str(path))]


def test_each_part_of_a_program_is_changed(tmp_path: Path) -> None:
    text = '''"""A text that stays, if 1 < 2."""
from os import path
def f(é: int = 0) -> bool:
    """And this one."""
    if é < 2 and path:
        missed(é, "words " + "that stay")
        return "é" is é
    assert é == 3
    return g(é)
'''
    assert said_of(tmp_path, text) == [
        "0 => 1",
        "é < 2 => é <= 2",
        "without: é < 2",
        "or for and: é < 2 and path",
        "without: path",
        "negated: é < 2 and path",
        "2 => 3",
        "missed(é, 'words ' + 'that stay') => pass",
        "return 'é' is é => pass",
        "'é' is é => 'é' is not é",
        "negated: g(é)",
    ]


def test_all_changes_of_the_passes_can_be_compiled() -> None:
    for group in ("merge-calls", "raise-ensembles", "vocabularies"):
        for path in files_of(group):
            changes = mutants_of(path)
            assert changes
            assert len({change.key for change in changes}) == len(changes)
            for change in changes:
                compile(change.source, path, "exec")


def test_a_text_that_is_not_there_once_is_an_error() -> None:
    change = replacement("passes/merge_calls", 'name = "merge-calls"', "", "nothing has a name")
    assert 'name = "merge-calls"' not in change.source
    for text, times in (
        ("no such text", 0),
        ("import", source_of("passes/remove_dead_calls.py").count("import")),
    ):
        with pytest.raises(InputError, match=f"must stand once in .*, but stands there {times} "):
            replacement("passes/remove_dead_calls", text, "", "")


@pytest.mark.parametrize("group", sorted({bug.group for bug in PLANTED}))
def test_each_planted_bug_can_be_planted(group: str) -> None:
    for bug in PLANTED:
        if bug.group == group:
            change = bug.change
            compile(change.source, change.path, "exec")
            tests = bug.tests
            assert tests.lit or tests.python
            assert all(
                (ROOT / path.partition("::")[0]).exists() for path in (*tests.lit, *tests.python)
            )


def test_every_pass_has_files_tests_and_planted_bugs() -> None:
    planted = {bug.group for bug in PLANTED}
    for group in (*PASSES, *ANALYSES):
        assert files_of(group)
        assert all(suite_of(path).lit for path in files_of(group))
    assert set(PASSES) <= planted


def test_explanations_are_of_changes_that_are_made() -> None:
    for path, explained in EXPLAINED.items():
        assert set(explained) <= {change.key for change in mutants_of(path)}, path


def changed(old: str, new: str) -> Change:
    """The pass with another text in it."""
    return replacement(REMOVING.removesuffix(".py"), old, new, new)


def test_a_bug_is_noticed_and_what_changes_nothing_is_not() -> None:
    bug = changed("elif op in decisive and not is_speculatable(op):", "elif False:")
    harmless = changed("return any(inner", "return any(0 or inner")
    broken = changed("equivalence =", "equivalence ===")
    endless = changed("            op = before\n", "            op = op\n")
    judgement = judge([bug, harmless, broken, endless], ITS_LIT, 2)
    assert judgement.broken == []
    assert [verdict.noticed_by for verdict in judgement.verdicts] == [
        ITS_LIT.lit[0],
        None,
        "its import",
        "the clock",
    ]
