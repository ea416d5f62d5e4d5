"""`expected-error` comments: what is matched, what is unexpected, what is missing."""

from __future__ import annotations

import pytest

from ember_mlir.diagnostics import Diagnostic
from ember_mlir.errors import InvalidIRError, SourceLocation
from ember_mlir.expected_diagnostics import Chunk, expectations_in, split_chunks, unmatched


def error(line: int, message: str = "it must hold", file: str = "a.mlir") -> Diagnostic:
    return Diagnostic("error", SourceLocation(file, line, 1), message)


def differences(text: str, *found: Diagnostic) -> list[str]:
    expected = expectations_in(text, "a.mlir")
    return [str(difference) for difference in unmatched(found, expected, "a.mlir")]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("x // expected-error {{must}}", 1),
        ("// expected-error@+1 {{must}}\nx", 2),
        ("// expected-error @+2 {{must}}\n\nx", 3),
        ("x\n\n// expected-error@-2 {{must}}", 1),
        ("// expected-error@below {{must}}\nx", 2),
        ("x\n// expected-error @above {{must}}", 1),
        ("x // expected-error{{it must hold}}   ", 1),
    ],
)
def test_an_expectation_names_its_line(text: str, line: int) -> None:
    assert differences(text, error(line)) == []
    assert len(differences(text, error(line + 1))) == 2


def test_several_expectations_may_stand_above_one_line() -> None:
    text = "// expected-error@below {{one}}\n// expected-error@below {{two}}\nx"
    assert differences(text, error(3, "two"), error(3, "one")) == []


def test_an_error_without_a_place_is_expected_at_unknown() -> None:
    text = "// expected-error@unknown {{must}}"
    assert differences(text, Diagnostic("error", None, "it must hold")) == []
    assert differences(text, error(3, file="app.py")) == []
    assert len(differences(text, error(1))) == 2


def test_the_text_may_hold_braces() -> None:
    assert differences("x // expected-error {{a '}}' and {0}}}", error(1, "a '}}' and {0}")) == []


def test_an_unexpected_error_is_reported_where_it_is() -> None:
    assert differences("x", error(1)) == ["a.mlir:1:1: error: unexpected error: it must hold"]


def test_a_missing_error_is_reported_where_it_was_expected() -> None:
    assert differences("\nx // expected-error {{must}}") == [
        "a.mlir:2:1: error: expected error on line 2 did not come: must"
    ]


def test_one_expectation_takes_one_error() -> None:
    text = "x // expected-error {{must}}"
    assert len(differences(text, error(1), error(1))) == 1


def test_severities_differ() -> None:
    assert len(differences("x // expected-warning {{must}}", error(1))) == 2


@pytest.mark.parametrize(
    "text",
    [
        "// expected-error must",
        "// expected-error {must}",
        "// expected-errors {{must}}",
        "// expected-error@next {{must}}",
        "// expected-error@+ {{must}}",
    ],
)
def test_a_malformed_expectation_is_an_error(text: str) -> None:
    with pytest.raises(InvalidIRError, match="must be written as in 'expected-error@") as caught:
        expectations_in("\n" + text, "a.mlir")
    assert caught.value.location == SourceLocation("a.mlir", 2, 1)


def test_chunks_know_the_line_that_they_begin_with() -> None:
    text = "a\n// -----\n\nb\n  // -----  \nc\n// ----- not a mark\n"
    assert split_chunks(text) == [
        Chunk("a", 1),
        Chunk("\nb", 3),
        Chunk("c\n// ----- not a mark\n", 6),
    ]
    assert split_chunks("") == [Chunk("")]


def test_an_expectation_of_a_chunk_counts_the_lines_of_the_file() -> None:
    (found,) = expectations_in("\nx // expected-error@-1 {{must}}", "a.mlir", first_line=5)
    assert (found.line, found.written_at) == (5, 6)
    with pytest.raises(InvalidIRError, match=r"^a\.mlir:5:1"):
        expectations_in("// expected-error", "a.mlir", first_line=5)
