"""Diagnostics: the prefix, the source line, and a caret that stands where it should."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ember_mlir.diagnostics import LONGEST_MESSAGE, WIDTH, Diagnostic, diagnostic_of, render
from ember_mlir.errors import InvalidIRError, SourceLocation


def shown(line: str, column: int) -> list[str]:
    diagnostic = Diagnostic("error", SourceLocation("a.mlir", 1, column), "no")
    return render(diagnostic, line).split("\n")


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        (SourceLocation("é.mlir", 3, 7), "é.mlir:3:7: warning: careful"),
        (SourceLocation("a.mlir", 3, 0), "a.mlir:3: warning: careful"),
        (SourceLocation("a.mlir", 0, 0), "a.mlir: warning: careful"),
        (SourceLocation("unknown", 0, 0), "warning: careful"),
        (None, "warning: careful"),
    ],
)
def test_the_prefix_says_what_is_known(location: SourceLocation | None, expected: str) -> None:
    assert str(Diagnostic("warning", location, "careful")) == expected


def test_a_diagnostic_of_an_error_has_its_notes() -> None:
    error = InvalidIRError("it must hold", location=SourceLocation("a.mlir", 1, 2))
    error.add_note("after the pass 'cse'")
    expected = "a.mlir:1:2: error: it must hold (after the pass 'cse')"
    assert str(diagnostic_of(error)) == expected


@pytest.mark.parametrize(
    ("line", "column", "caret"),
    [
        ("abc", 1, "^"),
        ("abc", 3, "  ^"),
        ("abc", 4, "   ^"),
        ("\tabc", 3, "\t ^"),
        ("日本 x", 4, "     ^"),
        ("e\N{COMBINING ACUTE ACCENT}x", 3, " ^"),
        ("🙂x", 2, "  ^"),
        ("a\N{ZERO WIDTH JOINER}b", 3, " ^"),
    ],
)
def test_the_caret_stands_below_its_column(line: str, column: int, caret: str) -> None:
    assert shown(line, column) == [f"a.mlir:1:{column}: error: no", line, caret]


@pytest.mark.parametrize("column", [0, 9])
def test_a_column_outside_of_the_line_has_no_caret(column: int) -> None:
    assert shown("abc", column)[1:] == ["abc"]


def test_control_characters_are_shown_as_signs() -> None:
    assert shown("a\x1b[31mb", 1)[1] == "a�[31mb"


@pytest.mark.parametrize("column", [1, 500, 1000, 1001])
def test_of_a_long_line_the_part_around_the_column_is_shown(column: int) -> None:
    line = "".join(chr(ord("a") + index % 26) for index in range(1000))
    _, part, caret = shown(line, column)
    assert len(part) <= WIDTH
    under = part[len(caret) - 1 : len(caret)]
    assert under == line[column - 1 : column]


@given(st.text(st.characters(exclude_characters="\n")), st.integers(0, 400))
def test_a_caret_never_fails(line: str, column: int) -> None:
    assert len(shown(line, column)) in (2, 3)


def test_the_line_comes_from_the_file(tmp_path: Path) -> None:
    path = tmp_path / "été.mlir"
    path.write_bytes("\ufefffirst\r\nsecond\r\n".encode())
    for number, line in ((1, "first"), (2, "second")):
        diagnostic = Diagnostic("error", SourceLocation(str(path), number, 1), "no")
        assert render(diagnostic).split("\n")[1:] == [line, "^"]


@pytest.mark.parametrize("line", [3, 9])
def test_a_line_that_is_not_there_is_not_shown(line: int) -> None:
    diagnostic = Diagnostic("error", SourceLocation("a.mlir", line, 1), "no")
    assert render(diagnostic, "one\ntwo") == f"a.mlir:{line}:1: error: no"


def test_a_file_that_cannot_be_read_is_not_shown(tmp_path: Path) -> None:
    latin = tmp_path / "latin.mlir"
    latin.write_bytes(b"\xe9")
    for file in (str(latin), str(tmp_path), str(tmp_path / "none"), "a\0b"):
        diagnostic = Diagnostic("error", SourceLocation(file, 1, 1), "no")
        shown_file = file.replace("\0", "\N{REPLACEMENT CHARACTER}")
        assert render(diagnostic) == f"{shown_file}:1:1: error: no"


def test_a_message_is_one_line_without_control_characters() -> None:
    diagnostic = Diagnostic("error", None, "must be\n'\x1b[31m'")
    assert str(diagnostic) == "error: must be '\N{REPLACEMENT CHARACTER}[31m'"


def test_of_a_long_message_the_beginning_and_the_end_are_shown() -> None:
    shown_message = str(Diagnostic("error", None, f"begins{'x' * 5000}ends"))
    assert len(shown_message) < LONGEST_MESSAGE + 20
    assert shown_message.startswith("error: begins")
    assert " … x" in shown_message
    assert shown_message.endswith("ends")
