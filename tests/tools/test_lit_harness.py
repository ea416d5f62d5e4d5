"""The in-process runner of FileCheck tests: what it runs, and that nothing passes silently."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

pytest_plugins = ["pytester"]

CONFTEST = Path(__file__).parents[2] / "lit_tests" / "conftest.py"
MODULE = 'llm.model @small from "simulated"\n'


@pytest.fixture(scope="module")
def harness() -> ModuleType:
    spec = importlib.util.spec_from_file_location("lit_harness_under_test", CONFTEST)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def report_of(harness: ModuleType, tmp_path: Path) -> Callable[[str], str | None]:
    """Run a test file with this text: the report of its failure, or `None` if it passes."""

    def run(text: str) -> str | None:
        path = tmp_path / "essai 日本.mlir"
        path.write_text(text, encoding="utf-8")
        try:
            harness.run_test(path)
        except harness.LitError as error:
            return str(error)
        return None

    return run


Report = Callable[[str], str | None]

PASSING = {
    "pipe": "// RUN: ember-opt '%s' | filecheck '%s'\n// CHECK: llm.model @small\n" + MODULE,
    "two lines": "// RUN: cat '%s'\n// RUN: ember-opt '%s' | filecheck '%s'\n// CHECK: @small\n"
    + MODULE,
    "and": "// RUN: cat '%s' && ember-opt '%s' && cat '%s'\n" + MODULE,
    "continued": "// RUN: ember-opt '%s' \\\n// RUN:   | filecheck '%s'\n// CHECK: @small\n"
    + MODULE,
    "not": "// RUN: not ember-opt '%s' 2>&1 | filecheck '%s'\n"
    "// CHECK: error: there is no operation 'what.is'\n"
    "what.is\n",
    "redirections": "// RUN: cat < '%s' > '%t' && ember-opt '%t' 2> '%t.err' && cat '%t.err'\n"
    + MODULE,
    "stderr to null": "// RUN: not ember-opt nowhere 2> /dev/null\n",
    "quotes": "// RUN: echo \"a \\\"b\\\" | c\" 'd  e' f\\ g %%s | filecheck '%s'\n"
    '// CHECK: a "b" | c d  e f g %s\n',
    "folder": "// RUN: cat '%S/essai 日本.mlir'\n",
    "stderr aside": "// RUN: ember-opt '%s' -p canonicalize --print-ir-after-all | filecheck '%s'\n"
    "// CHECK: builtin.module\n// CHECK-NOT: after\n" + MODULE,
}


@pytest.mark.parametrize("text", PASSING.values(), ids=PASSING)
def test_passes(report_of: Report, text: str) -> None:
    assert report_of(text) is None


FAILING = {
    "no RUN line": (MODULE, "must have a RUN line"),
    "check misses": (
        "// RUN: ember-opt '%s' | filecheck '%s'\n// CHECK: @large\n" + MODULE,
        "@large",
    ),
    "no CHECK line": ("// RUN: ember-opt '%s' | filecheck '%s'\n" + MODULE, "filecheck"),
    "filecheck without file": ("// RUN: ember-opt '%s' | filecheck\n" + MODULE, "needs a file"),
    "empty input": (
        "// RUN: cat /dev/null | filecheck '%s'\n// CHECK-NOT: anything\n",
        "is empty",
    ),
    "command fails": ("// RUN: ember-opt '%s'\nwhat.is\n", "no operation 'what.is'"),
    "pipe hides no failure": (
        "// RUN: ember-opt '%s' | cat\nwhat.is\n",
        "no operation 'what.is'",
    ),
    "later line": ("// RUN: cat '%s'\n// RUN: ember-opt nowhere\n", "no file 'nowhere'"),
    "after and": ("// RUN: cat '%s' && ember-opt nowhere\n", "no file 'nowhere'"),
    "not of success": ("// RUN: not ember-opt '%s'\n" + MODULE, "exit status 1"),
    "unknown command": ("// RUN: rm '%s'\n", "but got 'rm'"),
    "unknown after not": ("// RUN: not rm '%s'\n", "but got 'rm'"),
    "empty command": ("// RUN: cat '%s' |\n", "but got 'nothing'"),
    "unsupported operator": ("// RUN: cat '%s' || cat '%s'\n", "but got 'nothing'"),
    "semicolon": ("// RUN: cat '%s' ; cat '%s'\n", "not supported"),
    "open quote": ("// RUN: cat '%s\n", "not supported"),
    "redirection to nothing": ("// RUN: cat '%s' >\n", "must name a file"),
    "missing input": ("// RUN: cat < nowhere\n", "cannot read 'nowhere'"),
    "expected failure": ("// XFAIL: *\n// RUN: cat nowhere\n", "'XFAIL:' is not supported"),
    "bad filecheck option": (
        "// RUN: cat '%s' | filecheck --check-prefix '%s'\n// CHECK: a\n",
        "filecheck",
    ),
}


@pytest.mark.parametrize(("text", "expected"), FAILING.values(), ids=FAILING)
def test_fails(report_of: Report, text: str, expected: str) -> None:
    report = report_of(text)
    assert report is not None
    assert expected in report


def test_a_report_shows_the_line_and_what_each_command_said(report_of: Report) -> None:
    report = report_of("// RUN: ember-opt '%s' -p nope | filecheck '%s'\n// CHECK: x\n" + MODULE)
    assert report is not None
    assert "RUN: ember-opt '" in report
    assert "a pass must be a known one, but got 'nope'" in report
    assert "$ filecheck" in report


def test_collects_texts_with_run_lines(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(CONFTEST.read_text(encoding="utf-8"))
    texts = {
        "good.mlir": "// RUN: cat '%s'\n",
        "bad.mlir": "no command\n",
        "page.md": "<!--\nRUN: cat '%s'\n-->\n",
        "program.py": "# RUN: cat '%s'\n",
        "plain.md": "nothing to run\n",
        "helper.py": "raise SystemExit\n",
    }
    for name, text in texts.items():
        (pytester.path / name).write_text(text, encoding="utf-8")
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
    result.stdout.fnmatch_lines(["*must have a RUN line*"])
    result.assert_outcomes(failed=1, passed=3)
